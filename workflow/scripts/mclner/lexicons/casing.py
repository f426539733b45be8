"""Capitals of a translation after those of its source, as its own script and language write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

DOTTED_I = frozenset({"tr", "az", "crh", "gag"})  # languages whose capital of i is İ
ACUTE = "\u0301"  # the accent of Greek, which all capitals go without


def match_case(source: str, translation: Sequence[str], language: str = "") -> list[str]:
    """The words of `translation`, in the language of that code, with the capitals of `source`.

    Where the source has none, its own stay (German nouns). One word in capitals makes one word in capitals; several
    words stay as they are, since an acronym is spelt out there (USA, Vereinigte Staaten).
    """
    letters = [character for character in source if character.isalpha()]
    words = list(translation)
    if len(letters) > 1 and all(character.isupper() for character in letters) and " " not in source:
        return [in_capitals(words[0], language)] if len(words) == 1 else words
    if source[:1].isupper() and words[0][:1].islower():
        words[0] = with_capital(words[0], language)
    return words


def with_capital(word: str, language: str) -> str:
    """`word` with a capital first letter, where its script has capitals in running text."""
    if language in DOTTED_I and word[:1] == "i":
        return "İ" + word[1:]
    if language == "nl" and word[:2] == "ij":  # one letter
        return "IJ" + word[2:]
    return word[:1].title() + word[1:]  # of Georgian the title case is the letter itself


def in_capitals(word: str, language: str) -> str:
    """`word` in capitals; one in a script that has none in running text, such as Georgian, stays as it is."""
    if any(character.upper() != character == character.title() for character in word if character.islower()):
        return word
    if language in DOTTED_I:
        word = word.replace("i", "İ")
    if language == "el":
        word = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).replace(ACUTE, ""))
    return word.upper()
