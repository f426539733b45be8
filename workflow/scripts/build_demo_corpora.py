"""Make the corpora of the demo from the hand-written markup: train, dev, test and unlabelled sentences."""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from pathlib import Path

from mclner.common.cli import log_counts, make_parser, run_program
from mclner.data.sentences import Sentence, count_entities, make_sentence, write_corpus
from mclner.demo.markup import MarkedSentence, read_markup
from mclner.demo.name_swapping import multiply

log = logging.getLogger("mclner.demo")


def main(arguments: argparse.Namespace) -> None:
    repairs: Counter[str] = Counter()
    written = read_markup(arguments.demo / "train" / f"{arguments.source}.txt")
    save(arguments, "train", arguments.source, multiply(written, arguments.name_swaps, arguments.seed), repairs)
    save(arguments, "dev", arguments.source, read_markup(arguments.demo / "dev" / f"{arguments.source}.txt"), repairs)
    for language in arguments.languages:
        save(arguments, "test", language, read_markup(arguments.demo / "test" / f"{language}.txt"), repairs)
        if language != arguments.source:
            unlabelled = read_markup(arguments.demo / "unlabelled" / f"{language}.txt")
            save(arguments, "unlabelled", language, unlabelled, repairs)
    log_counts(sorted(repairs.items()), "repairs")


def save(
    arguments: argparse.Namespace, split: str, lang: str, marked: list[MarkedSentence], repairs: Counter[str]
) -> None:
    rows: list[Sentence] = []
    for number, sentence in enumerate(marked, start=1):
        tags = None if split == "unlabelled" else sentence.tags
        rows.append(make_sentence(f"{lang}-{split}-{number}", lang, sentence.tokens, tags, repairs))
    write_corpus(rows, arguments.corpora / lang / f"{split}.parquet")
    log.info("%s %s: %d sentences, entities %s", lang, split, len(rows), dict(sorted(count_entities(rows).items())))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--demo", type=Path, required=True, help="folder of the hand-written sentences")
    parser.add_argument("--source", default="en", help="the language that has training sentences")
    parser.add_argument("--languages", nargs="+", required=True)
    parser.add_argument(
        "--name-swaps", type=int, required=True, help="how often names are swapped in a training sentence"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--corpora", type=Path, required=True, help="folder to write <language>/<split>.parquet to")
    run_program(parser, main)
