"""Soft labels: the probabilities that a model gives every label of every word pair, or of every word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mclner.common.cli import Progress
from mclner.model.batching import SentenceEncoder, batches_by_length
from mclner.model.entity_model import EntityModel
from mclner.model.mixed_precision import autocast

SUBWORDS_A_BATCH, ROWS_A_BATCH = 2048, 32
Probabilities = NDArray[np.float32]


@torch.inference_mode()
def label_probabilities(
    model: EntityModel, encoder: SentenceEncoder, sentences: Sequence[Sequence[str]]
) -> list[Probabilities | None]:
    """For each tokenised sentence [L, L, labels] by a relation model, [L, labels] by a tagger.

    None where a sentence is empty or longer than the model's window.
    """
    model.eval()
    pieces = encoder.encode(sentences)
    whole = [number for number, found in enumerate(pieces) if len(found) == 1 and found[0].word_starts]
    labelled: list[Probabilities | None] = [None] * len(sentences)
    progress = Progress(len(whole), "labelling softly", "sentences")
    for batch in batches_by_length([len(pieces[number][0]) for number in whole], SUBWORDS_A_BATCH, ROWS_A_BATCH):
        numbers = [whole[place] for place in batch]
        rows = encoder.pad([pieces[number][0] for number in numbers]).to(model.device)
        with autocast(model.device, model.config.precision):
            words, _ = model.words(rows)
            scores = model.score(words)
        probabilities = scores.float().softmax(-1).cpu().numpy()
        for row, number in enumerate(numbers):
            length = len(pieces[number][0].word_starts)
            cells = (slice(length),) * (probabilities.ndim - 2)
            labelled[number] = probabilities[row][cells].copy()  # or the whole batch would stay
        progress.update(len(batch))
    progress.close()
    return labelled


def mean_probabilities(of_each_model: Sequence[Probabilities | None]) -> NDArray[np.float16] | None:
    """The mean over models of one sentence's probabilities; None where any of them has none."""
    known = [probabilities for probabilities in of_each_model if probabilities is not None]
    return np.mean(known, axis=0).astype(np.float16) if len(known) == len(of_each_model) else None
