"""A model folder that a person names on the command line."""

from __future__ import annotations

from pathlib import Path

from mclner.common.checksums import SUMS, damage_of
from mclner.common.exceptions import InputError
from mclner.model.onnx_model import is_exported
from mclner.model.recogniser import EntityRecogniser, quiet_transformers


def load_recogniser(folder: Path) -> EntityRecogniser:
    """The model, trained or exported. Raises InputError where it is none, or not as it was written."""
    problem = damage_of(folder) if (folder / SUMS).exists() else None
    if problem:
        raise InputError(folder, f"is damaged ({problem}).", "Copy the folder anew, or make it again.")
    if not is_exported(folder):
        quiet_transformers()
    return EntityRecogniser.from_pretrained(folder)
