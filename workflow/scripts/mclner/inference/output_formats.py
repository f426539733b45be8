"""Labelled text as JSON Lines, CoNLL, or brat's standoff annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Literal

from mclner.data.tags import Entity, tags_of
from mclner.data.tokenization import Span
from mclner.inference.inputs import Item
from mclner.model.recogniser import FoundEntity

OutputFormat = Literal["jsonl", "conll", "brat"]
ENDINGS: dict[OutputFormat, str] = {"jsonl": ".jsonl", "conll": ".conll", "brat": ".ann"}
Labelled = Iterable[tuple[Item, list[FoundEntity]]]
WordFinder = Callable[[str], Sequence[Span]]


def as_jsonl(labelled: Labelled) -> Iterator[str]:
    """A line for each item: its `text` or `tokens`, and its `entities`."""
    for item, entities in labelled:
        kind = "text" if isinstance(item.content, str) else "tokens"
        yield json.dumps({kind: item.content, "entities": entities}, ensure_ascii=False) + "\n"


def as_conll(labelled: Labelled, find: WordFinder) -> Iterator[str]:
    """Token TAB tag, a blank line after each item that has any."""
    for item, entities in labelled:
        if isinstance(item.content, str):
            places = find(item.content)
            tokens: Sequence[str] = [item.content[start:end] for start, end in places]
            starts, ends = {p.start: at for at, p in enumerate(places)}, {p.end: at + 1 for at, p in enumerate(places)}
            found = [Entity(starts[e["start"]], ends[e["end"]], e["label"]) for e in entities]
        else:
            tokens, found = item.content, [Entity(e["start"], e["end"], e["label"]) for e in entities]
        if tokens:
            rows = zip(tokens, tags_of(found, len(tokens)), strict=True)
            yield "".join(f"{token}\t{tag}\n" for token, tag in rows) + "\n"


def as_brat(labelled: Labelled, first: int = 1) -> Iterator[str]:
    """`T1 TAB PER 0 12 TAB Ada Lovelace`, places counted in the file; `first` is the number of the first entity."""
    numbers = count(first)
    for item, entities in labelled:
        for entity in entities:
            start, end = entity["start"] + item.offset, entity["end"] + item.offset
            yield f"T{next(numbers)}\t{entity['label']} {start} {end}\t{entity['text']}\n"
