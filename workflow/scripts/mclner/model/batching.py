"""From sentences to tensors: subwords, windows, batches by length, one packed batch for all views."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from mclner.data.tags import Entity
from mclner.data.tokenization import SubwordTokenizer, subwords_of
from mclner.model.rows import Rows
from mclner.model.windows import overlapping_windows

if TYPE_CHECKING:
    from mclner.model.batch import RowBatch

MOST_KNOWN = 500_000  # words kept with their subwords, about 150 MB; streams of text have no end
TOKENS_A_BATCH = 4096  # of rows to label
ROWS_A_BATCH = 64
LongSentences = Literal["split", "cut"]


@dataclass(frozen=True, slots=True)
class EncodedSentence:
    """Subword ids without the special ones, where each word begins and ends in them, entities in words.

    `weights` says how much each word counts in the loss (1 unless pseudo-labelled). `probabilities` are a teacher's, of
    every label of every word pair [L, L, labels] or word [L, labels]; None where the entities are the labels.
    """

    input_ids: list[int]
    word_starts: list[int]
    word_ends: list[int]
    entities: list[Entity]
    weights: list[float]
    probabilities: NDArray[np.float16] | None = None

    def __len__(self) -> int:
        return len(self.input_ids)


class SentenceEncoder:
    """Cuts words into subwords, each distinct word once, and sentences into windows of `window` subwords."""

    def __init__(self, tokenizer: SubwordTokenizer, window: int, long_sentences: LongSentences) -> None:
        self.tokenizer = tokenizer
        self.room = window - 2  # a first and a last special token
        self.long_sentences = long_sentences
        self.known: dict[str, list[int]] = {}
        self.counts: Counter[str] = Counter()

    def _learn(self, words: set[str]) -> None:
        unseen = sorted(words - self.known.keys())
        if not unseen:
            return
        if len(self.known) > MOST_KNOWN:
            self.known.clear()
            unseen = sorted(words)
        backend = self.tokenizer.backend_tokenizer  # without the objects that Transformers wraps around each word
        backend.no_truncation()
        backend.no_padding()
        for word, ids in zip(unseen, subwords_of(unseen, backend), strict=True):
            self.known[word] = ids or [self.tokenizer.unk_token_id]

    def encode(
        self,
        sentences: Sequence[Sequence[str]],
        entities: Sequence[Sequence[Entity]] | None = None,
        weights: Sequence[Sequence[float] | None] | None = None,
    ) -> list[list[EncodedSentence]]:
        """For each sentence its pieces in order; one piece unless it is longer than the window.

        Pieces are cut between words. An entity across a cut is left out of the training pieces, and counted.
        """
        self._learn({word for tokens in sentences for word in tokens})
        return [
            self._pieces(
                tokens,
                entities[number] if entities is not None else (),
                (weights[number] if weights is not None else None) or [1.0] * len(tokens),  # None: all count
            )
            for number, tokens in enumerate(sentences)
        ]

    def _pieces(
        self, tokens: Sequence[str], entities: Sequence[Entity], weights: Sequence[float]
    ) -> list[EncodedSentence]:
        subwords = [self._fit(self.known[token]) for token in tokens]
        cuts = self._cuts([len(ids) for ids in subwords])
        if len(cuts) > 2:
            self.counts["sentences longer than the window"] += 1
        pieces = []
        for first, last in pairwise(cuts):
            inside = [
                Entity(entity.start - first, entity.end - first, entity.type)
                for entity in entities
                if first <= entity.start and entity.end <= last
            ]
            pieces.append(_encoded(subwords[first:last], inside, weights[first:last]))
        self.counts["entities across a cut"] += len(entities) - sum(len(piece.entities) for piece in pieces)
        return pieces[:1] if self.long_sentences == "cut" else pieces

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[list[tuple[int, EncodedSentence]]]:
        """For each sentence the windows it is labelled in, each with the number of its first word.

        One window unless the sentence is longer; then they overlap by half, so that an entity lies whole in one.
        """
        self._learn({word for tokens in sentences for word in tokens})
        return [self._windows(tokens) for tokens in sentences]

    def _windows(self, tokens: Sequence[str]) -> list[tuple[int, EncodedSentence]]:
        subwords = [self._fit(self.known[token]) for token in tokens]
        stretches = overlapping_windows([len(ids) for ids in subwords], self.room)
        if len(stretches) > 1:
            self.counts["sentences longer than the window"] += 1
        kept = stretches[:1] if self.long_sentences == "cut" else stretches
        return [(first, _encoded(subwords[first:last], [], [1.0] * (last - first))) for first, last in kept]

    def _fit(self, ids: list[int]) -> list[int]:
        if len(ids) > self.room:
            self.counts["words longer than the window"] += 1
        return ids[: self.room]

    def _cuts(self, lengths: Sequence[int]) -> list[int]:
        """Word positions at which windows begin, and the end."""
        cuts, used = [0], 0
        for position, length in enumerate(lengths):
            if used + length > self.room:
                cuts.append(position)
                used = 0
            used += length
        return [*cuts, len(lengths)]

    def pad(self, rows: Sequence[EncodedSentence]) -> RowBatch:
        """One batch of `rows`, with the special tokens."""
        from mclner.model.batch import batch_of  # here: an exported model is run without torch

        return batch_of(self.rows(rows))

    def rows(self, rows: Sequence[EncodedSentence]) -> Rows:
        """The same in NumPy's arrays."""
        begin, end = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        ids = [[begin, *row.input_ids, end] for row in rows]
        attention = [[1] * len(row) for row in ids]
        return Rows(
            input_ids=_padded(ids, self.tokenizer.pad_token_id, np.int64),
            attention_mask=_padded(attention, 0, np.int64),
            word_starts=_padded([[start + 1 for start in row.word_starts] for row in rows], 0, np.int64),
            word_ends=_padded([[end + 1 for end in row.word_ends] for row in rows], 1, np.int64),
            word_mask=_padded([[True] * len(row.word_starts) for row in rows], False, np.bool_),
            word_weights=_padded([row.weights for row in rows], 0.0, np.float32),
        )


def _encoded(subwords: Sequence[Sequence[int]], entities: list[Entity], weights: Sequence[float]) -> EncodedSentence:
    """The sentence whose words have these `subwords`."""
    ends = list(accumulate(len(ids) for ids in subwords))
    ids = [identifier for word in subwords for identifier in word]
    return EncodedSentence(ids, [0, *ends][:-1], ends, entities, list(weights))


def _padded(rows: Sequence[Sequence[float]], filler: float, kind: type[np.generic]) -> NDArray[Any]:
    width = max((len(row) for row in rows), default=0)
    array = np.full((len(rows), width), filler, dtype=kind)
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array


def batches_by_length(
    lengths: Sequence[int], token_budget: int, most_rows: int, generator: random.Random | None = None
) -> list[list[int]]:
    """Positions grouped so that a batch holds like lengths, at most `token_budget` padded tokens and `most_rows` rows.

    With a `generator`, sentences of about one length are mixed and the batches shuffled; how many batches there are
    depends on the lengths alone, so it is the same in every epoch.
    """
    bucket = 8 if generator else 1
    keys = [(-(-length // bucket), generator.random() if generator else 0.0) for length in lengths]
    order = sorted(range(len(lengths)), key=lambda position: keys[position], reverse=True)
    batches: list[list[int]] = []
    widest = 0
    for position in order:
        padded = keys[position][0] * bucket
        if not batches or len(batches[-1]) >= most_rows or (len(batches[-1]) + 1) * widest > token_budget:
            batches.append([])
            widest = padded
        batches[-1].append(position)
    if generator:
        generator.shuffle(batches)
    return batches


def slices_of_like_length(lengths: Sequence[int], overhead: int) -> list[tuple[int, int, int]]:
    """Cut rows of falling `lengths` into the slices (first, last, width) that cost the encoder least.

    Found by dynamic programming. A slice costs its rows times the length of its longest one, and `overhead` subwords
    for being a pass of its own.
    """
    least = [0.0]
    cut_before = [0]
    starts = [row for row in range(len(lengths)) if row == 0 or lengths[row] < lengths[row - 1]]
    for last in range(1, len(lengths) + 1):
        costs = [(least[first] + (last - first) * lengths[first] + overhead, first) for first in starts if first < last]
        cost, first = min(costs)
        least.append(cost)
        cut_before.append(first)
    slices: list[tuple[int, int, int]] = []
    last = len(lengths)
    while last > 0:
        first = cut_before[last]
        slices.append((first, last, lengths[first]))
        last = first
    return slices[::-1]


class LengthBatchSampler:
    """Batches for a DataLoader: (position, epoch) pairs, new in every epoch, the same for the same seed and epoch."""

    def __init__(self, lengths: Sequence[int], token_budget: int, most_rows: int, seed: int) -> None:
        self.lengths, self.token_budget, self.most_rows, self.seed = lengths, token_budget, most_rows, seed
        self.epoch = 0
        self.count = len(batches_by_length(lengths, token_budget, most_rows, random.Random(seed)))

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        generator = random.Random(f"{self.seed}-{self.epoch}")
        for batch in batches_by_length(self.lengths, self.token_budget, self.most_rows, generator):
            yield [(position, self.epoch) for position in batch]
