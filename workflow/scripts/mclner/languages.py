"""The table of languages: one row each in config/languages.tsv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from mclner.errors import InputError

COLUMNS = ("code", "name", "script", "family", "cldr", "nllb", "lexicons")


@dataclass(frozen=True, slots=True)
class Language:
    """A row: ISO 639-1 code, English name, script, family, CLDR and NLLB codes, lexicon sources in order."""

    code: str
    name: str
    script: str
    family: str
    cldr: str
    nllb: str
    lexicons: tuple[str, ...]


def read_languages(path: Path) -> dict[str, Language]:
    """Languages by code. Raises InputError on a broken row."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise InputError(path, f"has the columns {header}.", f"Expected {list(COLUMNS)}.", 1)
        languages: dict[str, Language] = {}
        for number, row in enumerate(reader, start=2):
            if len(row) != len(COLUMNS):
                raise InputError(path, f"has {len(row)} columns.", f"Expected {len(COLUMNS)}, split by tabs.", number)
            code, name, script, family, cldr, nllb, lexicons = row
            if code in languages:
                raise InputError(path, f"names the language '{code}' again.", "Keep one row a language.", number)
            languages[code] = Language(code, name, script, family, cldr, nllb, tuple(lexicons.split(",")))
    return languages
