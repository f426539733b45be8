"""Fetch one file by its address, such as a dictionary of MUSE."""

from __future__ import annotations

import argparse
from pathlib import Path

from mclner.download import Limits, download
from mclner.lockfile import Record, fetch_once
from mclner.program import add_lock_options, make_parser, run_program


def main(arguments: argparse.Namespace) -> None:
    limits = Limits(attempts=arguments.attempts, most_bytes=arguments.most_bytes)

    def fill(staging: Path, locked: Record | None) -> tuple[Record, str]:
        download(arguments.url, staging / arguments.url.rsplit("/", 1)[1], limits)
        return {"url": arguments.url}, arguments.licence

    fetch_once(arguments.folder, arguments.name, arguments.lock, arguments.policy == "renew", fill)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--licence", default="not stated")
    parser.add_argument("--most-bytes", type=int, default=512 * 2**20, help="largest file to take")
    parser.add_argument("--attempts", type=int, default=5, help="attempts at each file")
    parser.add_argument("--name", required=True, help="name of the download in the lock file")
    add_lock_options(parser)
    parser.add_argument("--folder", type=Path, required=True, help="folder to fill")
    run_program(parser, main)
