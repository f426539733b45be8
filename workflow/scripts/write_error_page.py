"""Write a page to look at the errors of every run: one HTML file that opens in any browser, without a network."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from mclner.common.checksums import check_folder, read_parquet
from mclner.common.cli import make_parser, run_program, with_progress
from mclner.common.exceptions import InputError
from mclner.configuration.comparisons import Comparisons
from mclner.data.languages import Language, read_languages
from mclner.data.tags import entities_of
from mclner.evaluation.schemas import PREDICTIONS
from mclner.report.error_page import LabelledSentence, LanguageErrors, spread_evenly, write_error_page

log = logging.getLogger("mclner.write_error_page")


def main(arguments: argparse.Namespace) -> None:
    known = read_languages(arguments.table)
    folders = [
        arguments.results / variant / f"seed{seed}" / "predictions"
        for seed in arguments.seeds
        for variant in arguments.variants
    ]
    for folder in folders:
        check_folder(folder)
    languages = [
        read_language(folders, known[code], arguments.sentences)
        for code in with_progress(arguments.languages, "reading predictions", "languages")
    ]
    titles = Comparisons.from_json(arguments.comparisons).titles
    write_error_page(arguments.output, arguments.experiment, titles, arguments.seeds, languages)
    shown, available = (
        sum(numbers) for numbers in zip(*((len(row.sentences), row.available) for row in languages), strict=True)
    )
    log.info("%d of %d sentences, %.1f MB", shown, available, arguments.output.stat().st_size / 1e6)


def read_language(folders: list[Path], language: Language, most: int) -> LanguageErrors:
    """Sentences of a language with what each run found. Raises InputError where runs were scored on others."""
    tables = [read_parquet(folder / f"{language.code}.parquet", PREDICTIONS).to_pydict() for folder in folders]
    first = tables[0]
    for folder, table in zip(folders, tables, strict=True):
        if any(table[column] != first[column] for column in ("id", "tokens", "tags")):
            raise InputError(folder, f"has other sentences of '{language.code}'.", "Evaluate all runs again.")
    available = len(first["id"])
    sentences = [labelled_sentence(tables, position) for position in spread_evenly(available, most)]
    return LanguageErrors(language, sentences, available)


def labelled_sentence(tables: list[dict[str, list[Any]]], position: int) -> LabelledSentence:
    """The sentence at `position` of the tables of all runs."""
    first = tables[0]
    found = [entities_of(table["predicted"][position]) for table in tables]
    return LabelledSentence(
        first["id"][position], first["tokens"][position], entities_of(first["tags"][position]), found
    )


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--comparisons", required=True, help="JSON: titles of variants, what is set against what")
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--languages", nargs="+", required=True, help="codes, in the order of the page")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--sentences", type=int, default=1000, help="most sentences per language (default: 1000)")
    parser.add_argument("--output", type=Path, required=True, help="page to write")
    run_program(parser, main)
