"""What kind of mistake each wrong or missing entity is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mclner.data.tags import Entity

if TYPE_CHECKING:  # scoring a model needs no pandas
    import pandas as pd

KINDS = ("right", "boundary", "type", "boundary and type", "missed", "spurious")


def overlap(first: Entity, second: Entity) -> int:
    """How many words two entities share."""
    return max(0, min(first.end, second.end) - max(first.start, second.start))


class Match(NamedTuple):
    """A gold entity with the found one that stands for it; one of the two is None where there is no partner."""

    kind: str
    gold: Entity | None
    found: Entity | None


def match_entities(gold: Sequence[Entity], found: Sequence[Entity]) -> list[Match]:
    """The entities of one sentence, each gold one and each found one in just one match, with its kind.

    Right pairs are set aside first. Then each gold entity, from left to right, takes the found one left that shares
    most words with it: same words is an error of type, same type one of boundary, neither of both. A gold entity
    without a partner is missed, a found one left over is spurious.
    """
    right = set(gold) & set(found)
    matches = [Match("right", entity, entity) for entity in gold if entity in right]
    left = [entity for entity in found if entity not in right]
    for entity in gold:
        if entity in right:
            continue
        partner = max(left, key=lambda candidate: (overlap(entity, candidate), -candidate.start), default=None)
        if partner is None or not overlap(entity, partner):
            matches.append(Match("missed", entity, None))
            continue
        left.remove(partner)
        same_words = (entity.start, entity.end) == (partner.start, partner.end)
        kind = "type" if same_words else "boundary" if entity.type == partner.type else "boundary and type"
        matches.append(Match(kind, entity, partner))
    return matches + [Match("spurious", None, entity) for entity in left]


def count_error_kinds(gold: Sequence[Entity], found: Sequence[Entity]) -> Counter[str]:
    """How many matches of each kind one sentence has; see `match_entities`."""
    return Counter(match.kind for match in match_entities(gold, found))


def kinds_per_hundred(counts: pd.DataFrame, source: str) -> pd.DataFrame:
    """Entities of each kind per 100 that are there, in the target languages' tests: a row a (variant, seed).

    Means over languages. `counts` is errors.tsv. The kinds but `spurious` sum to 100, the entities that are there.
    """
    targets = counts[counts["language"] != source]
    kinds = targets.pivot_table(index=["variant", "seed", "language"], columns="kind", values="entities", fill_value=0)
    there = kinds[[kind for kind in KINDS if kind != "spurious"]].sum(axis=1)
    return (100 * kinds.div(there, axis=0)).groupby(["variant", "seed"]).mean()
