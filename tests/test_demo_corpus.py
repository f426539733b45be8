"""The hand-written corpus of the default: markup, size, script, and that training has not seen the test."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest

from conftest import DEMO, ROOT
from mclner.data.languages import read_languages
from mclner.demo.markup import format_markup, parse_markup, read_markup
from mclner.demo.name_swapping import multiply

LANGUAGES = read_languages(ROOT / "config" / "languages.tsv")
TARGETS = [code for code in LANGUAGES if code != "en"]
SCRIPTS = {  # how Unicode's character names begin
    "Latin": ("LATIN",),
    "Han": ("CJK",),
    "Japanese": ("CJK", "HIRAGANA", "KATAKANA"),
    "Burmese": ("MYANMAR",),
}


def test_all_forty_languages_of_xtreme_are_there() -> None:
    assert len(LANGUAGES) == 40
    assert sorted(path.stem for path in (DEMO / "test").glob("*.txt")) == sorted(LANGUAGES)
    assert sorted(path.stem for path in (DEMO / "unlabelled").glob("*.txt")) == sorted(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_enough_sentences_and_entities_of_every_type(code: str) -> None:
    sentences = read_markup(DEMO / "test" / f"{code}.txt")
    types = Counter(entity.type for sentence in sentences for entity in sentence.entities)
    assert len({sentence.tokens for sentence in sentences}) >= 40
    assert sum(types.values()) >= 70
    assert set(types) == {"PER", "ORG", "LOC"}
    unlabelled = read_markup(DEMO / "unlabelled" / f"{code}.txt")
    assert len({sentence.tokens for sentence in unlabelled}) >= 20
    assert not any(sentence.entities for sentence in unlabelled)


@pytest.mark.parametrize("code", TARGETS)
def test_a_translation_holds_the_entities_of_its_english_line(code: str) -> None:
    english, target = read_markup(DEMO / "test" / "en.txt"), read_markup(DEMO / "test" / f"{code}.txt")
    for number, (here, there) in enumerate(zip(english, target, strict=True), start=1):
        expected = Counter(entity.type for entity in here.entities)
        assert Counter(entity.type for entity in there.entities) == expected, f"{code}:{number}"


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("split", ["test", "unlabelled"])
def test_letters_are_of_the_script_of_the_language(code: str, split: str) -> None:
    script = LANGUAGES[code].script
    names = SCRIPTS.get(script, (script.upper(),))
    text = "".join("".join(sentence.tokens) for sentence in read_markup(DEMO / split / f"{code}.txt"))
    letters = [character for character in text if character.isalpha()]
    native = sum(unicodedata.name(character, "").startswith(names) for character in letters)
    assert native >= 0.97 * len(letters)
    assert unicodedata.normalize("NFC", text) == text
    strange = {c for c in text if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn") and c != "\u200c"}
    assert not strange


def test_training_sentences_are_enough_and_none_of_them_is_a_test_or_dev_sentence() -> None:
    training = {sentence.tokens for sentence in multiply(read_markup(DEMO / "train" / "en.txt"), 3, seed=1)}
    assert len(training) >= 400
    dev = {sentence.tokens for sentence in read_markup(DEMO / "dev" / "en.txt")}
    for code in LANGUAGES:
        test = {sentence.tokens for sentence in read_markup(DEMO / "test" / f"{code}.txt")}
        unlabelled = {sentence.tokens for sentence in read_markup(DEMO / "unlabelled" / f"{code}.txt")}
        assert not test & (training | dev | unlabelled), code
    assert not dev & training


def test_swapped_names_keep_the_types_of_the_entities() -> None:
    written = read_markup(DEMO / "train" / "en.txt")
    made = multiply(written, 2, seed=5)
    types = {tuple(entity.type for entity in sentence.entities) for sentence in written}
    assert {tuple(entity.type for entity in sentence.entities) for sentence in made} <= types
    assert len(made) > 1.5 * len(written)


def test_the_same_seed_makes_the_same_sentences() -> None:
    written = read_markup(DEMO / "train" / "en.txt")[:30]
    assert multiply(written, 2, seed=3) == multiply(written, 2, seed=3)
    assert multiply(written, 2, seed=3) != multiply(written, 2, seed=4)


@pytest.mark.parametrize("code", TARGETS)
def test_the_word_list_of_a_language_covers_the_common_words(code: str) -> None:
    rows = [line.split("\t") for line in (DEMO / "words" / f"en-{code}.tsv").read_text("utf-8").splitlines()]
    wanted = set((DEMO / "words" / "english.txt").read_text("utf-8").split())
    assert all(len(row) == 2 and all(row) for row in rows)
    assert len({row[0] for row in rows} & wanted) >= 360


def test_markup_reads_back_what_it_writes() -> None:
    for path in [*sorted((DEMO / "test").glob("*.txt")), DEMO / "train" / "en.txt"]:
        for line in path.read_text("utf-8").splitlines():
            assert format_markup(parse_markup(line)) == line


@pytest.mark.parametrize("line", ["[PER Marie", "Marie] was", "[per marie] was", "[PER ] was", "[PER a [LOC b]]", ""])
def test_broken_markup_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|empty"):
        parse_markup(line)
