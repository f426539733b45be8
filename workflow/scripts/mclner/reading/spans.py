"""Words and IOB2 tags of running text whose entities are spans of characters."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from mclner.data.tags import Entity, tags_of
from mclner.data.tokenization import find_pieces

STARTS = ("start", "start_offset", "begin")
ENDS = ("end", "end_offset")
TYPES = ("label", "type", "entity_group", "entity", "tag")


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text, with their entity type."""

    start: int
    end: int
    type: str


def tokens_of_spans(text: str, spans: Sequence[Any], repairs: Counter[str]) -> tuple[list[str], list[str]]:
    """Words of `text` and their IOB2 tags; a word that a span covers in part belongs to it.

    Of overlapping spans the longest stays. Both are counted in `repairs`. Raises ValueError on what is no span.
    """
    kept: list[Span] = []
    for span in sorted({_parse(span, len(text)) for span in spans}, key=lambda span: (span.start - span.end, span)):
        if any(span.start < other.end and other.start < span.end for other in kept):
            repairs["spans inside or across another"] += 1
        else:
            kept.append(span)
    words = list(find_pieces(text))
    starts, ends = [start for start, _ in words], [end for _, end in words]
    entities, free = [], 0
    for span in sorted(kept):
        first, last = max(free, bisect_right(ends, span.start)), bisect_left(starts, span.end)
        if first >= last:
            repairs["spans without a word of their own"] += 1
            continue
        exact = starts[first] >= span.start and ends[last - 1] <= span.end
        repairs["spans that were widened to whole words"] += not exact
        entities.append(Entity(first, last, span.type))
        free = last
    return [text[start:end] for start, end in words], tags_of(entities, len(words))


def _parse(span: Any, length: int) -> Span:
    """[start, end, type] or an object with such fields. Raises ValueError."""
    if isinstance(span, dict):
        names = (STARTS, ENDS, TYPES)
        span = [next((span[name] for name in known if name in span), None) for known in names]
    if isinstance(span, list | tuple) and len(span) == 3:
        start, end, kind = span
        numbers = all(isinstance(place, int) and not isinstance(place, bool) for place in (start, end))
        if numbers and isinstance(kind, str) and kind.strip() and 0 <= start < end <= length:
            return Span(start, end, kind.strip())
    raise ValueError(f"{str(span)[:60]} in a text of {length} characters")
