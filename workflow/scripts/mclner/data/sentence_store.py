"""Sentences that lie on the disk while they are gone through, so that a file of any size takes the same memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from mclner.common.files import scratch
from mclner.data.sentences import Sentence, corpus_schema, sentences_of, tables_of
from mclner.data.tags import OUTSIDE


@dataclass(slots=True)
class Survey:
    """What sentences hold, counted as they go by: how many there are, the longest in tokens, and how often each tag.

    `prefixed` says whether every token begins with `prefix`.
    """

    prefix: str = ""
    sentences: int = 0
    longest: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    prefixed: bool = True

    def of(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        """`sentences`, each counted before it is passed on."""
        for sentence in sentences:
            self.sentences += 1
            self.longest = max(self.longest, len(sentence.tokens))
            self.tags.update(sentence.tags or ())
            self.prefixed = self.prefixed and all(token.startswith(self.prefix) for token in sentence.tokens)
            yield sentence

    @property
    def types(self) -> Counter[str]:
        """How many tags have each entity type."""
        types: Counter[str] = Counter()
        for tag, count in self.tags.items():
            if tag != OUTSIDE:
                types[tag[2:]] += count
        return types


class SentenceStore:
    """Sentences in a file, in their order; to be gone through as often as needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Sentence]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as stored:
            for group in range(stored.num_row_groups):
                yield from sentences_of(stored.read_row_group(group))


@contextmanager
def stored(sentences: Iterable[Sentence], place: Path) -> Iterator[SentenceStore]:
    """Put `sentences` into a file beside `place`, which is gone when the block ends."""
    import pyarrow.parquet as pq

    with scratch(place) as path:
        with pq.ParquetWriter(path, corpus_schema(), compression="lz4") as writer:
            for table in tables_of(sentences):
                writer.write_table(table)
        yield SentenceStore(path)


def token_hash(sentence: Sentence) -> bytes:
    """16 bytes that are the same for the same tokens, and in practice for no others."""
    return blake2b("\0".join(sentence.tokens).encode(), digest_size=16).digest()
