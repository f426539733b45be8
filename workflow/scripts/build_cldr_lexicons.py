"""Write a lexicon of names from Unicode's CLDR (through Babel) for each target language."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from mclner.common.cli import make_parser, run_program
from mclner.data.languages import read_languages
from mclner.lexicons.cldr import cldr_pairs
from mclner.lexicons.lexicon import write_pairs

log = logging.getLogger("mclner.cldr")


def main(arguments: argparse.Namespace) -> None:
    table = read_languages(arguments.table)
    for code in arguments.languages:
        pairs = cldr_pairs(table[code])
        write_pairs(pairs, arguments.folder / f"en-{code}.tsv")
        log.info("%s: %d pairs", code, len(pairs))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the target languages")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write en-<language>.tsv to")
    run_program(parser, main)
