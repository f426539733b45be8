"""Telling translations that are none: too short or too long, copied, in another script."""

from __future__ import annotations

from collections.abc import Sequence

from mclner.configuration.recipes import QualityBounds
from mclner.data.sentences import Sentence
from mclner.data.tags import entities_of
from mclner.data.writing_systems import script_share

FAULTS = ("empty", "length", "copied", "script")


def fault_of(source: Sentence, target: Sentence, length_ratio: float, script: str, bounds: QualityBounds) -> str | None:
    """The first of FAULTS that a translation has; None where it keeps all `bounds`.

    `length_ratio` is its length over that of the source, both in the translator's subwords.
    """
    if not target.tokens:
        return "empty"
    if not bounds.shortest <= length_ratio <= bounds.longest:
        return "length"
    if copied_share(source, target) > bounds.most_copied:
        return "copied"
    if script_share("".join(target.tokens), script) < bounds.least_script:
        return "script"
    return None


def copied_share(source: Sentence, target: Sentence, fewest: int = 3) -> float:
    """Share of the target's words outside entities that the source has too; 0 where there are fewer than `fewest`."""
    there = {token.casefold() for token in source.tokens}
    outside = [word.casefold() for word in _outside_entities(target) if any(map(str.isalpha, word))]
    if len(outside) < fewest:
        return 0.0
    return sum(word in there for word in outside) / len(outside)


def _outside_entities(sentence: Sentence) -> Sequence[str]:
    inside = {position for entity in entities_of(sentence.tags or ()) for position in range(entity.start, entity.end)}
    return [token for position, token in enumerate(sentence.tokens) if position not in inside]
