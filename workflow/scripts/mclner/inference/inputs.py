"""What there is to label: lines of text, one after the other and never a whole file of them; sentences of CoNLL."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mclner.common.exceptions import InputError
from mclner.reading.file_forms import Form, chosen_form
from mclner.reading.readers import ReadingOptions, iterate_own

STANDARD_INPUT = Path("-")
LONGEST_LINE = 1_000_000  # characters; a longer one is read in parts, cut at white space


@dataclass(frozen=True, slots=True)
class Item:
    """A line of text, or the tokens of a sentence; `offset` is where a line begins in its file, in characters."""

    content: str | Sequence[str]
    offset: int = 0


def form_of(path: Path, asked: Form | None) -> Form:
    """The form asked for; else what the content is. Standard input is text. Raises InputError where neither tells."""
    if path == STANDARD_INPUT:
        return asked or "text"
    return chosen_form(path, asked)


def read_items(path: Path, form: Form) -> Iterator[Item]:
    """What a file, or standard input, holds, in order. Raises InputError where it cannot be read."""
    if form != "text":
        if path == STANDARD_INPUT:
            raise InputError("standard input", "is read as running text alone.", "Give the file by its name.")
        options = ReadingOptions(form=form)
        for sentence in iterate_own(path, "", Counter(), labelled=False, options=options):
            yield Item(sentence.tokens)
        return
    with opened(path) as stream:
        try:
            yield from (Item(line, offset) for offset, line in read_lines_of(stream))
        except UnicodeDecodeError as error:
            raise InputError(path, f"is not UTF-8 ({error.reason}).", "Save it as UTF-8.") from None


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A text file, or standard input, whose lines end at line feeds alone."""
    if path == STANDARD_INPUT:
        sys.stdin.reconfigure(encoding="utf-8-sig", newline="\n")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        stream = path.open(encoding="utf-8-sig", newline="\n")
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror}).", "Give a file of text.") from None
    with stream:
        yield stream


def read_lines_of(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Lines without their ends, each with the place of its first character."""
    offset, rest = 0, ""
    while line := rest + stream.readline(LONGEST_LINE):
        rest = ""
        if len(line) >= LONGEST_LINE and not line.endswith("\n"):
            cut = max(line.rfind(" "), line.rfind("\t")) + 1 or len(line)
            line, rest = line[:cut], line[cut:]
        yield offset, line.rstrip("\r\n")
        offset += len(line)
