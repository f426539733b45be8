"""Put the metrics of all runs of an experiment into one table."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from mclner.errors import InputError
from mclner.evaluation import COLUMNS
from mclner.files import writing
from mclner.program import make_parser, run_program


def main(arguments: argparse.Namespace) -> None:
    tables = []
    for path in arguments.metrics:
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        if tuple(table.columns) != COLUMNS:
            raise InputError(path, f"has the columns {list(table.columns)}.", "Delete it and run again.", 1)
        tables.append(table)
    with writing(arguments.output) as partial:
        pd.concat(tables).to_csv(partial, sep="\t", index=False, lineterminator="\n")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--metrics", type=Path, nargs="+", required=True, help="metrics.tsv of each run")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
