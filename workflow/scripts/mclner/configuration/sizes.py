"""Variants that differ in how many labelled source sentences they learn from: `full_250`, `full_500` and so on."""

from __future__ import annotations

from collections.abc import Mapping


def family_of(variant: str, size: int) -> str:
    """The name of a variant without its number of sentences: `full_250` with 250 is of the family `full`."""
    return variant.removesuffix(f"_{size}")


def families_of(sizes: Mapping[str, int]) -> dict[str, dict[int, str]]:
    """Variants by family and number of sentences, smallest first.

    `sizes` has the number of each variant, 0 for all sentences: such a variant is no point of a curve.
    """
    families: dict[str, dict[int, str]] = {}
    for variant, size in sorted(sizes.items(), key=lambda item: item[1]):
        if size:
            families.setdefault(family_of(variant, size), {})[size] = variant
    return families


def baselines_by_size(sizes: Mapping[str, int], baseline: str) -> list[str]:
    """For each variant, what it is set against: `baseline`, or its like of as many sentences if there is one."""
    family = family_of(baseline, sizes[baseline])
    like = (f"{family}_{size}" for size in sizes.values())
    return [name if name in sizes else baseline for name in like]
