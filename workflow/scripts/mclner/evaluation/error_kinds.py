"""What kind of mistake each wrong or missing entity is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from mclner.data.tags import Entity

KINDS = ("right", "boundary", "type", "boundary and type", "missed", "spurious")


def overlap(first: Entity, second: Entity) -> int:
    """How many words two entities share."""
    return max(0, min(first.end, second.end) - max(first.start, second.start))


def count_error_kinds(gold: Sequence[Entity], found: Sequence[Entity]) -> Counter[str]:
    """Kinds of the entities of one sentence, each gold entity and each found one counted once.

    Right pairs are set aside first. Then each gold entity, from left to right, takes the found one left that shares
    most words with it: same words is an error of type, same type one of boundary, neither of both. A gold entity
    without a partner is missed, a found one left over is spurious.
    """
    kinds: Counter[str] = Counter(right=len(set(gold) & set(found)))
    missing = [entity for entity in gold if entity not in set(found)]
    left = [entity for entity in found if entity not in set(gold)]
    for entity in missing:
        partner = max(left, key=lambda candidate: (overlap(entity, candidate), -candidate.start), default=None)
        if partner is None or not overlap(entity, partner):
            kinds["missed"] += 1
            continue
        left.remove(partner)
        same_words = (entity.start, entity.end) == (partner.start, partner.end)
        kinds["type" if same_words else "boundary" if entity.type == partner.type else "boundary and type"] += 1
    kinds["spurious"] += len(left)
    return kinds


def kinds_per_hundred(counts: pd.DataFrame, source: str) -> pd.DataFrame:
    """Entities of each kind per 100 that are there, in the target languages' tests: a row a (variant, seed).

    Means over languages. `counts` is errors.tsv. The kinds but `spurious` sum to 100, the entities that are there.
    """
    targets = counts[counts["language"] != source]
    kinds = targets.pivot_table(index=["variant", "seed", "language"], columns="kind", values="entities", fill_value=0)
    there = kinds[[kind for kind in KINDS if kind != "spurious"]].sum(axis=1)
    return (100 * kinds.div(there, axis=0)).groupby(["variant", "seed"]).mean()
