"""Pseudo-labels: what the teacher finds in unlabelled target text, and how far it is to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mclner.corpus import Sentence
from mclner.integrity import read_parquet, write_parquet
from mclner.relations import Labelling
from mclner.tags import tags_of

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("lang", pa.string()),
        ("tokens", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),
        ("weights", pa.list_(pa.float32())),
    ]
)


@dataclass(frozen=True, slots=True)
class PseudoLabelled:
    """A sentence with the teacher's tags and a weight for each word: 1 where it is believed, 0 elsewhere."""

    sentence: Sentence
    weights: tuple[float, ...]


def choose_pseudo_labels(
    sentences: Sequence[Sentence],
    labellings: Sequence[Labelling],
    entity_threshold: float,
    outside_threshold: float,
    believed: float,
    entities: int,
    most: int,
) -> list[PseudoLabelled]:
    """The teacher's labels where its probability reaches a threshold; other words get no weight in the loss.

    Words of an entity have a threshold of their own: a teacher that misses entities of a distant language is sure of
    the ones it finds and only fairly sure that the missed ones are none. A sentence is kept when at least the share
    `believed` of its words is, and with them at least the number `entities` of entities: a teacher is surest of the
    sentences in which it finds nothing, and from them alone a student learns to find nothing. Of one language, at most
    the `most` sentences with the highest mean confidence stay. Order is that of `sentences`.
    """
    ranked = []
    for number, (sentence, labelling) in enumerate(zip(sentences, labellings, strict=True)):
        thresholds = [outside_threshold] * len(sentence.tokens)
        for entity in labelling.entities:
            thresholds[entity.start : entity.end] = [entity_threshold] * (entity.end - entity.start)
        pairs = zip(labelling.word_confidences, thresholds, strict=True)
        weights = tuple(float(confidence >= threshold) for confidence, threshold in pairs)
        sure = sum(confidence >= entity_threshold for confidence in labelling.confidences)
        if not weights or sum(weights) < believed * len(weights) or sure < entities:
            continue
        tags = tuple(tags_of(labelling.entities, len(sentence.tokens)))
        labelled = PseudoLabelled(Sentence(sentence.id, sentence.lang, sentence.tokens, tags), weights)
        ranked.append((-sum(labelling.word_confidences) / len(weights), number, labelled))
    kept = sorted(ranked, key=lambda row: row[:2])[:most]
    return [labelled for _, _, labelled in sorted(kept, key=lambda row: row[1])]


def write_pseudo_labels(rows: Sequence[PseudoLabelled], path: Path) -> None:
    """Write to Parquet: a corpus file with a column `weights`."""
    table = pa.table(
        {
            "id": [row.sentence.id for row in rows],
            "lang": [row.sentence.lang for row in rows],
            "tokens": [list(row.sentence.tokens) for row in rows],
            "tags": [list(row.sentence.tags or ()) for row in rows],
            "weights": [list(row.weights) for row in rows],
        },
        schema=SCHEMA,
    )
    write_parquet(table, path)


def read_pseudo_labels(path: Path) -> list[PseudoLabelled]:
    """Rows of a file that `write_pseudo_labels` wrote. Raises DamagedFileError where it is no longer as written."""
    columns = read_parquet(path, SCHEMA).to_pydict()
    return [
        PseudoLabelled(Sentence(identifier, lang, tuple(tokens), tuple(tags)), tuple(weights))
        for identifier, lang, tokens, tags, weights in zip(*columns.values(), strict=True)
    ]
