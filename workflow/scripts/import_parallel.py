"""Bring aligned text (english<TAB>translation) into the pipeline: English sentences and their translations, unlabelled.

Sentences with the same English text get the same id in every language, so one English sentence has many translations.
English sentences that most languages have come first, the others by turns of the languages. The last ones are held out,
to measure on them how well languages are aligned.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import read_text
from mclner.data.sentences import Sentence, clean_token, write_corpus
from mclner.data.tokenization import load_tokenizer, split_words

log = logging.getLogger("mclner.parallel")


def main(arguments: argparse.Namespace) -> None:
    check_folder(arguments.encoder)
    tokenizer = load_tokenizer(arguments.encoder)
    rows = {language: read_language(arguments.sources, language) for language in arguments.languages}
    numbers = number_sources(rows.values())
    if len(numbers) == 1 and arguments.held_out:
        raise InputError(arguments.sources[0], "has one English sentence, and some are to be held out.", "Add others.")
    last = len(numbers) - min(arguments.held_out, len(numbers) // 2)  # of those to learn from
    parts = {arguments.folder: range(1, min(arguments.most, last) + 1)}
    parts[arguments.folder / "held_out"] = range(last + 1, len(numbers) + 1)
    texts = {arguments.source: [(english, english) for english in numbers]} | rows
    for folder, part in parts.items():
        for language, pairs in texts.items():
            chosen = [(numbers[english], text) for english, text in pairs if numbers[english] in part]
            sentences = [make_unlabelled(number, text, language, tokenizer) for number, text in chosen]
            write_corpus(sentences, folder / f"{language}.parquet")
            log.info("%s: %d sentences in %s", language, len(sentences), folder)


def number_sources(languages: Iterable[Sequence[tuple[str, str]]]) -> dict[str, int]:
    """English sentence -> its number from 1: those in most languages first, then by their place in the files."""
    having: Counter[str] = Counter()
    places: dict[str, int] = {}
    for rows in languages:
        having.update({english for english, _ in rows})
        for place, (english, _) in enumerate(rows):
            places[english] = min(place, places.get(english, place))
    ordered = sorted(places, key=lambda english: (-having[english], places[english]))
    return {english: number for number, english in enumerate(ordered, start=1)}


def read_language(folders: list[Path], language: str) -> list[tuple[str, str]]:
    """The pairs of one language from every folder that has it."""
    paths = [folder / f"en-{language}.tsv" for folder in folders]
    return [row for path in paths if path.exists() for row in read_rows(path)]


def make_unlabelled(number: int, text: str, language: str, tokenizer: Tokenizer) -> Sentence:
    tokens = tuple(clean_token(word) for word in split_words(text, tokenizer))
    return Sentence(f"parallel-{number}", language, tokens, None)


def read_rows(path: Path) -> list[tuple[str, str]]:
    """Pairs of sentences; further columns are left out, and said. Raises InputError on a row without two columns."""
    rows, longer = [], 0
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        fields = line.rstrip("\r").split("\t")
        if len(fields) < 2 or not fields[0].strip() or not fields[1].strip():
            raise InputError(path, "lacks one of two columns.", "Expected english<TAB>translation.", number)
        longer += len(fields) > 2
        rows.append((fields[0], fields[1]))
    if longer:
        log.warning("%s: %d rows have more than two columns; only the first two are taken", path, longer)
    return rows


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--source", default="en", help="code of the source language")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the target languages")
    parser.add_argument("--sources", type=Path, nargs="*", default=[], help="folders of en-<language>.tsv")
    parser.add_argument("--most", type=int, required=True, help="English sentences used")
    parser.add_argument("--held-out", type=int, required=True, help="English sentences kept apart, at most half")
    parser.add_argument("--encoder", type=Path, required=True, help="encoder whose tokenizer cuts unspaced scripts")
    parser.add_argument(
        "--folder", type=Path, required=True, help="folder to write <language>.parquet to; held_out/ in it"
    )
    run_program(parser, main)
