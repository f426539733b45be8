"""Subwords, windows and batches."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from mclner.data.tags import Entity
from mclner.data.tokenization import subwords_of
from mclner.model.batching import LengthBatchSampler, SentenceEncoder, batches_by_length, slices_of_like_length


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path):  # type: ignore[no-untyped-def]
    return AutoTokenizer.from_pretrained(tiny_encoder)


def test_words_are_cut_as_the_tokenizer_cuts_them(tokenizer) -> None:  # type: ignore[no-untyped-def]
    words = ["Marie", "Curie", "wurde", "in", "Warschau", "geboren", "."]
    encoder = SentenceEncoder(tokenizer, 64, "split")
    (piece,) = encoder.encode([words])[0]
    expected = tokenizer(words, is_split_into_words=True, add_special_tokens=False)
    mark = tokenizer.convert_tokens_to_ids("▁")  # alone before others it is left out: see the test below
    kept = [
        (identifier, word)
        for identifier, word in zip(expected["input_ids"], expected.word_ids(), strict=True)
        if identifier != mark
    ]
    assert piece.input_ids == [identifier for identifier, _ in kept]
    assert piece.word_starts == [[word for _, word in kept].index(number) for number in range(len(words))]


def test_a_long_sentence_is_split_between_words_and_counted(tokenizer) -> None:  # type: ignore[no-untyped-def]
    words = ["Warschau"] * 30
    encoder = SentenceEncoder(tokenizer, 16, "split")
    pieces = encoder.encode([words], [[Entity(0, 1, "LOC"), Entity(29, 30, "LOC")]])[0]
    assert len(pieces) > 1
    assert all(len(piece) <= 14 for piece in pieces)
    assert sum(len(piece.word_starts) for piece in pieces) == 30
    assert pieces[-1].entities[-1].end == len(pieces[-1].word_starts)
    assert encoder.counts["sentences longer than the window"] == 1


def test_a_cut_sentence_keeps_its_first_window_alone(tokenizer) -> None:  # type: ignore[no-untyped-def]
    encoder = SentenceEncoder(tokenizer, 16, "cut")
    assert len(encoder.encode([["Warschau"] * 30])[0]) == 1
    assert encoder.counts["sentences longer than the window"] == 1


def test_a_word_longer_than_the_window_is_cut_and_counted(tokenizer) -> None:  # type: ignore[no-untyped-def]
    encoder = SentenceEncoder(tokenizer, 16, "split")
    pieces = encoder.encode([["Waaaarschauuuu" * 9, "is", "old"]])[0]
    assert sum(len(piece.word_starts) for piece in pieces) == 3
    assert encoder.counts["words longer than the window"] == 1


def test_the_mark_of_a_words_begin_is_no_subword_where_it_stands_alone_before_others(tokenizer) -> None:  # type: ignore[no-untyped-def]
    backend = tokenizer.backend_tokenizer
    mark = tokenizer.convert_tokens_to_ids("▁")
    alone, joined = "京", "the"
    assert backend.encode(alone, add_special_tokens=False).ids[0] == mark
    assert backend.encode(joined, add_special_tokens=False).ids[0] != mark
    cut = subwords_of([alone, joined, "▁"], backend)
    assert cut[0] == backend.encode(alone, add_special_tokens=False).ids[1:]
    assert cut[1] == backend.encode(joined, add_special_tokens=False).ids
    assert cut[2] == [mark]  # a word of its own, where somebody writes it
    (row,) = SentenceEncoder(tokenizer, 16, "split").encode([[joined, alone]])[0]
    assert row.input_ids[row.word_starts[1]] == cut[0][0]


def test_a_word_without_a_subword_becomes_unknown(tokenizer) -> None:  # type: ignore[no-untyped-def]
    encoder = SentenceEncoder(tokenizer, 16, "split")
    (piece,) = encoder.encode([["\u200b", "Warschau"]])[0]
    assert len(piece.word_starts) == 2
    assert piece.word_ends[0] > piece.word_starts[0]


def test_an_entity_across_a_cut_is_counted(tokenizer) -> None:  # type: ignore[no-untyped-def]
    encoder = SentenceEncoder(tokenizer, 16, "split")
    encoder.encode([["Warschau"] * 30], [[Entity(0, 30, "LOC")]])
    assert encoder.counts["entities across a cut"] == 1


def test_a_sentence_without_words_has_none(tokenizer) -> None:  # type: ignore[no-untyped-def]
    (piece,) = SentenceEncoder(tokenizer, 16, "split").encode([[]])[0]
    assert (piece.word_starts, piece.word_ends, piece.weights) == ([], [], [])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80), st.integers(60, 400), st.integers(1, 9))
def test_every_sentence_is_in_one_batch_and_none_is_too_large(lengths: list[int], budget: int, rows: int) -> None:
    for generator in (None, random.Random(1)):
        batches = batches_by_length(lengths, budget, rows, generator)
        assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
        for batch in batches:
            assert len(batch) <= rows
            assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= budget


@given(st.lists(st.integers(1, 60), min_size=1, max_size=48), st.integers(0, 200))
def test_slices_hold_every_row_once_and_cost_no_more_than_one_pass(lengths: list[int], overhead: int) -> None:
    falling = sorted(lengths, reverse=True)
    slices = slices_of_like_length(falling, overhead)
    assert [row for first, last, _ in slices for row in range(first, last)] == list(range(len(falling)))
    assert all(width == falling[first] for first, _, width in slices)
    cost = sum((last - first) * width + overhead for first, last, width in slices)
    assert cost <= len(falling) * falling[0] + overhead


def test_a_long_row_among_short_ones_passes_alone() -> None:
    assert slices_of_like_length([100, 5, 5, 5], overhead=64) == [(0, 1, 100), (1, 4, 5)]


def test_epochs_differ_and_the_same_epoch_comes_again() -> None:
    sampler = LengthBatchSampler([5, 6, 7, 8] * 10, 64, 4, seed=1)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    sampler.set_epoch(0)
    assert list(sampler) == first
    assert [[p for p, _ in batch] for batch in second] != [[p for p, _ in batch] for batch in first]
    assert len(first) == len(second) == len(sampler)
