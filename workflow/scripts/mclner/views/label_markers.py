"""Entities carried through a translation by brackets around them, after EasyProject (Chen et al. 2023).

`Marie Curie left Warsaw` becomes `[ Marie Curie ] left [ Warsaw ]`; brackets that come back whole mark the entities of
the translation. Which is which is told by the translations of the names alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import regex
from scipy.optimize import linear_sum_assignment

from mclner.data.tags import Entity

OPENING, CLOSING = "[［【〔", "]］】〕"
BRACKET = regex.compile(f"([{regex.escape(OPENING + CLOSING)}])")


def can_be_marked(tokens: Sequence[str]) -> bool:
    """False where the sentence has brackets of its own."""
    return not any(BRACKET.search(token) for token in tokens)


def mark(tokens: Sequence[str], entities: Sequence[Entity]) -> str:
    """The sentence as text, each entity in square brackets."""
    words = list(tokens)
    for entity in entities:
        words[entity.start] = f"[ {words[entity.start]}"
        words[entity.end - 1] = f"{words[entity.end - 1]} ]"
    return " ".join(words)


def split_marked(text: str) -> tuple[list[str], list[int]] | None:
    """Stretches of text, and the numbers of those in brackets; None where brackets nest or lack a partner."""
    stretches: list[str] = []
    marked: list[int] = []
    inside = False
    for part in BRACKET.split(text):
        if part and part in OPENING + CLOSING:
            if (part in OPENING) == inside:
                return None
            inside = part in OPENING
        elif part.strip():
            if inside:
                marked.append(len(stretches))
            stretches.append(part.strip())
        elif inside and part:
            return None
    return None if inside else (stretches, marked)


def without_markers(text: str) -> str:
    return " ".join(BRACKET.sub(" ", text).split())


def assign_types(found: Sequence[str], names: Sequence[str], types: Sequence[str]) -> list[str]:
    """The type of each marked stretch of a translation: that of the name it is likest to, each name taken once.

    `names` are translations of the source's entities on their own, `types` their types. As many names as stretches.
    """
    likeness = np.array(
        [[SequenceMatcher(None, stretch.lower(), name.lower()).ratio() for name in names] for stretch in found]
    )
    order = np.abs(np.subtract.outer(np.arange(len(found)), np.arange(len(names)))) / max(len(found), 1)
    _, chosen = linear_sum_assignment(order * 0.01 - likeness)  # equal likeness: the order of the source
    return [types[number] for number in chosen]
