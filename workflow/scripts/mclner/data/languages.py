"""The table of languages: one row each in config/languages.tsv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.common.files import read_table

COLUMNS = ("code", "name", "script", "family", "cldr", "nllb", "lexicons")
UNKNOWN = "unknown"
SCRIPTS = {"Simplified": "Han", "Traditional": "Han", "Korean": "Hangul", "Bangla": "Bengali"}  # CLDR's name -> ours
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Language:
    """A row: ISO 639-1 code, English name, script, family, CLDR and NLLB codes (or none), lexicon sources in order."""

    code: str
    name: str
    script: str
    family: str
    cldr: str
    nllb: str
    lexicons: tuple[str, ...]

    def in_order(self, sources: Sequence[str]) -> list[str]:
        """`sources`, of which those that the row names come in its order; the others keep their places."""
        named = iter([source for source in self.lexicons if source in sources])
        return [next(named) if source in self.lexicons else source for source in sources]


class LanguageTable(dict[str, Language]):
    """Languages by code; one without a row, such as one found in a folder of the user's, is described from CLDR."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def __missing__(self, code: str) -> Language:
        found = language_of_cldr(code) if CODE.fullmatch(code) else None
        if found is None:
            raise InputError(self.path, f"has no row for the language '{code}'.", "Add one, or drop the code.")
        return found

    def check(self, codes: Iterable[str], place: Path | None = None) -> None:
        """Raise one InputError that names all of `codes` that nobody knows, and the rows to add; `place` has them."""
        unknown = [code for code in codes if code not in self and not (CODE.fullmatch(code) and language_of_cldr(code))]
        if unknown:
            rows = "; ".join(f"'{row_to_add(code)}'" for code in unknown)
            problem = f"has {', '.join(unknown)}, of which {self.path} has no row." if place else "has no row for them."
            hints = [f"rename {code} to {name}" for code in unknown if (name := shorter_code(code))]
            remedy = "".join(f"{hint}, " for hint in hints).capitalize() + ("or add" if hints else "Add")
            remedy += f" the rows {rows}, or name the other targets alone (languages: targets: [..])."
            raise InputError(place or f"{self.path} ({', '.join(unknown)})", problem, remedy)


def shorter_code(code: str) -> str:
    """The code of two letters that CLDR has for one of three; empty where it has none."""
    from babel.core import get_global

    return str(get_global("language_aliases").get(code, ""))


def row_to_add(code: str) -> str:
    """A row of the table for a language that has none, to be completed."""
    known = language_of_cldr(shorter_code(code)) if CODE.fullmatch(code) and shorter_code(code) else None
    name, script = (known.name, known.script) if known else (code.capitalize(), "Latin")
    return "\t".join((code, name, script, UNKNOWN, known.cldr if known else "", "", ""))


def language_of_cldr(code: str) -> Language | None:
    """What Unicode's CLDR knows of a language by its code, which is all but the family; None where it knows none."""
    from babel import Locale
    from babel.core import get_global
    from babel.localedata import exists

    english = Locale.parse("en")
    name = english.languages.get(code)
    if name is None:
        return None
    subtags = get_global("likely_subtags").get(code, "").split("_")
    script = english.scripts.get(subtags[1], UNKNOWN) if len(subtags) > 1 else UNKNOWN
    cldr = code if exists(code) else ""
    return Language(code, name, SCRIPTS.get(script, script), UNKNOWN, cldr, "", ())


def read_languages(path: Path) -> LanguageTable:
    """Languages by code. Raises InputError on a broken row."""
    languages = LanguageTable(path)
    for number, row in enumerate(read_table(path, COLUMNS), start=2):
        code = row["code"]
        if not CODE.fullmatch(code):
            raise InputError(path, f"has the code '{code}'.", "It names folders: expected letters and digits.", number)
        if code in languages:
            raise InputError(path, f"names the language '{code}' again.", "Keep one row a language.", number)
        sources = tuple(row.pop("lexicons").split(","))
        languages[code] = Language(**row, lexicons=sources)
    return languages
