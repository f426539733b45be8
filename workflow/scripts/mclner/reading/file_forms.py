"""What a file of sentences is, told by its content: columns, JSON Lines, Parquet or running text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

from mclner.common.exceptions import InputError
from mclner.common.files import iterate_lines
from mclner.reading.columns import AS_SEEN, SAMPLE, Layout, find_layout, rows_of
from mclner.reading.strange_content import refuse_foreign

Form = Literal["conll", "json", "parquet", "text"]
FORMS: tuple[Form, ...] = get_args(Form)
COLUMN_ENDINGS = (".conll", ".conllu", ".conllup", ".tsv", ".iob", ".iob2", ".bio", ".bioes", ".bilou", ".bmes")
JSON_ENDINGS = (".jsonl", ".json", ".ndjson")
ARCHIVES = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
JSON_BEGIN = re.compile(r'\s*(\{\s*("|\}|$)|\[\s*(\{|\[|$))')
SENTENCE_END = tuple(".!?…。！？।॥։؟۔።")
OTHER_DELIMITERS = {",": "commas", ";": "semicolons", "|": "vertical bars"}
LONG_TOKEN = 25  # characters: half of the lines of a file are that long where they are sentences


@dataclass(frozen=True, slots=True)
class FileForm:
    """The form of a file; `sure` is False where its content alone does not tell columns from running text.

    `layout` has what was seen of the columns of a file of lines.
    """

    form: Form
    sure: bool = True
    layout: Layout | None = None


def find_form(path: Path) -> FileForm:
    """The form of a file, or of a folder of Parquet files. Raises InputError where it is none of those known."""
    if path.is_dir():
        return FileForm("parquet")
    head = _first_bytes(path)
    packed = next((name for mark, name in ARCHIVES.items() if head.startswith(mark)), None)
    if packed:
        raise InputError(path, f"is packed ({packed}).", "Unpack it.")
    if head.startswith((b"PAR1", b"PARE")) or path.suffix == ".parquet":
        return FileForm("parquet")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4096].count(0) * 4 > len(head[:4096]):
        raise InputError(path, "is not UTF-8 but UTF-16, or no text.", "Save it as UTF-8.")
    lines = list(islice(iterate_lines(path), SAMPLE))
    refuse_foreign(path, lines)
    first = next((line for line in lines if line.strip()), "")
    if JSON_BEGIN.match(first):
        return FileForm("json")
    form = _form_of_lines(lines)
    if form.form == "text" and path.suffix in JSON_ENDINGS:
        return FileForm("json")  # to be told what is wrong in it
    return form


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(2**16)
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).", "Put the file there.") from None


def _form_of_lines(lines: Sequence[str]) -> FileForm:
    layout = find_layout(lines, AS_SEEN)
    rows = [row.fields for row in rows_of(lines, layout)]
    if layout.tag is not None or layout.numbered is not None:
        return FileForm("conll", layout=layout)
    if is_running_text(rows, layout):
        return FileForm("text", layout=layout)
    if layout.columns > 1:
        return FileForm("conll", layout.delimiter == "\t", layout)
    marks = any(len(fields[0]) == 1 and not fields[0].isalnum() for fields in rows)
    return FileForm("conll" if marks else "text", False, layout)


def is_running_text(rows: Sequence[Sequence[str]], layout: Layout) -> bool:
    """Whether rows without tags are sentences: by their ends, their length or their number of words."""
    if not rows:
        return False
    if layout.delimiter == "\t":
        return text_column(rows, layout) is not None
    ends = sum(fields[-1].endswith(SENTENCE_END) and (len(fields) > 1 or len(fields[0]) > 4) for fields in rows)
    sizes = Counter(map(len, rows))
    varied = sizes[layout.columns] * 10 < 7 * len(rows) and sum(size > 1 for size in map(len, rows)) * 2 > len(rows)
    long = sorted(sum(map(len, fields)) for fields in rows)[len(rows) // 2] >= LONG_TOKEN
    return ends * 2 >= len(rows) or varied or long or layout.columns > 10


def text_column(rows: Sequence[Sequence[str]], layout: Layout) -> int | None:
    """The column of a table that holds sentences: most cells have several words."""
    for column in range(layout.columns):
        cells = [fields[column].strip() for fields in rows if column < len(fields)]
        words = 2 if column == layout.token else 3
        if sum(len(cell.split(" ")) >= words for cell in cells) * 2 > len(rows):
            return column
    return None


def chosen_form(path: Path, named: Form | None) -> Form:
    """The form to read a file of text in, sentences or tokens. Raises InputError where content and ending disagree."""
    if named is not None:
        return named
    seen = find_form(path)
    by_ending = path.suffix.lower() in COLUMN_ENDINGS
    if seen.form == "text" and by_ending and seen.sure:
        raise InputError(path, f"looks like running text, and ends in {path.suffix}.", "Say --format text or conll.")
    if seen.form == "text" and seen.layout is not None and seen.layout.columns > 1 and seen.layout.delimiter == "\t":
        raise InputError(path, "is a table with running text in a column.", "Give the sentences alone, one a line.")
    if seen.form == "conll" and not seen.sure and not by_ending:
        problem = "may be running text, or columns without tags."
        raise InputError(path, problem, "Say --format text, a sentence a line, or --format conll, a token a line.")
    return "conll" if by_ending and not seen.sure else seen.form


def other_delimiter(lines: Sequence[str]) -> str | None:
    """Commas and the like, where these part columns with tags in lines without tabs and spaces."""
    for mark, name in OTHER_DELIMITERS.items():
        parted = [line.replace(mark, "\t") for line in lines if line.count(mark) == max(1, lines[0].count(mark))]
        if len(parted) * 2 > len(lines) and find_layout(parted, AS_SEEN).tag is not None:
            return name
    return None
