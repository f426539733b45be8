"""The three objectives: label loss, semantic contrast between views, relation contrast between word pairs."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional

from mclner.model.batch import CODESWITCHED, SOURCE, TRANSLATED


def label_loss(logits: Tensor, labels: Tensor, cell_weights: Tensor, words: Tensor) -> Tensor:
    """Cross-entropy summed over cells and divided by the number of words.

    `logits` [..., labels], `labels` [...] numbers or [..., labels] probabilities, `cell_weights` [...], `words` a
    scalar. The mean over all cells of a grid would drown the few that hold a relation.
    """
    wanted = labels.flatten(0, -2) if labels.dim() == logits.dim() else labels.flatten()
    losses = functional.cross_entropy(logits.flatten(0, -2).float(), wanted, reduction="none")
    return (losses * cell_weights.flatten()).sum() / words.clamp(min=1.0)


def counted_words(words: Tensor, rows: Tensor) -> Tensor:
    """What `label_loss` is divided by: the weights of the words [R, L] of all rows [R] that count.

    A row's own weight is left out, or it would be divided away again where all rows of a batch have the same.
    """
    return (words * (rows > 0)[:, None]).sum()


def semantic_contrast(vectors: Tensor, views: Tensor, groups: Tensor, temperature: float) -> Tensor:
    """Symmetric InfoNCE between the sentence vectors [R, H] of different views of the same sentence.

    For each pair of views, the sentences that have both; a sentence's negatives are the other sentences of the batch in
    the other view, so its own views are never among them. Mean over pairs of views (van den Oord et al. 2018).
    """
    unit = functional.normalize(vectors.float(), dim=-1)
    losses = []
    for first, second in combinations((SOURCE, CODESWITCHED, TRANSLATED), 2):
        rows_first, rows_second = (views == first).nonzero()[:, 0], (views == second).nonzero()[:, 0]
        same = groups[rows_first][:, None] == groups[rows_second][None]
        pairs = same.nonzero()
        if len(pairs) < 2:
            continue
        left, right = unit[rows_first[pairs[:, 0]]], unit[rows_second[pairs[:, 1]]]
        similarity = left @ right.T / temperature
        target = torch.arange(len(pairs), device=vectors.device)
        losses.append(functional.cross_entropy(similarity, target) + functional.cross_entropy(similarity.T, target))
    return torch.stack(losses).mean() / 2 if losses else vectors.sum() * 0.0


def relation_contrast(vectors: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Supervised contrast (Khosla et al. 2020, L_out) of word-pair vectors [N, D] by relation label [N].

    Positives are the pairs with the same relation, in whatever view; anchors without one are left out.
    """
    unit = functional.normalize(vectors.float(), dim=-1)
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    similarity = (unit @ unit.T / temperature).masked_fill(itself, float("-inf"))
    log_probability = similarity - similarity.logsumexp(dim=1, keepdim=True)
    positive = (labels[:, None] == labels[None]) & ~itself
    counts = positive.sum(dim=1)
    anchors = counts > 0
    if not bool(anchors.any()):
        return vectors.sum() * 0.0
    total = log_probability.masked_fill(~positive, 0.0).sum(dim=1)
    return -(total[anchors] / counts[anchors]).mean()
