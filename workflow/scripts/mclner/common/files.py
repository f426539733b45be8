"""Files that are whole or not there."""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape as glob_escape
from pathlib import Path, PurePosixPath
from typing import Any

from mclner.common.exceptions import InputError

MARK = "\ufeff"  # the byte order mark
LINE_BLOCK = 2**20  # characters
LONGEST_LINE = 2**26
log = logging.getLogger(__name__)


def stays_inside(name: str) -> bool:
    """True where `name`, given by others, leads to no place outside of the folder that it is put under."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes `path`'s place only when the block ends well."""
    with scratch(path) as partial:
        yield partial
        flush(partial)
        os.replace(partial, path)


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, of which nothing is left when the block ends."""
    partial = _partial_of(path)
    try:
        yield partial
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


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other process is in a block of the same `path`. Where the file system knows no locks, do not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
        except OSError as error:
            log.warning("%s cannot be locked: %s", path, error)
        yield


def copy_parts(source: Path, parts: Iterable[str], folder: Path) -> None:
    """Copy some files and folders of `source` into `folder`, without what Python leaves beside programs."""
    for part in parts:
        if (source / part).is_dir():
            shutil.copytree(source / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source / part, folder / part)


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


def iterate_lines(path: Path) -> Iterator[str]:
    """Lines of a person's UTF-8 file, one block in memory at a time, without their ends and a byte order mark.

    Lines end with LF, CR LF, CR CR LF (text converted twice) or CR. U+2028, U+0085 and the like end none: text may hold
    them. Raises InputError, with the line that is no UTF-8.
    """
    rest = ""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            while block := stream.read(LINE_BLOCK):
                text = rest + block
                whole = len(text.rstrip("\r")) if text.endswith("\r") else len(text)  # what ends it may go on
                lines = _with_plain_ends(text[:whole]).split("\n")
                rest = lines.pop() + text[whole:]
                if len(rest) > LONGEST_LINE:
                    raise InputError(path, f"has a line of over {LONGEST_LINE:,} characters.", "Is it a text file?")
                yield from map(_without_mark, lines) if MARK in text else lines
    except UnicodeDecodeError as error:
        number = _line_that_is_not_utf8(path)
        raise InputError(path, f"is not UTF-8 ({error.reason}).", "Save it as UTF-8.", number) from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).", "Put the file there.") from None
    if rest:
        yield from map(_without_mark, _with_plain_ends(rest).removesuffix("\n").split("\n"))


def _without_mark(line: str) -> str:
    """A line without the byte order mark that stands where another file was put behind the first."""
    return line.removeprefix(MARK) if len(line) > 1 else line


def _with_plain_ends(text: str) -> str:
    return re.sub("\r+\n", "\n", text).replace("\r", "\n") if "\r" in text else text


def _line_that_is_not_utf8(path: Path) -> int:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):  # noqa: B007
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                break
    return number


def line_ends(path: Path) -> str:
    """How the first lines of a file end: LF, CR LF, CR CR LF or CR."""
    with path.open("rb") as stream:
        head = stream.read(2**16)
    for end, name in ((b"\r\r\n", "CR CR LF"), (b"\r\n", "CR LF"), (b"\n", "LF"), (b"\r", "CR")):
        if end in head:
            return name
    return "LF"


def begins_with_mark(path: Path) -> bool:
    """Whether a file begins with a byte order mark of UTF-8."""
    with path.open("rb") as stream:
        return stream.read(3) == b"\xef\xbb\xbf"


def read_text(path: Path) -> str:
    """Text of a person's file in UTF-8, a byte order mark dropped. Raises InputError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, f"is not UTF-8 ({error.reason} at byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).", "Put the file there.") from None


def read_lines(path: Path) -> list[str]:
    """Lines of a person's file, as `iterate_lines` gives them."""
    return list(iterate_lines(path))


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
