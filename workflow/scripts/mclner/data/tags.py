"""Entities of a sentence and the IOB2 tags that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OUTSIDE = "O"


class Entity(NamedTuple):
    """Words `start` to `end` (exclusive) of a sentence, with their entity type."""

    start: int
    end: int
    type: str


def repair_tags(tags: Sequence[str]) -> tuple[list[str], int]:
    """Make IOB2 of IOB1 or broken tags as conlleval reads them; also return how many tags changed.

    An `I-X` after `O`, after another type or at the start of the sentence begins an entity.
    """
    repaired: list[str] = []
    changes = 0
    previous = OUTSIDE
    for tag in tags:
        if tag[:2] == "I-" and previous[2:] != tag[2:]:
            tag = "B-" + tag[2:]
            changes += 1
        repaired.append(tag)
        previous = tag
    return repaired, changes


def entities_of(tags: Sequence[str]) -> list[Entity]:
    """Entities in IOB2 `tags`, in order; broken sequences are read as conlleval reads them."""
    entities: list[Entity] = []
    start: int | None = None
    kind = ""
    for position, tag in enumerate([*tags, OUTSIDE]):
        continues = tag[:2] == "I-" and start is not None and tag[2:] == kind
        if start is not None and not continues:
            entities.append(Entity(start, position, kind))
            start = None
        if tag != OUTSIDE and not continues:
            start, kind = position, tag[2:]
    return entities


def tags_of(entities: Iterable[Entity], length: int) -> list[str]:
    """IOB2 tags of a sentence of `length` words. Raises ValueError on overlap or out of bounds."""
    tags = [OUTSIDE] * length
    for entity in entities:
        span = range(entity.start, entity.end)
        if not 0 <= entity.start < entity.end <= length:
            raise ValueError(f"{entity} lies outside a sentence of {length} words")
        if any(tags[position] != OUTSIDE for position in span):
            raise ValueError(f"{entity} overlaps another entity")
        for position in span:
            tags[position] = ("B-" if position == entity.start else "I-") + entity.type
    return tags


def tag_names(entity_types: Sequence[str]) -> list[str]:
    """IOB2 tags by label number, in PAN-X's order."""
    return ["O", *(f"{prefix}-{entity_type}" for entity_type in entity_types for prefix in "BI")]
