"""Bring a fetched encoder to its place, every file verified; hard links, where possible, take no space twice."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
from pathlib import Path

from mclner.common.checksums import seal_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.files import writing_folder
from mclner.fetch.lockfile import verify_folder
from mclner.fetch.model_files import check_model_file

log = logging.getLogger("mclner.unpack")


def main(arguments: argparse.Namespace) -> None:
    record = verify_folder(arguments.download)
    for name in record["files"]:
        check_model_file(arguments.download / name)
    with writing_folder(arguments.folder) as folder:
        for name in record["files"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(arguments.download / name, folder / name)
            except OSError:
                shutil.copy(arguments.download / name, folder / name)
        seal_folder(folder)
    log.info("%s at %s", record["source"]["repository"], record["source"]["revision"])


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--download", type=Path, required=True, help="folder of the download")
    parser.add_argument("--folder", type=Path, required=True, help="model folder to write")
    run_program(parser, main)
