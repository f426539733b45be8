"""Entities as relations between pairs of words, and back.

The grid of a sentence of L words is L x L. Cell (i, j) holds
- NEXT_WORD (1) where j = i + 1 and both words stand in one entity ("next-neighbouring word"),
- 2 + k where i is the last and j the first word of an entity of type k ("tail-head word"), so j <= i,
- NONE (0) everywhere else.
After W2NER (Li et al. 2022), for flat entities.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mclner.data.predictions import Labelling
from mclner.data.tags import Entity
from mclner.model.decoding import choose_entities

NONE, NEXT_WORD, FIRST_TYPE = 0, 1, 2


def relation_names(entity_types: Sequence[str]) -> list[str]:
    """Names of the relation labels, by label number."""
    return ["NONE", "NNW", *(f"THW-{entity_type}" for entity_type in entity_types)]


def relation_grids(entities: Sequence[Sequence[Entity]], length: int, entity_types: Sequence[str]) -> NDArray[np.int64]:
    """Grids of several sentences, [sentences, length, length]; `length` is that of the longest."""
    grids = np.zeros((len(entities), length, length), dtype=np.int64)
    number_of = {entity_type: FIRST_TYPE + number for number, entity_type in enumerate(entity_types)}
    flat = [
        (row, entity.start, entity.end, number_of[entity.type])
        for row, found in enumerate(entities)
        for entity in found
    ]
    if not flat:
        return grids
    rows, starts, ends, labels = np.array(flat).T
    grids[rows, ends - 1, starts] = labels
    links = ends - starts - 1
    first = np.repeat(starts, links)
    within = np.arange(links.sum()) - np.repeat(np.cumsum(links) - links, links)
    grids[np.repeat(rows, links), first + within, first + within + 1] = NEXT_WORD
    return grids


def reachable_cells(length: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rows and columns of the cells that may hold a relation, tail-head words or next words: about half of a grid."""
    rows, columns = torch.ones(length, length, dtype=torch.bool, device=device).tril(1).nonzero().unbind(1)
    return rows, columns


def decode_grids(log_probabilities: Tensor, lengths: Sequence[int], entity_types: Sequence[str]) -> list[Labelling]:
    """Flat entities from the label log probabilities [B, L, L, labels] of a batch.

    The score of words h..t as an entity is the log odds of the label against NONE in its tail-head cell, less what its
    next-word cells lack where NONE is likelier: a sure tail-head cell outweighs one doubtful link, while sure links
    never make an entity by themselves. Candidates score above zero, and of two that overlap the higher one stays. The
    chain of next-word cells is read off a cumulative sum, so time is bounded by L squared whatever the probabilities.
    """
    numbers = torch.as_tensor(lengths, device=log_probabilities.device)
    candidates, found, outside = (part.cpu().numpy() for part in score_candidates(log_probabilities, numbers))
    return choose_entities(candidates, found, outside, lengths, entity_types)


def score_candidates(log_probabilities: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What `choose_entities` chooses from: candidates [N, 3], their scores [N, 3], the certainty of NONE [B, L].

    Of tensors alone, so that an exported model holds it as well.
    """
    log_probabilities = log_probabilities.float()
    none = log_probabilities[..., NONE].contiguous()
    places = torch.arange(none.shape[1], device=none.device)
    inside = places[None] < lengths[:, None]
    possible = inside[:, :, None] & inside[:, None, :] & (places[None, :] <= places[:, None])
    likely = log_probabilities[..., FIRST_TYPE:].amax(dim=-1) > none  # links only lower a score
    candidates = (likely & possible).nonzero()
    rows, tails, heads = candidates[:, 0], candidates[:, 1], candidates[:, 2]
    cells = log_probabilities[rows, tails, heads]
    best, best_type = cells[:, FIRST_TYPE:].max(dim=-1)
    following = log_probabilities[:, places[:-1], places[1:]]
    links = following[..., NEXT_WORD]
    lacks = (links - following[..., NONE]).clamp(max=0)
    scores = best - cells[:, NONE] + _chain_sums(lacks, candidates)
    confidences = ((best + _chain_sums(links, candidates)) / (tails - heads + 1)).exp()
    found = torch.stack([scores, confidences, best_type.float()], dim=1)
    return candidates, found, _outside_confidence(none, possible)


def _chain_sums(links: Tensor, candidates: Tensor) -> Tensor:
    """[N]: the sum of `links` [B, L - 1] between head and tail of each of `candidates` [N, 3]: row, tail, head."""
    rows, tails, heads = candidates[:, 0], candidates[:, 1], candidates[:, 2]
    sums = torch.nn.functional.pad(links.cumsum(dim=1), (1, 0))
    return sums[rows, tails] - sums[rows, heads]


def _outside_confidence(none: Tensor, possible: Tensor) -> Tensor:
    """[B, L]: the smallest probability of NONE among the tail-head cells of a word's row and column."""
    certain = none.masked_fill(~possible, 0.0)
    return torch.minimum(certain.amin(dim=2), certain.amin(dim=1)).exp()
