"""Bring aligned text (english<TAB>translation) into the pipeline: English sentences and their translations, unlabelled.

Sentences with the same English text get the same id in every language, so one English sentence has many translations.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from mclner.corpus import Sentence, clean_token, write_corpus
from mclner.errors import InputError
from mclner.labelling import split_words
from mclner.program import make_parser, run_program
from transformers import AutoTokenizer

log = logging.getLogger("mclner.parallel")


def main(arguments: argparse.Namespace) -> None:
    tokenizer = AutoTokenizer.from_pretrained(arguments.encoder)
    numbers: dict[str, int] = {}
    by_language: dict[str, list[tuple[int, str]]] = {language: [] for language in arguments.languages}
    for language in arguments.languages:
        for folder in arguments.sources:
            path = folder / f"en-{language}.tsv"
            if path.exists():
                for english, translation in read_rows(path):
                    if english in numbers or len(numbers) < arguments.most:
                        number = numbers.setdefault(english, len(numbers) + 1)
                        by_language[language].append((number, translation))

    def save(language: str, rows: list[tuple[int, str]]) -> None:
        sentences = []
        for number, text in rows:
            tokens = tuple(clean_token(word) for word in split_words(text, tokenizer))
            sentences.append(Sentence(f"parallel-{number}", language, tokens, None))
        write_corpus(sentences, arguments.folder / f"{language}.parquet")
        log.info("%s: %d sentences", language, len(sentences))

    save(arguments.source, [(number, english) for english, number in numbers.items()])
    for language, rows in by_language.items():
        save(language, rows)


def read_rows(path: Path) -> list[tuple[str, str]]:
    """Pairs of sentences. Raises InputError on a row without two columns."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if not line.strip():
            continue
        english, tab, translation = line.rstrip("\r").partition("\t")
        if not tab or not english.strip() or not translation.strip():
            raise InputError(path, "lacks one of two columns.", "Expected english<TAB>translation.", number)
        rows.append((english, translation))
    return rows


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--source", default="en", help="code of the source language")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the target languages")
    parser.add_argument("--sources", type=Path, nargs="+", required=True, help="folders of en-<language>.tsv")
    parser.add_argument("--most", type=int, required=True, help="English sentences used")
    parser.add_argument("--encoder", type=Path, required=True, help="encoder whose tokenizer cuts unspaced scripts")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write <language>.parquet to")
    run_program(parser, main)
