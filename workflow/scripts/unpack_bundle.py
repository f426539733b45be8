"""Unpack a bundle on a machine without a network; each file is verified before it is put in place."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath

from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import content_hash, stays_inside, write_json, writing
from mclner.fetch.lockfile import read_lock

MANIFEST = "manifest.json"
log = logging.getLogger("mclner.bundle")


def main(arguments: argparse.Namespace) -> None:
    put = kept = 0
    try:
        with tarfile.open(arguments.bundle, "r:") as archive:
            manifest = read_manifest(archive, arguments.bundle)
            for member in archive:
                if member.name == MANIFEST:
                    continue
                target = arguments.into / checked(member, manifest, arguments.bundle)
                if target.is_file() and content_hash(target) == manifest[member.name]:
                    kept += 1
                elif target.is_file() and target.suffix == ".json" and target.parent == arguments.into / "config":
                    merge_lock(archive, member, target, manifest[member.name], arguments.bundle)
                    put += 1
                else:
                    extract(archive, member, target, manifest[member.name], arguments.bundle)
                    put += 1
                manifest.pop(member.name)
    except tarfile.TarError as error:
        raise InputError(arguments.bundle, f"is no whole archive ({error}).", "Copy it again.") from None
    if manifest:
        raise InputError(arguments.bundle, f"lacks {sorted(manifest)[0]}, which its manifest names.", "Copy it again.")
    log.info("%d files put in place, %d were there already", put, kept)


def read_manifest(archive: tarfile.TarFile, bundle: Path) -> dict[str, str]:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
    if content is None:
        raise InputError(bundle, f"does not begin with {MANIFEST}.", "Make it by `snakemake bundle`.")
    return dict(json.loads(content.read()))


def checked(member: tarfile.TarInfo, manifest: dict[str, str], bundle: Path) -> PurePosixPath:
    """The place of a member. Raises InputError on a link, on a way out of the folder, on what no manifest names.

    And on a sparse file, which may claim any size and take no room in the archive.
    """
    path = PurePosixPath(member.name)
    lock_file = path.parts[:-1] == ("config",) and path.suffix == ".json"  # not a configuration, which can run code
    allowed = path.parts[:1] == ("resources",) or lock_file
    inside = stays_inside(member.name) and allowed
    if not member.isfile() or member.issparse() or not inside or member.name not in manifest:
        raise InputError(bundle, f"holds '{member.name}', which has no place here.", "Do not use this bundle.")
    return path


def merge_lock(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, sha256: str, bundle: Path) -> None:
    """Add the entries of the bundle's lock file to the one that is here. Raises InputError where one differs."""
    content = archive.extractfile(member)
    assert content is not None, "a plain file has content"
    text = content.read()
    if hashlib.sha256(text).hexdigest() != sha256:
        raise InputError(bundle, f"holds a damaged {member.name}.", "Copy the bundle again.")
    try:
        here, brought = read_lock(target), dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise InputError(bundle, f"holds no lock file as {member.name}.", "Do not use this bundle.") from None
    for name in sorted(here.keys() & brought.keys()):
        if here[name] != brought[name]:
            raise InputError(
                target,
                f"locks another {name} than the bundle.",
                "Move this lock file away to take the bundle's, or make the bundle with the lock file that is here.",
            )
    write_json(here | brought, target)
    os.utime(target, (member.mtime, member.mtime))


def extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, sha256: str, bundle: Path) -> None:
    content = archive.extractfile(member)
    assert content is not None, "a plain file has content"
    with writing(target) as partial:
        with partial.open("wb") as stream:
            shutil.copyfileobj(content, stream)
        with partial.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256:
            raise InputError(bundle, f"holds a damaged {member.name}.", "Copy the bundle again.")
        os.utime(partial, (member.mtime, member.mtime))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--into", type=Path, default=Path(), help="the checkout (default: here)")
    run_program(parser, main)
