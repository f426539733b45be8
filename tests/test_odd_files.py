"""Files in forms that nobody expected: read for what they are, refused in one line, or taken with a doubt that is said.

Each goes through what imports it with its labels, what imports it as unlabelled text, and what labels it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from helpers.imported import bring
from mclner.common.exceptions import InputError
from mclner.data.tokenization import find_words, split_words
from mclner.inference.inputs import form_of, read_items
from mclner.lexicons.casing import match_case
from mclner.reading.readers import ReadingNotes, ReadingOptions, iterate_own, read_own
from mclner.reading.spans import tokens_of_spans

ROWS = "Acme\tB-ORG\nleft\tO\nOslo\tB-LOC\n"
PLAIN = [("Acme", "B-ORG"), ("left", "O"), ("Oslo", "B-LOC")]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


READ = {
    "begins of sentences in a column": (
        "Sentence #\tWord\tPOS\tTag\r\nSentence: 1\tAcme\tNNP\tB-ORG\r\n\tleft\tVBD\tO\r\n\tOslo\tNNP\tB-LOC\r\n"
        "Sentence: 2\tAcme\tNNP\tB-ORG\r\n\tleft\tVBD\tO\r\n\tOslo\tNNP\tB-LOC\r\n",
        2,
    ),
    "a document's name before each token": ("doc-7 Acme B-ORG\ndoc-7 left O\ndoc-7 Oslo B-LOC\n", 1),
    "a sentence's name before each token": (
        "".join(f"en.a{n}\tAcme\tB-ORG\nen.a{n}\tleft\tO\nen.a{n}\tOslo\tB-LOC\n\n" for n in (1, 2)),
        2,
    ),
    "places in the text before each token": ("0\t4\tAcme\tB-ORG\n5\t9\tleft\tO\n10\t14\tOslo\tB-LOC\n", 1),
    "places in the text behind each token": ("Acme\t0\t4\tB-ORG\nleft\t5\t9\tO\nOslo\t10\t14\tB-LOC\n", 1),
    "files put behind each other, each with a mark": (
        "\ufeff-DOCSTART- -X- O\n\nAcme NNP B-ORG\nleft VBD O\nOslo NNP B-LOC\n\n"
        "\ufeff-DOCSTART- -X- O\n\nAcme NNP B-ORG\nleft VBD O\nOslo NNP B-LOC\n\n\ufeff\n",
        2,
    ),
    "lines that only seem empty": (f"{ROWS}\u200b\n{ROWS}\u3000\n{ROWS}\u00a0 \n{ROWS}\ufeff\n{ROWS}", 5),
    "one tab or two": ("Acme\t\tB-ORG\nleft\tO\nOslo\t\tB-LOC\n", 1),
    "tabs, and now and then a space": ("Acme\tB-ORG\nleft O\nOslo\tB-LOC\n", 1),
}


@pytest.mark.parametrize("ending", ["conll", "txt", "json"])
@pytest.mark.parametrize("name", READ)
def test_odd_columns_are_read_for_what_they_hold(tmp_path: Path, name: str, ending: str) -> None:
    text, count = READ[name]
    path = write(tmp_path / f"test.{ending}", text)
    found = read_own(path, "xx", Counter())
    assert [list(zip(row.tokens, row.tags or (), strict=True)) for row in found] == [PLAIN] * count
    assert [row.tokens for row in read_own(path, "xx", Counter(), labelled=False)] == [("Acme", "left", "Oslo")] * count
    assert [item.content for item in read_items(path, form_of(path, None))] == [("Acme", "left", "Oslo")] * count
    brought = bring(tmp_path / "xx", "xx", test=path, unlabelled=[path])
    assert (len(brought["test"]), brought["unlabelled"]) == (count, [])  # nothing that is scored is learnt from


@pytest.mark.parametrize(
    "rows",
    [
        "Acme b-org\nInc i-org\nleft o\nOslo b-loc\n",
        "Acme org_b\nInc org_i\nleft o\nOslo loc_b\n",
        "Acme b-org\nInc e-org\nleft o\nOslo s-loc\n",
    ],
)
def test_tags_in_small_letters_are_tags(tmp_path: Path, rows: str) -> None:
    (sentence,) = read_own(write(tmp_path / "a.conll", rows), "xx", Counter())
    assert sentence.tags == ("B-org", "I-org", "O", "B-loc")
    with pytest.raises(InputError, match=r"tag_mapping: {loc: LOC, org: ORG}"):
        bring(tmp_path / "xx", "xx", test=tmp_path / "a.conll")


REFUSED = {
    "commas, sentences marked": (
        "Sentence #,Word,POS,Tag\nSentence: 1,Acme,NNP,B-ORG\n,left,VBD,O\n,Oslo,NNP,B-LOC\n",
        "has columns parted by commas",
    ),
    "a pointer": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n",
        "is a pointer of Git LFS .* git lfs pull",
    ),
    "a web page": ("<!DOCTYPE html>\n<html>\n<body>\n<p>Not Found\tO</p>\n</body>\n</html>\n", "is a web page or XML"),
    "XML": ('<?xml version="1.0"?>\n<corpus><s><w>Acme</w></s></corpus>\n', "is a web page or XML"),
    "a merge": (
        f"{ROWS}<<<<<<< HEAD\nAcme\tB-ORG\n=======\nAcme\tO\n>>>>>>> other\n",
        r":4: holds the marks of a merge",
    ),
    "tags behind the words": (
        "Acme left Oslo ||| B-ORG O B-LOC\nIt is in Bonn ||| O O O B-LOC\n",
        r"parted by \|\|\|. Expected a token with its tag on each line",
    ),
    "tags below the words": (
        "Acme left Oslo\nB-ORG O B-LOC\n\nIt is Bonn\nO O B-LOC\n",
        r"has tags \(B-LOC\) where its tokens should stand",
    ),
}


@pytest.mark.parametrize("ending", ["conll", "txt", "csv"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_file_of_columns_is_refused_by_its_name(tmp_path: Path, name: str, ending: str) -> None:
    text, problem = REFUSED[name]
    path = write(tmp_path / f"test.{ending}", text)
    for labelled in (True, False):
        with pytest.raises(InputError, match=problem):
            read_own(path, "xx", Counter(), labelled=labelled)
    with pytest.raises(InputError):
        list(read_items(path, form_of(path, None)))


DOUBTED = {
    "a number at each character": ("科0\tO\n技1\tO\n北0\tB-LOC\n京1\tI-LOC\n", "end in a digit, such as 科0"),
    "quotation marks": ('"Acme"\tB-ORG\n"left"\tO\n"Oslo"\tB-LOC\n', 'stand in quotation marks, such as "Acme"'),
    "encoded twice": ("ZÃ¼rich\tB-LOC\nMÃ¼ller\tB-PER\nwar\tO\nschÃ¶n\tO\n", "encoded twice, such as ZÃ¼rich"),
    "encoded twice, Cyrillic": ("ÐœÐ¾\tB-LOC\nÐ½Ð°\tO\nÐ´Ð°\tO\n", "encoded twice, such as ÐœÐ¾"),
    "characters of HTML": ("AT&amp;T\tB-ORG\n&quot;\tO\nis\tO\n&#39;\tO\n", "characters of HTML, such as AT&amp;T"),
    "escapes of JSON": ("Z\\u00fcrich\tB-LOC\nM\\u00fcller\tB-PER\nsch\\u00f6n\tO\n", "escapes of JSON"),
}


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("name", DOUBTED)
def test_words_that_went_wrong_before_are_a_doubt(tmp_path: Path, name: str, labelled: bool) -> None:
    text, doubt = DOUBTED[name]
    notes = ReadingNotes()
    assert list(iterate_own(write(tmp_path / "a.conll", text), "xx", Counter(), labelled, notes=notes))
    assert doubt in "; ".join(notes.guesses)


@pytest.mark.parametrize(
    "text",
    [
        ROWS * 3,
        "Ä\tO\nÃ\tO\nâ\tO\nÊtre\tO\nSÃO\tB-LOC\n",  # letters as they stand
        "B-52\tO\n1914\tO\nCO2\tO\nA4\tO\nflew\tO\n",
        'He\tO\nsaid\tO\n"\tO\nR&D\tB-ORG\n"\tO\n',
    ],
)
def test_words_as_they_should_be_make_no_doubt(tmp_path: Path, text: str) -> None:
    notes = ReadingNotes()
    assert list(iterate_own(write(tmp_path / "a.conll", text), "xx", Counter(), True, notes=notes))
    assert notes.guesses == []


def test_a_column_counted_from_the_end_that_a_row_lacks_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "Acme\tNNP\tB-ORG\nleft\nOslo\tNNP\tB-LOC\n")
    with pytest.raises(InputError, match=r"a\.conll:2: has 1 column"):
        read_own(path, "xx", Counter(), options=ReadingOptions(token_column=-3))


def test_a_token_that_loses_its_space_is_counted(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    (sentence,) = read_own(write(tmp_path / "a.conll", "New York\tB-LOC\nis\tO\nHà\u00a0Nội\tB-LOC\n"), "xx", repairs)
    assert sentence.tokens == ("NewYork", "is", "HàNội")
    assert repairs["tokens that held a space and are one word now"] == 2


def test_spans_that_nobody_looks_at_stop_no_unlabelled_text(tmp_path: Path) -> None:
    """Places counted in bytes lead out of the text; as labels they are refused."""
    record = {"text": "Zürich und Genf", "label": [[0, 7, "LOC"], [12, 16, "LOC"]]}
    path = write(tmp_path / "a.jsonl", json.dumps(record) + "\n")
    assert read_own(path, "de", Counter(), labelled=False)[0].tokens == ("Zürich", "und", "Genf")
    with pytest.raises(InputError, match=r"a\.jsonl:1: has a span that is none"):
        read_own(path, "de", Counter())


def test_text_with_spans_has_no_word_of_invisible_characters() -> None:
    text = "We\u200blove \u00adPa\u00adris \u200fnow 👨‍👩‍👧 น้ํา"
    words, tags = tokens_of_spans(text, [[9, 15, "LOC"]], Counter())
    assert words[:4] == ["We", "love", "Pa\u00adris", "now"]
    assert words[4] == "👨‍👩‍👧"
    assert tags[:4] == ["O", "O", "B-LOC", "O"]
    assert "\u200b" not in "".join(words)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("ü", "ü\u00ad"),
        lambda text: re.sub(r"^(\w)", "\u2060\\1", text, flags=re.M),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff# text = x\n" + text,
    ],
)
def test_the_same_sentence_in_other_characters_is_not_learnt_from(tmp_path: Path, change: Callable[[str], str]) -> None:
    rows = "Müller\tB-PER\nwohnt\tO\nin\tO\nZürich\tB-LOC\n"
    test = write(tmp_path / "test.conll", rows)
    train = write(tmp_path / "train.conll", change(rows + "\nMüller\tB-PER\nging\tO\n"))
    kept = bring(tmp_path / "de", "de", test=test, unlabelled=[train])["unlabelled"]
    assert [row.tokens for row in kept] == [("Müller", "ging")]


LETTERS = "北京上海葛城ລາວปี在\U000e0100"
CUT = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(LETTERS)}, merges=[]))
CUT.pre_tokenizer = pre_tokenizers.Whitespace()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10\u00a0000\u202f€ in\u3000Paris", ["10", "000", "€", "in", "Paris"]),
        ("𝐏𝐚𝐫𝐢𝐬 and ＩＢＭ", ["𝐏𝐚𝐫𝐢𝐬", "and", "ＩＢＭ"]),
        ("葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("🇫🇷🇩🇪 👍🏽", ["🇫🇷", "🇩🇪", "👍🏽"]),
        ("page\x0cnext\x0bline\x00end", ["page", "next", "line", "end"]),
        ("北京—上海", ["北", "京", "—", "上", "海"]),
        ("ລາວ2024ปี在OSLO", ["ລ", "າ", "ວ", "2024", "ปี", "在", "OSLO"]),
        ("l’Oréal, Xi’an, İstanbul’un", ["l’Oréal", ",", "Xi’an", ",", "İstanbul’un"]),
        ("नई दिल्ली।", ["नई", "दिल्ली", "।"]),
        ("Москва\u0301-река", ["Москва\u0301-река"]),
        ("الـــسلام عَلَيْكُم", ["الـــسلام", "عَلَيْكُم"]),
        ("10.000,50 20:30 1.2.2024", ["10.000,50", "20:30", "1.2.2024"]),
    ],
)
def test_words_of_running_text_in_other_forms(text: str, words: list[str]) -> None:
    assert split_words(text, CUT) == words
    assert [text[start:end] for start, end in find_words(text, CUT)] == words


@pytest.mark.parametrize(
    ("source", "translation", "language", "expected"),
    [
        ("Zagreb", ["ǆep"], "hr", ["ǅep"]),  # a digraph has a title case of its own
        ("Lake", ["ijsselmeer"], "nl", ["IJsselmeer"]),
        ("Street", ["ßtest"], "de", ["Sstest"]),
        ("Sea", ["o\u0308stersee"], "sv", ["O\u0308stersee"]),
        ("ATHENS", ["αθήναι"], "el", ["ΑΘΗΝΑΙ"]),
        ("Hawaii", ["ʻōlelo"], "haw", ["ʻōlelo"]),
        ("BANK", ["ბანკი"], "ka", ["ბანკი"]),
        ("Izmir", ["izmir", "ili"], "tr", ["İzmir", "ili"]),
    ],
)
def test_capitals_in_other_scripts_and_forms(
    source: str, translation: list[str], language: str, expected: list[str]
) -> None:
    assert match_case(source, translation, language) == expected
