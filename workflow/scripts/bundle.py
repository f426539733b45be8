"""Pack what was fetched into one archive for machines without a network.

The first member, manifest.json, has the sha256 sum of every other; `unpack_bundle.py` checks them.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import tarfile
from pathlib import Path

from mclner.common.cli import make_parser, run_program, with_progress
from mclner.common.files import content_hash, writing

MANIFEST = "manifest.json"
log = logging.getLogger("mclner.bundle")


def main(arguments: argparse.Namespace) -> None:
    files = sorted({path for item in arguments.items for path in files_of(item)})
    manifest = {path.as_posix(): content_hash(path) for path in files}
    with writing(arguments.bundle) as partial, tarfile.open(partial, "w") as archive:
        text = json.dumps(manifest, indent=2, sort_keys=True).encode()
        header = tarfile.TarInfo(MANIFEST)
        header.size = len(text)
        archive.addfile(header, io.BytesIO(text))
        for path in with_progress(files, "packing", "files"):
            archive.add(path, arcname=path.as_posix(), filter=nameless)
    log.info("%d files, %d bytes", len(files), arguments.bundle.stat().st_size)


def files_of(item: Path) -> list[Path]:
    """Files of a folder, without the mark that Snakemake leaves in it; or the one file."""
    if not item.is_dir():
        return [item]
    return [path for path in item.rglob("*") if path.is_file() and path.name != ".snakemake_timestamp"]


def nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same bytes whoever packs: no user, and the plain mode of a file."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--items", type=Path, nargs="+", required=True, help="files and folders, relative to here")
    parser.add_argument("--bundle", type=Path, required=True, help="the archive to write")
    run_program(parser, main)
