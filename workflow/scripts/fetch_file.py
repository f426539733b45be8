"""Fetch one file by its address, such as a dictionary of MUSE."""

from __future__ import annotations

import argparse
from pathlib import Path

from mclner.common.cli import add_fetch_options, make_parser, run_program
from mclner.fetch.download import Limits, download
from mclner.fetch.lockfile import Brought, Record, fetch_once


def main(arguments: argparse.Namespace) -> None:
    limits = Limits(attempts=arguments.attempts, silence=arguments.silence, most_bytes=arguments.most_bytes)

    def fill(staging: Path, locked: Record | None) -> Brought:
        name = arguments.url.rsplit("/", 1)[1]
        download(arguments.url, staging / name, limits)
        return Brought([name], {"url": arguments.url}, arguments.licence)

    fetch_once(arguments.folder, arguments.name, arguments.lock, arguments.policy == "renew", fill)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--licence", default="not stated")
    parser.add_argument("--most-bytes", type=int, default=512 * 2**20, help="largest file to take")
    add_fetch_options(parser)
    run_program(parser, main)
