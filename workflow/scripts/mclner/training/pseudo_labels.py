"""Pseudo-labels: what the teacher finds in unlabelled target text, and how far it is to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mclner.common.checksums import read_parquet, write_parquet
from mclner.configuration.recipes import SelfTrainingRecipe
from mclner.data.predictions import Labelling
from mclner.data.sentences import Sentence
from mclner.data.tags import tags_of

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("lang", pa.string()),
        ("tokens", pa.list_(pa.string())),
        ("tags", pa.list_(pa.string())),
        ("weights", pa.list_(pa.float32())),
        ("probabilities", pa.binary()),  # float16, as they lie in memory; empty where there are none
        ("shape", pa.list_(pa.int32())),
    ]
)


@dataclass(frozen=True, slots=True)
class PseudoLabelled:
    """A sentence with the teacher's tags and a weight for each word: 1 where it is believed, 0 elsewhere.

    With soft labels `probabilities` are the teacher's, of every label of every word pair [L, L, labels], or of every
    word [L, labels]; every word counts then.
    """

    sentence: Sentence
    weights: tuple[float, ...]
    probabilities: NDArray[np.float16] | None = None


def choose_pseudo_labels(
    sentences: Sequence[Sentence], labellings: Sequence[Labelling], recipe: SelfTrainingRecipe
) -> list[PseudoLabelled]:
    """The teacher's labels where it is to be believed, in the order of `sentences`, which are of one language.

    The thresholds of the recipe say which words are believed; others get no weight. Of the sentences that have enough
    believed words, those with the highest mean confidence stay.

    Words of an entity have a threshold of their own: a teacher that misses entities of a distant language is sure of
    the ones it finds and only fairly sure that the missed ones are none. And it is surest of sentences in which it
    finds nothing: from them alone a student would learn to find nothing.
    """
    ranked: dict[bool, list[tuple[float, int, PseudoLabelled]]] = {True: [], False: []}
    for number, (sentence, labelling) in enumerate(zip(sentences, labellings, strict=True)):
        labelled = _weighted(sentence, labelling, recipe)
        if labelled is None:
            continue
        has_entity = any(confidence >= recipe.entity_threshold for confidence in labelling.confidences)
        confidence = sum(labelling.word_confidences) / len(sentence.tokens)
        ranked[has_entity].append((-confidence, number, labelled))
    share = recipe.max_share_without_entities
    without = min(len(ranked[False]), int(share * recipe.max_sentences_per_language))
    found = min(len(ranked[True]), recipe.max_sentences_per_language - without)
    if share < 1:
        without = min(without, int(found * share / (1 - share)))
    kept = (
        sorted(ranked[True], key=lambda row: row[:2])[:found] + sorted(ranked[False], key=lambda row: row[:2])[:without]
    )
    return [labelled for _, _, labelled in sorted(kept, key=lambda row: row[1])]


def soft_pseudo_labels(
    sentences: Sequence[Sentence],
    labellings: Sequence[Labelling],
    probabilities: Sequence[NDArray[np.float16] | None],
    most: int,
) -> list[PseudoLabelled]:
    """The first `most` sentences of one language that have probabilities of a teacher; all their words count.

    Their tags are the entities that it finds, which the relation contrast looks at.
    """
    rows = [
        PseudoLabelled(_tagged(sentence, labelling), (1.0,) * len(sentence.tokens), soft)
        for sentence, labelling, soft in zip(sentences, labellings, probabilities, strict=True)
        if soft is not None
    ]
    return rows[:most]


def _weighted(sentence: Sentence, labelling: Labelling, recipe: SelfTrainingRecipe) -> PseudoLabelled | None:
    """The sentence with a weight for each word; None where too few words are believed."""
    thresholds = [recipe.outside_threshold] * len(sentence.tokens)
    for entity in labelling.entities:
        thresholds[entity.start : entity.end] = [recipe.entity_threshold] * (entity.end - entity.start)
    pairs = zip(labelling.word_confidences, thresholds, strict=True)
    weights = tuple(float(confidence >= threshold) for confidence, threshold in pairs)
    if not weights or sum(weights) < recipe.min_believed_share * len(weights):
        return None
    return PseudoLabelled(_tagged(sentence, labelling), weights)


def _tagged(sentence: Sentence, labelling: Labelling) -> Sentence:
    return replace(sentence, tags=tuple(tags_of(labelling.entities, len(sentence.tokens))))


def write_pseudo_labels(rows: Sequence[PseudoLabelled], path: Path) -> None:
    """Write to Parquet: a corpus file with a column `weights`."""
    table = pa.table(
        {
            "id": [row.sentence.id for row in rows],
            "lang": [row.sentence.lang for row in rows],
            "tokens": [list(row.sentence.tokens) for row in rows],
            "tags": [list(row.sentence.tags or ()) for row in rows],
            "weights": [list(row.weights) for row in rows],
            "probabilities": [b"" if row.probabilities is None else row.probabilities.tobytes() for row in rows],
            "shape": [[] if row.probabilities is None else list(row.probabilities.shape) for row in rows],
        },
        schema=SCHEMA,
    )
    write_parquet(table, path)


def read_pseudo_labels(path: Path) -> list[PseudoLabelled]:
    """Rows of a file that `write_pseudo_labels` wrote. Raises DamagedFileError where it is no longer as written."""
    columns = read_parquet(path, SCHEMA).to_pydict()
    return [
        PseudoLabelled(
            Sentence(identifier, lang, tuple(tokens), tuple(tags)),
            tuple(weights),
            np.frombuffer(soft, dtype=np.float16).reshape(shape) if shape else None,
        )
        for identifier, lang, tokens, tags, weights, soft, shape in zip(*columns.values(), strict=True)
    ]
