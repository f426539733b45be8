"""Relation grids of 256 sentences of 32 words: vectorised, against loops as in W2NER's data loader. Reach: 100 times.

There each sentence gets, in Python, a grid of bucketed distances cell by cell and a grid of labels entity by entity.
Ours needs no distances: the model looks them up from a range. What the labels alone take there is printed beside it.
"""

from __future__ import annotations

import random

import numpy as np

from mclner.data.tags import Entity
from mclner.model.relation_grid import FIRST_TYPE, NEXT_WORD, relation_grids
from measure import in_turn, is_quick, report

TYPES = ["PER", "ORG", "LOC"]
WORDS = 32
BUCKETS = np.array([0, *(distance.bit_length() for distance in range(1, WORDS))])


def looped_labels(sentences: list[list[Entity]]) -> list[np.ndarray]:
    """A grid for each sentence, filled entity by entity, word by word."""
    grids = []
    for entities in sentences:
        grid = np.zeros((WORDS, WORDS), dtype=np.int64)
        for entity in entities:
            for word in range(entity.start, entity.end - 1):
                grid[word, word + 1] = NEXT_WORD
            grid[entity.end - 1, entity.start] = FIRST_TYPE + TYPES.index(entity.type)
        grids.append(grid)
    return grids


def looped_distances(sentences: list[list[Entity]]) -> list[np.ndarray]:
    """A grid of bucketed distances for each sentence, filled cell by cell."""
    grids = []
    for _ in sentences:
        offsets = np.subtract.outer(np.arange(WORDS), np.arange(WORDS))
        for i in range(WORDS):
            for j in range(WORDS):
                offsets[i, j] = BUCKETS[offsets[i, j]] if offsets[i, j] >= 0 else BUCKETS[-offsets[i, j]] + 9
        grids.append(offsets)
    return grids


def main() -> None:
    rounds = 3 if is_quick(__doc__) else 9
    generator = random.Random(1)
    sentences = []
    for _ in range(256):
        starts = sorted(generator.sample(range(0, WORDS, 4), 3))
        sentences.append([Entity(s, s + generator.randint(1, 4), generator.choice(TYPES)) for s in starts])
    assert (np.stack(looped_labels(sentences)) == relation_grids(sentences, WORDS, TYPES)).all()

    def ours() -> None:
        relation_grids(sentences, WORDS, TYPES)

    pair = in_turn(ours, lambda: (looped_labels(sentences), looped_distances(sentences)), rounds)
    alone = in_turn(ours, lambda: looped_labels(sentences), rounds)
    microseconds = [time / len(sentences) * 1e6 for time in (pair.ours, pair.theirs, alone.theirs)]
    print("a sentence: {:.1f} us against {:.0f} us, of which its labels alone {:.0f} us".format(*microseconds))
    report("label_grid", pair.times_faster, 100, pair.times_faster >= 100)


if __name__ == "__main__":
    main()
