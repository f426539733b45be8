"""One batch on several processes: each takes its share of the rows, and the contrasts see the rows of all.

A training by N processes takes the steps of one process on the same batches: every process packs the whole batch, keeps
every N-th row, and scales its label loss so that the mean over processes, which DistributedDataParallel takes of the
gradients, is the loss of the whole. Negatives of the contrasts are gathered from all processes with their gradients.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.distributed
from torch import Tensor
from torch.distributed.nn.functional import all_gather
from torch.nn import functional

from mclner.model.batch import TrainingBatch
from mclner.training.losses import counted_words

ROW_TENSORS = ("input_ids", "attention_mask", "word_starts", "word_ends", "word_mask", "word_weights")
SCORED_TENSORS = ("scored_words", "scored_rows", "targets")


def process_number() -> int:
    """The number of this process among those that torchrun started; 0 where it stands alone."""
    return int(os.environ.get("RANK", "0"))


def process_count() -> int:
    """How many processes torchrun started; 1 where this one stands alone."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def share_of(batch: TrainingBatch, number: int, count: int) -> TrainingBatch:
    """The share of process `number` of `count` in a batch that `ViewCollator` packed.

    Rows number, number + count, … of the tensors over rows, and what is scored or contrasted in them. `views`, `groups`
    and `contrast_labels` stay those of the whole batch; `row_owners`, `cell_owners` and `counted_words` tell of it. A
    process without a row takes the first one, which nothing is asked of.
    """
    rows = len(batch)
    mine = torch.arange(number, rows, count) if number < rows else torch.zeros(1, dtype=torch.int64)
    scored = batch.scored % count == number
    cells = owners = None
    if batch.contrast_cells is not None:
        owners = batch.contrast_cells[:, 0] % count
        cells = batch.contrast_cells[owners == number].clone()
        cells[:, 0] //= count
    return replace(
        batch,
        **{name: getattr(batch, name)[mine] for name in ROW_TENSORS},
        **{name: getattr(batch, name)[scored] for name in SCORED_TENSORS},
        slices=_slices_of(batch.slices or [(0, *batch.input_ids.shape)], mine.tolist()),
        scored=batch.scored[scored] // count,
        contrast_cells=cells,
        row_owners=torch.arange(rows) % count,
        cell_owners=owners,
        counted_words=counted_words(batch.scored_words, batch.scored_rows),
    )


def _slices_of(slices: Sequence[tuple[int, int, int]], rows: Sequence[int]) -> list[tuple[int, int, int]]:
    """`slices` (first, last, width) of the whole batch as they fall on `rows`, by place among them."""
    found, first = [], 0
    for begin, end, width in slices:
        last = first + sum(begin <= row < end for row in rows)
        if last > first:
            found.append((first, last, width))
        first = last
    return found


def gather_shares(mine: Tensor, owners: Tensor) -> Tensor:
    """Rows [R, D] of the whole batch in order from each process's rows; `owners` [R] says whose each is.

    Gradients flow back to the process that a row is from.
    """
    counts = torch.bincount(owners, minlength=process_count())
    most = int(counts.max())
    kept = mine[: int(counts[process_number()])]
    padded = functional.pad(kept, (0, 0, 0, most - len(kept)))
    gathered = torch.stack(all_gather(padded.contiguous()))
    is_owner = owners[:, None] == torch.arange(len(counts), device=owners.device)
    place = (is_owner.cumsum(0) - 1).gather(1, owners[:, None])[:, 0]
    return gathered[owners, place]


def mean_over_processes(values: Sequence[float]) -> list[float]:
    """The mean of each value over all processes."""
    if process_count() == 1:
        return list(values)
    sums = torch.tensor(values, dtype=torch.float64)
    if torch.cuda.is_available():
        sums = sums.cuda()
    torch.distributed.all_reduce(sums)
    return (sums / process_count()).tolist()
