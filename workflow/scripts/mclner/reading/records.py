"""Sentences of records, from JSON Lines, JSON or Parquet: lists of tokens and tags, or text with spans."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from mclner.common.exceptions import InputError
from mclner.common.files import iterate_lines
from mclner.data.sentences import Sentence, make_sentence
from mclner.data.tags import repair_tags
from mclner.reading.spans import tokens_of_spans
from mclner.reading.tag_schemes import EXPECTED, TYPES_ALONE, Scheme, TagReader, count_tags, reader_of

TOKENS = ("tokens", "words")
TAGS = ("tags", "ner_tags", "labels", "ner")
SPANS = ("label", "labels", "entities", "spans")
FIELDS = (
    "Expected tokens or words with tags or ner_tags (lists, one tag each), or text with label, labels, entities or "
    "spans ([[start, end, type], …] or [{start, end, label}, …])."
)
SAMPLE = 1000  # records looked at for the scheme of their tags
ROWS_AT_ONCE = 4096


class Record(NamedTuple):
    """One record, and the number of its line (JSON) or row (Parquet), counted from 1."""

    number: int
    value: Any


@dataclass(slots=True)
class RecordReader:
    """Makes sentences of records; `names` are those of numbered tags. Raises InputError with a wrong record's number.

    Once the first records were looked at, `description` says what they hold and `guesses` what of that is a guess.
    """

    path: Path
    lang: str
    repairs: Counter[str]
    labelled: bool
    scheme: Scheme | None = None
    names: Sequence[str] = ()
    description: str = ""
    guesses: list[str] = field(default_factory=list)
    tags: TagReader = field(default_factory=TagReader)

    def look_at(self, records: Iterator[Record]) -> list[_Lists]:
        """Tokens and tags of the first of `records`, which are taken from them."""
        head = list(islice(records, 1))
        parsed = self._parsed(chain(head, records))
        first = list(islice(parsed, SAMPLE))
        seen = count_tags(tag for found in first for tag in found.tags or ())
        self.tags = reader_of(seen, self.scheme) or TagReader(self.scheme or "prefix")
        if head:
            self._describe(head[0].value)
        if self.labelled and self.tags.scheme == "types" and self.scheme is None:
            self.guesses.append(TYPES_ALONE)
        return first

    def _describe(self, value: Mapping[str, Any]) -> None:
        """Note which fields of a record are read."""
        tokens, tags = _lists_in(value, TOKENS, str), _lists_in(value, TAGS, (str, int))
        if not tokens:
            self.description = ", text that is cut into words" + ", with spans" * self.labelled
            return
        self.description = f", {tokens[0]}"
        self.guesses += [f"its fields {', '.join(tokens)} hold tokens: {tokens[0]} is read"] * (len(tokens) > 1)
        if self.labelled and tags:
            self.guesses += [f"its fields {', '.join(tags)} hold tags: {tags[0]} is read"] * (len(tags) > 1)
            kinds = ", ".join(sorted(self.tags.seen)[:8]) or "no entity"
            numbers = ", by numbers" * any(isinstance(tag, int) for tag in value[tags[0]])
            self.description += f" with {tags[0]} ({self.tags.scheme}: {kinds}{numbers})"

    def sentences(self, first: Iterable[_Lists], rest: Iterable[Record]) -> Iterator[Sentence]:
        """Sentences of what `look_at` gave and of the records behind; empty ones are dropped and counted."""
        for count, found in enumerate(chain(first, self._parsed(rest)), start=1):
            if not found.tokens:
                self.repairs["empty sentences"] += 1
                continue
            tags = None if found.tags is None else _read_tags(self.path, found, self.tags)
            yield make_sentence(f"{self.lang}-{count}", self.lang, found.tokens, tags, self.repairs)

    def _parsed(self, records: Iterable[Record]) -> Iterator[_Lists]:
        for record in records:
            yield _lists_of(self.path, record, self.labelled, self.names, self.repairs)


def _lists_in(value: Mapping[str, Any], names: Sequence[str], kind: type | tuple[type, ...]) -> list[str]:
    """Those of `names` whose fields of a record are lists of `kind`."""
    fields = {name: value.get(name) for name in names}
    return [
        name for name, found in fields.items() if isinstance(found, list) and all(isinstance(x, kind) for x in found)
    ]


class _Lists(NamedTuple):
    number: int
    tokens: list[str]
    tags: list[str] | None


def _read_tags(path: Path, found: _Lists, reader: TagReader) -> list[str]:
    tags = [reader.read(tag) for tag in found.tags or ()]
    if None in tags:
        wrong = (found.tags or ())[tags.index(None)]
        raise InputError(path, f"'{wrong}' is no tag of the scheme '{reader.scheme}'.", EXPECTED, found.number)
    iob = [tag for tag in tags if tag is not None]
    return repair_tags(iob)[0] if reader.scheme == "types" else iob


def _lists_of(path: Path, record: Record, labelled: bool, names: Sequence[str], repairs: Counter[str]) -> _Lists:
    """Tokens, and tags where `labelled`, of one record."""
    number, value = record
    if not isinstance(value, dict):
        raise InputError(path, f"is no record with fields but {_shown(value)}.", FIELDS, number)
    tokens = next((value[name] for name in TOKENS if name in value), None)
    if isinstance(tokens, list) and all(isinstance(token, str) for token in tokens):
        tags = next((value[name] for name in TAGS if name in value), None) if labelled else None
        if labelled and (not isinstance(tags, list) or len(tags) != len(tokens)):
            raise InputError(path, _unequal(value, tokens, tags), FIELDS, number)
        return _Lists(number, tokens, _named(path, number, tags, names) if tags is not None else None)
    if isinstance(value.get("text"), str):
        spans = next((value[name] for name in SPANS if isinstance(value.get(name), list)), None) if labelled else None
        if labelled and spans is None:
            raise InputError(path, f"has text without spans, in the fields {', '.join(value)}.", FIELDS, number)
        try:
            words, iob = tokens_of_spans(value["text"], spans or [], repairs)
        except ValueError as error:
            raise InputError(path, f"has a span that is none: {error}.", FIELDS, number) from None
        return _Lists(number, words, iob if labelled else None)
    if tokens is not None:
        raise InputError(path, f"has tokens that are no list of strings: {_shown(tokens)}.", FIELDS, number)
    raise InputError(path, f"has the fields {', '.join(map(str, value)) or 'none'}.", FIELDS, number)


def _unequal(value: Mapping[str, Any], tokens: Sequence[str], tags: Any) -> str:
    if isinstance(tags, list):
        return f"has {len(tokens)} tokens and {len(tags)} tags."
    return f"has tokens without a list of tags, in the fields {', '.join(map(str, value))}."


def _named(path: Path, number: int, tags: Sequence[Any], names: Sequence[str]) -> list[str]:
    """Tags as strings; numbers are looked up in `names`."""
    if all(isinstance(tag, str) for tag in tags):
        return list(tags)
    for tag in tags:
        if isinstance(tag, str):
            continue
        if not isinstance(tag, int) or isinstance(tag, bool):
            raise InputError(path, f"has {_shown(tag)} where a tag is expected.", "Write O for no entity.", number)
        if not names:
            remedy = "Name them, in their order: --tag-names O B-PER I-PER …, or write the tags as strings."
            raise InputError(path, f"has numbers as tags ({tag}) and no names for them.", remedy, number)
        if not 0 <= tag < len(names):
            problem = f"has the number {tag} as a tag, and the names are of 0 to {len(names) - 1}."
            raise InputError(path, problem, "Give every token a tag, O for no entity.", number)
    return [tag if isinstance(tag, str) else names[tag] for tag in tags]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:60]


def json_records(path: Path) -> Iterator[Record]:
    """Objects of JSON Lines, blank lines skipped; or of one JSON list, alone or as the only list of an object."""
    lines = iterate_lines(path)
    head = [(number, line.strip()) for number, line in islice(enumerate(lines, 1), 100) if line.strip()]
    if not head:
        return
    number, first = head[0]
    if first[0] == "[" or first.endswith(("[", ",", "{")) or first == "{}":  # goes on over lines
        yield from _inner_records(_parse(path, 1, "\n".join(iterate_lines(path))), 1)
    elif len(head) == 1:
        yield from _inner_records(_parse(path, number, first), number)
    else:
        for number, line in chain(head, enumerate(lines, 101)):
            if line.strip():
                yield Record(number, _parse(path, number, line))


def _inner_records(value: Any, line: int) -> Iterator[Record]:
    """The records of a list, or of the only list of records in an object that is none itself."""
    if isinstance(value, dict) and not any(name in value for name in (*TOKENS, "text")):
        lists = [inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]
        value = lists[0] if len(lists) == 1 else value
    if isinstance(value, list):
        yield from (Record(number, inner) for number, inner in enumerate(value, start=1))
    else:
        yield Record(line, value)


def _parse(path: Path, number: int, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"is no JSON ({error}).", 'Expected {"tokens": […], "tags": […]}.', number) from None


def parquet_records(path: Path, labelled: bool) -> Iterator[Record]:
    """Rows of a Parquet file, or of a folder of them, a block in memory at a time."""
    import pyarrow as pa  # here: using a model needs none of it
    import pyarrow.parquet as pq

    number = 0
    try:
        for file in sorted(path.glob("**/*.parquet")) if path.is_dir() else [path]:
            with pq.ParquetFile(file) as stream:
                columns = [name for name in (*TOKENS, "text", *TAGS, *SPANS) if name in stream.schema_arrow.names]
                kept = columns if labelled else [name for name in columns if name in (*TOKENS, "text")]
                if not kept or kept[0] not in (*TOKENS, "text"):
                    raise InputError(path, f"has the columns {', '.join(stream.schema_arrow.names)}.", FIELDS)
                for batch in stream.iter_batches(ROWS_AT_ONCE, columns=kept):
                    for row in batch.to_pylist():
                        number += 1
                        yield Record(number, row)
    except InputError:
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, pa.ArrowException) as error:
        raise InputError(path, f"is no readable Parquet ({error}).", "Delete it and fetch or write it again.") from None


def parquet_tag_names(path: Path) -> list[str]:
    """Names of numbered tags, from the schema that the `datasets` library leaves in a Parquet file; none without."""
    file = min(path.glob("**/*.parquet"), default=None) if path.is_dir() else path
    if file is None:
        raise InputError(path, "holds no Parquet file.", "Fetch or write it again.")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(file)
        column = next((name for name in TAGS if name in schema.names), None)
        if column is None or b"huggingface" not in (schema.metadata or {}):
            return []
        from datasets import ClassLabel, Features

        feature = getattr(Features.from_arrow_schema(schema).get(column), "feature", None)
        return list(feature.names) if isinstance(feature, ClassLabel) else []
    except (OSError, ValueError, TypeError, LookupError, AttributeError, pa.ArrowException) as error:
        raise InputError(path, f"is no readable Parquet ({error}).", "Delete it and fetch or write it again.") from None
