"""What a model gets at once: padded rows to label, and the rows of a training step with all that its losses need."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import torch
from torch import Tensor

from mclner.model.rows import Rows

SOURCE, CODESWITCHED, TRANSLATED = 0, 1, 2  # numbers of the views


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows padded on the right: R rows, T subwords with the special ones, L words.

    `input_ids`, `attention_mask` [R, T] int64; `word_starts`, `word_ends` [R, L] int64: the places of a word's subwords
    in T, the end exclusive; `word_mask` [R, L] bool; `word_weights` [R, L] float32: how much a word counts in the loss,
    0 where there is none. The rows of a slice (first row, last row exclusive, width in subwords) pass the encoder
    together; without `slices` all do.
    """

    input_ids: Tensor
    attention_mask: Tensor
    word_starts: Tensor
    word_ends: Tensor
    word_mask: Tensor
    word_weights: Tensor
    slices: list[tuple[int, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.input_ids)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> Self:
        """The batch with its tensors on `device`; the Trainer's loader calls it."""
        moved: dict[str, Any] = {name: part.to(device, non_blocking=non_blocking) for name, part in self._tensors()}
        return replace(self, **moved)

    def pin_memory(self) -> Self:
        """The batch in memory that a GPU copies from fastest; PyTorch's loader calls it."""
        pinned: dict[str, Any] = {name: part.pin_memory() for name, part in self._tensors()}
        return replace(self, **pinned)

    def _tensors(self) -> list[tuple[str, Tensor]]:
        values = ((part.name, getattr(self, part.name)) for part in fields(self))
        return [(name, value) for name, value in values if isinstance(value, Tensor)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingBatch(RowBatch):
    """The rows of all views of some examples, longest first; S of them have a label loss, of at most W words.

    `views` [R]: which view each is; `groups` [R]: of which example. `scored` [S]: numbers of the rows with a label
    loss; `targets`: their relation grids [S, W, W] or tags [S, W], int64, or where some have a teacher's probabilities
    for labels those of all, [S, W, W, labels] or [S, W, labels], float32; `scored_words` [S, W] and `scored_rows` [S]:
    the weights of words and of rows. `contrast_cells` [N, 3] (row, word, word) and `contrast_labels` [N]: the word
    pairs whose relations are contrasted; None where none are.

    Where several processes share a batch: `row_owners` [R] and `cell_owners` [N], the process of each row or cell of
    the whole batch, and `counted_words`, a scalar, of the whole batch.
    """

    views: Tensor
    groups: Tensor
    scored: Tensor
    targets: Tensor
    scored_words: Tensor
    scored_rows: Tensor
    contrast_cells: Tensor | None = None
    contrast_labels: Tensor | None = None
    row_owners: Tensor | None = None
    cell_owners: Tensor | None = None
    counted_words: Tensor | None = None

    def __contains__(self, name: object) -> bool:
        """False: the Trainer asks for labels under names of its own."""
        return False


def batch_of(rows: Rows) -> RowBatch:
    """The batch of padded rows, its tensors in their memory."""
    tensors: dict[str, Any] = {name: torch.from_numpy(array) for name, array in rows._asdict().items()}
    return RowBatch(**tensors)
