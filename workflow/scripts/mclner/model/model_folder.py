"""The configuration in a model folder, read without loading a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import ModelSettings

CONFIG_NAME = "config.json"
MODEL_TYPE = "mclner"
NEEDED = {"encoder", "settings", "entity_types", "source", "precision"}  # what a saved model needs to know of itself
HEADS = ("relation", "tagger")
OTHER_VERSION = "Use the version of mclner that trained it, or train the run again."


def read_config(folder: Path) -> dict[str, Any]:
    """What config.json of a model folder says; all that this version needs to know stands in it.

    Raises InputError where it is no model folder, or one of another version.
    """
    path = folder / CONFIG_NAME
    if not path.is_file():
        raise InputError(folder, "is no model folder.", "Name the folder 'model' of a run that was trained.")
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kind = values.get("model_type")
    except (OSError, ValueError, AttributeError):
        raise InputError(path, "cannot be read as JSON.", "Copy the folder anew, whole.") from None
    if kind != MODEL_TYPE:
        problem = f"is a model of the type {kind!r}, not of {MODEL_TYPE!r}."
        raise InputError(folder, problem, "Name the folder 'model' of a run that was trained.")
    lacking = sorted(NEEDED - values.keys())
    try:
        if lacking:
            raise ValueError(f"it lacks {', '.join(lacking)}")
        if not isinstance(values["entity_types"], list):
            raise ValueError("its entity_types are no list")
        head = from_mapping(ModelSettings, values["settings"]).head
        if head not in HEADS:
            raise ValueError(f"it has a head {head!r} that is not known here")
    except (ValueError, TypeError) as error:  # settings of other names are a ValueError as well
        raise InputError(path, f"is of another version of mclner ({error}).", OTHER_VERSION) from None
    return values
