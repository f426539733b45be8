"""Means over languages and seeds; bootstrap intervals and p-values over sentences; correction for many comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mclner.evaluation.scores import f1_scores

DRAWN_AT_ONCE = 2**23  # numbers of a block of resamples: 64 MB as integers and as much again as fractions


def resample_counts(counts: NDArray[np.int64], resamples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Sums of `counts` [sentences, columns] over sentences drawn with replacement: [resamples, columns].

    Sentences with the same counts are interchangeable, so it draws how often each distinct row comes (a multinomial):
    the same distribution as drawing sentences, at a fraction of the work. A block of resamples at a time, in order, so
    that memory is bounded and the draws are those of one call.
    """
    distinct, times = np.unique(counts, axis=0, return_counts=True)
    total, columns = int(times.sum()), distinct.astype(np.float64)
    block = max(1, DRAWN_AT_ONCE // len(distinct))
    sums = [
        generator.multinomial(total, times / total, size=min(block, resamples - first)).astype(np.float64) @ columns
        for first in range(0, resamples, block)
    ]
    return np.concatenate(sums)


def bootstrap_f1(
    counts: Sequence[NDArray[np.int64]], resamples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Paired bootstrap over sentences, each language's own.

    `counts` holds, for each language, [sentences, systems, seeds, 3]: correct, predicted, gold. All systems and seeds
    see the same resampled sentences. Returns F1 as measured [languages, systems] and resampled
    [resamples, languages, systems], both means over seeds, in per cent.
    """
    generator = np.random.default_rng(seed)
    drawn = (resample_counts(language.reshape(len(language), -1), resamples, generator) for language in counts)
    return _mean_f1(counts, drawn)


def bootstrap_parallel_f1(
    counts: Sequence[NDArray[np.int64]], resamples: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As `bootstrap_f1`, for languages whose sentences translate each other, row by row: drawn together.

    One sentence in forty languages is one sample and not forty, so intervals of means over languages are wider.
    """
    flat = [language.reshape(len(language), -1) for language in counts]
    together = resample_counts(np.concatenate(flat, axis=1), resamples, np.random.default_rng(seed))
    return _mean_f1(counts, np.split(together, np.cumsum([rows.shape[1] for rows in flat])[:-1], axis=1))


def _mean_f1(
    counts: Sequence[NDArray[np.int64]], drawn: Iterable[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means over seeds of F1 [languages, systems], and of the drawn sums [resamples, columns] of each language."""
    measured = [f1_scores(language.sum(axis=0)).mean(axis=-1) for language in counts]
    resampled = [
        f1_scores(sums.reshape(len(sums), *language.shape[1:])).mean(axis=-1)
        for language, sums in zip(counts, drawn, strict=True)
    ]
    return np.stack(measured), np.stack(resampled, axis=1)


def interval(samples: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Percentile interval of `samples` [resamples]."""
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def p_value(differences: NDArray[np.float64]) -> float:
    """Two-sided p-value of "no difference" from resampled paired differences [resamples].

    Twice the smaller share of resamples on one side of zero, zero itself on both sides, each counted with one more so
    that it is never 0 (Davison and Hinkley 1997, chapter 4): it agrees with the percentile interval.
    """
    below, above = int((differences <= 0).sum()), int((differences >= 0).sum())
    return min(1.0, 2 * (1 + min(below, above)) / (1 + len(differences)))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted by Holm (1979), in their order: below 0.05 is what survives at a family-wise 5 %."""
    adjusted = np.empty(len(p_values))
    reached = 0.0
    for place, index in enumerate(np.argsort(p_values, kind="stable")):
        reached = max(reached, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = reached
    return adjusted.tolist()
