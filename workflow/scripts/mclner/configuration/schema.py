"""The JSON schema of the configuration, made from the dataclasses."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin

from mclner.configuration.experiment_settings import ExperimentSettings
from mclner.configuration.fields import Key, default_of, is_mapping, keys_of, section_in

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}
CHOICES = {"ONE_OF": "oneOf", "ANY_OF": "anyOf"}  # of keys that a section needs together


def schema() -> dict[str, Any]:
    """Schema of a whole configuration, the default and all its overlays merged; an unknown key is an error."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of an experiment",
        "description": "Made by python -m mclner.configuration.write_reference from the dataclasses; not to be edited.",
        **section_schema(ExperimentSettings),
        "$defs": {kind.__name__: section_schema(kind) for kind in sections_below(ExperimentSettings)},
    }


def sections_below(kind: type[Any]) -> list[type[Any]]:
    """The dataclasses of all sections below a section, each once, in order of their first mention."""
    found: dict[type[Any], None] = {}
    for hint, _, _ in keys_of(kind).values():
        section = section_in(hint)
        if section is not None:
            found |= dict.fromkeys([section, *sections_below(section)])
    return list(found)


def section_schema(kind: type[Any]) -> dict[str, Any]:
    """Schema of the keys of one dataclass."""
    keys = keys_of(kind)
    required = [name for name, (_, field, _) in keys.items() if default_of(field) is dataclasses.MISSING]
    choices = {
        keyword: [{"required": list(names)} for names in getattr(kind, choice)]
        for choice, keyword in CHOICES.items()
        if hasattr(kind, choice)
    }
    return {
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required else {}),
        **choices,
        "properties": {name: key_schema(*parts) for name, parts in keys.items()},
    }


def key_schema(hint: Any, field: dataclasses.Field[Any], about: Key) -> dict[str, Any]:
    """Schema of one key: what it means, its default, its type and its bounds."""
    default = default_of(field)
    described: dict[str, Any] = {"description": about.description}
    if default is not dataclasses.MISSING and not isinstance(default, dict):
        described["default"] = default  # the keys of a section have theirs
    made = described | type_schema(hint, about)
    for keyword, bound in about.bounds.items():
        made[keyword] = made["items"] | bound if keyword == "items" else bound
    return made


def type_schema(hint: Any, about: Key) -> dict[str, Any]:
    """Schema of a type."""
    arguments = get_args(hint)
    if hint in TYPES:
        return {"type": TYPES[hint]}
    if dataclasses.is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}  # type: ignore[union-attr]
    if get_origin(hint) is Literal:
        return {"enum": list(arguments)}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": type_schema(arguments[0], about)}
    if is_mapping(hint):
        names = {} if about.names is None else {"propertyNames": {"pattern": about.names}}
        return {"type": "object", **names, "additionalProperties": type_schema(arguments[1], about)}
    if get_origin(hint) in (Union, types.UnionType):
        return _union([type_schema(part, about) for part in arguments if part is not types.NoneType], hint)
    raise TypeError(f"a key of the type {hint} has no schema")


def _union(schemas: list[dict[str, Any]], hint: Any) -> dict[str, Any]:
    """Schema of one type or another, or of a type and null."""
    if types.NoneType not in get_args(hint):
        return {"oneOf": schemas}
    (made,) = schemas
    if "enum" in made:
        return {"enum": [*made["enum"], None]}
    if "type" in made:
        return made | {"type": [made["type"], "null"]}
    return {"oneOf": [made, {"type": "null"}]}
