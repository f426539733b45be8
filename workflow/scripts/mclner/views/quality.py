"""Telling translations that are none: too short or too long, copied, in another script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mclner.data.sentences import Sentence
from mclner.data.writing_systems import script_share

FAULTS = ("empty", "length", "copied", "script")


@dataclass(frozen=True, slots=True)
class QualityGuard:
    """Bounds that a translation has to keep.

    `shortest` and `longest` bound its length over that of the source, both in the translator's subwords; `most_copied`
    the share of words outside entities that stand in the source too; `least_script` the share of letters in the
    target's script.
    """

    shortest: float = 0.4
    longest: float = 2.5
    most_copied: float = 0.5
    least_script: float = 0.5

    def fault(self, source: Sentence, target: Sentence, length_ratio: float, script: str) -> str | None:
        """The first of FAULTS that the translation has; None where it is good."""
        if not target.tokens:
            return "empty"
        if not self.shortest <= length_ratio <= self.longest:
            return "length"
        if copied_share(source, target) > self.most_copied:
            return "copied"
        if script_share("".join(target.tokens), script) < self.least_script:
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
    inside = {position for entity in sentence.entities for position in range(entity.start, entity.end)}
    return [token for position, token in enumerate(sentence.tokens) if position not in inside]
