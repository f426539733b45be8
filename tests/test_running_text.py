"""Words of running text: where scripts meet, what is invisible, and the text as it stands."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from conftest import ROOT
from import_parallel import make_unlabelled, read_rows
from mclner.data.tokenization import INVISIBLE, REPLACEMENT, clean_token, find_words, load_tokenizer, split_words

E5 = ROOT / "resources" / "encoders" / "multilingual-e5-small"
CASES = ROOT.parent / "shared" / "cases"
PIECES = [
    "在中国",
    "销售",
    "年",
    "北京",
    "東京",
    "で",
    "を",
    "募集",
    "しています",
    "ปี",
    "กรุงเทพ",
    "น้ํา",
    "ดื่ม",
    "ខ្ញុំ",
    "រស់",
]
NORMALIZERS = [
    normalizers.NFKC(),
    normalizers.NFD(),
    normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]),
]


def unigram(normalizer: normalizers.Normalizer) -> Tokenizer:
    """A tokenizer like that of the encoders: it normalises, marks begins, and knows a few words."""
    pieces = [*PIECES, *"年回了会社東京一二あいうカキクกขคสรນກခမ▁", *"abcdefghijklmnopqrstuvwxyz"]
    vocabulary = [("<unk>", 0.0), *((piece, -float(number)) for number, piece in enumerate(dict.fromkeys(pieces)))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, 0))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


def bytewise() -> Tokenizer:
    """A tokenizer whose pieces are bytes, so parts of characters."""
    vocabulary = {piece: number for number, piece in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return tokenizer


TOKENIZERS = [*map(unigram, NORMALIZERS), bytewise()]
TOKENIZER = TOKENIZERS[0]
MARKS = "\u0301\u0323\u3099\u0e33\u0e4d\u17d2\u1039\ufe0f\u20e3\u0345"
HIDDEN = "\u200b\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff\u061c\u2066\u3164\u115f\u034f\ufe0e\U000e0067\x00\x85\u2028"
LETTERS = "abcİßéǅ19٣年北京がキー々ｶﾞ㍿กำปีລາខ្ញုမြ한국שלוםعمრД😀👨👩🇫🇷#*1.,:'’-–\"()。・\ud800"
TEXT = st.one_of(
    st.text(st.characters()), st.text(st.sampled_from([*LETTERS, *MARKS, *HIDDEN, " ", "\n"]), max_size=24)
)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
@given(text=TEXT)
def test_words_and_what_lies_between_give_the_text_back(tokenizer: Tokenizer, text: str) -> None:
    spans = list(find_words(text, tokenizer))
    rebuilt, position = "", 0
    for start, end in spans:
        assert position <= start < end
        between = text[position:start]
        assert not between or INVISIBLE.fullmatch(between)
        rebuilt += between + text[start:end]
        position = end
    assert rebuilt + text[position:] == text
    assert not text[position:] or INVISIBLE.fullmatch(text[position:])
    for word in (text[start:end] for start, end in spans):
        assert not any(character.isspace() for character in word)
        assert not INVISIBLE.fullmatch(word)
        assert clean_token(word) != REPLACEMENT or REPLACEMENT in word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("iPhone在中国销售。", ["iPhone", "在中国", "销售", "。"]),
        ("東京でPythonを募集しています", ["東京", "で", "Python", "を", "募集", "しています"]),
        ("ปี2024กรุงเทพ", ["ปี", "2024", "กรุงเทพ"]),
        ("第1回ABC会", ["第", "1", "回", "ABC", "会"]),
        ("２００８年ＡＢ会", ["２００８", "年", "ＡＢ", "会"]),
        ("ខ្ញុំGoogle", ["ខ្ញុំ", "Google"]),
        ("10,000年", ["10,000", "年"]),
        ("ＮＨＫ東京", ["ＮＨＫ", "東京"]),
    ],
)
def test_a_script_without_spaces_is_parted_from_its_neighbours(text: str, words: list[str]) -> None:
    assert split_words(text, TOKENIZER) == words


@pytest.mark.parametrize("text", ["Python을 2008년에", "IT-компания", "12.7km", "β-carotene", "Windows11"])
def test_scripts_with_spaces_are_parted_by_spaces_alone(text: str) -> None:
    assert split_words(text, TOKENIZER) == text.split()


@pytest.mark.parametrize(
    "text", ["Việt Nam là nước", "がくせいはガソリン", "Łódź é ñ", "ปี2024น้ำ", "한국 서울", "й Ї क़"]
)
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    words = [unicodedata.normalize("NFC", word) for word in split_words(decomposed, TOKENIZER)]
    assert words == split_words(composed, TOKENIZER)


@pytest.mark.parametrize(
    "word",
    ["O'Brien", "Jean-Paul", "U.S.", "L’Aquila", "İstanbul'da", "S-Bahn-Station", "1914–1918", "20:30", "3.14", "e.g.",
     "J.R.R.", "Paral·lel", "می‌شود", "צה\"ל", "r.b.", "١٬٠٠٠"],
)  # fmt: skip
def test_a_word_may_hold_marks_that_join(word: str) -> None:
    assert split_words(f"{word} x", TOKENIZER) == [word, "x"]


def test_marks_that_join_nothing_stand_alone() -> None:
    assert split_words("He left, 'now' - at 5. J. Smith came... (A)", TOKENIZER) == [
        "He", "left", ",", "'", "now", "'", "-", "at", "5", ".", "J.", "Smith", "came", "...", "(", "A", ")",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ខ្ញុំ\u200bរស់", ["ខ្ញុំ", "រស់"]),
        ("Das Kranken\u00adhaus in Ober\u00adhausen\u00ad", ["Das", "Kranken\u00adhaus", "in", "Ober\u00adhausen"]),
        ("\u200fתל אביב\u200f היא", ["תל", "אביב", "היא"]),
        ("\u2067ال\u2069 \u061cب\u200e", ["ال", "ب"]),
        ("\ufeffHello\u2060,\u2028you", ["Hello", ",", "you"]),
        ("\u200b \u00ad\u200d\u3164\ufe0f\u2800", []),
        ("a\u3164b", ["a", "b"]),
        ("年\u2060北京", ["年", "北京"]),
        ("അവന്\u200d പോയി", ["അവന്\u200d", "പോയി"]),
        ("x\ud800y", ["x", "y"]),
    ],
)
def test_what_is_invisible_is_no_word(text: str, words: list[str]) -> None:
    assert split_words(text, TOKENIZER) == words


def test_an_emoji_is_one_word_with_all_that_belongs_to_it() -> None:
    text = "We love ❤️ Paris 👨‍👩‍👧 and 1️⃣Lyon 🇫🇷🇩🇪 👍🏽! 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert split_words(text, TOKENIZER) == [
        "We", "love", "❤️", "Paris", "👨‍👩‍👧", "and", "1️⃣", "Lyon", "🇫🇷", "🇩🇪", "👍🏽", "!",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["ดื่มน้ำ", "㍿東京", "ｶﾞキ", "ﷺ", "ｷﾞﾘｼｬ", "ලංකාව", "ลำ", "①北京"])
def test_words_are_pieces_of_the_text_and_never_of_its_normalised_form(text: str) -> None:
    for tokenizer in TOKENIZERS:
        assert "".join(split_words(text, tokenizer)) == text


def test_a_tokenizer_that_truncates_still_cuts_a_long_run(tiny_encoder: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    tokenizer.enable_truncation(8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert max(map(len, split_words("東京に行く" * 20, load_tokenizer(tmp_path)))) < 9


@pytest.mark.skipif(not CASES.exists() or not E5.exists(), reason="no shared cases beside the checkout, or no encoder")
def test_the_cases_of_mixed_scripts_are_right() -> None:
    tokenizer = load_tokenizer(E5)
    lines = (CASES / "01" / "mixed.txt").read_text(encoding="utf-8").split("\n")
    expected = [
        ["2008", "年", "北京", "举办", "了", "奥运会", "。"],
        ["iPhone", "在中国", "销售", "。"],
        ["東京", "で", "Python", "エンジニア", "を", "募集", "しています", "。"],
        ["ปี", "2024", "กรุงเทพมหานคร", "จัดงาน"],
    ]
    assert [split_words(line, tokenizer) for line in lines[:4]] == expected


def test_aligned_text_is_imported_without_characters_that_stand_for_none(tiny_encoder: Path, tmp_path: Path) -> None:
    path = tmp_path / "en-km.tsv"
    rows = [
        "I live in Phnom Penh.\tខ្ញុំ\u200bរស់\u200bនៅ\u200bភ្នំពេញ។",
        "He is old.\t\u200fהוא זקן\u200f",
        "It is\u00ad so.\tC'est\u2060 ça\u200d.",
        "Lost.\tPer\ufffdu.",
        "Nothing.\t\u200b",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    pairs = read_rows(path)
    assert [english for english, _ in pairs] == ["I live in Phnom Penh.", "He is old.", "It is\u00ad so."]
    tokenizer = load_tokenizer(tiny_encoder)
    for pair in pairs:
        for text in pair:
            tokens = make_unlabelled(1, text, "km", tokenizer).tokens
            assert tokens
            assert not any(REPLACEMENT in token or INVISIBLE.search(token) for token in tokens)
    assert make_unlabelled(1, "It is\u00ad so.", "en", tokenizer).tokens == ("It", "is", "so", ".")
