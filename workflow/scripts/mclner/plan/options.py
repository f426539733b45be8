"""Options of a program's command line, from values."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any


def options(**values: Any) -> str:
    """`--name value` for each value: several for a sequence, JSON for a mapping, the bare name for True.

    Underscores become hyphens. None, False and an empty sequence give no option: the program then takes its default.
    """
    words: list[str] = []
    for name, value in values.items():
        if value is None or value is False or (isinstance(value, list | tuple) and not value):
            continue
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words += _words_of(value)
    return shlex.join(words)


def _words_of(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [json.dumps(value, sort_keys=True)]
    return [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
