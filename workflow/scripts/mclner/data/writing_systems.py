"""Writing systems: how much of a text stands in the script of a language."""

from __future__ import annotations

from functools import cache

import regex

from mclner.common.exceptions import InputError

UNICODE_NAMES = {"Burmese": "Myanmar", "Japanese": "Han Hiragana Katakana", "Hangul": "Hangul Han"}


@cache
def _letters_of(script: str) -> regex.Pattern[str]:
    names = UNICODE_NAMES.get(script, script).split()
    try:
        return regex.compile("[" + "".join(rf"\p{{Script={name}}}" for name in names) + "]")
    except regex.error:
        raise InputError("config/languages.tsv", f"has the script '{script}'.", "Name one of Unicode's.") from None


def script_share(text: str, script: str) -> float:
    """Share of the letters of `text` that belong to `script` (a name of config/languages.tsv); 1 without letters."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return 1.0
    pattern = _letters_of(script)
    return sum(bool(pattern.match(letter)) for letter in letters) / len(letters)
