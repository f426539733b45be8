"""Means over languages and seeds, and bootstrap intervals over sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mclner.evaluation import f1_scores


def resample_counts(counts: NDArray[np.int64], resamples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Sums of `counts` [sentences, columns] over sentences drawn with replacement: [resamples, columns].

    Sentences with the same counts are interchangeable, so it draws how often each distinct row comes (a multinomial):
    the same distribution as drawing sentences, at a fraction of the work.
    """
    distinct, times = np.unique(counts, axis=0, return_counts=True)
    total = int(times.sum())
    drawn = generator.multinomial(total, times / total, size=resamples)
    return drawn.astype(np.float64) @ distinct.astype(np.float64)


def bootstrap_f1(
    counts: Sequence[NDArray[np.int64]], resamples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Paired bootstrap over sentences, language by language.

    `counts` holds, for each language, [sentences, systems, seeds, 3]: right, found, there. All systems and seeds
    see the same resampled sentences. Returns F1 as measured [languages, systems] and resampled
    [resamples, languages, systems], both means over seeds, in per cent.
    """
    generator = np.random.default_rng(seed)
    measured, resampled = [], []
    for language in counts:
        sentences, systems, seeds, _ = language.shape
        measured.append(f1_scores(language.sum(axis=0)).mean(axis=-1))
        flat = resample_counts(language.reshape(sentences, -1), resamples, generator)
        resampled.append(f1_scores(flat.reshape(resamples, systems, seeds, 3)).mean(axis=-1))
    return np.stack(measured), np.stack(resampled, axis=1)


def interval(samples: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of `samples` [resamples]."""
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
