"""Padded rows in NumPy's arrays: what a model labels, whatever it runs on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Rows(NamedTuple):
    """Rows padded on the right, in NumPy's arrays; see `RowBatch`, which has the same in tensors."""

    input_ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]
    word_starts: NDArray[np.int64]
    word_ends: NDArray[np.int64]
    word_mask: NDArray[np.bool_]
    word_weights: NDArray[np.float32]
