"""Translation: entities carried by markers and by Apertium, the quality guard, pieces that outlive a stop."""

from __future__ import annotations

import shutil
import subprocess
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import DEMO, ROOT
from mclner.common.exceptions import InputError
from mclner.configuration.recipes import QualityBounds
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.data.tags import Entity
from mclner.data.tokenization import load_tokenizer
from mclner.data.writing_systems import script_share
from mclner.demo.markup import read_markup
from mclner.lexicons.lexicon import write_pairs
from mclner.views.apertium import CHAINS, ApertiumTranslator
from mclner.views.label_markers import assign_types, can_be_marked, mark, split_marked, without_markers
from mclner.views.nllb import NeuralModel, NeuralTranslator
from mclner.views.quality import copied_share, fault_of
from mclner.views.translation import Translation
from translate import pieces_folder, usual_ratio
from translate_vocabulary import is_good

CURIE = Sentence("1", "en", ("Marie", "Curie", "left", "Warsaw"), ("B-PER", "I-PER", "O", "B-LOC"))
WORD = st.text("abcdé", min_size=1, max_size=4)


class Dictionary:
    """Stands in for a translation model: knows some texts."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def translate(self, texts: Sequence[str]) -> Iterator[tuple[str, float]]:
        return [(self.known[text], 1.0) for text in texts]  # type: ignore[return-value]


def translated(tiny_encoder: Path, sentence: Sentence, known: dict[str, str]) -> Sentence:
    translator = NeuralTranslator(Dictionary(known), "de", load_tokenizer(tiny_encoder))  # type: ignore[arg-type]
    (only,) = translator.translate([sentence])
    assert only.sentence is not None
    return only.sentence


@given(st.lists(WORD, min_size=1, max_size=8), st.data())
def test_what_was_marked_is_found_again(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    text = mark(words, [Entity(start, end, "PER")])
    parts = split_marked(text)
    assert parts is not None
    stretches, marked = parts
    assert [stretches[number] for number in marked] == [" ".join(words[start:end])]
    assert without_markers(text) == " ".join(words)


@pytest.mark.parametrize("text", ["[ a", "a ]", "[ a [ b ] ]", "[ ] a", "] a ["])
def test_markers_without_partners_are_no_markers(text: str) -> None:
    assert split_marked(text) is None


def test_brackets_of_other_scripts_are_markers_too() -> None:
    assert split_marked("【居里】离开了［华沙］") == (["居里", "离开了", "华沙"], [0, 2])


def test_entities_that_change_places_keep_their_types(tiny_encoder: Path) -> None:
    known = {
        "[ Marie Curie ] left [ Warsaw ]": "[ Warschau ] wurde von [ Marie Curie ] verlassen",
        "Marie Curie": "Marie Curie",
        "Warsaw": "Warschau",
    }
    target = translated(tiny_encoder, CURIE, known)
    found = [(" ".join(target.tokens[e.start : e.end]), e.type) for e in target.entities]
    assert found == [("Warschau", "LOC"), ("Marie Curie", "PER")]


def test_a_translation_whose_markers_are_lost_has_no_tags(tiny_encoder: Path) -> None:
    known = {
        "[ Marie Curie ] left [ Warsaw ]": "Marie Curie verließ [ Warschau ]",
        "Marie Curie": "Marie Curie",
        "Warsaw": "Warschau",
    }
    target = translated(tiny_encoder, CURIE, known)
    assert target.tags is None
    assert target.tokens == ("Marie", "Curie", "verließ", "Warschau")


def test_a_sentence_with_brackets_of_its_own_is_translated_without_tags(tiny_encoder: Path) -> None:
    sentence = Sentence("1", "en", ("[", "Warsaw", "]"), ("O", "B-LOC", "O"))
    assert not can_be_marked(sentence.tokens)
    assert translated(tiny_encoder, sentence, {"[ Warsaw ]": "[ Warschau ]"}).tags is None


def test_types_follow_likeness_and_then_order() -> None:
    assert assign_types(["Warschau", "Curie"], ["Curie", "Warschau"], ["PER", "LOC"]) == ["LOC", "PER"]
    assert assign_types(["xx", "yy"], ["aa", "bb"], ["PER", "LOC"]) == ["PER", "LOC"]


@pytest.mark.parametrize(
    ("words", "ratio", "script", "fault"),
    [
        (("Marie", "verließ", "Warschau", "gestern"), 1.0, "Latin", None),
        ((), 0.0, "Latin", "empty"),
        (("nein",), 0.1, "Latin", "length"),
        (("nein",) * 4, 9.0, "Latin", "length"),
        (("she", "left", "the", "house"), 1.0, "Latin", "copied"),
        (("Marie", "verließ", "Warschau", "gestern"), 1.0, "Thai", "script"),
    ],
)
def test_the_guard_names_what_is_wrong(words: tuple[str, ...], ratio: float, script: str, fault: str | None) -> None:
    source = Sentence("1", "en", ("She", "left", "the", "house"), None)
    assert fault_of(source, Sentence("1", "xx", words, None), ratio, script, QualityBounds()) == fault


def test_an_unknown_character_a_loop_and_half_a_translation_are_turned_away() -> None:
    source = Sentence("1", "en", ("The", "eagle", "catches", "chickens", "when", "it", "rains", "today"), None)

    def fault(text: str, ratio: float = 1.0, script: str = "Latin", usual: float = 1.0) -> str | None:
        target = Sentence("1", "xx", tuple(text.split()), None)
        return fault_of(source, target, ratio, script, QualityBounds(), usual)

    assert fault("老 \ufffd 捉 了 小 \ufffd", script="Han") == "unknown"
    assert fault("Der Adler\ufffd fängt") == "unknown"
    assert fault("今 天 下 雨 " * 4, 2.0, "Han") == "looped"
    assert fault("Der Adler sagte und er ging und er ging und er ging und er ging") == "looped"
    assert fault("Der Adler fängt heute Hühner . " * 2) == "looped"
    assert fault("的" * 12, 2.0, "Han") == "looped"
    assert fault("今 天 下 雨", 0.5, "Han") == "length"
    assert fault("ο αετός", 0.7, "Greek", usual=1.45) == "length"  # half, where translations are long
    for good in ("Der Adler fängt Hühner , wenn es heute sehr sehr regnet", "Anak-anak menangkap ayam", "1000000000 x"):
        assert fault(good) is None
    song = Sentence("1", "en", ("Duran", "Duran"), None)
    assert fault_of(song, Sentence("1", "zh", ("杜兰", "杜兰"), None), 1.0, "Han", QualityBounds()) is None


def test_what_the_translator_has_no_character_for_is_kept_to_be_seen() -> None:
    pieces = ["<unk>", "zho_Hans", "▁", "老", "捉", "小", "</s>"]

    class Pieces:
        unk_token_id = 0

        def __call__(self, texts: list[str]) -> dict[str, list[list[int]]]:
            return {"input_ids": [[3, 3, 6] for _ in texts]}

        def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
            return [pieces[number] for number in ids]

        def convert_tokens_to_ids(self, tokens: list[str]) -> list[int]:
            return [pieces.index(token) for token in tokens]

        def decode(self, ids: list[int], skip_special_tokens: bool) -> str:
            return "".join(pieces[number] for number in ids if number not in (0, 1, 6)).replace("▁", " ").strip()

    model = NeuralModel.__new__(NeuralModel)
    model.tokenizer, model.target, model.beams, model.longest = Pieces(), "zho_Hans", 1, 256  # type: ignore[assignment]
    for hypothesis, text in ((["▁", "老", "<unk>", "捉", "<unk>"], "老\ufffd捉\ufffd"), (["老", "小"], "老小")):
        result = SimpleNamespace(hypotheses=[["zho_Hans", *hypothesis]])
        model.translator = SimpleNamespace(translate_batch=lambda *_, result=result, **__: [result])
        assert model.translate(["x"])[0][0] == text
    assert not is_good("老\ufffd", "Han", 0.5)
    assert is_good("老", "Han", 0.5)


def test_the_usual_length_is_the_median_of_enough_translations() -> None:
    ratios = [Translation(CURIE, ratio) for ratio in (1.4, 1.5, 9.0)]
    assert usual_ratio(ratios) == 1.0
    assert usual_ratio(ratios * 10) == 1.5


def test_names_may_be_copied() -> None:
    target = Sentence("1", "nl", CURIE.tokens, ("B-PER", "I-PER", "O", "B-LOC"))
    assert copied_share(CURIE, target) == 0


def test_letters_are_counted_by_script() -> None:
    assert script_share("東京 Tokyo", "Japanese") == pytest.approx(2 / 7)
    assert script_share("カタカナとひらがな", "Japanese") == 1
    assert script_share("1867", "Thai") == 1
    with pytest.raises(InputError, match="has the script 'Klingon'"):
        script_share("a", "Klingon")


@pytest.mark.parametrize("language", sorted(CHAINS))
def test_apertium_keeps_entities(tiny_encoder: Path, language: str) -> None:
    if shutil.which("apertium") is None:
        pytest.skip("apertium is not installed")
    rows = read_markup(DEMO / "test" / "en.txt")[:12]
    sentences = [Sentence(str(number), "en", row.tokens, row.tags) for number, row in enumerate(rows)]
    splitter = load_tokenizer(tiny_encoder)
    results = [translation.sentence for translation in ApertiumTranslator(language, splitter).translate(sentences)]
    assert len(results) == 12
    for source, target in zip(sentences, results, strict=True):
        assert target is not None
        assert target.tokens != source.tokens
        if target.tags is not None:
            kinds = [Counter(entity.type for entity in side.entities) for side in (source, target)]
            assert kinds[0] == kinds[1]
    assert sum(target is not None and target.tags is not None for target in results) >= 10


def test_apertium_that_is_not_there_is_said_with_the_remedy(
    tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=r"is not installed\. Install it"):
        ApertiumTranslator("es", load_tokenizer(tiny_encoder))
    with pytest.raises(InputError, match="has no chain from English to 'sw'"):
        ApertiumTranslator("sw", load_tokenizer(tiny_encoder))


def test_pieces_that_are_done_are_not_done_again(tmp_path: Path) -> None:
    """A job that died after its first piece takes that piece as it is; one of other settings does not."""
    write_corpus([CURIE], tmp_path / "train.parquet")
    write_pairs([("left", "verließ")], tmp_path / "en-de.tsv")
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / "translate.py"), "--backend", "lexicon"]
    command += ["--sentences", str(tmp_path / "train.parquet"), "--language", "de"]
    command += ["--table", str(ROOT / "config" / "languages.tsv"), "--lexicon", str(tmp_path / "en-de.tsv")]
    command += ["--pieces", str(tmp_path / "pieces"), "--counts", str(tmp_path / "counts.tsv")]
    broken = [*command, "--output", "/dev/null/no"]  # ends after the pieces, before they are removed
    assert subprocess.run(broken, capture_output=True).returncode == 1
    (kept,) = (tmp_path / "pieces").glob("*/0.parquet")
    write_corpus([Sentence("1", "de", ("taken", "as", "it", "is"), None)], kept)
    subprocess.run([*command, "--output", str(tmp_path / "de.parquet")], check=True, capture_output=True)
    assert read_corpus(tmp_path / "de.parquet")[0].tokens == ("taken", "as", "it", "is")
    assert not (tmp_path / "pieces").exists()


def test_pieces_of_another_lexicon_model_or_encoder_are_not_taken(tmp_path: Path) -> None:
    for name in ("train.parquet", "en-de.tsv", "model/SHA256SUMS", "encoder/tokenizer.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("some")
    arguments = Namespace(
        sentences=tmp_path / "train.parquet", backend="nllb", language="de", beams=1, lexicon=tmp_path / "en-de.tsv",
        model=tmp_path / "model", encoder=tmp_path / "encoder", pieces=tmp_path / "pieces",
    )  # fmt: skip
    first = pieces_folder(arguments, None)
    assert pieces_folder(arguments, None) == first
    for name in ("train.parquet", "en-de.tsv", "model/SHA256SUMS", "encoder/tokenizer.json"):
        (tmp_path / name).write_text("other")
        second = pieces_folder(arguments, None)
        assert second != first, name
        assert not first.exists()
        first = second
