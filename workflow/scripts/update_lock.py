"""Gather the records of all downloads: verify each, add them to the lock file, and write the table of sources."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from mclner.common.cli import add_lock_options, make_parser, run_program
from mclner.common.files import write_tsv
from mclner.fetch.lockfile import Record, update_lock, verify_folder

log = logging.getLogger("mclner.lock")
COLUMNS = ("name", "source", "revision", "files", "bytes", "licence")


def main(arguments: argparse.Namespace) -> None:
    records = {
        folder.relative_to(arguments.downloads).as_posix(): verify_folder(folder) for folder in arguments.folders
    }
    changed = update_lock(arguments.lock, records, arguments.policy == "renew")
    log.info("%d downloads verified, %d new or changed in %s", len(records), len(changed), arguments.lock)
    write_tsv([row_of(name, record) for name, record in records.items()], COLUMNS, arguments.table)


def row_of(name: str, record: Record) -> dict[str, object]:
    source = record["source"]
    return {
        "name": name,
        "source": source.get("url") or source["repository"],
        "revision": source.get("revision", ""),
        "files": len(record["files"]),
        "bytes": sum(file["bytes"] for file in record["files"].values()),
        "licence": record["licence"],
    }


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--folders", type=Path, nargs="+", required=True, help="folders of downloads")
    parser.add_argument("--downloads", type=Path, required=True, help="the folder that names are relative to")
    add_lock_options(parser)
    parser.add_argument("--table", type=Path, required=True, help="table of sources to write")
    run_program(parser, main)
