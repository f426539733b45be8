"""What people bring is read for what it is, by its content; where that cannot be told, one line says what to do."""

from __future__ import annotations

import json
import logging
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from mclner.common.exceptions import InputError
from mclner.common.files import iterate_lines
from mclner.data.corpus_parts import mapped_tags, mapping_to_paste, with_tags
from mclner.data.sentence_store import Survey
from mclner.data.sentences import Sentence
from mclner.data.tags import repair_tags
from mclner.reading.columns import AS_SEEN, find_layout
from mclner.reading.file_forms import chosen_form, find_form
from mclner.reading.readers import ReadingOptions, iterate_own, read_own
from mclner.reading.spans import tokens_of_spans
from mclner.reading.tag_schemes import count_tags, reader_of

CASES = ROOT.parent / "shared" / "cases"
PLAIN = [("Acme", "B-ORG"), ("left", "O"), ("Oslo", "B-LOC")]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def read(path: Path, options: ReadingOptions = ReadingOptions()) -> list[list[tuple[str, str]]]:  # noqa: B008
    """Tokens with tags; what is read without the tags must have the same tokens."""
    labelled = read_own(path, "xx", Counter(), options=options)
    unlabelled = read_own(path, "xx", Counter(), labelled=False, options=options)
    assert [row.tokens for row in unlabelled] == [row.tokens for row in labelled]
    return [list(zip(row.tokens, row.tags or (), strict=True)) for row in labelled]


def types_of(sentences: list[Sentence]) -> Counter[str]:
    survey = Survey()
    assert list(survey.of(sentences)) == sentences
    return survey.types


COLUMNS = {
    "token and tag, tabs": "Acme\tB-ORG\nleft\tO\nOslo\tB-LOC\n",
    "token and tag, spaces": "Acme B-ORG\nleft O\nOslo B-LOC\n",
    "columns aligned by several spaces": "Acme   B-ORG\nleft   O\nOslo   B-LOC\n",
    "tag before token": "B-ORG\tAcme\nO\tleft\nB-LOC\tOslo\n",
    "numbered from 0": "0\tAcme\tB-ORG\n1\tleft\tO\n2\tOslo\tB-LOC\n",
    "numbered from 1, tag last but one": "1 Acme B-ORG x1\n2 left O x2\n3 Oslo B-LOC x1\n",
    "number of the sentence and of the token": "1\t1\tAcme\tB-ORG\n1\t2\tleft\tO\n1\t3\tOslo\tB-LOC\n",
    "parts of speech and chunks": "Acme NNP B-NP B-ORG\nleft VBD B-VP O\nOslo NNP B-NP B-LOC\n",
    "chunks behind": "Acme NNP B-ORG B-NP\nleft VBD O O\nOslo NNP B-LOC B-NP\n",
    "chunks with words outside": "Acme NNP B-NP B-ORG\nleft VBD O O\nOslo NNP B-NP B-LOC\n",
    "comments that end in a tag": "# Acme B-X\n1 Acme B-ORG\n2 left O\n# x O\n3 Oslo B-LOC\n",
    "nested entities, outer first": "Acme\tB-ORG\tO\nleft\tO\tO\nOslo\tB-LOC\tB-ORG\n",
    "gold, predicted": "Acme B-ORG O\nleft O O\nOslo B-LOC B-LOC\n",
    "its own output, with confidences": "Acme\tB-ORG\t0.912\nleft\tO\t1.000\nOslo\tB-LOC\t0.500\n",
    "trailing tabs": "Acme\tB-ORG\t\nleft\tO\t\nOslo\tB-LOC\t\n",
    "trailing spaces": "Acme B-ORG \nleft O \nOslo B-LOC \n",
    "unused columns": "Acme _ _ B-ORG\nleft _ _ O\nOslo _ _ B-LOC\n",
    "names of the columns": "token\tpos\tner_tag\nAcme\tNNP\tB-ORG\nleft\tVBD\tO\nOslo\tNNP\tB-LOC\n",
    "names of the columns, numbered": "id word tag\n1 Acme B-ORG\n2 left O\n3 Oslo B-LOC\n",
    "CoNLL-U with tags": "# sent_id = 1\n# text = Acme left Oslo\n"
                         "1\tAcme\tB-ORG\t-\ta\n2\tleft\tO\t-\t-\n3\tOslo\tB-LOC\t-\ta\n",
    "ranges and empty nodes": "1-2\tAcmeleft\t_\n1\tAcme\tB-ORG\n2\tleft\tO\n2.1\tit\t_\n3\tOslo\tB-LOC\n",
    "begin of a document": "-DOCSTART- -X- -X- O\n\nAcme NNP I-NP I-ORG\nleft VBD I-VP O\nOslo NNP I-NP I-LOC\n",
    "numbered begin of a document": "0\t-DOCSTART-\tO\n\n0\tAcme\tB-ORG\n1\tleft\tO\n2\tOslo\tB-LOC\n",
    "comments with a tab": "#\thttp://example.org\t[2009]\n1\tAcme\tB-ORG\tO\n2\tleft\tO\tO\n3\tOslo\tB-LOC\tO\n",
    "comments of two signs": "## columns : TOKEN\tTAG\n## doc-1\tAcme left\nAcme\tB-ORG\nleft\tO\nOslo\tB-LOC\n",
    "comments between tokens": "Acme B-ORG\n# by hand\nleft O\n# id 7 domain=en\nOslo B-LOC\n",
    "markup": "<doc id=\"1\">\t\n<s>\t\nAcme\tB-ORG\nleft\tO\nOslo\tB-LOC\n</s>\t\n",
    "headlines as markup": "<HEADLINE>\t\t\n\t\t\nAcme\tB-ORG\tO\nleft\tO\tO\nOslo\tB-LOC\tO\n\t\t\n<BODY>\t\t\n",
    "CR LF": "Acme\tB-ORG\r\nleft\tO\r\nOslo\tB-LOC\r\n\r\n",
    "CR CR LF": "Acme\tB-ORG\r\r\nleft\tO\r\r\nOslo\tB-LOC\r\r\n\r\r\n",
    "CR": "Acme\tB-ORG\rleft\tO\rOslo\tB-LOC\r\r",
    "no line end": "Acme\tB-ORG\nleft\tO\nOslo\tB-LOC",
    "byte order mark": "\ufeffAcme\tB-ORG\nleft\tO\nOslo\tB-LOC\n",
    "IOB1": "Acme I-ORG\nleft O\nOslo I-LOC\n",
    "BIOES": "Acme S-ORG\nleft O\nOslo S-LOC\n",
    "BILOU": "Acme U-ORG\nleft O\nOslo U-LOC\n",
    "underscore after the prefix": "Acme B_ORG\nleft O\nOslo B_LOC\n",
    "suffixes and hyphens": "1\tAcme\tORG_B\n2\tleft\t-\n3\tOslo\tLOC_B\n",
    "suffixes with a hyphen": "Acme\tORG-B\nleft\tO\nOslo\tLOC-S\n",
    "zero for outside": "Acme B-ORG\nleft 0\nOslo B-LOC\n",
    "types alone": "Acme\tORG\nleft\tO\nOslo\tLOC\nis\tO\n",
    "types alone and zeros": "Acme\tORG\nleft\t0\nOslo\tLOC\n.\t0\n",
}  # fmt: skip


@pytest.mark.parametrize("ending", [".conll", ".txt", ".jsonl"])
@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_read_for_what_they_hold_whatever_the_file_ends_in(tmp_path: Path, name: str, ending: str) -> None:
    path = write(tmp_path / f"test{ending}", COLUMNS[name])
    (sentence,) = read(path)
    assert sentence[:3] == PLAIN
    assert chosen_form(path, None) == "conll"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_no_line_end_makes_a_sentence_of_each_token(tmp_path: Path, end: str) -> None:
    path = write(tmp_path / "a.conll", COLUMNS["CoNLL-U with tags"].replace("\n", end) + end + f"1\tBonn\tB-LOC{end}")
    assert [len(row) for row in read(path)] == [3, 1]


def test_bmes_and_long_entities_of_types_alone_are_one_entity(tmp_path: Path) -> None:
    bmes = write(tmp_path / "a.bmes", "国 B-ORG\n家 M-ORG\n队 E-ORG\n在 O\n")
    assert [tag for _, tag in read(bmes)[0]] == ["B-ORG", "I-ORG", "I-ORG", "O"]
    alone = write(tmp_path / "b.conll", "New loc/city\nYork loc/city\nand O\nBonn loc/city\nAcme org\nis O\n. O\n")
    assert [tag for _, tag in read(alone)[0]][:5] == ["B-loc/city", "I-loc/city", "O", "B-loc/city", "B-org"]


def test_what_was_seen_and_what_was_guessed_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    read(write(tmp_path / "a.conll", "0\tAcme\tORG\tB-X\r\r\n1\tleft\tO\tO\r\r\n"))
    assert "4 columns parted by tabs, token_column 1, tag_column 3 (prefix: X), numbers in column 0" in caplog.text
    assert "line ends CR CR LF" in caplog.text
    read(write(tmp_path / "b.conll", "Acme\tORG\nleft\tO\n"))
    assert "its tags are types alone" in caplog.text
    read(write(tmp_path / "c.conll", COLUMNS["gold, predicted"]))
    assert "columns 1, 2 hold tags: 1 is read (--tag-column)" in caplog.text


def test_what_a_person_says_goes_before_what_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", COLUMNS["gold, predicted"])
    assert read(path, ReadingOptions(tag_column=2))[0][0] == ("Acme", "O")
    path = write(tmp_path / "b.conll", "Acme ORG\nOslo LOC\n")
    with pytest.raises(InputError, match=r"no column of tags that is known .*--tag-scheme"):
        read(path)
    assert read(path, ReadingOptions(tag_column=1, scheme="types"))[0] == [("Acme", "B-ORG"), ("Oslo", "B-LOC")]


def test_a_token_column_of_numbers_is_refused_with_the_option(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", COLUMNS["numbered from 0"])
    with pytest.raises(InputError, match=r"numbers \(0, 1, 2, …\) in column 0.*--token-column 1"):
        read(path, ReadingOptions(token_column=0, tag_column=-1))
    with pytest.raises(InputError, match="Add a column with the tokens"):
        read(write(tmp_path / "b.conll", "1\tB-PER\n2\tO\n3\tO\n"))


def test_numbers_that_count_nothing_are_tokens(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.conll", "1998 CD O\n"))[0] == [("1998", "O")]
    assert read(write(tmp_path / "b.conll", "3\tO\n:\tO\n2\tO\n"))[0][0] == ("3", "O")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Acme,B-ORG\nleft,O\n", "parted by commas"),
        ("Acme;B-ORG\nleft;O\n", "parted by semicolons"),
        ("Acme (ORG*\nNorth *)\nleft *\n", "no column of tags that is known"),
        ("Acme B-ORG\nleft O\nOslo O O B-\nnow X\n", "'X' is no tag of the scheme 'prefix'.*IOB1"),
    ],
)
def test_columns_that_are_not_known_are_named(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(InputError, match=found):
        read_own(write(tmp_path / "a.conll", text), "xx", Counter())


@pytest.mark.parametrize(
    "text",
    [
        "Marie Curie was born in Warsaw.\nIt rained.\n",
        "東京は大きい。\n雨が降った。\n",
        "42\tMarie left early.\n7\tIt rained all day.\n",
    ],
)
def test_running_text_is_no_unlabelled_text_of_tokens(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "train.txt", text)
    if "\t" in text:
        with pytest.raises(InputError, match="is a table with running text"):
            chosen_form(path, None)
    else:
        assert chosen_form(path, None) == "text"
    with pytest.raises(InputError, match=r"looks like running text.*a token a line"):
        read_own(path, "xx", Counter(), labelled=False)
    if "\t" not in text:
        with pytest.raises(InputError, match=r"ends in \.conll.*--format"):
            chosen_form(write(tmp_path / "train.conll", text), None)


def test_where_content_does_not_tell_tokens_from_text_the_ending_does_or_the_person(tmp_path: Path) -> None:
    text = "Marie\nCurie\nleft\n.\n\nIt\nrained\n.\n"
    assert chosen_form(write(tmp_path / "a.conll", text), None) == "conll"
    path = write(tmp_path / "a.txt", text)
    with pytest.raises(InputError, match="--format"):
        chosen_form(path, None)
    assert chosen_form(path, "conll") == "conll"
    assert chosen_form(write(tmp_path / "b.txt", "Paris\nLondon\n"), None) == "text"


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"\x1f\x8b\x08\0", "packed .gzip"), (b"PK\x03\x04", "packed .zip"), ("Oslo\tB-LOC\n".encode("utf-16"), "UTF-16")],
)
def test_what_is_packed_or_no_utf8_is_named(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(content)
    with pytest.raises(InputError, match=found):
        find_form(path)


def test_the_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(b"a\tO\n" * 3 + b"Z\xfcrich\tB-LOC\n")
    with pytest.raises(InputError, match=r"a\.conll:4: is not UTF-8"):
        read_own(path, "xx", Counter())


RECORDS: dict[str, dict[str, object]] = {
    "tokens and tags": {"tokens": ["Acme", "left", "Oslo"], "tags": ["B-ORG", "O", "B-LOC"]},
    "words and labels": {"words": ["Acme", "left", "Oslo"], "labels": ["S-ORG", "O", "S-LOC"]},
    "ner_tags": {"id": "0", "tokens": ["Acme", "left", "Oslo"], "ner_tags": ["ORG_B", "O", "LOC_B"]},
    "types alone": {"tokens": ["Acme", "left", "Oslo"], "ner": ["ORG", "O", "LOC"]},
    "triples of characters": {"text": "Acme left Oslo", "label": [[0, 4, "ORG"], [10, 14, "LOC"]]},
    "spans as objects": {"text": "Acme left Oslo", "entities": [
        {"start": 0, "end": 4, "label": "ORG"}, {"start": 10, "end": 14, "label": "LOC"}]},
    "offsets": {"text": "Acme left Oslo", "spans": [
        {"start_offset": 0, "end_offset": 4, "type": "ORG"}, {"start_offset": 10, "end_offset": 14, "type": "LOC"}]},
    "tokens with places": {"text": "Acme left Oslo", "tokens": [{"text": "Acme", "start": 0}], "spans": [
        {"start": 0, "end": 4, "label": "ORG"}, {"start": 10, "end": 14, "label": "LOC"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_read_by_their_fields_from_json_lines_a_list_and_parquet(tmp_path: Path, name: str) -> None:
    record = RECORDS[name]
    lines = write(tmp_path / "a.txt", f"\n{json.dumps(record)}\n\n{json.dumps(record)}\n\n")
    whole = write(tmp_path / "b.json", json.dumps([record, record], indent=1))
    inner = write(tmp_path / "c.json", json.dumps({"version": 1, "data": [record, record]}, indent=1))
    paths = [lines, whole, inner]
    if "text" not in record:
        pq.write_table(pa.Table.from_pylist([record, record]), tmp_path / "d.bin")
        paths.append(tmp_path / "d.bin")
    for path in paths:
        assert read(path) == [PLAIN, PLAIN], path


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"sentence": "Oslo", "ents": []}, "has the fields sentence, ents. Expected tokens or words"),
        ({"tokens": "Oslo is cold", "tags": ["O"]}, "tokens that are no list of strings"),
        ({"tokens": ["Oslo"], "tags": ["O", "O"]}, "has 1 tokens and 2 tags"),
        ({"tokens": ["Oslo"], "ner_tags": [5]}, r"numbers as tags \(5\).*--tag-names"),
        ({"tokens": ["Oslo"], "ner_tags": [None]}, "has null where a tag is expected"),
        ({"text": "Oslo"}, "has text without spans"),
        ({"text": "Oslo", "label": [[0, 9, "LOC"]]}, "has a span that is none"),
    ],
)
def test_a_record_that_is_not_known_is_named_with_what_was_found_and_expected(
    tmp_path: Path, record: dict[str, object], found: str
) -> None:
    path = write(tmp_path / "a.jsonl", "\n" + json.dumps(record) + "\n")
    with pytest.raises(InputError, match=rf"a\.jsonl:2: .*{found}"):
        read_own(path, "xx", Counter())


def test_numbers_are_tags_where_a_person_names_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"tokens": ["Acme", "left", "Oslo"], "ner_tags": [1, 0, 3]}\n')
    names = ("O", "B-ORG", "I-ORG", "B-LOC")
    assert read(path, ReadingOptions(tag_names=names)) == [PLAIN]
    for wrong in (-1, -100, 4):
        path = write(tmp_path / "b.jsonl", json.dumps({"tokens": ["a"], "ner_tags": [wrong]}) + "\n")
        with pytest.raises(InputError, match=rf"b\.jsonl:1: has the number {wrong} as a tag"):
            read(path, ReadingOptions(tag_names=names))


@pytest.mark.parametrize("wrong", [-1, -100, 7, None])
def test_a_number_of_parquet_that_names_no_tag_is_an_error_with_its_row(tmp_path: Path, wrong: int | None) -> None:
    from datasets import ClassLabel, Dataset, Features, Sequence, Value

    features = Features({"tokens": Sequence(Value("string")), "ner_tags": Sequence(ClassLabel(names=["O", "B-LOC"]))})
    rows = {"tokens": [["a"], ["b", "c"]], "ner_tags": [[0], [1, 0]]}
    table = Dataset.from_dict(rows, features=features).data.table
    broken = pa.array([[0], [1, wrong]], type=table.schema.field("ner_tags").type)
    pq.write_table(table.set_column(1, table.schema.field("ner_tags"), broken), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=rf"a\.parquet:2: has .*{'null' if wrong is None else wrong}"):
        read_own(tmp_path / "a.parquet", "xx", Counter())


def test_spans_go_to_whole_words_and_of_overlapping_ones_the_longest_stays() -> None:
    repairs: Counter[str] = Counter()
    words, tags = tokens_of_spans("In Oslo-West", [[4, 7, "LOC"], [3, 12, "ORG"], [0, 1, "X"]], repairs)
    assert list(zip(words, tags, strict=True)) == [
        ("In", "B-X"), ("Oslo", "B-ORG"), ("-", "I-ORG"), ("West", "I-ORG"),
    ]  # fmt: skip
    assert repairs["spans inside or across another"] == 1
    assert repairs["spans that were widened to whole words"] == 1
    words, tags = tokens_of_spans("我在北京。", [[2, 4, "LOC"]], repairs)
    assert tags == ["O", "O", "B-LOC", "I-LOC", "O"]


@pytest.mark.parametrize("text", ["a O\n\nb O\n\n", "a\tB-X\n\n\nb\tO\n", "a O\n\n# c\n\nb O\n\nc O\n"])
def test_a_file_of_sentences_of_one_token_is_said(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    read_own(write(tmp_path / "a.conll", text), "xx", Counter())
    assert "sentences has one token" in caplog.text


def test_a_file_of_one_long_sentence_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read_own(write(tmp_path / "a.conll", "a\tO\n" * 1500), "xx", Counter())
    assert "is one sentence of 1500 tokens" in caplog.text


def test_all_unknown_types_come_in_one_message_with_the_mapping_to_paste(tmp_path: Path) -> None:
    sentences = read_own(
        write(tmp_path / "a.conll", "a B-PERSON\nb B-GPE\nc B-NO\nd B-per\ne B-ORG\n"), "xx", Counter()
    )
    with pytest.raises(InputError) as caught:
        mapped_tags(types_of(sentences), {}, ["PER", "ORG", "LOC"], tmp_path)
    assert "GPE (1 tags), NO (1 tags), PERSON (1 tags), per (1 tags)" in str(caught.value)
    assert str(caught.value).endswith("corpus: {tag_mapping: {GPE: LOC, 'NO': null, PERSON: PER, per: PER}}")
    assert "PublicCorp: null" in mapping_to_paste(["PublicCorp"], ["HumanSettlement"])


def test_types_in_mixed_case_are_types(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "a B-HumanSettlement\nb I-HumanSettlement\nc O\n")
    (sentence,) = read_own(path, "xx", Counter())
    assert with_tags(sentence, mapped_tags(types_of([sentence]), {}, ["HumanSettlement"], path)) == sentence
    assert sentence.tags == ("B-HumanSettlement", "I-HumanSettlement", "O")


def test_tokens_that_look_like_tags_and_columns_of_words_are_no_tags() -> None:
    assert reader_of(count_tags(["U-Bahn", "fährt", "nach", "Bonn"])) is None
    assert reader_of(count_tags(["NNP", "VBD", "NNP"])) is None
    assert find_layout(["U-Bahn\tO"], AS_SEEN).token == 0


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=9), max_size=6), max_size=6
    ),
    st.sampled_from(["\n", "\r\n", "\r\r\n"]),
)
def test_lines_come_back_whatever_ends_them(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[str]], end: str
) -> None:
    lines = ["x", *(line for block in blocks for line in [*block, ""])]
    path = write(tmp_path_factory.mktemp("lines") / "a.txt", "".join(line + end for line in lines))
    assert list(iterate_lines(path)) == lines


WORDS = st.text("abcxyzéßж中ก한٣_'", min_size=1, max_size=6)
ROWS = st.lists(st.tuples(WORDS, st.sampled_from(["O", "B-PER", "I-PER", "B-LOC"])), min_size=1, max_size=5)


@given(
    st.lists(ROWS, max_size=5), st.sampled_from(["\n", "\r\n", "\r\r\n", "\r"]), st.sampled_from("\t "),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_sentences_come_back_from_any_layout(
    tmp_path_factory: pytest.TempPathFactory,
    sentences: list[list[tuple[str, str]]],
    end: str,
    delimiter: str,
    numbered: bool,
    suffixed: bool,
    commented: bool,
) -> None:
    known = [[("Acme", "B-ORG"), ("left", "O"), (".", "O")], *sentences]
    lines = []
    for rows in known:
        lines += ["# text = " + " ".join(token for token, _ in rows)] * commented
        for number, (token, tag) in enumerate(rows, start=1):
            written = "_".join(reversed(tag.split("-"))) if suffixed else tag
            lines.append(delimiter.join([str(number)] * numbered + [token, written]))
        lines.append("")
    path = write(tmp_path_factory.mktemp("layout") / "a.txt", end.join(lines) + end)
    expected = [list(zip([t for t, _ in rows], repair_tags([t for _, t in rows])[0], strict=True)) for rows in known]
    assert read(path) == expected


def test_a_line_end_on_the_edge_of_a_block_ends_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["ab", "", "cde", "", "", "f"]
    path = write(tmp_path / "a.txt", "\r\r\n".join(lines))
    for size in range(1, 12):
        monkeypatch.setattr("mclner.common.files.LINE_BLOCK", size)
        assert list(iterate_lines(path)) == lines
    monkeypatch.setattr("mclner.common.files.LONGEST_LINE", 2)
    with pytest.raises(InputError, match="has a line of over 2 characters"):
        list(iterate_lines(path))


def test_sentences_come_before_the_file_is_read_to_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.conll", "a O\nb O\n\n\n" * 100_000 + "broken\n")  # quadratic, it would take an hour
    sentences = iterate_own(path, "xx", Counter())
    assert next(sentences).tokens == ("a", "b")
    with pytest.raises(InputError, match=r"a\.conll:400001"):
        list(sentences)


NUMBERS = {
    "06/test.bio": [6, 2], "06/test.txt": [6, 2], "07/test.conll": [6], "07/test.iob2": [5], "08/doccano.jsonl": [5],
    "08/words_tags.jsonl": [3], "08/ner_tags_strings.jsonl": [3], "10/test.conll": [5], "11/zero.conll": [6],
    "11/fewnerd.conll": [5], "12/test.conll": [8, 3], "14/mine/ner/sw/test.txt": [6, 2],
    "15/mine/ner/de/test.conll": [6, 4], "16/germeval_train.conll": [5, 2], "16/klue_train.conll": [6, 3],
    "17/finer.conll": [3, 2], "17/trailing_tab.conll": [3], "23/test.jsonl": [3, 1], "26/ontonotes.conll": [18],
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_files_after_public_reports_are_read(name: str) -> None:
    if not CASES.exists():
        pytest.skip("the files after public reports are not here")
    found = read(CASES / name)
    assert [len(row) for row in found] == NUMBERS[name]
    assert any(tag != "O" for row in found for _, tag in row)
