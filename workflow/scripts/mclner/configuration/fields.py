"""A key of the configuration as a field of a dataclass: its default, its meaning and its bounds, said once.

Schema (`schema.py`), reference (`reference.py`) and the settings that the programs read all come from these fields.
Only the standard library is loaded here: Snakemake reads the configuration in its own environment.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Settings = TypeVar("Settings")
NAME = "^[a-z][a-z0-9_]*$"  # of experiments, variants, recipes and lexicons
FOLDER_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*$"  # of encoders and translators
KEY = "key"  # where a field's metadata holds its `Key`


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key besides its type and its default; the bounds are those of JSON Schema."""

    description: str
    bounds: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    names: str | None = None  # pattern of the names of a section whose entries the user names
    partial: bool = False  # a section that lies on top of another: its own defaults do not count


def key(default: Any, description: str, *, names: str | None = None, partial: bool = False, **bounds: Any) -> Any:
    """A field for a key with its `default`; `bounds` are keywords of JSON Schema, such as `minimum=0`."""
    metadata = {KEY: Key(description, bounds, names, partial)}
    if isinstance(default, (dict, list)) or dataclasses.is_dataclass(default):
        return dataclasses.field(default_factory=lambda: copy.deepcopy(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def needed(description: str, *, names: str | None = None, partial: bool = False, **bounds: Any) -> Any:
    """A field for a key that has no default: the user must give it."""
    return dataclasses.field(metadata={KEY: Key(description, bounds, names, partial)})


def keys_of(kind: type[Any]) -> dict[str, tuple[Any, dataclasses.Field[Any], Key]]:
    """Type, field and description of every key of a dataclass, by name, in order."""
    hints = get_type_hints(kind)
    return {field.name: (hints[field.name], field, field.metadata[KEY]) for field in dataclasses.fields(kind)}


def default_of(field: dataclasses.Field[Any]) -> Any:
    """The default of a field as JSON has it; `dataclasses.MISSING` where the user must give the key."""
    if field.default_factory is not dataclasses.MISSING:
        return plain(field.default_factory())
    return plain(field.default)


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses and mappings as dictionaries, tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(entry) for name, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def section_in(hint: Any) -> type[Any] | None:
    """The dataclass that a type holds, by itself or in a list, a mapping or beside None; None where it holds none."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    return next((kind for part in get_args(hint) if (kind := section_in(part)) is not None), None)


def is_mapping(hint: Any) -> bool:
    """Whether a type is a mapping from names that the user chooses."""
    return get_origin(hint) in (dict, Mapping)


def with_defaults(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `values` with the default of every key of `kind` that is missing.

    A key whose default is null means that there is nothing of the kind: it stays away. Sections that lie on top of
    others (`partial`) are left as they are.
    """
    made: dict[str, Any] = copy.deepcopy(dict(values))
    for name, (hint, field, about) in keys_of(kind).items():
        section, given = section_in(hint), made.get(name)
        if name not in made:
            given = default_of(field)
            if given is dataclasses.MISSING or given is None:
                continue
        if section is not None and not about.partial and given is not None:
            if is_mapping(hint):
                given = {entry: with_defaults(section, found or {}) for entry, found in given.items()}
            elif isinstance(given, list):
                given = [with_defaults(section, found) for found in given]
            else:
                given = with_defaults(section, given)
        made[name] = given
    return made


def from_mapping(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """An object of the dataclass `kind`, with its defaults for what is missing. Raises ValueError on an unknown key."""
    hints = get_type_hints(kind)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise ValueError(f"unknown settings {unknown}; known are {sorted(hints)}")
    made: dict[str, Any] = {}
    for name, value in values.items():
        if dataclasses.is_dataclass(hints[name]):
            value = from_mapping(hints[name], value)  # type: ignore[arg-type]
        made[name] = tuple(value) if isinstance(value, list) else value
    return kind(**made)
