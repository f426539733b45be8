"""Make aligned text (english<TAB>translation) of two fetched files whose lines translate each other."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import read_lines
from mclner.fetch.lockfile import only_file
from mclner.lexicons.lexicon import write_pairs

log = logging.getLogger("mclner.parallel")


def main(arguments: argparse.Namespace) -> None:
    files = [only_file(arguments.english), only_file(arguments.translation)]
    english, translation = ([" ".join(line.split()) for line in read_lines(file)] for file in files)
    if len(english) != len(translation):
        problem = f"has {len(translation)} lines, and {files[0]} has {len(english)}."
        raise InputError(files[1], problem, "Only files with the same number of lines can be aligned.")
    pairs = [pair for pair in zip(english, translation, strict=True) if all(pair)]
    write_pairs(pairs, arguments.output)
    log.info("%d pairs of sentences, %d left out for an empty side", len(pairs), len(english) - len(pairs))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--english", type=Path, required=True, help="folder of the download of the English side")
    parser.add_argument("--translation", type=Path, required=True, help="folder of the download of the other side")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
