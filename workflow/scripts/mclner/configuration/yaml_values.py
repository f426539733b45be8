"""Words that YAML or the command line take for something else: `no` for false, `2024_05` for a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError

PLACE = "configuration"


def as_meant(config: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, Any]:
    """A copy of `config` with language codes and the folder as they were written; `arguments` are the command line's.

    `no` among languages is Norwegian, as no other code is taken for a truth value. Raises InputError where an entity
    type is one (`NO`, `ON`, `Yes` are all alike to YAML), and where the folder is a number that was not typed.
    """
    languages = dict(config.get("languages") or {})
    for key in ("source", "targets"):
        value = languages.get(key)
        languages[key] = [_code(code) for code in value] if isinstance(value, list) else _code(value)
    corpus = config.get("corpus") or {}
    mapping = corpus.get("tag_mapping") or {}
    kinds = [*(config.get("entity_types") or ()), *mapping, *mapping.values()]
    if any(isinstance(kind, bool) for kind in kinds):
        problem = "an entity type is written as yes, no, on or off, which YAML takes for true or false."
        raise InputError(PLACE, problem, "Quote it, under entity_types and corpus: tag_mapping: {'NO': null}.")
    meant = {**config, "languages": {key: value for key, value in languages.items() if value is not None}}
    if config.get("folder") is not None:
        meant["folder"] = str(Path(_typed(config["folder"], arguments)).expanduser())
    return meant


def passed_on(arguments: Sequence[str], folder: str | None) -> list[str]:
    """The `name=value` of --config as Snakemake hands them to each job of a cluster, which reads them as YAML again.

    There it would make a number of `folder` once more, and another one. Quotes keep it as it was typed, where a space
    on either side keeps Snakemake from taking them off.
    """
    quoted = "" if folder is None else folder.replace("'", "''")
    return [f"folder= '{quoted}' " if argument.startswith("folder=") else argument for argument in arguments]


def _code(value: Any) -> Any:
    return "no" if value is False else value


def _typed(folder: Any, arguments: Sequence[str]) -> str:
    """A folder as it stands on the command line: Snakemake makes 202405 of 2024_05, and 1.5 of 1.50."""
    if isinstance(folder, str):
        return folder
    for argument in reversed(arguments):
        name, mark, value = argument.partition("=")
        if name == "folder" and mark and _is_number(value) and float(value) == float(folder):
            return value
    raise InputError(PLACE, f"folder is the number {folder}.", "Quote it: folder: '2024_05', or write ./2024_05.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
