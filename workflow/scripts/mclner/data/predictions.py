"""What a model, or a vote of several, finds in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from mclner.data.tags import Entity


@dataclass(frozen=True, slots=True)
class Labelling:
    """What a model finds in one sentence.

    `confidences` has a probability for each entity, `word_confidences` one for each word: that of its entity, or of
    standing outside all of them.
    """

    entities: list[Entity]
    confidences: list[float]
    word_confidences: list[float]
