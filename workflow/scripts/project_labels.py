"""Label aligned text: a teacher labels the English side, and word alignment carries its labels to the translations.

Writes one corpus with tags for each target language, of sentences whose labels can be trusted: every entity finds its
words, no two overlap, none grows. What was left out, and why, is counted. No label of a target language is read.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.files import write_tsv
from mclner.data.sentences import Sentence, count_entities, read_corpus, write_corpus
from mclner.data.tags import tags_of
from mclner.lexicons.lexicon import read_lexicon
from mclner.model.recogniser import EntityRecogniser, quiet_transformers
from mclner.training.voting import vote
from mclner.views.label_projection import FAULTS, project_entities
from mclner.views.word_alignment import LexiconEvidence, Matrix, WordEncoder, align, centre

log = logging.getLogger("mclner.projection")
COUNTS = ("sentences", "with_entities", "without_entities", "entities", *FAULTS, "empty", "beyond_the_limit")


@dataclass(frozen=True, slots=True)
class Labelled:
    """An English sentence with the teacher's labels, and the vectors [words, H] of its words."""

    sentence: Sentence
    vectors: Matrix


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    for folder in (arguments.encoder, *arguments.teachers):
        check_folder(folder)
    encoder = WordEncoder(arguments.encoder, [arguments.layer])
    english = label_with(arguments.teachers, read_corpus(arguments.source))
    vectors = word_vectors(encoder, english)
    labelled = {row.id: Labelled(row, matrix) for row, matrix in zip(english, vectors, strict=True)}
    log.info("the teacher finds %s in %d sentences", dict(sorted(count_entities(english).items())), len(english))
    table = []
    for path in arguments.translations:
        counts: Counter[str] = Counter()
        kept = list(project_corpus(labelled, read_corpus(path), path.stem, encoder, arguments, counts))
        write_corpus(kept, arguments.folder / path.name)
        table.append({"language": path.stem} | {name: counts[name] for name in COUNTS})
        log.info("%s: %s", path.stem, ", ".join(f"{name}: {counts[name]}" for name in COUNTS))
    write_tsv(table, ["language", *COUNTS], arguments.counts)


def label_with(teachers: Sequence[Path], sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences with what the teacher finds in them; several vote."""
    tokens = [sentence.tokens for sentence in sentences]
    found = [EntityRecogniser.from_pretrained(folder).label(tokens, "labelling the source") for folder in teachers]
    return [
        replace(sentence, tags=tuple(tags_of(vote(labellings).entities, len(sentence.tokens))))
        for sentence, *labellings in zip(sentences, *found, strict=True)
    ]


def word_vectors(encoder: WordEncoder, sentences: Sequence[Sentence]) -> list[Matrix]:
    """Vectors [words, H] of the words of each sentence, to be compared with those of another language."""
    if not sentences:
        return []
    language = sentences[0].lang
    return [matrix[0] for matrix in centre(encoder.vectors([row.tokens for row in sentences], f"encoding {language}"))]


def project_corpus(
    labelled: dict[str, Labelled],
    translations: Sequence[Sentence],
    language: str,
    encoder: WordEncoder,
    arguments: argparse.Namespace,
    counts: Counter[str],
) -> Iterator[Sentence]:
    """The translations whose labels can be trusted, first those that stand first; the others are counted by reason."""
    lexicon = arguments.lexicons and arguments.lexicons / f"en-{language}.tsv"
    evidence = LexiconEvidence(read_lexicon(lexicon) if lexicon else {}, arguments.lexicon_bonus)
    limits = {
        "with_entities": arguments.max_with_entities,
        "without_entities": arguments.max_without_entities,
    }
    for target, vectors in zip(translations, word_vectors(encoder, translations), strict=True):
        source = labelled[target.id]
        kind = "with_entities" if source.sentence.entities else "without_entities"
        counts["sentences"] += 1
        if not target.tokens:
            counts["empty"] += 1
        elif counts[kind] == limits[kind]:
            counts["beyond_the_limit"] += 1
        else:
            alignment = align(source.vectors, vectors, evidence(source.sentence.tokens, target.tokens))
            projection = project_entities(source.sentence.entities, alignment, arguments.min_aligned_share)
            counts[projection.fault or kind] += 1
            if projection.fault is None:
                counts["entities"] += len(projection.entities)
                yield replace(target, tags=tuple(tags_of(projection.entities, len(target.tokens))))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, help="model folder of it; several vote")
    parser.add_argument("--encoder", type=Path, required=True, help="pretrained encoder that aligns the words")
    parser.add_argument("--source", type=Path, required=True, help="English side of the aligned text")
    parser.add_argument(
        "--translations", type=Path, nargs="+", required=True, help="the other sides: <language>.parquet"
    )
    parser.add_argument("--lexicons", type=Path, help="folder of en-<language>.tsv; none where it is not given")
    parser.add_argument("--layer", type=int, required=True, help="layer of the encoder that aligns, from 1")
    parser.add_argument("--lexicon-bonus", type=float, required=True, help="added to the cosine of a lexicon's pair")
    parser.add_argument(
        "--min-aligned-share", type=float, required=True, help="share of an entity's words that must be aligned"
    )
    parser.add_argument("--max-with-entities", type=int, required=True, help="sentences with entities per language")
    parser.add_argument("--max-without-entities", type=int, required=True, help="sentences without them per language")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="folder to write <language>.parquet to")
    parser.add_argument("--counts", type=Path, required=True, help="table of counts to write")
    run_program(parser, main)
