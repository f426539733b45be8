"""A user's own sentences: CoNLL, Parquet or JSON Lines, any tag scheme, entity types mapped to the experiment's."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mclner.common.exceptions import InputError
from mclner.common.files import read_lines
from mclner.data.sentences import Sentence, make_sentence, read_conll
from mclner.data.tags import OUTSIDE, is_tag, to_iob
from mclner.data.tokenization import clean_token


def read_own(
    path: Path, lang: str, repairs: Counter[str], token_column: int = 0, tag_column: int | None = -1
) -> list[Sentence]:
    """Sentences of `path`, read by its ending; Parquet and JSON Lines have the fields `tokens` and `tags`.

    A folder holds Parquet files of the Hugging Face hub: `ner_tags` will do for `tags`, numbers for strings.
    `tag_column=None` reads unlabelled text, and looks at no tags.
    Raises InputError with the line (CoNLL, JSON Lines) or row (Parquet) that is wrong.
    """
    labelled = tag_column is not None
    if path.suffix == ".jsonl":
        records = [_parse_json(path, number, line) for number, line in enumerate(read_lines(path), 1)]
        return _from_records(records, labelled, path, lang, repairs)
    if path.suffix == ".parquet" or path.is_dir():
        return _from_records(_parquet_records(path, labelled), labelled, path, lang, repairs)
    return read_conll(path, lang, repairs, token_column, tag_column)


def _parquet_records(path: Path, labelled: bool) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
        return _rows_of(table, path) if labelled else table.select(["tokens"]).to_pylist()
    except InputError:
        raise
    except (OSError, ValueError, TypeError, LookupError, AttributeError, pa.ArrowException) as error:
        raise InputError(path, f"is no readable Parquet ({error}).", "Delete it and fetch or write it again.") from None


def _rows_of(table: pa.Table, path: Path) -> list[dict[str, Any]]:
    field = "tags" if "tags" in table.column_names else "ner_tags"
    if not {"tokens", field} <= set(table.column_names):
        raise InputError(path, f"has the columns {table.column_names}.", "Expected tokens and tags, or ner_tags.")
    rows = table.select(["tokens", field]).rename_columns(["tokens", "tags"]).to_pylist()
    if pa.types.is_integer(table.schema.field(field).type.value_type):
        names = _tag_names(table.schema, field, path)
        rows = [row | {"tags": [names[number] for number in row["tags"]]} for row in rows]
    return rows


def _tag_names(schema: pa.Schema, field: str, path: Path) -> list[str]:
    """Names of numbered tags, from the schema that the `datasets` library leaves in a Parquet file."""
    from datasets import ClassLabel, Features

    feature = getattr(Features.from_arrow_schema(schema).get(field), "feature", None)
    if not isinstance(feature, ClassLabel):
        raise InputError(path, f"has numbers as {field} and no names for them.", "Write the tags as strings.")
    return list(feature.names)


def strip_language_prefix(sentences: Sequence[Sentence], lang: str) -> list[Sentence]:
    """PAN-X's raw files have `en:word` for `word`; the prefix goes, at the first colon, where every token has it."""
    prefix = f"{lang}:"
    if not all(token.startswith(prefix) for sentence in sentences for token in sentence.tokens):
        return list(sentences)
    return [
        replace(sentence, tokens=tuple(clean_token(token[len(prefix) :]) for token in sentence.tokens))
        for sentence in sentences
    ]


def _parse_json(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"is no JSON ({error}).", 'Expected {"tokens": […], "tags": […]}.', number) from None


def _from_records(
    records: Iterable[Any], labelled: bool, path: Path, lang: str, repairs: Counter[str]
) -> list[Sentence]:
    sentences = []
    for number, record in enumerate(records, start=1):
        tokens = record.get("tokens") if isinstance(record, dict) else None
        tags = record.get("tags") if isinstance(record, dict) and labelled else [OUTSIDE] * len(tokens or ())
        if not isinstance(tokens, list) or not isinstance(tags, list) or len(tokens) != len(tags):
            raise InputError(path, "has no tokens and tags of equal number.", "Expected two lists of strings.", number)
        wrong = [tag for tag in tags if not isinstance(tag, str) or not is_tag(tag)]
        wrong += [token for token in tokens if not isinstance(token, str)]
        if wrong:
            raise InputError(path, f"'{wrong[0]}' is no tag or token.", "Expected strings, IOB2.", number)
        if not tokens:
            repairs["empty sentences"] += 1
            continue
        iob = [to_iob(tag) for tag in tags] if labelled else None
        sentences.append(make_sentence(f"{lang}-{number}", lang, tokens, iob, repairs))
    return sentences


def map_types(
    sentences: Sequence[Sentence], mapping: Mapping[str, str | None], entity_types: Sequence[str], path: Path
) -> list[Sentence]:
    """Entity types renamed by `mapping`; a type mapped to None is left unmarked.

    Raises InputError on a type that is neither mapped nor one of `entity_types`.
    """
    return [
        replace(sentence, tags=tuple(_map_tag(tag, mapping, entity_types, path) for tag in sentence.tags or ()))
        for sentence in sentences
    ]


def _map_tag(tag: str, mapping: Mapping[str, str | None], entity_types: Sequence[str], path: Path) -> str:
    if tag == OUTSIDE:
        return tag
    mapped = mapping.get(tag[2:], tag[2:])
    if mapped is None:
        return OUTSIDE
    if mapped not in entity_types:
        raise InputError(
            path, f"has the entity type '{tag[2:]}'.", "Add it to entity_types, or map it under corpus: tag_mapping."
        )
    return tag[:2] + mapped


def sample(sentences: Sequence[Sentence], most: int | None, seed: int) -> list[Sentence]:
    """At most `most` sentences, drawn with `seed`, in their order; all where `most` is None."""
    if most is None or len(sentences) <= most:
        return list(sentences)
    chosen = random.Random(seed).sample(range(len(sentences)), most)
    return [sentences[position] for position in sorted(chosen)]
