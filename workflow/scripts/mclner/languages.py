"""The table of languages: one row each in config/languages.tsv."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mclner.errors import InputError
from mclner.files import read_table

COLUMNS = ("code", "name", "script", "family", "cldr", "nllb", "lexicons")
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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
    languages: dict[str, Language] = {}
    for number, row in enumerate(read_table(path, COLUMNS), start=2):
        code = row["code"]
        if not CODE.fullmatch(code):
            raise InputError(path, f"has the code '{code}'.", "It names folders: expected letters and digits.", number)
        if code in languages:
            raise InputError(path, f"names the language '{code}' again.", "Keep one row a language.", number)
        sources = tuple(row.pop("lexicons").split(","))
        languages[code] = Language(**row, lexicons=sources)
    return languages
