"""Labels carried from a sentence to its translation by aligned words.

An entity becomes the span from the smallest to the largest word that its words are aligned to. What speaks against a
projection is named, so that such a sentence can be left out: a missing label teaches that a name is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mclner.data.tags import Entity
from mclner.views.word_alignment import Alignment

FAULTS = ("unaligned", "partly_aligned", "cut_short", "grown", "overlapping")


@dataclass(frozen=True, slots=True)
class Projection:
    """Entities of the translation, in order, none over another; and the first fault, of `FAULTS`, if there is any."""

    entities: list[Entity]
    fault: str | None


def project_entities(entities: Sequence[Entity], alignment: Alignment, min_aligned_share: float) -> Projection:
    """Carry `entities` over.

    Faults: no word of an entity is aligned (it is left out); fewer than `min_aligned_share` of its words are, or have
    their most similar word inside the span (a name may be one word there); a word beside the span is most similar to
    one of the entity's; the span is longer than twice the entity and two words, or lies over another's (left out).
    """
    found: list[Entity] = []
    faults: list[str] = []
    taken: set[int] = set()
    for entity in entities:
        words = range(entity.start, entity.end)
        others = [other for word, other in alignment.pairs if word in words]
        if not others:
            faults.append("unaligned")
            continue
        span = range(min(others), max(others) + 1)
        if sum(alignment.nearest_target[word] in span for word in words) < min_aligned_share * len(words):
            faults.append("partly_aligned")
        beside = [place for place in (span.start - 1, span.stop) if 0 <= place < len(alignment.nearest_source)]
        if any(alignment.nearest_source[place] in words for place in beside):
            faults.append("cut_short")
        if len(span) > 2 * len(words) + 2:
            faults.append("grown")
        elif not taken.isdisjoint(span):
            faults.append("overlapping")
        else:
            taken.update(span)
            found.append(Entity(span.start, span.stop, entity.type))
    return Projection(sorted(found), faults[0] if faults else None)
