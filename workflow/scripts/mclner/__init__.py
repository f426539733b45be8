"""Cross-lingual named entity recognition: `from mclner import EntityRecogniser`."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["EntityRecogniser"]


def __getattr__(name: str) -> Any:
    """Load what is asked for, and nothing before: a job of the pipeline starts in no time."""
    if name in __all__:
        return getattr(importlib.import_module("mclner.model.recogniser"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
