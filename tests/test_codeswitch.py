"""Code-switching and word-by-word translation: words change, labels go with them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mclner.data.sentences import Sentence
from mclner.data.tags import entities_of, repair_tags
from mclner.lexicons.casing import match_case
from mclner.lexicons.phrases import PhraseTable, find_phrases
from mclner.views.codeswitch import code_switch
from mclner.views.translation import LexiconTranslator

GERMAN = {
    "new zealand": ["Neuseeland"],
    "south": ["süd"],
    "new": ["neu"],
    "the": ["die"],
    "bank": ["Bank"],
    "met": ["traf sich mit"],
    "river": ["Fluss"],
}
SPANISH = {"new": ["nuevo"], "bank": ["banco"], "river": ["río"]}
TABLE = PhraseTable.of({"de": GERMAN, "es": SPANISH})
TOKENS = ["The", "Bank", "of", "New", "Zealand", "met", "NEW", "people"]
TAGS = ["O", "B-ORG", "I-ORG", "I-ORG", "I-ORG", "O", "O", "O"]


def switch(ratio: float, mixing: str = "word", seed: int = 1) -> tuple[list[str], list[str]]:
    return code_switch(TOKENS, TAGS, TABLE, ratio, mixing, ["de", "es"], random.Random(seed))  # type: ignore[arg-type]


def test_the_longest_phrase_is_found_first() -> None:
    found = [(phrase.start, phrase.end) for phrase in find_phrases(TOKENS, TAGS, TABLE)]
    assert found == [(0, 1), (1, 2), (3, 5), (5, 6), (6, 7)]


def test_no_phrase_crosses_the_border_of_an_entity() -> None:
    found = [(p.start, p.end) for p in find_phrases(["New", "Zealand"], ["O", "B-LOC"], TABLE)]
    assert found == [(0, 1)]
    apart = [(p.start, p.end) for p in find_phrases(["New", "Zealand"], ["B-LOC", "B-LOC"], TABLE)]
    assert apart == [(0, 1)]


def test_ratio_zero_changes_nothing_and_one_changes_all_that_is_known() -> None:
    assert switch(0.0) == (TOKENS, TAGS)
    tokens, _ = switch(1.0, "sentence", seed=3)
    assert "people" in tokens
    assert tokens != TOKENS


def test_labels_move_with_a_longer_and_a_shorter_replacement() -> None:
    table = PhraseTable.of({"de": GERMAN})
    tokens, tags = code_switch(TOKENS, TAGS, table, 1.0, "word", ["de"], random.Random(1))
    assert tokens == ["Die", "Bank", "of", "Neuseeland", "traf", "sich", "mit", "NEU", "people"]
    assert tags == ["O", "B-ORG", "I-ORG", "I-ORG", "O", "O", "O", "O", "O"]


def test_sentence_mixing_keeps_to_one_language() -> None:
    for seed in range(20):
        tokens, _ = switch(1.0, "sentence", seed)
        assert not ({"Neuseeland", "traf"} & set(tokens) and {"Banco"} & set(tokens))


def test_the_same_seed_gives_the_same_sentence() -> None:
    assert switch(0.5, seed=7) == switch(0.5, seed=7)
    assert len({tuple(switch(0.5, seed=seed)[0]) for seed in range(20)}) > 3


def test_capitals_follow_the_source_and_german_nouns_keep_their_own() -> None:
    assert match_case("Germany", ["deutschland"]) == ["Deutschland"]
    assert match_case("NATO", ["otan"]) == ["OTAN"]
    assert match_case("house", ["Haus"]) == ["Haus"]
    assert match_case("A", ["ein"]) == ["Ein"]
    assert match_case("New", ["नया"]) == ["नया"]


@pytest.mark.parametrize(
    ("source", "word", "language", "expected"),
    [
        ("Warsaw", "ვარშავა", "ka", "ვარშავა"),
        ("USA", "აშშ", "ka", "აშშ"),
        ("The", "ეს", "ka", "ეს"),
        ("Izmir", "izmir", "tr", "İzmir"),
        ("ISTANBUL", "istanbul", "tr", "İSTANBUL"),
        ("WORKER", "işçi", "tr", "İŞÇİ"),
        ("Isparta", "ısparta", "tr", "Isparta"),
        ("Iran", "iran", "az", "İran"),
        ("Istanbul", "istanbul", "de", "Istanbul"),
        ("Iceland", "ijsland", "nl", "IJsland"),
        ("Lake", "ǆep", "hr", "ǅep"),
        ("ATHENS", "αθήνα", "el", "ΑΘΗΝΑ"),
        ("Athens", "αθήνα", "el", "Αθήνα"),
        ("Warsaw", "варшава", "ru", "Варшава"),
        ("STREET", "straße", "de", "STRASSE"),
        ("Bank", "ธนาคาร", "th", "ธนาคาร"),
    ],
)
def test_capitals_are_those_of_the_script_and_the_language(
    source: str, word: str, language: str, expected: str
) -> None:
    assert match_case(source, [word], language) == [expected]


def test_an_acronym_does_not_shout_what_it_stands_for() -> None:
    assert match_case("USA", ["vereinigte", "Staaten"], "de") == ["vereinigte", "Staaten"]
    assert match_case("EU", ["Avrupa", "birliği"], "tr") == ["Avrupa", "birliği"]
    assert match_case("New Zealand", ["nueva", "zelanda"], "es") == ["Nueva", "zelanda"]


def test_views_case_each_word_in_its_own_language() -> None:
    table = PhraseTable.of({"ka": {"izmir": ["იზმირი"]}, "tr": {"izmir": ["izmir"]}})
    drawn = {
        code_switch(["Izmir"], ["B-LOC"], table, 1.0, "word", ["ka", "tr"], random.Random(seed))[0][0]
        for seed in range(9)
    }
    assert drawn == {"იზმირი", "İzmir"}
    translated = next(LexiconTranslator("tr", {"izmir": ["izmir"]}).translate([Sentence("1", "en", ("Izmir",), None)]))
    assert translated.sentence is not None
    assert translated.sentence.tokens == ("İzmir",)


@given(
    st.lists(st.tuples(st.sampled_from([*GERMAN, "x"]), st.sampled_from(["O", "B-LOC", "I-LOC", "B-PER"])), max_size=9),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_the_sequence_of_entity_types_never_changes(words: list[tuple[str, str]], ratio: float, seed: int) -> None:
    tokens = [word for phrase, _ in words for word in phrase.split()]
    tags, _ = repair_tags([tag for phrase, tag in words for _ in phrase.split()])
    new_tokens, new_tags = code_switch(tokens, tags, TABLE, ratio, "word", ["de", "es"], random.Random(seed))
    assert [entity.type for entity in entities_of(new_tags)] == [entity.type for entity in entities_of(tags)]
    assert len(new_tokens) == len(new_tags)


def test_word_by_word_translation_carries_entities_and_leaves_unknown_sentences_out() -> None:
    known = Sentence("1", "en", tuple(TOKENS), tuple(TAGS))
    unknown = Sentence("2", "en", ("Hello",), ("O",))
    first, second = (each.sentence for each in LexiconTranslator("de", GERMAN).translate([known, unknown]))
    assert second is None
    assert first is not None
    assert first.lang == "de"
    assert [entity.type for entity in first.entities] == ["ORG"]
    assert "Neuseeland" in first.tokens
