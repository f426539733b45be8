"""Columns of the Parquet files that evaluation writes."""

from __future__ import annotations

import pyarrow as pa

TAGS = pa.list_(pa.string())
PREDICTIONS = pa.schema([("id", pa.string()), ("tokens", TAGS), ("tags", TAGS), ("predicted", TAGS)])
COUNTS = pa.schema(
    [
        ("language", pa.string()),
        ("id", pa.string()),
        ("correct", pa.int64()),
        ("predicted", pa.int64()),
        ("gold", pa.int64()),
    ]
)
# Vectors in a plane: `group` is the number of the sentence or the relation; shares are of the variance along an axis.
POINTS = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "language", "group")),
        *((name, pa.float64()) for name in ("x", "y", "x_share", "y_share")),
    ]
)
