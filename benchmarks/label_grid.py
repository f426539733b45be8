"""Relation grids of 256 sentences of 32 words: vectorised, against loops over sentences and cells. Reach: 100 times."""

from __future__ import annotations

import random

import numpy as np
from mclner.relations import FIRST_TYPE, NEXT_WORD, relation_grids
from mclner.tags import Entity
from measure import in_turn, is_quick, report

TYPES = ["PER", "ORG", "LOC"]
WORDS = 32


def looped(sentences: list[list[Entity]]) -> np.ndarray:
    """Grids filled cell by cell: every pair of words is asked what it is."""
    grids = np.zeros((len(sentences), WORDS, WORDS), dtype=np.int64)
    for row, entities in enumerate(sentences):
        for i in range(WORDS):
            for j in range(WORDS):
                for entity in entities:
                    if entity.start <= i < entity.end and j == i + 1 < entity.end:
                        grids[row, i, j] = NEXT_WORD
                    if i == entity.end - 1 and j == entity.start:
                        grids[row, i, j] = FIRST_TYPE + TYPES.index(entity.type)
    return grids


def main() -> None:
    rounds = 3 if is_quick(__doc__) else 9
    generator = random.Random(1)
    sentences = []
    for _ in range(256):
        starts = sorted(generator.sample(range(0, WORDS, 4), 3))
        sentences.append([Entity(s, s + generator.randint(1, 4), generator.choice(TYPES)) for s in starts])
    assert (looped(sentences) == relation_grids(sentences, WORDS, TYPES)).all()
    pair = in_turn(lambda: relation_grids(sentences, WORDS, TYPES), lambda: looped(sentences), rounds)
    print(f"a sentence: {pair.ours / 256 * 1e6:.1f} us against {pair.theirs / 256 * 1e6:.0f} us")
    report("label_grid", pair.times_faster, 100, pair.times_faster >= 100)


if __name__ == "__main__":
    main()
