"""Sentences, and the Parquet files of the pipeline that hold them.

A corpus file is Parquet, one row a sentence: `id`, `lang`, `tokens` (list of strings) and `tags` (list of IOB2 strings,
null where the sentence is unlabelled).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mclner.common.checksums import read_parquet, write_parquet_parts
from mclner.data.tags import OUTSIDE, Entity, entities_of, repair_tags
from mclner.data.tokenization import clean_token

if TYPE_CHECKING:  # using a model needs no PyArrow
    import pyarrow as pa

SENTENCES_IN_GROUP = 2**13  # of a corpus file


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `tags` is None where nobody labelled it."""

    id: str
    lang: str
    tokens: tuple[str, ...]
    tags: tuple[str, ...] | None

    def __post_init__(self) -> None:
        if self.tags is not None and len(self.tags) != len(self.tokens):
            raise ValueError(f"sentence {self.id}: {len(self.tokens)} tokens but {len(self.tags)} tags")

    @property
    def entities(self) -> list[Entity]:
        """Its labelled entities, in order; none where nobody labelled it."""
        return entities_of(self.tags or ())

    @property
    def tags_or_outside(self) -> tuple[str, ...]:
        """Its IOB2 tags; O for every word where nobody labelled it."""
        return self.tags if self.tags is not None else (OUTSIDE,) * len(self.tokens)

    @property
    def number(self) -> int:
        """The number at the end of its id, which sentences that translate each other share."""
        return int(self.id.rsplit("-", 1)[1])


def make_sentence(
    identifier: str, lang: str, tokens: Sequence[str], tags: Sequence[str] | None, repairs: Counter[str]
) -> Sentence:
    """A clean sentence; what had to be mended is added to `repairs`."""
    cleaned = tuple(map(clean_token, tokens))
    if cleaned != tuple(tokens):
        repairs["tokens with invisible characters"] += sum(a != b for a, b in zip(cleaned, tokens, strict=True))
        repairs["tokens that held a space and are one word now"] += sum(len(token.split()) > 1 for token in tokens)
    if tags is None:
        return Sentence(identifier, lang, cleaned, None)
    repaired, changes = repair_tags(tags)
    repairs["I- tags that started an entity"] += changes
    return Sentence(identifier, lang, cleaned, tuple(repaired))


def count_entities(sentences: Iterable[Sentence]) -> Counter[str]:
    """How many entities of each type the labelled ones among `sentences` hold."""
    return Counter(entity.type for sentence in sentences for entity in sentence.entities)


def corpus_schema() -> pa.Schema:
    """Columns of a corpus file."""
    import pyarrow as pa

    lists = pa.list_(pa.string())
    return pa.schema([("id", pa.string()), ("lang", pa.string()), ("tokens", lists), ("tags", lists)])


def write_corpus(sentences: Iterable[Sentence], path: Path) -> None:
    """Write `sentences` to Parquet at `path`, whole or not at all; a row group of them is in memory at a time."""
    write_parquet_parts(tables_of(sentences), corpus_schema(), path)


def tables_of(sentences: Iterable[Sentence]) -> Iterator[pa.Table]:
    """Tables of at most a row group of sentences each, in the columns of a corpus file."""
    import pyarrow as pa

    coming = iter(sentences)
    while rows := list(islice(coming, SENTENCES_IN_GROUP)):
        columns = {
            "id": [row.id for row in rows],
            "lang": [row.lang for row in rows],
            "tokens": [list(row.tokens) for row in rows],
            "tags": [None if row.tags is None else list(row.tags) for row in rows],
        }
        yield pa.table(columns, schema=corpus_schema())


def sentences_of(table: pa.Table) -> Iterator[Sentence]:
    """The sentences of a table with the columns of a corpus file."""
    for identifier, lang, tokens, tags in zip(*table.to_pydict().values(), strict=True):
        yield Sentence(identifier, lang, tuple(tokens), None if tags is None else tuple(tags))


def read_corpus(path: Path) -> list[Sentence]:
    """Sentences of a file that `write_corpus` wrote. Raises DamagedFileError where it is no longer as written."""
    return list(sentences_of(read_parquet(path, corpus_schema())))
