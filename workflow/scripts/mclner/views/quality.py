"""Telling translations that are none: unknown characters, too short or long, looped, copied, in another script."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from mclner.configuration.recipes import QualityBounds
from mclner.data.sentences import Sentence
from mclner.data.tokenization import REPLACEMENT
from mclner.data.writing_systems import script_share

FAULTS = ("empty", "unknown", "length", "looped", "copied", "script")
REPEATED = regex.compile(r"(?P<unit>.{2,200}?)(?P<again>(?P=unit)+)")  # one stretch, and again and again


def fault_of(
    source: Sentence,
    target: Sentence,
    length_ratio: float,
    script: str,
    bounds: QualityBounds,
    usual_ratio: float = 1.0,
) -> str | None:
    """The first of FAULTS that a translation has; None where it keeps all `bounds`.

    `length_ratio` is its length over that of the source, both in the translator's subwords. `usual_ratio` is that of
    most translations into the language: where they are long, so is half of one.
    """
    if not target.tokens:
        return "empty"
    if any(REPLACEMENT in token for token in target.tokens):
        return "unknown"
    if not bounds.min_length_ratio * max(usual_ratio, 1.0) <= length_ratio <= bounds.max_length_ratio:
        return "length"
    if looped_share(target) > bounds.max_looped_share >= looped_share(source):
        return "looped"
    if copied_share(source, target) > bounds.max_copied_share:
        return "copied"
    if script_share("".join(target.tokens), script) < bounds.min_script_share:
        return "script"
    return None


def looped_share(sentence: Sentence) -> float:
    """Share of the characters that repeat what stands just before them: `and said and said and said`."""
    text = "".join(sentence.tokens).casefold()
    repeats = (match for match in REPEATED.finditer(text) if any(map(str.isalpha, match["unit"])))
    return sum(len(match["again"]) for match in repeats) / max(len(text), 1)


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
