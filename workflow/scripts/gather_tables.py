"""Put the tables of all runs of an experiment into one."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from mclner.common.checksums import check_tsv
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import writing


def main(arguments: argparse.Namespace) -> None:
    tables: list[pd.DataFrame] = []
    for path in arguments.tables:
        check_tsv(path, (), least_rows=0)  # alignment of languages without a pair of words to measure on
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        if tables and list(table.columns) != list(tables[0].columns):
            raise InputError(path, f"has the columns {list(table.columns)}.", "Delete it and run again.", 1)
        tables.append(table)
    with writing(arguments.output) as partial:
        pd.concat(tables).to_csv(partial, sep="\t", index=False, lineterminator="\n")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="the same table of each run")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
