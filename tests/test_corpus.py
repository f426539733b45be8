"""Corpora: what is read, what is mended and counted, what is refused and how."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mclner.common.exceptions import InputError
from mclner.common.files import read_lines
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.data.tags import Entity
from mclner.data.tokenization import clean_token
from mclner.reading.columns import AS_SEEN, ColumnChoice
from mclner.reading.conll import read_conll


def conll(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "train.conll"
    path.write_text(text, encoding="utf-8")
    return path


def read(
    path: Path, lang: str, repairs: Counter[str], labelled: bool = True, choice: ColumnChoice = AS_SEEN
) -> list[Sentence]:
    return list(read_conll(path, lang, repairs, labelled, choice))


def test_conll_gives_sentences_between_blank_lines(tmp_path: Path) -> None:
    path = conll(tmp_path, "-DOCSTART- O\n\nMarie\tB-PER\nCurie\tI-PER\n\nWarsaw\tB-LOC\n")
    sentences = read(path, "en", Counter())
    assert [sentence.tokens for sentence in sentences] == [("Marie", "Curie"), ("Warsaw",)]
    assert sentences[0].tags == ("B-PER", "I-PER")


def test_a_line_without_a_tag_is_named_with_its_number(tmp_path: Path) -> None:
    path = conll(tmp_path, "Marie\tB-PER\nCurie\n")
    with pytest.raises(InputError, match=r"train\.conll:2: .*Expected"):
        read(path, "en", Counter())


def test_a_tag_that_is_none_is_named_with_its_number(tmp_path: Path) -> None:
    path = conll(tmp_path, "Marie\tB-PER\n\nCurie\tPERSON\n")
    with pytest.raises(InputError, match=r"train\.conll:3: 'PERSON' is no tag"):
        read(path, "en", Counter())


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.conll"
    path.write_bytes(b"Z\xfcrich\tB-LOC\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read(path, "de", Counter())


def test_an_inside_tag_that_starts_an_entity_is_repaired_and_counted(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    sentences = read(conll(tmp_path, "in\tO\nWarsaw\tI-LOC\n"), "en", repairs)
    assert sentences[0].tags == ("O", "B-LOC")
    assert repairs["I- tags that started an entity"] == 1


def test_comments_are_skipped_and_a_hash_is_a_token(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    path = conll(tmp_path, "# id 7 domain=en\n#\tO\nBonn\tB-LOC\n\n# alone\n\nBonn\tB-LOC\n")
    sentences = read(path, "de", repairs)
    assert [row.tokens for row in sentences] == [("#", "Bonn"), ("Bonn",)]
    assert repairs["comments"] == 2


def test_the_tag_column_tells_a_hash_from_a_comment(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    path = conll(tmp_path, "# text = Bonn O\n#\tO\tx\n#Bonn\tB-LOC\tx\n# text = so B-LOC ist\n")
    (sentence,) = read(path, "de", repairs, choice=ColumnChoice(tag=1))
    assert (sentence.tokens, sentence.tags) == (("#", "#Bonn"), ("O", "B-LOC"))
    assert repairs["comments"] == 2


def test_in_unlabelled_text_a_hash_alone_or_at_the_start_of_a_word_is_a_token(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    path = conll(tmp_path, "# text = Bonn #tag\n#begin document (x); part 0\n#\n#tag\n#\tx\nBonn\n## alone\n# a b\n")
    (sentence,) = read(path, "de", repairs, labelled=False)
    assert sentence.tokens == ("#", "#tag", "Bonn")
    assert repairs["comments"] == 5


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\u00a0"])
def test_odd_white_space_ends_neither_a_token_nor_a_line(tmp_path: Path, odd: str) -> None:
    (sentence,) = read(conll(tmp_path, f"10{odd}000 O\nEuro O\n"), "de", Counter())
    assert sentence.tokens == ("10000", "Euro")
    assert read_lines(conll(tmp_path, f"10{odd}000 Euro.\nGut.\n")) == [f"10{odd}000 Euro.", "Gut."]


def test_empty_sentences_are_dropped_and_counted(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    sentences = read(conll(tmp_path, "a\tO\n\n\n\nb\tO\n\n"), "en", repairs)
    assert len(sentences) == 2
    assert repairs["empty sentences"] == 2


def test_the_begin_of_a_document_is_no_empty_sentence_and_ends_the_one_before(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    text = "-DOCSTART- O\n\na\tO\n\n-DOCSTART- O\n\nb\tO\n-DOCSTART- O\nc\tO\n\n"
    sentences = read(conll(tmp_path, text), "en", repairs)
    assert [sentence.tokens for sentence in sentences] == [("a",), ("b",), ("c",)]
    assert repairs["empty sentences"] == 0


def test_invisible_characters_go_and_are_counted_and_no_position_is_lost(tmp_path: Path) -> None:
    repairs: Counter[str] = Counter()
    path = conll(tmp_path, "War\u200bsaw\tB-LOC\n\u200b\tO\nis\tO\n")
    sentences = read(path, "en", repairs)
    assert sentences[0].tokens == ("Warsaw", "\ufffd", "is")
    assert repairs["tokens with invisible characters"] == 2


def test_the_joiners_of_persian_and_indic_scripts_stay_inside_a_word() -> None:
    assert clean_token("می\u200cگذرد") == "می\u200cگذرد"
    assert clean_token("\u200cword\u200d") == "word"


def test_parquet_brings_everything_back(tmp_path: Path) -> None:
    sentences = [Sentence("1", "de", ("Bonn",), ("B-LOC",)), Sentence("2", "de", ("ja", "!"), None)]
    write_corpus(sentences, tmp_path / "corpus.parquet")
    assert read_corpus(tmp_path / "corpus.parquet") == sentences


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match=r"corpus\.parquet: is damaged"):
        read_corpus(path)


def test_tokens_and_tags_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="2 tokens but 1 tags"):
        Sentence("1", "en", ("a", "b"), ("O",))


def test_a_sentence_knows_its_entities_its_tags_and_its_number() -> None:
    labelled = Sentence("de-12", "de", ("In", "New", "York"), ("O", "B-LOC", "I-LOC"))
    assert labelled.entities == [Entity(1, 3, "LOC")]
    assert labelled.tags_or_outside == labelled.tags
    assert labelled.number == 12
    unlabelled = Sentence("zh-CN-7", "zh-CN", ("一", "二"), None)
    assert unlabelled.entities == []
    assert unlabelled.tags_or_outside == ("O", "O")
    assert unlabelled.number == 7
