"""Count the kinds of errors of every run in every language from its predictions."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from mclner.common.checksums import check_folder, read_parquet
from mclner.common.cli import make_parser, run_program
from mclner.common.files import write_tsv
from mclner.data.tags import entities_of
from mclner.evaluation.error_kinds import KINDS, count_error_kinds
from mclner.evaluation.schemas import PREDICTIONS


def main(arguments: argparse.Namespace) -> None:
    rows = []
    for variant in arguments.variants:
        for seed in arguments.seeds:
            folder = arguments.results / variant / f"seed{seed}" / "predictions"
            check_folder(folder)
            for path in sorted(folder.glob("*.parquet")):
                table = read_parquet(path, PREDICTIONS).to_pydict()
                kinds: Counter[str] = Counter()
                for tags, predicted in zip(table["tags"], table["predicted"], strict=True):
                    kinds += count_error_kinds(entities_of(tags), entities_of(predicted))
                run = {"variant": variant, "seed": seed, "language": path.stem}
                rows += [run | {"kind": kind, "entities": kinds[kind]} for kind in KINDS]
    write_tsv(rows, ["variant", "seed", "language", "kind", "entities"], arguments.output)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
