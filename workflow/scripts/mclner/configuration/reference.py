"""The reference of all keys, docs/configuration.md, made from the dataclasses."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections.abc import Iterable
from typing import Any

from mclner.configuration.experiment_settings import ExperimentSettings, Variant
from mclner.configuration.fields import default_of, is_mapping, keys_of, section_in
from mclner.configuration.run_settings import VariantSettings

HEAD = """# Keys of the configuration

Made by `python -m mclner.configuration.write_reference` from the dataclasses under
`workflow/scripts/mclner/configuration/`; do not edit. How to use the keys stands in
[config/README.md](../config/README.md). A key that is left out has the default given here, everywhere.
"""


def reference() -> str:
    """The whole page as Markdown: for each section a line that says what it is, and a table of its keys."""
    parts = [HEAD, section_text("An experiment", ExperimentSettings)]
    own = [name for name in keys_of(Variant) if name not in keys_of(VariantSettings)]
    for path, kind in sections(ExperimentSettings, ""):
        if kind is Variant:
            parts.append(section_text(f"`{path}`", kind, own, "It may change every key of `run` besides these."))
        else:
            parts.append(section_text(f"`{path}`", kind))
    return "\n".join(parts)


def sections(kind: type[Any], path: str) -> Iterable[tuple[str, type[Any]]]:
    """Every section below one with its place, such as `run: training` or `translation: <name>: guard`."""
    for name, (hint, _, _) in keys_of(kind).items():
        section = section_in(hint)
        if section is None:
            continue
        place = f"{path}: {name}".removeprefix(": ") + (": <name>" if is_mapping(hint) else "")
        yield place, section
        if section is not Variant:
            yield from sections(section, place)


def section_text(title: str, kind: type[Any], names: Iterable[str] | None = None, more: str = "") -> str:
    """Title, meaning and table of the keys of a section; of all, or of `names`."""
    keys = keys_of(kind)
    rows = [f"| `{name}` | {default_text(keys[name])} | {keys[name][2].description} |" for name in (names or keys)]
    about = " ".join(filter(None, (inspect.getdoc(kind), more)))
    return "\n".join([f"## {title}", "", about, "", "| key | default | meaning |", "| --- | --- | --- |", *rows, ""])


def default_text(parts: tuple[Any, dataclasses.Field[Any], Any]) -> str:
    """The default of a key as it would stand in a file; what has keys of its own is described below."""
    hint, field, _ = parts
    default = default_of(field)
    if default is dataclasses.MISSING:
        return "must be given"
    if isinstance(default, dict):
        return "none" if is_mapping(hint) else "see below"
    if isinstance(default, list):
        return f"`[{', '.join(map(str, default))}]`"
    return f"`{default}`" if isinstance(default, str) else f"`{json.dumps(default)}`"
