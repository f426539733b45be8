"""What the columns of a CoNLL file hold, seen from its first lines: token, tag, numbers; and where that is a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mclner.data.tokenization import INVISIBLE
from mclner.reading.tag_schemes import TYPES_ALONE, Scheme, TagReader, count_tags, reader_of

SAMPLE = 4_000  # lines looked at
LEAST_ROWS = 3  # by which a column is known to hold something else than tokens
MOST_COLUMNS = 64  # looked at; what stands behind is no tag of a named entity
METADATA = re.compile(r"# *[\w.:-]+ = |#(begin|end) document\b")  # of CoNLL-U and CoNLL-2012
ELEMENTS = "s|p|doc|document|text|body|head|headline|title|sent|sentence|para|paragraph|ingress|article|div"
MARKUP = re.compile(rf"<(/?({ELEMENTS})|/[A-Za-z]\w*|({ELEMENTS}) [^<>]*)/?>\s*", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+([-.][0-9]+)?")
DOCUMENT = "-DOCSTART-"
HIDDEN_BEGINS = "\t \u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"
SENTENCE_MARK = re.compile(r"sent(ence)?[ _:#-]*\d+", re.IGNORECASE)
TOKEN_NAMES = frozenset({"token", "tokens", "word", "words", "form"})
OTHER_NAMES = frozenset(
    {
        "id",
        "idx",
        "index",
        "lemma",
        "pos",
        "postag",
        "pos_tag",
        "upos",
        "xpos",
        "chunk",
        "ner",
        "ner_tag",
        "ner_tags",
        "tag",
        "tags",
        "label",
        "labels",
        "entity",
        "ne",
        "iob",
        "bio",
        "misc",
        "sentence",
        "sentence #",
        "sentence_id",
        "sent_id",
        "feats",
        "head",
        "deprel",
    }
)  # of columns, as a first row gives them


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What a person says of the columns, counted from 0, or from -1 at the end; None is seen from the content."""

    token: int | None = None
    tag: int | None = None
    scheme: Scheme | None = None


AS_SEEN = ColumnChoice()


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of a file, counted from 0: `tag` is where tags stand and None where none were seen.

    `numbered` is a column of numbers beside the tokens; `marks` one that is empty but where a sentence begins; `counts`
    says that the token column itself is 0, 1, 2, ….
    """

    delimiter: str
    columns: int
    token: int = 0
    tag: int | None = None
    tags: TagReader = field(default_factory=TagReader)
    numbered: int | None = None
    marks: int | None = None
    header: bool = False
    counts: bool = False
    notes: tuple[str, ...] = ()

    @property
    def tag_or_last(self) -> int:
        return -1 if self.tag is None else self.tag

    def split(self, line: str) -> list[str]:
        """Fields of a line; empty ones at its end are no columns. U+00A0 and the like may stand inside a token."""
        if self.delimiter == "\t" and "\t" in line:
            fields = line.split("\t")
            while len(fields) > 1 and not fields[-1].strip(" "):
                fields.pop()
            return fields
        return [part for part in line.split(" ") if part]

    def describe(self) -> str:
        """What was seen, for the log."""
        parts = [f"{self.columns} columns parted by {'tabs' if self.delimiter == chr(9) else 'spaces'}"]
        parts.append(f"token_column {self.token}")
        if self.tag is not None:
            kinds = sorted(self.tags.seen)
            shown = ", ".join(kinds[:8]) + (f" and {len(kinds) - 8} more" if len(kinds) > 8 else "")
            parts.append(f"tag_column {self.tag} ({self.tags.scheme}: {shown or 'no entity'})")
        parts += ["a row of names above"] * self.header
        parts += [f"begins of sentences in column {self.marks}"] * (self.marks is not None)
        parts += [f"numbers in column {self.numbered}"] * (self.numbered is not None)
        return ", ".join(parts)


class Row(NamedTuple):
    """Fields of a line, and the number of the block between blank lines that it stands in."""

    block: int
    fields: list[str]


def find_layout(lines: Sequence[str], choice: ColumnChoice) -> Layout:
    """The layout of a file that begins with `lines`; `choice` goes before what is seen."""
    filled = [line for line in lines if line.strip()]
    plain = [line for line in filled if not line.startswith(("#", DOCUMENT)) and not MARKUP.match(line)] or filled
    with_tabs = sum("\t" in line for line in plain)
    layout = Layout("\t" if with_tabs * 2 >= max(1, len(plain)) else " ", 1)
    rows = rows_of(lines, layout)
    if rows and is_header(rows[0].fields):
        layout, rows = replace(layout, header=True), rows[1:]
    if not rows:
        return replace(layout, token=choice.token or 0, tag=choice.tag)
    sizes = Counter(len(row.fields) for row in rows)
    layout = replace(layout, columns=sizes.most_common(1)[0][0])
    tag, reader, others = find_tags(rows, sizes, choice)
    looked_at = range(min(layout.columns, MOST_COLUMNS))
    numbers = [column for column in looked_at if is_of_numbers(rows, column)]
    marks = next((column for column in looked_at if marks_begins(rows, column)), None)
    taken = {*others, *numbers, marks, _forward(tag, layout)}
    free = [column for column in range(layout.columns) if column not in taken]
    free = [column for column in free if not names_no_tokens(rows, column)] or free
    left = [column for column in range(layout.columns) if column != _forward(tag, layout)]
    token = choice.token if choice.token is not None else next(iter(free or left), 0)
    numbered = next((number for number in reversed(numbers) if number < (_forward(token, layout) or 0)), None)
    notes = [f"columns {', '.join(map(str, (tag, *others)))} hold tags: {tag} is read (--tag-column)"] * bool(others)
    notes += ["the number of columns varies"] * (len(sizes) > 1)
    if reader is not None and reader.scheme == "types" and choice.scheme is None:
        notes.append(TYPES_ALONE)
    return replace(
        layout,
        token=token,
        tag=tag,
        tags=reader or TagReader(),
        numbered=numbered,
        marks=marks,
        counts=counts_tokens(rows, token),
        notes=tuple(notes),
    )


def is_blank(line: str, columns: int = 2) -> bool:
    """Whether a line is empty or white space; of several columns, also one of invisible characters alone."""
    if not line or line.isspace():
        return True
    return columns > 1 and line[0] in HIDDEN_BEGINS and INVISIBLE.fullmatch(line) is not None


def rows_of(lines: Iterable[str], layout: Layout) -> list[Row]:
    """Rows of tokens among `lines`: blank lines, comments, markup and begins of documents left out."""
    rows, block = [], 0
    for line in lines:
        if is_blank(line):
            block += 1
        elif not line.startswith("#") and not MARKUP.fullmatch(line):
            fields = layout.split(line)
            if DOCUMENT not in fields:
                rows.append(Row(block, fields))
    return rows


def is_header(fields: Sequence[str]) -> bool:
    """Whether a first row names the columns, such as `token pos ner`."""
    names = {name.strip().lower() for name in fields}
    others = {name for name in names - TOKEN_NAMES if not name.startswith("ne-")}
    return len(fields) > 1 and bool(names & TOKEN_NAMES) and others <= OTHER_NAMES


def find_tags(
    rows: Sequence[Row], sizes: Counter[int], choice: ColumnChoice
) -> tuple[int | None, TagReader | None, list[int]]:
    """The column of the tags, how they are read, and other columns with tags; None where no column has any.

    Of several columns the first is taken, which holds the outer or literal entities in nested annotation, but one of
    chunks only where it is alone. Types alone are tags where no column has tags with prefixes or suffixes.
    """
    usual = sizes.most_common(1)[0][0]
    if choice.tag is not None:
        return choice.tag, _reader(rows, choice.tag, choice.scheme) or TagReader(choice.scheme or "prefix"), []
    if usual == 1 and len(sizes) == 1:
        return None, None, []
    places = [*range(min(usual, MOST_COLUMNS)), *([-1] if len(sizes) > 1 else [])]
    found = {column: reader for column in places if (reader := _reader(rows, column, choice.scheme))}
    if -1 in found and any(_is_read_everywhere(rows, column, found[column]) for column in found if column >= 0):
        del found[-1]
    for wanted in (_has_outside, _has_parts, _has_entities, _has_no_chunks):
        found = {column: reader for column, reader in found.items() if wanted(reader)} or found
    if not found:
        return None, None, []
    first = -1 if -1 in found else next(iter(found))
    if first == 0 and len(found) == usual > 1:  # tokens that look like tags, such as U-Bahn
        first = usual - 1
    return first, found[first], [column for column in found if column not in (0, first) and first != -1]


def _has_outside(reader: TagReader) -> bool:
    return reader.has_outside


def _has_parts(reader: TagReader) -> bool:
    return reader.scheme != "types"


def _has_entities(reader: TagReader) -> bool:
    return bool(reader.seen)


def _has_no_chunks(reader: TagReader) -> bool:
    return not reader.is_of_chunks


def _reader(rows: Sequence[Row], column: int, scheme: Scheme | None) -> TagReader | None:
    return reader_of(count_tags(row.fields[column] for row in rows if _reaches(row, column)), scheme)


def _reaches(row: Row, column: int) -> bool:
    return -len(row.fields) <= column < len(row.fields) and (column >= 0 or len(row.fields) > 1)


def _is_read_everywhere(rows: Sequence[Row], column: int, reader: TagReader) -> bool:
    return all(_reaches(row, column) and reader.read(row.fields[column]) is not None for row in rows)


def _forward(column: int | None, layout: Layout) -> int | None:
    """A column counted from the front."""
    return column + layout.columns if column is not None and column < 0 else column


def is_of_numbers(rows: Sequence[Row], column: int) -> bool:
    """Whether a column numbers the tokens, or their sentences: nothing but numbers, each the one before it or the next.

    Blocks begin at 0 or 1 or go on from the block before; one step in twenty may be another.
    """
    if any(column >= len(row.fields) or not NUMBER.fullmatch(row.fields[column]) for row in rows):
        return False
    jumps, before, block = 0, 0.0, -1
    for row in rows:
        here = float(row.fields[column].partition("-")[0])
        jumps += not (0 <= here - before <= 1 or here <= 1)
        if row.block != block and block == -1 and here > 1:
            return False
        before, block = here, row.block
    return jumps * 20 <= len(rows)


def marks_begins(rows: Sequence[Row], column: int) -> bool:
    """Whether a column says where a sentence begins (`Sentence: 1`) and is empty elsewhere."""
    filled = [row.fields[column] for row in rows if column < len(row.fields) and row.fields[column].strip()]
    return 0 < len(filled) < len(rows) and all(map(SENTENCE_MARK.fullmatch, filled))


def names_no_tokens(rows: Sequence[Row], column: int) -> bool:
    """Whether a column holds places in the text, nothing but numbers, or names documents or sentences, one a block."""
    if len(rows) < LEAST_ROWS or any(column >= len(row.fields) for row in rows):
        return False
    if all(row.fields[column].isdecimal() for row in rows):
        return True
    named: dict[int, set[str]] = {}
    for row in rows:
        named.setdefault(row.block, set()).add(row.fields[column])
    return len(named) * 2 < len(rows) and all(len(names) == 1 for names in named.values())


def counts_tokens(rows: Sequence[Row], column: int) -> bool:
    """Whether a column is 0, 1, 2, … or 1, 2, 3, … in each block, over at least three rows of one."""
    if not rows or not all(_reaches(row, column) and row.fields[column].isdecimal() for row in rows):
        return False
    numbers: dict[int, list[int]] = {}
    for row in rows:
        numbers.setdefault(row.block, []).append(int(row.fields[column][:18]))
    longest = max(map(len, numbers.values()))
    return longest >= 3 and all(
        found == list(range(found[0], found[0] + len(found))) and found[0] <= 1 for found in numbers.values()
    )
