"""Lexicons: reading, merging, CLDR."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT
from mclner.cldr import cldr_pairs
from mclner.errors import InputError
from mclner.languages import read_languages
from mclner.lexicon import merge_pairs, read_lexicon, read_pairs, write_pairs

LANGUAGES = read_languages(ROOT / "config" / "languages.tsv")


def test_tabs_part_phrases_and_spaces_part_words_as_in_muse(tmp_path: Path) -> None:
    path = tmp_path / "en-de.tsv"
    path.write_text("New Zealand\tNeuseeland\nhouse haus\nhouse gebäude\nhouse haus\n", encoding="utf-8")
    repairs: Counter[str] = Counter()
    assert read_pairs(path, repairs) == [("New Zealand", "Neuseeland"), ("house", "haus"), ("house", "gebäude")]
    assert repairs["rows given twice"] == 1
    assert read_lexicon(path)["house"] == ["haus", "gebäude"]


def test_a_row_with_one_column_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "en-de.tsv"
    path.write_text("house\thaus\nlonely\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"en-de\.tsv:2: has one column: 'lonely'"):
        read_pairs(path, Counter())


def test_earlier_sources_come_first_and_repetition_is_counted_once() -> None:
    merged, added = merge_pairs(
        {"hand": [("germany", "Deutschland")], "cldr": [("Germany", "deutschland"), ("France", "Frankreich")]}
    )
    assert merged == [("germany", "Deutschland"), ("France", "Frankreich")]
    assert added == {"hand": 1, "cldr": 1}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    pairs = [("New Zealand", "Uusi-Seelanti"), ("moon", "kuu")]
    write_pairs(pairs, tmp_path / "en-fi.tsv")
    assert read_pairs(tmp_path / "en-fi.tsv", Counter()) == pairs


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_cldr_has_names_in_every_target_language(code: str) -> None:
    pairs = dict(cldr_pairs(LANGUAGES[code]))
    assert len(pairs) > 500
    assert "Germany" in pairs
    assert "January" in pairs


def test_cldr_gives_the_names_that_people_use() -> None:
    assert ("Germany", "Deutschland") in cldr_pairs(LANGUAGES["de"])
    assert ("Moscow", "Moskau") in cldr_pairs(LANGUAGES["de"])
    assert ("Japan", "日本") in cldr_pairs(LANGUAGES["ja"])


def test_a_broken_row_of_the_language_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "languages.tsv"
    header = (ROOT / "config" / "languages.tsv").read_text("utf-8").splitlines()[0]
    path.write_text(f"{header}\nde\tGerman\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"languages\.tsv:2: has 2 columns"):
        read_languages(path)
