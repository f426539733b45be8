"""Sentences, and the Parquet and CoNLL files that hold them.

A corpus file is Parquet, one row a sentence: `id`, `lang`, `tokens` (list of strings) and `tags` (list of IOB2 strings,
null where the sentence is unlabelled).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mclner.common.checksums import read_parquet, write_parquet
from mclner.common.exceptions import InputError
from mclner.common.files import read_text
from mclner.data.tags import OUTSIDE, Entity, entities_of, is_tag, repair_tags, to_iob
from mclner.data.tokenization import clean_token

if TYPE_CHECKING:  # using a model needs no PyArrow
    import pyarrow as pa

METADATA = re.compile(r"# *[\w.:-]+ = |#(begin|end) document\b")  # of CoNLL-U, whatever it ends with, and of CoNLL-2012


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
    cleaned = [clean_token(token) for token in tokens]
    repairs["tokens with invisible characters"] += sum(a != b for a, b in zip(cleaned, tokens, strict=True))
    if tags is None:
        return Sentence(identifier, lang, tuple(cleaned), None)
    repaired, changes = repair_tags(tags)
    repairs["I- tags that started an entity"] += changes
    return Sentence(identifier, lang, tuple(cleaned), tuple(repaired))


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


def read_conll(
    path: Path, lang: str, repairs: Counter[str], token_column: int = 0, tag_column: int | None = -1
) -> list[Sentence]:
    """Sentences of a CoNLL file: one token a line, blank lines between sentences.

    Columns are split at tabs where a line has one, at spaces otherwise: U+00A0 and the like may stand inside a token.
    `-DOCSTART-` lines are skipped, and so are comments. Empty sentences are dropped; both are counted in `repairs`.
    `tag_column=None` reads unlabelled text: whatever stands beside the token is left alone. Raises InputError.
    """
    sentences: list[Sentence] = []
    for rows in _conll_blocks(path, repairs):
        tokens: list[str] = []
        tags: list[str] = []
        for number, line in rows:
            fields = line.split("\t") if "\t" in line else [field for field in line.split(" ") if field]
            if line.startswith("#") and _is_comment(line, fields, tag_column):
                repairs["comments"] += 1
                continue
            try:
                tokens.append(fields[token_column])
                tag = "O" if tag_column is None else fields[tag_column].strip()
            except IndexError:
                raise InputError(
                    path,
                    f"has {len(fields)} column(s).",
                    "Expected a token and a tag, such as 'Warsaw<TAB>B-LOC'.",
                    number,
                ) from None
            if tag_column is not None and (len(fields) < 2 or not is_tag(tag)):
                raise InputError(
                    path, f"'{tag}' is no tag.", "Expected O, B-TYPE or I-TYPE in the last column.", number
                )
            tags.append(to_iob(tag))
        if not tokens:
            continue
        identifier = f"{lang}-{len(sentences) + 1}"
        sentences.append(make_sentence(identifier, lang, tokens, None if tag_column is None else tags, repairs))
    return sentences


def _is_comment(line: str, fields: Sequence[str], tag_column: int | None) -> bool:
    """Whether a line that begins with # is a comment, and not a token such as # or #tag.

    It is one where no tag stands in its column. Unlabelled text has no such column: there the # stands apart from
    further words, of which the last is no tag (labelled text may be read as unlabelled).
    """
    if METADATA.match(line):
        return True
    if tag_column is None:
        return line.startswith("# ") and len(fields) > 1 and not is_tag(fields[-1].strip())
    return not any(is_tag(field.strip()) for field in fields[tag_column:][:1])


def _conll_blocks(path: Path, repairs: Counter[str]) -> Iterator[list[tuple[int, str]]]:
    """Runs of numbered lines between blank ones; the begin of a document parts them, and is no sentence."""
    text = read_text(path)
    block: list[tuple[int, str]] = []
    blanks = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        line = line.rstrip("\r")
        begins_document = line.startswith("-DOCSTART-")
        if line.strip() and not begins_document:
            block.append((number, line))
            blanks = 0
            continue
        if block:
            yield block
        elif blanks and not begins_document and number <= text.count("\n"):
            repairs["empty sentences"] += 1
        block = []
        blanks = 0 if begins_document else blanks + 1
