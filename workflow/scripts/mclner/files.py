"""Files that are whole or not there."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mclner.errors import InputError


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes `path`'s place only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """The same for a folder: a new one is filled beside `path` and then takes its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        shutil.rmtree(path, ignore_errors=True)
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"cannot be read ({error}).", "Restore it, or correct its name.") from None
    if not rows or rows[0] != list(columns):
        raise InputError(path, f"has the columns {rows[:1]}.", f"Expected {list(columns)}, split by tabs.", 1)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise InputError(path, f"has {len(row)} columns.", f"Expected {len(columns)}, split by tabs.", number)
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]
