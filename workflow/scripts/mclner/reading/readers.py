"""A user's own sentences, whatever form the file has: what it is, is seen from its content and said in the log."""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.common.files import begins_with_mark, iterate_lines, line_ends
from mclner.data.sentence_store import Survey
from mclner.data.sentences import Sentence
from mclner.reading.columns import SAMPLE, ColumnChoice, Layout, rows_of
from mclner.reading.conll import look_at_columns, read_columns
from mclner.reading.file_forms import FORMS, FileForm, Form, find_form, other_delimiter
from mclner.reading.records import RecordReader, json_records, parquet_records, parquet_tag_names
from mclner.reading.strange_content import doubts_of_tokens
from mclner.reading.tag_schemes import EXPECTED, PREFIXED, SCHEMES, Scheme

log = logging.getLogger(__name__)
TAGS_AMONG_TOKENS = 4  # one in so many tokens is too much for words such as B-52
LONG_SENTENCE = 1000  # tokens: where one sentence is all that a file holds, blank lines are missing


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What a person says of a file; None, and no names, are seen from its content."""

    form: Form | None = None
    token_column: int | None = None
    tag_column: int | None = None
    scheme: Scheme | None = None
    tag_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> ReadingOptions:
        """What the command line says, with the options of `add_reading_options`."""
        names = tuple(arguments.tag_names)
        return cls(arguments.format, arguments.token_column, arguments.tag_column, arguments.tag_scheme, names)

    @property
    def columns(self) -> ColumnChoice:
        return ColumnChoice(self.token_column, self.tag_column, self.scheme)


AS_SEEN = ReadingOptions()


@dataclass(slots=True)
class ReadingNotes:
    """What a file was taken for, and what of that was a guess: complete when the first sentence comes."""

    description: str = ""
    guesses: list[str] = field(default_factory=list)

    def add(self, path: Path, description: str, guesses: Sequence[str]) -> None:
        """Note what was seen in `path`, and say it in the log."""
        log.info("%s: %s", path, description)
        for guess in guesses:
            log.warning("%s: %s", path, guess)
        self.description, self.guesses = description, list(guesses)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Options that say what a file is, where its content does not."""
    parser.add_argument("--format", choices=FORMS, help="form of the input (default: seen from its content)")
    parser.add_argument("--token-column", type=int, help="column of the token in CoNLL; the first is 0 (default: seen)")
    parser.add_argument("--tag-column", type=int, help="column of the tag in CoNLL; the last is -1 (default: seen)")
    parser.add_argument("--tag-scheme", choices=SCHEMES, help="B-PER, PER-B or PER (default: seen)")
    parser.add_argument("--tag-names", nargs="+", default=(), help="names of numbered tags, in their order")


def read_own(
    path: Path,
    lang: str,
    repairs: Counter[str],
    labelled: bool = True,
    options: ReadingOptions = AS_SEEN,
) -> list[Sentence]:
    """Sentences of `path`: CoNLL columns, JSON Lines or JSON, Parquet, or a folder of Parquet files.

    Not `labelled` looks at no tags; else every tag must be one. Raises InputError with the line (CoNLL, JSON Lines) or
    row (Parquet) that is wrong, and where the file is running text.
    """
    survey = Survey()
    sentences = list(survey.of(iterate_own(path, lang, repairs, labelled, options)))
    for doubt in doubts_of(survey):
        log.warning("%s: %s", path, doubt)
    return sentences


def iterate_own(
    path: Path,
    lang: str,
    repairs: Counter[str],
    labelled: bool = True,
    options: ReadingOptions = AS_SEEN,
    notes: ReadingNotes | None = None,
) -> Iterator[Sentence]:
    """As `read_own`, one sentence in memory at a time; what was seen goes into `notes`, too."""
    notes = ReadingNotes() if notes is None else notes
    seen = look_at(path, labelled, options)
    if seen.layout is not None:
        notes.add(path, seen.description, seen.guesses)
        yield from read_columns(path, seen.layout, lang, repairs, labelled)
        return
    records = json_records(path) if seen.form == "json" else parquet_records(path, labelled)
    names = options.tag_names or (parquet_tag_names(path) if seen.form == "parquet" and labelled else ())
    reader = RecordReader(path, lang, repairs, labelled, options.scheme, names)
    first = reader.look_at(records)
    notes.add(path, f"{seen.description}{reader.description}", reader.guesses)
    yield from reader.sentences(first, records)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file of tokens was found to be, in words too, and what of that is a guess; columns have a `layout`."""

    form: Form
    description: str
    guesses: tuple[str, ...] = ()
    layout: Layout | None = None


def look_at(path: Path, labelled: bool, options: ReadingOptions) -> Seen:
    """What a file of tokens is. Raises InputError on running text, and where it has no tags that it should have."""
    found = FileForm(options.form) if options.form else find_form(path)
    if found.form in ("parquet", "json"):
        return Seen(found.form, "Parquet" if found.form == "parquet" else "records of JSON")
    if found.form == "text" and found.sure and not labelled and options.token_column is None:
        remedy = "Expected a token a line, or JSON Lines with tokens: part it into words first, as predict.py does."
        raise InputError(path, "looks like running text, a sentence a line.", remedy)
    as_seen = found.layout is not None and not found.layout.counts and options.columns == ColumnChoice()
    layout = found.layout if found.layout is not None and as_seen else look_at_columns(path, options.columns)
    lines = [line for line in islice(iterate_lines(path), SAMPLE) if line.strip()]
    if layout.tag is None:
        _refuse_untagged(path, lines, layout, labelled)
    rows = rows_of(lines, layout)[layout.header :]
    tokens = [row.fields[layout.token] for row in rows if -len(row.fields) <= layout.token < len(row.fields)]
    _refuse_tags_as_tokens(path, tokens, layout)
    ends = line_ends(path)
    description = layout.describe() + (f", line ends {ends}" if ends != "LF" else "")
    description += ", a byte order mark" * begins_with_mark(path)
    return Seen("conll", description, (*layout.notes, *doubts_of_tokens(tokens)), layout)


def _refuse_untagged(path: Path, lines: list[str], layout: Layout, labelled: bool) -> None:
    """Raise InputError where columns are parted by commas and the like, or where tags are needed and none has any."""
    parted = other_delimiter(lines) if lines else None
    if parted:
        raise InputError(path, f"has columns parted by {parted}.", "Expected tabs or spaces.")
    if labelled and lines and layout.columns > 1:
        example = " | ".join(layout.split(lines[-1]))[:80]
        raise InputError(path, f"has no column of tags that is known (a row: {example}).", EXPECTED)


def _refuse_tags_as_tokens(path: Path, tokens: list[str], layout: Layout) -> None:
    """Raise InputError where many of the tokens are tags, as where a line has all words and the next all tags."""
    tags = [token for token in tokens if PREFIXED.fullmatch(token) and layout.tags.scheme != "prefix"]
    if len(tags) > 1 and len(tags) * TAGS_AMONG_TOKENS >= len(tokens):
        problem = f"has tags ({tags[0]}) where its tokens should stand, in column {layout.token}."
        raise InputError(path, problem, "Expected a token with its tag on each line; --token-column names another one.")


def doubts_of(survey: Survey) -> list[str]:
    """What makes it doubtful that a file was read as it was meant, by all its sentences."""
    count, longest = survey.sentences, survey.longest
    if count > 1 and longest == 1:
        return [f"every one of its {count} sentences has one token: are there blank lines between the tokens?"]
    if count == 1 and longest > LONG_SENTENCE:
        return [f"is one sentence of {longest} tokens: are blank lines between sentences missing?"]
    return []
