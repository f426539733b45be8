"""Reading back what the pipeline wrote: a damaged file or folder is named, never trusted."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from mclner.common.exceptions import DamagedFileError, InputError
from mclner.common.files import content_hash, scratch, writing

if TYPE_CHECKING:  # using a model needs no PyArrow
    import pyarrow as pa
    import pyarrow.parquet as pq

SUMS = "SHA256SUMS"  # in a sealed folder, in the form of the command sha256sum
ROWS_HASH = b"rows_sha256"  # in the metadata of a Parquet file
SUM_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def seal_folder(folder: Path) -> None:
    """Note the SHA-256 of every file under `folder` in its SHA256SUMS, the last file written."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{content_hash(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    with writing(folder / SUMS) as partial:
        partial.write_text("".join(lines), encoding="utf-8")


def damage_of(folder: Path) -> str | None:
    """What is wrong with a sealed folder; None where every file noted in SHA256SUMS is as it was written."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return f"{SUMS} cannot be read"
    noted = [SUM_LINE.fullmatch(line) for line in lines]
    if not lines or not all(noted):
        return f"{SUMS} holds something else than check sums"
    for expected, name in (match.groups() for match in noted if match):
        try:
            found = content_hash(folder / name)
        except (OSError, ValueError):  # ValueError: a name that no file can have
            return f"{name!r} cannot be read"
        if found != expected:
            return f"{name} does not match its check sum"
    return None


def check_folder(folder: Path) -> None:
    """Raise DamagedFileError where a sealed folder is damaged; a folder of another origin has no SHA256SUMS."""
    if not folder.is_dir():
        raise InputError(folder, "is not there.", "Run again: it is made anew.")
    problem = damage_of(folder) if (folder / SUMS).exists() else None
    if problem:
        raise DamagedFileError(folder, problem)


def rows_hash(table: pa.Table) -> bytes:
    """SHA-256 of the values of a table, whatever its pages and row groups."""
    return hashlib.sha256(json.dumps(table.to_pydict(), default=bytes.hex).encode()).hexdigest().encode()


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write `table` with a check sum for every page and one of all its values, whole or not at all."""
    import pyarrow.parquet as pq

    with writing(path) as partial:
        pq.write_table(table.replace_schema_metadata({ROWS_HASH: rows_hash(table)}), partial, write_page_checksum=True)


def write_parquet_parts(parts: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """As `write_parquet`, of a table that comes in parts: two of them are in memory at a time, and each is a row group.

    The sum is one of the columns, one after the other: the parts lie beside `path` until all of them are known.
    """
    import pyarrow.parquet as pq

    coming = iter(parts)
    first, second = next(coming, schema.empty_table()), next(coming, None)
    if second is None:
        write_parquet(first, path)
        return
    with scratch(path.with_name(f"{path.name}.parts")) as unhashed:
        with pq.ParquetWriter(unhashed, schema, compression="lz4") as writer:
            for part in chain((first, second), coming):
                writer.write_table(part)
        with pq.ParquetFile(unhashed) as stored, writing(path) as partial:
            described = schema.with_metadata({ROWS_HASH: _rows_hash_of_file(stored)})
            with pq.ParquetWriter(partial, described, write_page_checksum=True) as writer:
                for group in range(stored.num_row_groups):
                    writer.write_table(stored.read_row_group(group).cast(described))


def _rows_hash_of_file(stored: pq.ParquetFile) -> bytes:
    """As `rows_hash`, with one part of one column in memory at a time."""
    digest = hashlib.sha256()
    for place, name in enumerate(stored.schema_arrow.names):
        digest.update(f"{', ' if place else '{'}{json.dumps(name)}: [".encode())
        begun = False
        for group in range(stored.num_row_groups):
            values = json.dumps(stored.read_row_group(group, columns=[name]).column(0).to_pylist())[1:-1]
            digest.update(f"{', ' * (begun and values != '')}{values}".encode())
            begun = begun or values != ""
        digest.update(b"]")
    digest.update(b"}")
    return digest.hexdigest().encode()


def read_parquet(path: Path, schema: pa.Schema) -> pa.Table:
    """The table that `write_parquet` wrote. Raises DamagedFileError where pages, columns or values are others."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        raise InputError(path, "is not there.", "Run again: it is made anew.")
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        columns = table.schema.names if not table.schema.equals(schema) else None
        is_whole = (table.schema.metadata or {}).get(ROWS_HASH) == rows_hash(table)
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        raise DamagedFileError(path, str(error).splitlines()[0]) from None
    if columns is not None:
        raise DamagedFileError(path, f"has the columns {columns} where {schema.names} were expected")
    if not is_whole:
        raise DamagedFileError(path, "its values do not match their check sum")
    return table


def check_tsv(path: Path, columns: Collection[str], least_rows: int = 1) -> None:
    """Raise DamagedFileError unless `path` is a whole tab-separated table that has `columns` and `least_rows` rows."""
    if not path.exists():
        raise InputError(path, "is not there.", "Run again: it is made anew.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DamagedFileError(path, f"is not UTF-8 at byte {error.start}") from None
    lines = text.split("\n")
    header = lines[0].split("\t")
    if not set(columns) <= set(header):
        raise DamagedFileError(path, f"lacks the columns {sorted(set(columns) - set(header))}")
    if len(lines) < least_rows + 2 or lines[-1]:
        raise DamagedFileError(path, "ends too early")
    for number, line in enumerate(lines[1:-1], start=2):
        if len(line.split("\t")) != len(header):
            raise DamagedFileError(path, f"line {number} has {len(line.split(chr(9)))} columns")
