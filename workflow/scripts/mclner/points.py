"""The table of points in a plane, from the analysis of a model to the figure."""

from __future__ import annotations

import pyarrow as pa

POINTS = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "language", "group")),  # group: number of the sentence, or relation
        *((name, pa.float64()) for name in ("x", "y", "x_share", "y_share")),  # shares of the variance along each axis
    ]
)
