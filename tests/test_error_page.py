"""The page to look at the errors: what it holds, and what a browser makes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from browser import look_at, needs_chromium
from conftest import ROOT, SCRIPTS
from mclner.common.checksums import write_parquet
from mclner.configuration.comparisons import Comparisons
from mclner.data.languages import read_languages
from mclner.data.tags import Entity, entities_of
from mclner.evaluation.error_kinds import KINDS
from mclner.evaluation.schemas import PREDICTIONS
from mclner.report.error_page import (
    LabelledSentence,
    LanguageErrors,
    direction_of,
    json_for_script,
    spread_evenly,
    write_error_page,
)

KNOWN = read_languages(ROOT / "config" / "languages.tsv")
TITLES = {"tagger": "Tagger", "full": "Full <method>"}
GOLD = [Entity(0, 2, "PER"), Entity(4, 5, "LOC")]
ENGLISH = [
    LabelledSentence("en-1", ["Marie", "Curie", "came", "from", "Warsaw"], GOLD, [GOLD, [Entity(0, 2, "PER")]]),
    LabelledSentence("en-2", ["Nobody", "came"], [], [[], []]),
    LabelledSentence("en-3", ["</script><img", "src=x onerror=alert(1)>"], [], [[Entity(0, 1, "ORG")], []]),
    LabelledSentence(
        "en-4", ["Marie", "Curie", "met", "Ali"], [GOLD[0]], [[Entity(1, 2, "LOC")], [Entity(0, 2, "LOC")]]
    ),
]
ARABIC = [
    LabelledSentence("ar-1", ["BBC", "زارت", "وارسو", "أمس"], [Entity(2, 3, "LOC")], [[Entity(2, 4, "LOC")], []]),
]
JAPANESE = [LabelledSentence("ja-1", list("東京都へ"), [Entity(0, 3, "LOC")], [[], [Entity(0, 2, "LOC")]])]


def write_small(path: Path, most: int = 1000) -> Path:
    languages = [
        LanguageErrors(KNOWN[code], sentences[:most], len(sentences))
        for code, sentences in (("en", ENGLISH), ("ar", ARABIC), ("ja", JAPANESE))
    ]
    write_error_page(path, "small & quick", TITLES, ["1"], languages)
    return path


def data_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8").partition('<script id="data" type="application/json">')[2]
    return json.loads(text.partition("</script>")[0])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return write_small(tmp_path / "errors.html")


def test_the_page_holds_gold_and_only_what_differs_from_it(page: Path) -> None:
    data = data_of(page)
    person, place = (data["head"]["types"].index(name) for name in ("PER", "LOC"))
    marie, nobody, _, other = data["languages"][0]["sentences"]
    missed, boundary_and_type, wrong_type = (KINDS.index(kind) for kind in ("missed", "boundary and type", "type"))
    assert marie == ["en-1", "Marie Curie came from Warsaw", [0, 2, person, 4, 5, place], [0, [missed, 1, -1, -1, -1]]]
    assert nobody == ["en-2", "Nobody came", []]
    assert other[3] == [[boundary_and_type, 0, 1, 2, place], [wrong_type, 0, 0, 2, place]]


def test_no_text_of_the_data_ends_the_script_that_holds_it(page: Path) -> None:
    assert data_of(page)["languages"][0]["sentences"][2][1] == ["</script><img", "src=x onerror=alert(1)>"]
    assert "<img" not in page.read_text(encoding="utf-8")
    assert json.loads(json_for_script("</script><!--")) == "</script><!--"


def test_a_sentence_that_begins_with_a_foreign_name_still_runs_as_its_language_does() -> None:
    assert [direction_of(rows) for rows in (ARABIC, ENGLISH, JAPANESE)] == ["rtl", "ltr", "ltr"]


def test_a_bound_on_sentences_takes_them_at_even_distances() -> None:
    assert spread_evenly(10, 5) == [0, 2, 4, 6, 8]
    assert spread_evenly(3, 5) == [0, 1, 2]
    assert spread_evenly(0, 5) == []


def write_predictions(results: Path, variant: str, code: str, predicted: Sequence[list[str]], **changed: Any) -> None:
    row = {"tokens": ["Marie", "Curie", "came"], "tags": ["B-PER", "I-PER", "O"]} | changed
    rows = [row | {"id": f"{code}-{number}", "predicted": tags} for number, tags in enumerate(predicted)]
    folder = results / variant / "seed1" / "predictions"
    write_parquet(pa.Table.from_pylist(rows, schema=PREDICTIONS), folder / f"{code}.parquet")


def run_program(results: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "write_error_page.py"), "--results", str(results), "--experiment", "small"]
    command += ["--variants", "tagger", "relation", "--seeds", "1", "--languages", "en", "--sentences", "2"]
    titles = Comparisons({"tagger": "Tagger", "relation": "Relation"}, {}, {})
    command += ["--comparisons", titles.to_json()]
    command += ["--table", str(ROOT / "config" / "languages.tsv"), "--output", str(results / "errors.html")]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_program_reads_the_predictions_of_every_variant(tmp_path: Path) -> None:
    right, wrong = ["B-PER", "I-PER", "O"], ["B-PER", "O", "O"]
    write_predictions(tmp_path, "tagger", "en", [wrong, right, right, wrong])
    write_predictions(tmp_path, "relation", "en", [right, right, wrong, right])
    assert run_program(tmp_path).returncode == 0
    data = data_of(tmp_path / "errors.html")
    (english,) = data["languages"]
    assert [variant["title"] for variant in data["head"]["variants"]] == ["Tagger", "Relation"]
    assert english["available"] == 4
    boundary = [KINDS.index("boundary"), 0, 0, 1, 0]
    assert [(row[0], row[3]) for row in english["sentences"]] == [("en-0", [boundary, 0]), ("en-2", [0, boundary])]


def test_runs_that_were_scored_on_other_sentences_are_not_shown_side_by_side(tmp_path: Path) -> None:
    write_predictions(tmp_path, "tagger", "en", [["O", "O", "O"]])
    write_predictions(tmp_path, "relation", "en", [["O", "O", "O"]], tokens=["Pierre", "Curie", "came"])
    done = run_program(tmp_path)
    assert done.returncode == 1
    assert "has other sentences of 'en'. Evaluate all runs again." in done.stderr
    assert not (tmp_path / "errors.html").exists()


IDS = "[...document.querySelectorAll('article bdi.id')].map(id => id.textContent)"


@needs_chromium
def test_the_page_shows_the_sentences_with_an_error_and_says_what_it_is(page: Path) -> None:
    asked = (
        "[document.title, document.querySelector('#about').textContent, IDS, document.querySelectorAll('img').length]"
    )
    (title, about, ids, images), console = look_at(page, expression=asked.replace("IDS", IDS))
    assert title == "Errors of small & quick"
    assert about == "6 test sentences in 3 languages, seed 1, 2 variants: Tagger, Full <method>."
    assert ids == ["en-1", "en-3", "en-4", "ar-1", "ja-1"]
    assert images == 0
    assert not console


@needs_chromium
@pytest.mark.parametrize(
    ("fragment", "ids"),
    [
        ("#language=ar", ["ar-1"]),
        ("#kinds=missed", ["en-1", "ar-1", "ja-1"]),
        ("#kinds=missed&variants=tagger", ["ja-1"]),
        ("#kinds=no+entity", ["en-2", "en-3"]),
        ("#types=ORG", ["en-3"]),
        ("#where=all", ["en-4", "ar-1", "ja-1"]),
        ("#where=some", ["en-1", "en-3"]),
        ("#text=MARIE+curie", ["en-1", "en-4"]),
        ("#text=東京都", ["ja-1"]),
        ("#text=en-4", ["en-4"]),
        ("#text=nothing+like+it", []),
    ],
)
def test_a_view_can_be_linked_to(page: Path, fragment: str, ids: list[str]) -> None:
    assert look_at(page, fragment, IDS) == (ids, [])


@needs_chromium
def test_filters_narrow_the_list_by_keyboard_and_mouse(page: Path) -> None:
    steps = """(() => {
      const seen = [], note = () => seen.push(IDS);
      document.querySelector('input[name=kinds][value="5"]').click(); note();
      document.querySelector('input[name=variants][value="1"]').click(); note();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }));
      document.activeElement.value = 'ali';
      document.activeElement.dispatchEvent(new Event('input', { bubbles: true })); note();
      document.querySelector('button[type=reset]').click(); note();
      return [seen, location.hash];
    })()"""
    (seen, address), console = look_at(page, expression=steps.replace("IDS", IDS))
    assert seen == [
        ["en-1", "en-4", "ar-1", "ja-1"],  # less what is spurious
        ["en-4", "ar-1", "ja-1"],  # the tagger alone
        ["en-4"],
        ["en-1", "en-3", "en-4", "ar-1", "ja-1"],
    ]
    assert not address
    assert not console


@needs_chromium
def test_every_variant_shows_what_it_found_with_its_kind(page: Path) -> None:
    asked = "[...document.querySelectorAll('.rows > *')].map(part => part.innerText)"
    lines, _ = look_at(page, "#text=en-1", asked)
    assert lines == [
        "Gold", "Marie CuriePER came from WarsawLOC",
        "Tagger", "✓ as gold",
        "Full <method>", "Marie CuriePER came from WarsawLOC · missed",
    ]  # fmt: skip


@needs_chromium
def test_counts_by_variant_and_kind_are_of_the_chosen_language(page: Path) -> None:
    asked = (
        "[...document.querySelectorAll('#kinds tbody tr')].map(row => [...row.cells].slice(1).map(c => +c.textContent))"
    )
    assert look_at(page, "#language=en", asked)[0] == [[2, 0, 0, 1, 0, 1, 1], [1, 0, 1, 0, 1, 0, 2]]


@needs_chromium
def test_a_right_to_left_sentence_is_laid_out_from_the_right(page: Path) -> None:
    asked = """(() => {
      const line = document.querySelector('.text'), mark = line.querySelector('mark'), range = document.createRange();
      const first = line.firstChild;
      range.setStart(first, 0); range.setEnd(first, 3);
      const [whole, name, entity] = [line, range, mark].map((part) => part.getBoundingClientRect());
      return [getComputedStyle(line).direction, range.toString(), name.left, entity.right, whole.right - name.right];
    })()"""
    (direction, first, first_left, mark_right, gap), _ = look_at(page, "#language=ar", asked)
    assert (direction, first) == ("rtl", "BBC")
    assert mark_right < first_left  # the first word stands right of the third
    assert gap < 2


@needs_chromium
def test_the_runs_of_one_seed_are_shown_at_a_time(tmp_path: Path) -> None:
    runs = [GOLD, GOLD[:1], GOLD[1:], GOLD]  # tagger and full with seed 1, then with seed 2
    sentence = LabelledSentence("en-1", ENGLISH[0].tokens, GOLD, runs)
    write_error_page(tmp_path / "e.html", "two", TITLES, ["1", "2"], [LanguageErrors(KNOWN["en"], [sentence], 1)])
    asked = "[...document.querySelectorAll('mark.missed')].map(mark => mark.textContent)"
    assert look_at(tmp_path / "e.html", expression=asked)[0] == ["WarsawLOC · missed"]
    assert look_at(tmp_path / "e.html", "#seed=2", asked)[0] == ["Marie CuriePER · missed"]


@needs_chromium
def test_arrow_keys_turn_the_page(tmp_path: Path) -> None:
    many = [LabelledSentence(f"en-{number}", ENGLISH[0].tokens, GOLD, [[], []]) for number in range(120)]
    write_error_page(tmp_path / "e.html", "many", TITLES, ["1"], [LanguageErrors(KNOWN["en"], many, 120)])
    steps = """["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"].map((key) => {
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      return [document.querySelector("#status").textContent, location.hash];
    })"""
    last, middle = ["120 sentences, 101 to 120 here", "#page=3"], ["120 sentences, 51 to 100 here", "#page=2"]
    assert look_at(tmp_path / "e.html", expression=steps) == ([middle, last, last, middle], [])


@needs_chromium
def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    cut = write_small(tmp_path / "errors.html", most=3)
    said, _ = look_at(cut, expression="document.querySelector('#left-out').textContent")
    assert said.startswith("Not on this page, and not in its counts: 1 of 4 sentences in English.")
    whole = write_small(tmp_path / "whole.html")
    assert look_at(whole, expression="document.querySelector('#left-out').hidden")[0]


@needs_chromium
@pytest.mark.slow
def test_forty_thousand_sentences_are_there_within_two_seconds(tmp_path: Path) -> None:
    words = [
        "The",
        "University",
        "of",
        "Paris",
        "called",
        "Marie",
        "Curie",
        "from",
        "Warsaw",
        "to",
        "teach",
        "physics",
        "in",
        "the",
        "year",
        "1906",
        ".",
    ]
    gold = entities_of(["O", "B-ORG", "I-ORG", "I-ORG", "O", "B-PER", "I-PER", "O", "B-LOC", *["O"] * 7])
    found = [gold, gold[1:], gold[:2], [gold[0]], [*gold, Entity(15, 16, "LOC")], gold, gold, []]
    languages = [
        LanguageErrors(KNOWN[code], [LabelledSentence(f"{code}-{n}", words, gold, found) for n in range(1000)], 10_000)
        for code in KNOWN
    ]
    assert len(languages) == 40
    write_error_page(
        tmp_path / "errors.html", "large", {f"variant{n}": f"Variant {n}" for n in range(8)}, ["1"], languages
    )
    asked = """[+document.documentElement.dataset.readyAfter, (() => {
      const begun = performance.now();
      document.querySelector('input[name=kinds][value="4"]').click();
      return performance.now() - begun;
    })(), document.querySelector('#status').textContent, document.querySelectorAll('article').length]"""
    answers = [look_at(tmp_path / "errors.html", expression=asked)[0] for _ in range(3)]  # a busy machine is no failure
    assert min(ready for ready, *_ in answers) < 2000
    assert min(filtered for _, filtered, *_ in answers) < 500
    assert answers[0][2:] == ["40,000 sentences, 1 to 50 here", 50]
