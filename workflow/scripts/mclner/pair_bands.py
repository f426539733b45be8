"""Scores of all word pairs of long sentences, a band of rows at a time, so that the pair vectors stay in the cache.

The pair vectors [L, L, D] of long sentences outgrow every cache. At 256 words, writing them out for the way back
took 7 to 35 % of the encoder's time, depending on what else used the memory; computing them twice takes 5 to 9 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional


def score_pairs(
    row: Tensor, column: Tensor, distance: Tensor, weight: Tensor, bias: Tensor, cells_at_once: int
) -> Tensor:
    """GELU(row_i + column_j + distance_(j-i)) times `weight` plus `bias`: float32 logits [R, L, L, labels].

    `row` and `column` [R, L, D], `distance` [2L-1, D] from -(L-1) to L-1, `weight` [labels, D], `bias` [labels].
    Beside the logits nothing larger than twice `cells_at_once` pair vectors exists, forward or backward.
    """
    parts = (part.float() for part in (row, column, distance, weight, bias))
    with torch.autocast(row.device.type, enabled=False):
        return _PairScores.apply(*parts, cells_at_once)


class _PairScores(torch.autograd.Function):
    # Rows are taken from the last to the first: a band's distances are then a plain window over `distance`.

    @staticmethod
    def forward(
        ctx: Any, row: Tensor, column: Tensor, distance: Tensor, weight: Tensor, bias: Tensor, cells_at_once: int
    ) -> Tensor:
        ctx.save_for_backward(row, column, distance, weight)
        ctx.cells_at_once = cells_at_once
        scores = row.new_empty(*row.shape[:2], row.shape[1], len(weight))
        for place, pairs in _bands(row, column, distance, cells_at_once):
            scores[place] = functional.linear(functional.gelu(pairs), weight, bias)
        return scores.flip(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        row, column, distance, weight = ctx.saved_tensors
        upstream = upstream.flip(1)
        to_row, to_column, to_distance, to_weight = map(torch.zeros_like, ctx.saved_tensors)
        with torch.autocast(row.device.type, enabled=False):
            for place, pairs in _bands(row, column, distance, ctx.cells_at_once):
                some = upstream[place].flatten(0, 1)
                to_weight.addmm_(some.T, functional.gelu(pairs).flatten(0, 1))
                to_pairs = torch.ops.aten.gelu_backward((some @ weight).view_as(pairs), pairs)
                to_row[place] = to_pairs.sum(1)
                to_column[place[0]] += to_pairs.sum(0)
                along = _sum_along_diagonals(to_pairs)
                to_distance[place[1].start : place[1].start + len(along)] += along
        return to_row.flip(1), to_column, to_distance, to_weight, upstream.sum((0, 1, 2)), None


def _bands(
    row: Tensor, column: Tensor, distance: Tensor, cells_at_once: int
) -> Iterator[tuple[tuple[int, slice], Tensor]]:
    """Sentence and rows, counted from the last, of each band, and the sums [rows, L, D] that GELU takes."""
    length = row.shape[1]
    backwards, windows = row.flip(1), distance.unfold(0, length, 1).transpose(1, 2)
    height = max(1, cells_at_once // length)
    for sentence in range(len(row)):
        for first in range(0, length, height):
            rows = slice(first, min(first + height, length))
            yield (sentence, rows), (backwards[sentence, rows, None] + column[sentence]).add_(windows[rows])


def _sum_along_diagonals(band: Tensor) -> Tensor:
    """Sums [rows + L - 1, D] of `band` [rows, L, D] over the cells whose row and column add up to the same."""
    rows, length, size = band.shape
    width = rows + length - 1
    moved = functional.pad(band, (0, 0, 0, rows)).flatten(0, 1)[: rows * width]  # read one cell further on in each row
    return moved.view(rows, width, size).sum(0)
