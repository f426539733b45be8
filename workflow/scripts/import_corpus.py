"""Bring one language of a user's own folder into the pipeline: labelled splits, and text without its labels."""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from mclner.common.cli import log_counts, make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.data.corpus_parts import map_types, sample, strip_language_prefix
from mclner.data.sentences import Sentence, count_entities, write_corpus
from mclner.fetch.lockfile import RECORD, verify_folder
from mclner.reading.readers import ReadingOptions, add_reading_options, read_own

log = logging.getLogger("mclner.import")


def main(arguments: argparse.Namespace) -> None:
    for download in {path.parent for path in given(arguments) if (path.parent / RECORD).exists()}:
        verify_folder(download)
    repairs: Counter[str] = Counter()
    scored: set[tuple[str, ...]] = set()
    for split, path in (("test", arguments.test), ("train", arguments.train), ("dev", arguments.dev)):
        if path is None:
            continue
        sentences = labelled(arguments, split, path, repairs)
        if split == "test":
            scored = {row.tokens for row in sentences}
        if split == "train":
            repairs["training sentences that stand in the test, too"] += sum(row.tokens in scored for row in sentences)
            sentences = sample(sentences, arguments.most, arguments.seed)
        save(arguments, split, sentences)
    if arguments.unlabelled is not None:
        found = [row for path in arguments.unlabelled for row in read_split(arguments, "train", path, False, repairs)]
        unseen = [row for row in found if row.tokens not in scored]  # nothing is learnt from a sentence that is scored
        repairs["unlabelled sentences that stand in the test, too"] += len(found) - len(unseen)
        save(arguments, "unlabelled", sample(unseen, arguments.most, arguments.seed))
    log_counts(sorted(repairs.items()), "repairs")


def given(arguments: argparse.Namespace) -> list[Path]:
    """Every file or folder to read; those of a download lie beside its record."""
    named = [arguments.train, arguments.dev, arguments.test, *(arguments.unlabelled or ())]
    return [path for path in named if path is not None]


def read_split(
    arguments: argparse.Namespace, split: str, path: Path, with_tags: bool, repairs: Counter[str]
) -> list[Sentence]:
    """Sentences of a file. Raises InputError where their number, empty ones included, is not the expected one."""
    empty = repairs["empty sentences"]
    sentences = read_own(path, arguments.language, repairs, with_tags, ReadingOptions.of(arguments))
    rows = len(sentences) + repairs["empty sentences"] - empty
    expected = json.loads(arguments.expected).get(split, rows)
    if rows != expected:
        raise InputError(path, f"holds {rows} sentences instead of {expected}.", "Fetch it again, or correct `sizes`.")
    return strip_language_prefix(sentences, arguments.language)


def labelled(arguments: argparse.Namespace, split: str, path: Path, repairs: Counter[str]) -> list[Sentence]:
    sentences = read_split(arguments, split, path, True, repairs)
    sentences = map_types(sentences, json.loads(arguments.tag_mapping), arguments.entity_types, path)
    if not count_entities(sentences):
        remedy = "Map its types under corpus: tag_mapping, or leave the language out: there is nothing to score."
        raise InputError(path, f"holds no entity of the types {', '.join(arguments.entity_types)}.", remedy)
    return sentences


def save(arguments: argparse.Namespace, split: str, sentences: list[Sentence]) -> None:
    write_corpus(sentences, arguments.folder / f"{split}.parquet")
    entities = dict(sorted(count_entities(sentences).items()))
    log.info("%s %s: %d sentences, entities %s", arguments.language, split, len(sentences), entities)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--language", required=True)
    parser.add_argument("--train", type=Path, help="labelled training sentences")
    parser.add_argument("--dev", type=Path, help="labelled sentences that choose the epoch")
    parser.add_argument("--test", type=Path, help="labelled sentences that are scored")
    parser.add_argument("--unlabelled", type=Path, nargs="*", help="sentences of which no tag is read; none will do")
    parser.add_argument("--most", type=int, help="sentences kept for training, or of unlabelled text")
    parser.add_argument("--expected", default="{}", help="JSON: split -> number of sentences that it must have")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw where there are more")
    add_reading_options(parser)
    parser.add_argument("--entity-types", nargs="+", required=True)
    parser.add_argument("--tag-mapping", default="{}", help="JSON: entity type of the file -> ours, or null for none")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write <split>.parquet to")
    run_program(parser, main)
