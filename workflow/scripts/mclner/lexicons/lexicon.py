"""Bilingual lexicons: English words and phrases with their translations, in the file form of MUSE.

A row is `english<TAB>translation`; where a row has no tab, the first white space parts the two, as in MUSE's own files.
Further columns, such as a score, are left out and counted.
Head words are compared in lower case; one head word may have several rows, the best first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.common.files import read_text, writing
from mclner.data.tokenization import clean_token

Lexicon = dict[str, list[str]]  # lower-case English phrase -> translations


def read_pairs(path: Path, repairs: Counter[str]) -> list[tuple[str, str]]:
    """Rows of a lexicon file, cleaned, identical ones dropped and counted. Raises InputError on a one-column row."""
    pairs: dict[tuple[str, str], None] = {}
    rows = 0
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        fields = line.split("\t") if "\t" in line else line.split(maxsplit=1)
        repairs["rows with further columns"] += len(fields) > 2
        english, translation = clean_phrase(fields[0]), clean_phrase(fields[1] if len(fields) > 1 else "")
        if not english or not translation:
            raise InputError(path, f"has one column: '{line.strip()}'.", "Expected english<TAB>translation.", number)
        rows += 1
        pairs[english, translation] = None
    repairs["rows given twice"] += rows - len(pairs)
    return list(pairs)


def clean_phrase(phrase: str) -> str:
    """A word or phrase without invisible characters, its words parted by single spaces."""
    return " ".join(clean_token(token) for token in phrase.split())


def write_pairs(pairs: Iterable[tuple[str, str]], path: Path) -> None:
    """Write rows in the order given."""
    with writing(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{english}\t{translation}\n" for english, translation in pairs)


def merge_pairs(sources: Mapping[str, Iterable[tuple[str, str]]]) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Pairs of all `sources`, earlier sources first, without repetition; and how many each source added.

    Two rows are the same where head word and translation agree without regard to case; the first spelling stays.
    """
    merged: dict[tuple[str, str], tuple[str, str]] = {}
    added: Counter[str] = Counter()
    for source, pairs in sources.items():
        for english, translation in pairs:
            key = (english.lower(), translation.lower())
            if key not in merged:
                merged[key] = (english, translation)
                added[source] += 1
    return list(merged.values()), added


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon of a file; translations in file order."""
    return lexicon_of(read_pairs(path, Counter()))


def lexicon_of(pairs: Iterable[tuple[str, str]]) -> Lexicon:
    """The lexicon of rows; translations in their order."""
    lexicon: Lexicon = {}
    for english, translation in pairs:
        lexicon.setdefault(english.lower(), []).append(translation)
    return lexicon
