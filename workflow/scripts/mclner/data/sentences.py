"""Sentences, and the Parquet files of the pipeline that hold them.

A corpus file is Parquet, one row a sentence: `id`, `lang`, `tokens` (list of strings) and `tags` (list of IOB2 strings,
null where the sentence is unlabelled).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mclner.common.checksums import read_parquet, write_parquet
from mclner.data.tags import OUTSIDE, Entity, entities_of, repair_tags
from mclner.data.tokenization import clean_token

if TYPE_CHECKING:  # using a model needs no PyArrow
    import pyarrow as pa


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
    """Write `sentences` to Parquet at `path`, whole or not at all."""
    import pyarrow as pa

    rows = list(sentences)
    table = pa.table(
        {
            "id": [row.id for row in rows],
            "lang": [row.lang for row in rows],
            "tokens": [list(row.tokens) for row in rows],
            "tags": [None if row.tags is None else list(row.tags) for row in rows],
        },
        schema=corpus_schema(),
    )
    write_parquet(table, path)


def read_corpus(path: Path) -> list[Sentence]:
    """Sentences of a file that `write_corpus` wrote. Raises DamagedFileError where it is no longer as written."""
    columns = read_parquet(path, corpus_schema()).to_pydict()
    return [
        Sentence(identifier, lang, tuple(tokens), None if tags is None else tuple(tags))
        for identifier, lang, tokens, tags in zip(*columns.values(), strict=True)
    ]
