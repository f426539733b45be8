"""The recogniser: entities with their places in texts, documents and lists of tokens of any length."""

from __future__ import annotations

import json
import logging
import random
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from mclner import EntityRecogniser
from mclner.common.exceptions import InputError
from mclner.data.predictions import Labelling
from mclner.data.sentence_splitting import find_sentences
from mclner.data.tags import Entity, tags_of
from mclner.data.tokenization import Span, clean_token, find_words
from mclner.model import batching, recogniser
from mclner.model.entity_model import EntityModelConfig, load_model, new_model
from mclner.model.rows import Rows
from mclner.model.windows import join_windows, overlapping_windows

NAMES = {
    ("The", "University", "of", "Oxford"): "ORG",
    ("Oxford",): "LOC",
    ("Marie", "Curie"): "PER",
    ("O'Brien",): "PER",
    ("Oberhausen",): "LOC",
    ("Łódź",): "LOC",
    ("برلين",): "LOC",
    ("東", "京"): "LOC",
    ("St", ".", "Louis"): "LOC",
}


class NameFinder:
    """Stands in for a trained model: finds the names it knows, longest first, where they stand whole in its window."""

    tokens_a_batch = 4096

    def __init__(self, tokenizer: Any, window: int) -> None:
        self.settings = SimpleNamespace(max_length=window, long_sentences="split")
        self.encoder = batching.SentenceEncoder(tokenizer, 512, "split")
        self.names = {tuple(self._pieces(name)): kind for name, kind in NAMES.items()}

    def _pieces(self, name: Sequence[str]) -> list[tuple[int, ...]]:
        (piece,) = self.encoder.encode([name])[0]
        return [tuple(piece.input_ids[a:b]) for a, b in zip(piece.word_starts, piece.word_ends, strict=True)]

    def eval(self) -> NameFinder:
        return self

    def label_rows(self, rows: Rows) -> list[Labelling]:
        found = []
        for ids, starts, ends, mask in zip(
            *(part.tolist() for part in (rows.input_ids, rows.word_starts, rows.word_ends, rows.word_mask)), strict=True
        ):
            words = [tuple(ids[a:b]) for a, b, there in zip(starts, ends, mask, strict=True) if there]
            entities, position = [], 0
            while position < len(words):
                for length in range(min(4, len(words) - position), 0, -1):
                    kind = self.names.get(tuple(words[position : position + length]))
                    if kind:
                        entities.append(Entity(position, position + length, kind))
                        position += length - 1
                        break
                position += 1
            found.append(Labelling(entities, [0.5 if e.type == "LOC" else 0.9 for e in entities], [1.0] * len(words)))
        return found


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny_encoder)


@pytest.fixture(scope="module")
def finder(tokenizer: Any) -> recogniser.EntityRecogniser:
    return recogniser.EntityRecogniser(cast(Any, NameFinder(tokenizer, 32)), tokenizer)


def texts(found: Sequence[Any]) -> list[tuple[str, str]]:
    return [(entity["text"], entity["label"]) for entity in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Brien met Marie  Curie in Oxford.", ["O'Brien", "Marie  Curie", "Oxford"]),
        ("Das war in Ober\u00adhausen.", ["Ober\u00adhausen"]),
        (unicodedata.normalize("NFD", "On był z Łódź."), [unicodedata.normalize("NFD", "Łódź")]),
        ("\u200fفي برلين\u200f اليوم", ["برلين"]),
        ("iPhone東京2024", ["東京"]),
        ("She left St. Louis. Oxford, too", ["St. Louis", "Oxford"]),
        ("\ufeffOxford\r\nOxford\u2028Oxford", ["Oxford"] * 3),
        ("👨‍👩‍👧Oxford\u200bOxford", ["Oxford", "Oxford"]),
    ],
)
def test_an_entity_is_a_piece_of_the_text_as_it_stands(finder: Any, text: str, expected: list[str]) -> None:
    found = finder(text)
    assert [entity["text"] for entity in found] == expected
    for entity in found:
        assert text[entity["start"] : entity["end"]] == entity["text"]


def test_a_list_gives_a_list_and_nothing_gives_nothing(finder: Any) -> None:
    assert finder("") == finder(" \n\u200b ") == finder([]) == []
    assert finder(["", "  ", "Oxford"])[:2] == [[], []]
    assert texts(finder(("Oxford", "Marie Curie"))[1]) == [("Marie Curie", "PER")]
    assert list(finder.stream(iter(["Oxford"]))) == finder(["Oxford"])


def test_tokens_are_counted_in_tokens_and_kept_as_they_are(finder: Any) -> None:
    (found,) = finder([["In", "Ober\u00adhausen", "and", "Marie", "Curie"]])
    assert [(e["start"], e["end"], e["text"]) for e in found] == [(1, 2, "Ober\u00adhausen"), (3, 5, "Marie Curie")]
    assert finder([[], ["x"]]) == [[], []]


def test_what_scores_below_the_threshold_is_left_out(finder: Any) -> None:
    assert texts(finder("Marie Curie left Oxford", threshold=0.5)) == [("Marie Curie", "PER"), ("Oxford", "LOC")]
    assert texts(finder("Marie Curie left Oxford", threshold=0.51)) == [("Marie Curie", "PER")]
    with pytest.raises(InputError, match=r"the threshold: is 50\. Give a number from 0 to 1"):
        finder("x", threshold=50)


@pytest.mark.parametrize("filler", ["the", "the,", "东京", "Warschau"])
def test_no_entity_is_lost_or_cut_wherever_a_window_ends(finder: Any, filler: str) -> None:
    for many in range(60):
        text = f"{filler} " * many + "The University of Oxford is near Oxford and " + f"{filler} " * (many % 7)
        assert texts(finder(text)) == [("The University of Oxford", "ORG"), ("Oxford", "LOC")], many
        tokens = ["the"] * many + ["The", "University", "of", "Oxford", "is", "in", "Oxford", "."]
        assert [(e["start"] - many, e["end"] - many) for e in finder([tokens])[0]] == [(0, 4), (6, 7)]


def test_a_document_has_all_its_entities_in_order(finder: Any) -> None:
    document = "Marie Curie was there. It was Oxford! Then (St. Louis).\n\nThe University of Oxford " * 200
    found = finder(document)
    assert len(found) == 800
    assert [entity["start"] for entity in found] == sorted(entity["start"] for entity in found)
    assert all(document[entity["start"] : entity["end"]] == entity["text"] for entity in found)


def test_a_stream_holds_only_some_texts_at_once(finder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recogniser, "CHARACTERS_AT_ONCE", 100)
    drawn = []

    def endless() -> Iterator[str]:
        while True:
            drawn.append(1)
            yield "Marie Curie"

    stream = finder.stream(endless())
    for _ in range(50):
        assert texts(next(stream)) == [("Marie Curie", "PER")]
    assert len(drawn) <= 60


def test_words_that_are_known_are_forgotten_before_they_fill_the_memory(
    tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_KNOWN", 10)
    encoder = batching.SentenceEncoder(tokenizer, 32, "split")
    for number in range(50):
        assert encoder.windows([[f"a{number}", "b", f"c{number}"]])[0][0][1].word_starts
    assert len(encoder.known) <= 14


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (None, "the inputs: are of the type NoneType. Give a text, a list of texts, or a list of lists of tokens"),
        (b"Oxford", "are of the type bytes"),
        ({"text": "Oxford"}, "are of the type dict"),
        (iter(["Oxford"]), "For a generator there is stream"),
        ([1, 2], "input 0: is neither a text nor a list of tokens"),
        ([["Oxford"], [3]], "input 1: is neither a text nor a list of tokens"),
        ([["Oxford"], "Oxford"], "hold texts and lists of tokens"),
    ],
)
def test_inputs_of_another_kind_are_refused_in_a_sentence(finder: Any, inputs: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        finder(inputs)


def test_a_string_where_tokens_are_meant_is_refused(finder: Any) -> None:
    for sentences in ("Oxford is old", ["Oxford is old"]):
        with pytest.raises(InputError, match="got a string where lists of tokens are expected"):
            finder.label(sentences)
    with pytest.raises(InputError, match="are one string"):
        next(finder.stream("Oxford"))


def test_lone_surrogates_and_endless_words_lose_nothing_and_are_said(
    finder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for text in ("\ud800Oxford\udfff is", "x" * 10_000 + " Oxford", "あ" * 10_000 + " Oxford"):
            (found,) = finder(text)
            assert text[found["start"] : found["end"]] == "Oxford"
        assert texts(finder([["\ud800", "Oxford"]])[0]) == [("Oxford", "LOC")]
    assert sum("holds lone surrogates" in message for message in caplog.messages) == 2
    assert any("more subwords than the model sees at once" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "He left. She came! Why? (Gladly.) 'Never.' So",
            ["He left.", "She came!", "Why?", "(Gladly.)", "'Never.'", "So"],
        ),
        ("Dr. Smith of St. Louis and Prof. Jones, Inc. Boston", None),
        ("J. R. Smith lives in the U.S. Senate", None),
        ("Am 3. Mai spielte 1. FC Köln", None),
        ("In 1867. Then", ["In 1867.", "Then"]),
        ("end of it... and on. and on", None),
        ("東京。「大阪。」京都！", ["東京。", "「大阪。」", "京都！"]),
        ("वह गया। वह", ["वह गया।", "वह"]),
        ("one line\nanother", ["one line", "another"]),
        ("ملا؟ نعم", ["ملا؟", "نعم"]),
    ],
)
def test_sentences_are_told_apart(finder: Any, text: str, sentences: list[str] | None) -> None:
    words = find_words(text, finder.tokenizer.backend_tokenizer)
    found = [text[places[0].start : places[-1].end] for places in find_sentences(text, words)]
    assert found == (sentences or [text])


@given(st.text(st.sampled_from([*"aB1.!?…。\"')\n \u200b"]), max_size=40))
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    words = [Span(at, at + 1) for at, character in enumerate(text) if not character.isspace() and character != "\u200b"]
    assert [word for sentence in find_sentences(text, words) for word in sentence] == words


@given(st.lists(st.integers(1, 16), max_size=80), st.integers(16, 40))
def test_windows_cover_all_words_overlap_and_fit(lengths: list[int], room: int) -> None:
    windows = overlapping_windows(lengths, room)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(lengths)
    assert all(sum(lengths[first:last]) <= room for first, last in windows)
    for (first, last), (following, end) in pairwise(windows):
        assert first < following <= last < end
        if max(lengths) * 4 <= room:  # no word so long that little room is left beside it
            assert sum(lengths[following:last]) >= room // 4


@given(st.integers(1, 120), st.integers(8, 30), st.integers(0, 9999))
def test_windows_that_agree_are_joined_to_what_they_agree_on(words: int, room: int, seed: int) -> None:
    generator = random.Random(seed)
    entities, position = [], 0
    while position < words:
        length = generator.randint(1, 3)
        if generator.random() < 0.4 and position + length <= words:
            entities.append(Entity(position, position + length, "LOC"))
        position += length
    parts = []
    for first, last in overlapping_windows([1] * words, room):
        inside = [
            Entity(e.start - first, e.end - first, e.type) for e in entities if first <= e.start and e.end <= last
        ]
        parts.append((first, Labelling(inside, [1.0] * len(inside), [float(at) for at in range(first, last)])))
    joined = join_windows(parts)
    assert joined.entities == entities
    assert joined.word_confidences == [float(at) for at in range(words)]


@given(st.integers(1, 80), st.integers(4, 20), st.integers(0, 9999))
def test_windows_that_disagree_are_joined_to_flat_entities(words: int, room: int, seed: int) -> None:
    generator = random.Random(seed)
    parts = []
    for first, last in overlapping_windows([1] * words, room):
        entities, position = [], 0
        while position < last - first:
            length = min(generator.randint(1, 9), last - first - position)
            if generator.random() < 0.7:
                entities.append(Entity(position, position + length, "LOC"))
            position += length
        parts.append((first, Labelling(entities, [1.0] * len(entities), [1.0] * (last - first))))
    joined = join_windows(parts)
    assert len(tags_of(joined.entities, words)) == len(joined.word_confidences) == words  # raises where two overlap
    assert len(joined.confidences) == len(joined.entities)


@pytest.fixture
def saved(tiny_encoder: Path, tokenizer: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    new_model(tiny_encoder, EntityModelConfig(settings={"head": "relation", "pair_size": 8})).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        EntityRecogniser.from_pretrained(folder)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_a_folder_that_is_no_model_is_refused_in_a_sentence(saved: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    assert EntityRecogniser.from_pretrained(str(saved))("") == []
    assert "is no model folder. Name the folder 'model'" in refusal(tmp_path / "absent")
    assert "is no model folder" in refusal(tmp_path)
    assert "is a model of the type 'bert'" in refusal(tiny_encoder)
    (saved / "config.json").write_text("{")
    assert "cannot be read as JSON" in refusal(saved)


def test_a_model_of_another_version_is_refused_in_a_sentence(saved: Path) -> None:
    config = json.loads((saved / "config.json").read_text())

    def with_head(head: str) -> str:
        return json.dumps(config | {"settings": config["settings"] | {"head": head}})

    (saved / "config.json").write_text(with_head("span"))
    assert "is of another version of mclner (it has a head 'span' that is not known here)" in refusal(saved)
    (saved / "config.json").write_text(json.dumps({key: config[key] for key in config if key != "settings"}))
    assert "is of another version of mclner (it lacks settings)" in refusal(saved)
    (saved / "config.json").write_text(json.dumps(config | {"settings": {"window": 128}}))
    assert "is of another version of mclner (unknown settings ['window']" in refusal(saved)
    (saved / "config.json").write_text(json.dumps(config | {"entity_types": ["PER"]}))
    assert "holds" in refusal(saved)
    (saved / "config.json").write_text(with_head("tagger"))
    assert "holds other weights than its config.json says" in refusal(saved)


def test_a_model_folder_that_lacks_a_file_is_refused_in_a_sentence(saved: Path) -> None:
    tokenizer_file = saved / "tokenizer.json"
    kept = tokenizer_file.read_bytes()
    tokenizer_file.write_bytes(kept[:100])
    assert "has no tokenizer that can be read" in refusal(saved)
    tokenizer_file.write_bytes(kept)
    weights = saved / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:500])
    assert "holds no weights that can be read" in refusal(saved)
    weights.unlink()
    assert "holds no weights that can be read" in refusal(saved)
    with pytest.raises(InputError):
        load_model(saved)


def test_what_the_encoder_sees_is_clean(finder: Any) -> None:
    assert clean_token("Ober\u00adhausen") == "Oberhausen"
