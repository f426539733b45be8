"""What a file of a pretrained model may be: whole safetensors, and settings that ask for no code of their own."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open

from mclner.common.exceptions import InputError


def check_model_file(path: Path) -> None:
    """Raise InputError where the weights are not whole, or the settings no JSON or asking for code."""
    if path.suffix == ".safetensors":
        check_safetensors(path)
    elif path.suffix == ".json":
        check_json(path)


def check_safetensors(path: Path) -> None:
    """Raise InputError where the header or the length of the file is wrong."""
    try:
        with safe_open(path, framework="np") as tensors:
            names = list(tensors.keys())
    except (SafetensorError, OSError) as error:
        raise InputError(path, f"is no whole safetensors file ({error}).", "Save or fetch the model again.") from None
    if not names:
        raise InputError(path, "holds no tensor.", "Save or fetch the model again.")


def check_json(path: Path) -> None:
    """Raise InputError where the file is no JSON object, or asks for code of its own to be run."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(path, f"is no JSON ({error}).", "Save or fetch the model again.") from None
    if isinstance(value, dict) and "auto_map" in value:
        raise InputError(path, "asks for code of its own (auto_map).", "Only models that Transformers knows are run.")
