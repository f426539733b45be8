"""Files that are whole or not there."""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import json
import logging
import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape as glob_escape
from pathlib import Path, PurePosixPath
from typing import Any

from mclner.common.exceptions import InputError

SENTENCE_ENDINGS = (".conll", ".parquet", ".jsonl")  # of a user's own sentences; here, as Snakemake itself asks
log = logging.getLogger(__name__)


def stays_inside(name: str) -> bool:
    """True where `name`, given by others, leads to no place outside of the folder that it is put under."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes `path`'s place only when the block ends well."""
    partial = _partial_of(path)
    try:
        yield partial
        flush(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """The same for a folder: a new one is filled beside `path` and then takes its place."""
    partial = _partial_of(path)
    partial.mkdir()
    try:
        yield partial
        for file in partial.rglob("*"):
            flush(file)
        shutil.rmtree(path, ignore_errors=True)
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only process of this machine that works in `folder`. Raises InputError where another one does.

    A killed process no longer counts. Where the file system knows no locks, nothing is held.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f"{folder.name}.lock")
    with lock.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(folder, "is in use by another process.", "Wait for its end, or end it.") from None
        except OSError as error:
            log.warning("%s cannot be locked: %s", lock, error)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _partial_of(path: Path) -> Path:
    """A name beside `path` for this process; what killed processes of this machine left there is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stem = f".{path.name}.{socket.gethostname()}"
    for left in path.parent.glob(f"{glob_escape(stem)}.*.partial"):
        process = int(left.name.split(".")[-2])
        if process == os.getpid() or not _is_alive(process):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    return path.with_name(f"{stem}.{os.getpid()}.partial")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)  # asks only
    except OSError as error:
        return error.errno == errno.EPERM
    return True


def flush(path: Path) -> None:
    """Have `path` on the disk before another name points to it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_text(path: Path) -> str:
    """Text of a person's file in UTF-8, a byte order mark dropped. Raises InputError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, f"is not UTF-8 ({error.reason} at byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).", "Put the file there.") from None


def read_lines(path: Path) -> list[str]:
    """Lines of a person's file, without their ends. U+2028, U+0085 and the like end no line: text may hold them.

    Raises InputError as `read_text` does.
    """
    text = read_text(path)
    return text.removesuffix("\n").split("\n") if text else []


def content_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(value: Any, path: Path) -> None:
    """Write `value` as readable JSON."""
    with writing(path) as partial:
        partial.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def write_tsv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], path: Path) -> None:
    """Write dictionaries as a tab-separated table with a header."""
    with writing(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a tab-separated table with just these `columns`. Raises InputError, with the line of a broken row."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path, f"cannot be read ({error}).", "Restore it, or correct its name.") from None
    if not rows or rows[0] != list(columns):
        raise InputError(path, f"has the columns {rows[:1]}.", f"Expected {list(columns)}, split by tabs.", 1)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise InputError(path, f"has {len(row)} columns.", f"Expected {len(columns)}, split by tabs.", number)
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]
