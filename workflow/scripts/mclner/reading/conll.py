"""Sentences of a CoNLL file: one token a line, blank lines between sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.common.files import iterate_lines
from mclner.data.sentences import Sentence, make_sentence
from mclner.data.tags import OUTSIDE, repair_tags
from mclner.reading.columns import (
    AS_SEEN,
    DOCUMENT,
    MARKUP,
    METADATA,
    NUMBER,
    SAMPLE,
    ColumnChoice,
    Layout,
    find_layout,
    is_blank,
)
from mclner.reading.strange_content import refuse_foreign
from mclner.reading.tag_schemes import EXPECTED

LONGEST_SENTENCE = 1_000_000  # tokens; a file without blank lines is no reason to fill the memory
SPECIAL = ("#", "<", "-")  # how lines of something else than a token may begin
PARTING = ("begins of documents", "rows of markup")  # end a sentence
COMMENT = re.compile(r"#+\s+\S")


def read_conll(
    path: Path, lang: str, repairs: Counter[str], labelled: bool = True, choice: ColumnChoice = AS_SEEN
) -> Iterator[Sentence]:
    """Sentences of a CoNLL file, one in memory at a time, with the columns of its content or of `choice`.

    Begins of documents (`-DOCSTART-`), comments, markup and a row of names are skipped, and so are CoNLL-U's ranges and
    empty nodes; empty sentences are dropped. All of it is counted in `repairs`. Not `labelled` is read by the same
    rules, and then the tags are left alone. Raises InputError.
    """
    yield from read_columns(path, look_at_columns(path, choice), lang, repairs, labelled)


def look_at_columns(path: Path, choice: ColumnChoice) -> Layout:
    """Layout of a file by its first lines. Raises InputError where the token column numbers the tokens."""
    lines = list(islice(iterate_lines(path), SAMPLE))
    refuse_foreign(path, lines)
    layout = find_layout(lines, choice)
    if layout.counts:
        others = [column for column in range(layout.columns) if column not in (layout.token, layout.tag)]
        remedy = f"Name the token's: --token-column {others[0]}." if others else "Add a column with the tokens."
        raise InputError(path, f"has numbers (0, 1, 2, …) in column {layout.token} and not tokens.", remedy)
    return layout


def read_columns(path: Path, layout: Layout, lang: str, repairs: Counter[str], labelled: bool) -> Iterator[Sentence]:
    """As `read_conll`, where the layout is known."""
    reader = _Reader(path, layout, labelled, repairs)
    for count, (tokens, tags) in enumerate(reader.blocks(), start=1):
        if layout.tags.scheme == "types":
            tags, _ = repair_tags(tags)  # how the scheme is meant, and no repair
        yield make_sentence(f"{lang}-{count}", lang, tokens, tags if labelled else None, repairs)


@dataclass(slots=True)
class _Reader:
    path: Path
    layout: Layout
    labelled: bool
    repairs: Counter[str]

    def blocks(self) -> Iterator[tuple[list[str], list[str]]]:
        """Tokens and tags of IOB between blank lines; begins of documents and markup part them as well."""
        layout, repairs, labelled = self.layout, self.repairs, self.labelled
        token, tag, columns, read = layout.token, layout.tag_or_last, layout.columns, layout.tags.read
        marks = layout.marks
        careful = layout.numbered is not None or layout.header  # where any line may hold something else
        tokens: list[str] = []
        tags: list[str] = []
        blanks = 0
        for number, line in enumerate(iterate_lines(self.path), start=1):
            if is_blank(line, columns):
                if tokens:
                    yield tokens, tags
                    tokens, tags = [], []
                elif blanks:
                    repairs["empty sentences"] += 1
                blanks += 1
                continue
            blanks = 0
            fields = layout.split(line)
            if careful or line[0] in SPECIAL:
                kind = self._other_than_token(line, fields)
                if kind is not None:
                    repairs[kind] += 1
                    if kind in PARTING and tokens:
                        yield tokens, tags
                        tokens, tags = [], []
                    continue
            if marks is not None and tokens and marks < len(fields) and fields[marks].strip():
                yield tokens, tags
                tokens, tags = [], []
            try:
                tokens.append(fields[token])
                iob = read(fields[tag]) if labelled else OUTSIDE
            except IndexError:
                raise self._too_few_columns(fields, number) from None
            if len(fields) != columns:
                repairs["rows with another number of columns"] += 1
                if labelled and len(fields) < 2:
                    raise self._too_few_columns(fields, number)
            if iob is None:
                problem = f"'{fields[tag].strip()}' is no tag of the scheme '{layout.tags.scheme}'."
                raise InputError(self.path, problem, EXPECTED, number)
            tags.append(iob)
            if len(tokens) > LONGEST_SENTENCE:
                problem = f"has a sentence of over {LONGEST_SENTENCE:,} tokens."
                raise InputError(self.path, problem, "Part sentences by blank lines.", number)
        if tokens:
            yield tokens, tags

    def _too_few_columns(self, fields: Sequence[str], number: int) -> InputError:
        remedy = "Expected a token and a tag, such as 'Warsaw<TAB>B-LOC'."
        return InputError(self.path, f"has {len(fields)} column(s).", remedy, number)

    def _other_than_token(self, line: str, fields: Sequence[str]) -> str | None:
        """What a line is that holds no token; None where it holds one."""
        layout = self.layout
        if line.startswith("#") and self._is_comment(line, fields):
            return "comments"
        if line.startswith(DOCUMENT) or (layout.numbered is not None and DOCUMENT in fields):
            return "begins of documents"
        if line.startswith("<") and MARKUP.fullmatch(line) and not self._has_tag(fields):
            return "rows of markup"
        if layout.header:
            self.layout = replace(layout, header=False)
            return "rows of names"
        if layout.numbered is not None and len(fields) > layout.numbered:
            number = fields[layout.numbered]
            if not number.isdecimal() and NUMBER.fullmatch(number):
                return "ranges and empty nodes of CoNLL-U"
        return None

    def _is_comment(self, line: str, fields: Sequence[str]) -> bool:
        """Whether a line that begins with # is a comment, and not a token such as # or #tag.

        It is one where no tag stands in its column. Without such a column, the # stands apart from further words.
        """
        layout = self.layout
        if METADATA.match(line):
            return True
        if layout.numbered is not None and not any(map(NUMBER.fullmatch, fields[layout.numbered :][:1])):
            return True
        if layout.tag is not None or self.labelled:
            return not self._has_tag(fields)
        alike = len(fields) == layout.columns > 1 and layout.delimiter in line
        return COMMENT.match(line) is not None and not alike

    def _has_tag(self, fields: Sequence[str]) -> bool:
        """Whether a tag stands in its column; of types alone, one that was seen in other lines."""
        tags = self.layout.tags
        found = fields[self.layout.tag_or_last :][:1] if len(fields) > 1 else []
        read = tags.read(found[0]) if found else None
        return read is not None and (tags.scheme != "types" or read == "O" or read[2:] in tags.seen)
