"""Sentences longer than the model sees at once: windows that overlap, and what is found in them joined."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from mclner.data.predictions import Labelling
from mclner.data.tags import Entity


def overlapping_windows(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Stretches of words, first and last (exclusive), that cover a sentence; neighbours share about half their room.

    `lengths` are those of the words in subwords, each from 1 to `room`, which is what a window holds.
    """
    ends = [0, *accumulate(lengths)]
    windows, first = [], 0
    while True:
        last = bisect_right(ends, ends[first] + room) - 1
        windows.append((first, last))
        if last == len(lengths):
            return windows
        needed = bisect_left(ends, ends[last + 1] - room)  # so that the next word fits
        first = max(needed, bisect_left(ends, ends[last] - room // 2))


def join_windows(parts: Sequence[tuple[int, Labelling]]) -> Labelling:
    """The labelling of a sentence from those of its windows, each with the number of its first word."""
    joined = Labelling([], [], [])
    for first, part in parts:
        joined = _join(joined, part, first)
    return joined


def _join(left: Labelling, right: Labelling, first: int) -> Labelling:
    """What is left of a seam as `left` has it, and what is right of it as `right` has it, which begins at `first`.

    Both see the words they share. The seam lies where neither has an entity, as near to the middle as can be.
    """
    found = [Entity(entity.start + first, entity.end + first, entity.type) for entity in right.entities]
    seam = _seam([*left.entities, *found], first, len(left.word_confidences))
    pairs = [pair for pair in zip(left.entities, left.confidences, strict=True) if pair[0].start < seam]
    begin = max([seam, *(entity.end for entity, _ in pairs)])  # an entity of the left may reach beyond, where all do
    pairs += [pair for pair in zip(found, right.confidences, strict=True) if pair[0].start >= begin]
    words = left.word_confidences[:seam] + right.word_confidences[seam - first :]
    return Labelling([entity for entity, _ in pairs], [confidence for _, confidence in pairs], words)


def _seam(entities: Sequence[Entity], first: int, last: int) -> int:
    """The place from `first` to `last` nearest to their middle that lies inside no entity; the middle without one."""
    middle = (first + last) // 2
    free = [
        place for place in range(first, last + 1) if not any(entity.start < place < entity.end for entity in entities)
    ]
    return min(free, key=lambda place: abs(place - middle), default=middle)
