"""Labels carried from a sentence to its translation by aligned words.

An entity becomes the span from the smallest to the largest word that its words are aligned to. What speaks against a
projection is named, so that such a sentence can be left out: a missing label teaches that a name is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mclner.data.tags import Entity
from mclner.views.word_alignment import Alignment

FAULTS = ("unaligned", "partly_aligned", "grown", "overlapping")


@dataclass(frozen=True, slots=True)
class Projection:
    """Entities of the translation, in order, none over another; and the first fault, of `FAULTS`, if there is any."""

    entities: list[Entity]
    fault: str | None


def project_entities(entities: Sequence[Entity], alignment: Alignment, min_aligned_share: float) -> Projection:
    """Carry `entities` over.

    Faults: no word of an entity is aligned; fewer than `min_aligned_share` of its words are, and it stays as far as it
    goes; its span is longer than twice the entity and two words, or lies over another's, and it is left out.
    """
    found: list[Entity] = []
    faults: list[str] = []
    taken: set[int] = set()
    for entity in entities:
        pairs = [(word, other) for word, other in alignment if entity.start <= word < entity.end]
        if not pairs:
            faults.append("unaligned")
            continue
        if len({word for word, _ in pairs}) < min_aligned_share * (entity.end - entity.start):
            faults.append("partly_aligned")
        others = [other for _, other in pairs]
        span = range(min(others), max(others) + 1)
        if len(span) > 2 * (entity.end - entity.start) + 2:
            faults.append("grown")
        elif not taken.isdisjoint(span):
            faults.append("overlapping")
        else:
            taken.update(span)
            found.append(Entity(span.start, span.stop, entity.type))
    return Projection(sorted(found), faults[0] if faults else None)
