"""What several teachers find in a sentence, put together by their votes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mclner.data.predictions import Labelling
from mclner.data.tags import Entity


def vote(labellings: Sequence[Labelling]) -> Labelling:
    """The entities of one sentence that more than half of its labellings have, boundaries and type alike.

    Two that overlap cannot both have more than half. The confidence of an entity, or of a word outside all of them, is
    the mean over the labellings, 0 where one says otherwise; so a single labelling comes out as it is.
    """
    found: dict[Entity, float] = {}
    votes: dict[Entity, int] = {}
    for labelling in labellings:
        for entity, confidence in zip(labelling.entities, labelling.confidences, strict=True):
            found[entity] = found.get(entity, 0.0) + confidence
            votes[entity] = votes.get(entity, 0) + 1
    entities = sorted((entity for entity in votes if 2 * votes[entity] > len(labellings)), key=lambda one: one.start)
    confidences = [found[entity] / len(labellings) for entity in entities]
    words = np.mean([_outside(labelling) for labelling in labellings], axis=0)
    for entity, confidence in zip(entities, confidences, strict=True):
        words[entity.start : entity.end] = confidence
    return Labelling(entities, confidences, words.tolist())


def _outside(labelling: Labelling) -> list[float]:
    """Confidence that each word stands outside, 0 inside an entity."""
    outside = list(labelling.word_confidences)
    for entity in labelling.entities:
        outside[entity.start : entity.end] = [0.0] * (entity.end - entity.start)
    return outside
