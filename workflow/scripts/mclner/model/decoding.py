"""From what a model computed to entities, whatever it ran on: torch or ONNX Runtime."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mclner.data.predictions import Labelling
from mclner.data.tags import Entity, entities_of


def choose_entities(
    candidates: NDArray[np.int64],
    found: NDArray[np.float32],
    outside: NDArray[np.float32],
    lengths: Sequence[int],
    entity_types: Sequence[str],
) -> list[Labelling]:
    """The entities of each sentence: of candidates that overlap, the best stays.

    `candidates` [N, 3]: number of the sentence, last word, first word. `found` [N, 3]: score, of which only those above
    zero count; confidence; number of the type. `outside` [B, L]: how sure each word is to stand in no entity.
    """
    kept = found[:, 0] > 0
    candidates, found = candidates[kept], found[kept]
    labellings = [Labelling([], [], row[:length]) for row, length in zip(outside.tolist(), lengths, strict=True)]
    taken = [0] * len(labellings)  # a bit for each word
    order = np.lexsort((candidates[:, 2], candidates[:, 1], -found[:, 0]))
    for (row, tail, head), (_, confidence, entity_type) in zip(
        candidates[order].tolist(), found[order].tolist(), strict=True
    ):
        words = (1 << tail + 1) - (1 << head)
        if taken[row] & words:
            continue
        taken[row] |= words
        labelling = labellings[row]
        labelling.entities.append(Entity(head, tail + 1, entity_types[int(entity_type)]))
        labelling.confidences.append(confidence)
        labelling.word_confidences[head : tail + 1] = [confidence] * (tail + 1 - head)
    return [_in_order(labelling) for labelling in labellings]


def _in_order(labelling: Labelling) -> Labelling:
    if len(labelling.entities) < 2:
        return labelling
    order = sorted(range(len(labelling.entities)), key=lambda index: labelling.entities[index].start)
    return Labelling(
        [labelling.entities[index] for index in order],
        [labelling.confidences[index] for index in order],
        labelling.word_confidences,
    )


def tagged_entities(
    probabilities: NDArray[np.float32], best: NDArray[np.int64], lengths: Sequence[int], tags: Sequence[str]
) -> list[Labelling]:
    """The entities of each sentence from the likeliest tag of each word [B, L] and its probability [B, L]."""
    labellings = []
    for numbers, certainties, length in zip(best.tolist(), probabilities.tolist(), lengths, strict=True):
        entities = entities_of([tags[number] for number in numbers[:length]])
        certain = certainties[:length]
        confidences = [
            math.exp(sum(map(math.log, certain[entity.start : entity.end])) / (entity.end - entity.start))
            for entity in entities
        ]
        labellings.append(Labelling(entities, confidences, certain))
    return labellings
