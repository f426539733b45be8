"""Entities as a grid of relations, and back."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mclner.data.tags import Entity
from mclner.model.relation_grid import NEXT_WORD, NONE, decode_grids, reachable_cells, relation_grids, relation_names

TYPES = ["PER", "ORG", "LOC"]


@st.composite
def flat_entities(draw: st.DrawFn) -> tuple[int, list[Entity]]:
    """A sentence length and entities that do not overlap."""
    length = draw(st.integers(1, 14))
    entities, position = [], 0
    while position < length:
        position += draw(st.integers(0, 3))
        size = draw(st.integers(1, 5))
        if position + size <= length:
            entities.append(Entity(position, position + size, draw(st.sampled_from(TYPES))))
        position += size
    return length, entities


def certain(grids: np.ndarray) -> torch.Tensor:
    """Log probabilities of a model that is sure of `grids`."""
    logits = torch.nn.functional.one_hot(torch.from_numpy(grids), 2 + len(TYPES)).float() * 12
    return logits.log_softmax(-1)


@given(flat_entities())
def test_every_relation_of_an_entity_is_among_the_reachable_cells(sentence: tuple[int, list[Entity]]) -> None:
    length, entities = sentence
    grid = relation_grids([entities], length, TYPES)[0]
    rows, columns = reachable_cells(length, torch.device("cpu"))
    assert np.count_nonzero(grid[rows, columns]) == np.count_nonzero(grid)


def test_the_grid_of_a_sentence_is_as_the_paper_draws_it() -> None:
    grid = relation_grids([[Entity(0, 3, "LOC"), Entity(4, 5, "PER")]], 5, TYPES)[0]
    assert relation_names(TYPES) == ["NONE", "NNW", "THW-PER", "THW-ORG", "THW-LOC"]
    assert grid[0, 1] == grid[1, 2] == NEXT_WORD
    assert grid[2, 0] == 4
    assert grid[4, 4] == 2
    assert (grid != NONE).sum() == 4


@settings(deadline=None)
@given(st.lists(flat_entities(), min_size=1, max_size=4))
def test_any_flat_entities_survive_the_grid(sentences: list[tuple[int, list[Entity]]]) -> None:
    lengths = [length for length, _ in sentences]
    entities = [found for _, found in sentences]
    grids = relation_grids(entities, max(lengths), TYPES)
    decoded = decode_grids(certain(grids), lengths, TYPES)
    assert [labelling.entities for labelling in decoded] == entities
    assert all(confidence > 0.9 for labelling in decoded for confidence in labelling.confidences)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_any_logits_decode_to_flat_entities_inside_the_sentence(seed: int, lengths: list[int]) -> None:
    widest = max(1, *lengths)
    generator = torch.Generator().manual_seed(seed)
    logits = 6 * torch.randn(len(lengths), widest, widest, 5, generator=generator)
    for length, labelling in zip(lengths, decode_grids(logits.log_softmax(-1), lengths, TYPES), strict=True):
        assert len(labelling.word_confidences) == length
        end = 0
        for entity in labelling.entities:
            assert end <= entity.start < entity.end <= length
            end = entity.end
        assert all(0 <= confidence <= 1 for confidence in labelling.word_confidences)


def test_of_two_overlapping_entities_the_likelier_stays() -> None:
    probabilities = torch.full((1, 3, 3, 5), 0.01)
    probabilities[..., NONE] = 0.96
    for i, j, label, probability in ((1, 0, 2, 0.7), (0, 1, NEXT_WORD, 0.7), (2, 1, 4, 0.95), (1, 2, NEXT_WORD, 0.95)):
        probabilities[0, i, j, label] = probability
        probabilities[0, i, j, NONE] = 1 - probability
    assert decode_grids(probabilities.log(), [3], TYPES)[0].entities == [Entity(1, 3, "LOC")]


def test_a_broken_chain_holds_no_entity() -> None:
    grids = relation_grids([[Entity(0, 3, "LOC")]], 3, TYPES)
    grids[0, 1, 2] = NONE
    assert decode_grids(certain(grids), [3], TYPES)[0].entities == []


def test_a_noisy_grid_is_decoded_to_flat_entities() -> None:
    """W2NER's decoder enumerates paths here and does not come back: this test would not end."""
    logits = 4 * torch.randn(8, 64, 64, 5, generator=torch.Generator().manual_seed(1))
    for labelling in decode_grids(logits.log_softmax(-1), [64] * 8, TYPES):
        ends = [0, *(entity.end for entity in labelling.entities)]
        assert labelling.entities
        assert all(end <= entity.start for end, entity in zip(ends, labelling.entities, strict=False))
        assert all(entity.start < entity.end <= 64 for entity in labelling.entities)
