"""Precision, recall and F1 of predicted against gold entities, by sentence and by language (seqeval's micro-F1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mclner.data.tags import Entity

COLUMNS = ("experiment", "variant", "seed", "language", "precision", "recall", "f1", "entities", "sentences")


def count_matches(gold: Sequence[Sequence[Entity]], predicted: Sequence[Sequence[Entity]]) -> NDArray[np.int64]:
    """[sentences, 3]: correct, predicted and gold entities. Correct means same words and same type."""
    return np.array(
        [
            (len(set(labelled) & set(found)), len(set(found)), len(set(labelled)))
            for labelled, found in zip(gold, predicted, strict=True)
        ],
        dtype=np.int64,
    ).reshape(-1, 3)


def f1_scores(counts: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 in per cent from counts [..., 3] of correct, predicted and gold entities; 0 where there is none of either."""
    correct, predicted, gold = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    total = predicted + gold
    return np.divide(200.0 * correct, total, out=np.zeros_like(total), where=total > 0)


def precision_recall_f1(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """Micro precision, recall and F1 in per cent over sentences [sentences, 3]."""
    correct, predicted, gold = counts.sum(axis=0).tolist()
    precision = 100.0 * correct / predicted if predicted else 0.0
    recall = 100.0 * correct / gold if gold else 0.0
    return precision, recall, float(f1_scores(counts.sum(axis=0)))
