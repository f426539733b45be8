"""What was fetched, by revision and checksum: a record beside each download, and one lock file for them all.

The lock file, config/lock.json, maps the name of a download, such as `corpora/panx/de`, to its record. A record has
`source` (repository and revision, or url), `licence` and `files`: name -> bytes and sha256.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError
from mclner.common.files import content_hash, write_json

RECORD = "record.json"
COMMIT = re.compile("[0-9a-f]{40}")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a fetch brought: the names of its files in their folder, where they came from, and on what terms."""

    files: Sequence[str]
    source: Mapping[str, str]
    licence: str


def make_record(folder: Path, brought: Brought) -> Record:
    """The record of the files under `folder` that a fetch brought."""
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": content_hash(folder / name)}
        for name in sorted(brought.files)
    }
    return {"source": dict(brought.source), "licence": brought.licence, "files": files}


def keep_only(folder: Path, files: Sequence[str]) -> None:
    """Remove from `folder` all but `files`, such as what an earlier attempt at another revision left there."""
    wanted = {folder / name for name in files}
    for path in sorted(folder.rglob("*"), reverse=True):  # what a folder holds before the folder
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted:
            path.unlink()


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises InputError where it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(path, f"is no readable JSON ({error}).", "Restore it, or delete it and fetch again.") from None


def read_lock(path: Path) -> dict[str, Record]:
    """Records by name; none where there is no lock file yet."""
    return read_json(path) if path.exists() else {}


def check_against_lock(name: str, record: Record, locked: Record | None, lock: Path) -> None:
    """Raises InputError, naming the file, where what came is not what the lock file says."""
    if locked is None:
        return
    remedy = f"If the change is wanted, fetch with --config lock=renew --forceall; it was recorded in {lock}."
    if record["source"] != locked["source"]:
        raise InputError(name, f"comes from {record['source']}, locked is {locked['source']}.", remedy)
    for file in sorted({*record["files"], *locked["files"]}):
        came, expected = record["files"].get(file), locked["files"].get(file)
        if came != expected:
            raise InputError(f"{name}/{file}", f"has changed upstream: {came}, locked is {expected}.", remedy)


def revision_to_fetch(name: str, locked: Record | None, configured: str | None) -> str | None:
    """The locked revision, else the configured one. Raises InputError where the configuration names another commit.

    A branch may be configured beside a lock: what it pointed to is what was locked.
    """
    if locked is None:
        return configured
    revision = locked["source"]["revision"]
    if configured is not None and COMMIT.fullmatch(configured) and configured != revision:
        remedy = "Correct the configuration, or fetch with --config lock=renew --forceall."
        raise InputError(name, f"is locked to revision {revision}, the configuration says {configured}.", remedy)
    return revision


def verify_folder(folder: Path) -> Record:
    """The record of a download, after checking that every file is as it was recorded. Raises InputError."""
    record = read_json(folder / RECORD)
    remedy = f"Delete {folder} and fetch again."
    for name, expected in record["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != expected["bytes"]:
            raise InputError(path, f"is not there with its {expected['bytes']} bytes.", remedy)
        if content_hash(path) != expected["sha256"]:
            raise InputError(path, "is damaged: its sha256 is not the recorded one.", remedy)
    return record


def only_file(folder: Path) -> Path:
    """The one file of a download. Raises InputError where there are others."""
    files = list(verify_folder(folder)["files"])
    if len(files) != 1:
        raise InputError(folder, f"holds {len(files)} files instead of one.", "Delete it and fetch again.")
    return folder / files[0]


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock beside `path`, so that two processes never update it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def update_lock(path: Path, records: Mapping[str, Record], renew: bool) -> list[str]:
    """Add `records` to the lock file; names whose record is new or, with `renew`, changed.

    Raises InputError where a record differs and `renew` is not asked for.
    """
    with alone(path):
        known = read_lock(path)
        for name, record in records.items():
            if not renew:
                check_against_lock(name, record, known.get(name), path)
        changed = [name for name, record in records.items() if known.get(name) != record]
        if changed:
            write_json(known | dict(records), path)
    return changed


def fetch_once(
    folder: Path, name: str, lock: Path, renew: bool, fill: Callable[[Path, Record | None], Brought]
) -> None:
    """Fill `folder` with a download and its record; nothing is done where a whole one is there already.

    `fill(staging, locked)` brings the files to a folder that outlives a failure, so that the next attempt goes on from
    there, and says what it brought; what else lies there is removed. Only one process at a time works on a folder.
    Raises InputError.
    """
    with alone(folder):
        if (folder / RECORD).exists():
            verify_folder(folder)
            return
        locked = None if renew else read_lock(lock).get(name)
        staging = folder.with_name(f".{folder.name}.fetching")
        staging.mkdir(parents=True, exist_ok=True)
        brought = fill(staging, locked)
        keep_only(staging, brought.files)
        record = make_record(staging, brought)
        try:
            check_against_lock(name, record, locked, lock)
        except InputError:
            shutil.rmtree(staging)
            raise
        write_json(record, staging / RECORD)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(staging, folder)
