"""Write a table of what went into an experiment (sources, corpora, lexicons, translations) as Markdown, LaTeX, HTML."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from mclner.common.cli import make_parser, run_program
from mclner.report.tables import save_table

CAPTIONS = {
    "sources": "What was fetched: repository or address, revision, size and licence",
    "corpora": "Files of sentences: what each was taken for, what of that was a guess, and what was mended or left out "
    "(token_column, tag_column and tag_scheme under corpus say otherwise)",
    "lexicons": "Pairs of each lexicon source, pairs that it adds to those before it, and the share of the English "
    "training words, and of those inside entities, that it covers",
    "translations": "Translated sentences by language, and what the quality guard turned away",
}


def main(arguments: argparse.Namespace) -> None:
    table = pd.concat(
        [pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False) for path in arguments.inputs], ignore_index=True
    )
    table = table.rename(columns=lambda name: str(name).replace("_", " ").capitalize())
    caption = f"{CAPTIONS[arguments.name]}; experiment {arguments.experiment}."
    save_table(table, caption, arguments.output)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("name", choices=sorted(CAPTIONS))
    parser.add_argument("--inputs", type=Path, nargs="+", required=True, help="tables to put below each other")
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--output", type=Path, required=True, help="Markdown to write; LaTeX and HTML beside it")
    run_program(parser, main)
