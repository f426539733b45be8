"""Lexicons: reading, merging, CLDR."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT, snakemake, write_overlay
from mclner.common.exceptions import InputError
from mclner.data.languages import read_languages
from mclner.data.sentences import Sentence, write_corpus
from mclner.lexicons.cldr import cldr_pairs
from mclner.lexicons.lexicon import merge_pairs, read_lexicon, read_pairs, write_pairs
from merge_lexicons import main as merge_lexicons

LANGUAGES = read_languages(ROOT / "config" / "languages.tsv")


def test_tabs_part_phrases_and_spaces_part_words_as_in_muse(tmp_path: Path) -> None:
    path = tmp_path / "en-de.tsv"
    path.write_text("New Zealand\tNeuseeland\nhouse haus\nhouse gebäude\nhouse haus\n", encoding="utf-8")
    repairs: Counter[str] = Counter()
    assert read_pairs(path, repairs) == [("New Zealand", "Neuseeland"), ("house", "haus"), ("house", "gebäude")]
    assert repairs["rows given twice"] == 1
    assert read_lexicon(path)["house"] == ["haus", "gebäude"]


def test_what_stands_behind_the_translation_is_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "en-de.tsv"
    path.write_text("house\thaus\t0.93\nNew Zealand\tNeuseeland\n", encoding="utf-8")
    repairs: Counter[str] = Counter()
    assert read_pairs(path, repairs) == [("house", "haus"), ("New Zealand", "Neuseeland")]
    assert repairs["rows with further columns"] == 1


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


def table_with(folder: Path, sources: str) -> Path:
    """The table of languages with another order of the lexicon sources of Basque."""
    text = (ROOT / "config" / "languages.tsv").read_text("utf-8")
    assert text.count("eus_Latn\tword2word,nllb\n") == 1
    path = folder / "languages.tsv"
    path.write_text(text.replace("eus_Latn\tword2word,nllb\n", f"eus_Latn\t{sources}\n"), encoding="utf-8")
    return path


@pytest.mark.parametrize("sources", ["word2word,nllb", "nllb,word2word"])
def test_sources_come_in_the_order_of_the_language_and_others_keep_their_places(tmp_path: Path, sources: str) -> None:
    basque = read_languages(table_with(tmp_path, sources))["eu"]
    first, second = sources.split(",")
    assert basque.in_order(["muse", "word2word", "cldr", "nllb"]) == ["muse", first, "cldr", second]
    assert basque.in_order(["cldr", "nllb", "muse"]) == ["cldr", "nllb", "muse"]


def test_lexicons_are_merged_in_the_order_of_each_language(tmp_path: Path) -> None:
    for source, word in (("muse", "from muse"), ("nllb", "from nllb")):
        for language in ("de", "eu"):
            (tmp_path / source).mkdir(exist_ok=True)
            write_pairs([("house", word)], tmp_path / source / f"en-{language}.tsv")
    write_corpus([Sentence("1", "en", ("house",), ("O",))], tmp_path / "train.parquet")
    folders = [tmp_path / "muse", tmp_path / "nllb"]
    files = {"sentences": tmp_path / "train.parquet", "folder": tmp_path / "all", "counts": tmp_path / "counts.tsv"}
    merge_lexicons(Namespace(languages=["de", "eu"], sources=folders, order=["eu=nllb,muse"], **files))
    assert read_lexicon(tmp_path / "all" / "en-de.tsv")["house"] == ["from muse", "from nllb"]
    assert read_lexicon(tmp_path / "all" / "en-eu.tsv")["house"] == ["from nllb", "from muse"]


@pytest.mark.parametrize("swapped", [True, False])
def test_the_pipeline_takes_fetched_sources_in_the_order_of_the_table(tmp_path: Path, swapped: bool) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    given = ["cldr", "nllb", "word2word"] if swapped else ["cldr", "word2word", "nllb"]
    write_overlay(tmp_path / "order.yaml", {"lexicons": given})
    files = ("--configfile", "config/paper.yaml", "order.yaml")
    planned = snakemake(tmp_path, "--dry-run", "--printshellcmds", "merged_lexicons", *files)
    assert ("eu=cldr,word2word,nllb" in planned.stdout + planned.stderr) == swapped


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
