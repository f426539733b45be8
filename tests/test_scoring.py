"""The commands `mclner score` and `mclner card`: numbers worked out by hand, and what a person reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from helpers.models import save_person_tagger
from mclner.common.checksums import seal_folder
from mclner.common.exceptions import DamagedFileError, InputError
from mclner.data.tags import Entity
from mclner.inference.command_line import command_parser
from mclner.inference.score_command import mapping_of
from mclner.inference.scoring import MACRO, MICRO, Bootstrap, score_entities

SMALL = Bootstrap(resamples=200)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """Calls every word a person."""
    return save_person_tagger(tiny_encoder, tmp_path_factory.mktemp("run") / "model")


def mclner(*arguments: str | Path) -> None:
    parsed = command_parser().parse_args([str(argument) for argument in arguments])
    parsed.main(parsed)


def test_scores_by_type_micro_and_macro_are_those_worked_out_by_hand() -> None:
    gold = [[Entity(0, 1, "PER"), Entity(2, 3, "LOC")], [Entity(0, 2, "PER")], []]
    found = [[Entity(0, 1, "PER"), Entity(2, 3, "PER")], [Entity(0, 2, "PER")], [Entity(0, 1, "ORG")]]
    scores = {score.name: score for score in score_entities(gold, found, ["PER", "ORG", "LOC", "MISC"], SMALL)[0]}
    assert list(scores) == ["PER", "ORG", "LOC", MICRO, MACRO]  # MISC occurs nowhere
    assert [round(value, 3) for value in (scores["PER"].precision, scores["PER"].recall, scores["PER"].f1)] == [
        66.667, 100.0, 80.0,
    ]  # fmt: skip
    assert (scores["LOC"].f1, scores["LOC"].gold, scores["LOC"].found) == (0.0, 1, 0)
    micro = scores[MICRO]
    assert (micro.precision, round(micro.recall, 3), round(micro.f1, 3)) == (50.0, 66.667, 57.143)
    assert (micro.gold, micro.found) == (3, 4)
    assert round(scores[MACRO].f1, 3) == round(80 / 3, 3)
    assert scores[MACRO].low <= scores[MACRO].f1 <= scores[MACRO].high


def test_intervals_hold_the_score_and_narrow_with_more_sentences() -> None:
    gold = [[Entity(0, 1, "PER")], [Entity(0, 1, "PER")], [Entity(0, 1, "LOC")]]
    found = [[Entity(0, 1, "PER")], [], [Entity(0, 1, "LOC")]]
    widths = []
    for times in (5, 50):
        scores, drawn = score_entities(gold * times, found * times, ["PER", "LOC"], SMALL)
        micro = next(score for score in scores if score.name == MICRO)
        assert micro.low < micro.f1 < micro.high
        assert micro.low == pytest.approx(np.quantile(drawn, 0.025))
        widths.append(micro.high - micro.low)
    assert widths[1] < widths[0] / 2


def test_the_interval_of_macro_is_that_of_the_mean_over_types() -> None:
    person, place = Entity(0, 1, "PER"), Entity(2, 3, "LOC")
    found = [[person, place], [place], [place], [person, place]] * 10
    scores = {score.name: score for score in score_entities([[person, place]] * 40, found, ["PER", "LOC"], SMALL)[0]}
    assert scores["LOC"].low == scores["LOC"].high == 100
    assert scores[MACRO].low == pytest.approx((scores["PER"].low + 100) / 2)
    assert scores[MACRO].high == pytest.approx((scores["PER"].high + 100) / 2)


def test_a_file_is_scored_and_its_errors_are_counted(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.conll"
    mine.write_text("Ada\tB-PER\nis\tO\n\nMarie\tB-PER\nCurie\tI-PER\n\nBonn\tB-LOC\n")
    mclner("score", model, mine, "--json", "--resamples", "50")
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["sentences"] == 3
    assert file["errors"] == {
        "right": 1, "boundary": 1, "type": 1, "boundary and type": 0, "missed": 0, "spurious": 2,
    }  # fmt: skip
    scores = {score["name"]: score for score in file["scores"]}
    assert (scores["PER"]["precision"], scores["PER"]["recall"]) == (20.0, 50.0)
    assert (scores["LOC"]["gold"], scores["LOC"]["found"]) == (1, 0)
    assert (scores["micro"]["gold"], scores["micro"]["found"]) == (3, 5)
    mclner("score", model, mine, "--resamples", "50")
    table = capsys.readouterr().out.splitlines()
    assert table[0] == f"{mine}: 3 sentences, 3 entities"
    assert table[3].split()[:4] == ["PER", "20.0", "50.0", "28.6"]
    assert ["spurious", "2", "66.7"] in [line.split() for line in table]


def test_all_forms_of_files_are_read_and_their_mean_is_told(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns, records = tmp_path / "a.conll", tmp_path / "b.jsonl"
    columns.write_text("Ada PER-B\n\nBonn LOC-B\n")
    records.write_text(json.dumps({"text": "Ada here", "entities": [[0, 3, "PERSON"]]}) + "\n")
    mclner("score", model, columns, records, "--json", "--tag-mapping", "PERSON=PER", "--resamples", "50")
    scored = json.loads(capsys.readouterr().out)
    micro = [next(s["f1"] for s in file["scores"] if s["name"] == "micro") for file in scored["files"]]
    assert micro == pytest.approx([50.0, 200 / 3])
    assert scored["mean"]["f1"] == pytest.approx(sum(micro) / 2)
    mclner("score", model, columns, records, "--tag-mapping", "PERSON=PER", "--resamples", "50")
    assert capsys.readouterr().out.splitlines()[-1].startswith("mean micro F1 of 2 files: 58.3 (95 % interval ")


def test_types_the_model_does_not_know_are_all_named_with_what_to_do(model: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.conll"
    mine.write_text("Ada\tB-PERSON\nIcelandic\tB-MISC\n\nBonn\tB-LOC\n")
    with pytest.raises(InputError) as error:
        mclner("score", model, mine)
    assert "does not know: MISC (1 tags), PERSON (1 tags). It knows PER, LOC." in str(error.value)
    assert str(error.value).endswith("--tag-mapping MISC= PERSON=")
    with pytest.raises(InputError, match="MISC"):
        mclner("score", model, mine, "--tag-mapping", "PERSON=PER")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not there"),
        ("Ada\nis\nhere\n\nBonn\n", "mine.conll"),
        ("Ada\tB-PER\nis\n", "mine.conll:2"),
        ("", "holds no sentence"),
    ],
)
def test_what_cannot_be_scored_is_said_in_a_sentence(
    model: Path, tmp_path: Path, content: str | None, message: str
) -> None:
    mine = tmp_path / "mine.conll"
    if content is not None:
        mine.write_text(content)
    with pytest.raises(InputError, match=message) as error:
        mclner("score", model, mine)
    assert "\n" not in str(error.value)


def test_mappings_are_pairs() -> None:
    assert mapping_of(["PERSON=PER", "MISC="]) == {"PERSON": "PER", "MISC": None}
    with pytest.raises(InputError, match="has 'PERSON'"):
        mapping_of(["PERSON"])


def test_a_card_is_printed_wherever_it_lies(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mclner("card", model)
    short = capsys.readouterr().out
    assert "Finds named entities (PER, LOC)" in short
    assert "- Labels learnt from: `en`" in short
    assert "This folder has no card" in short
    (model.parent / "metrics.tsv").write_text(
        "language\tprecision\trecall\tf1\tsentences\nsw\t50.0000\t25.0000\t33.3333\t46\n"
    )
    mclner("card", model)
    assert "| sw | 50.0 | 25.0 | 33.3 | 46 |" in capsys.readouterr().out
    (model.parent / "metrics.tsv").unlink()
    (model.parent / "model_card.md").write_text("# beside\n")
    mclner("card", model)
    assert capsys.readouterr().out == "# beside\n"
    (model / "README.md").write_text("# inside\n")
    mclner("card", model)
    assert capsys.readouterr().out == "# inside\n"
    for path in (model / "README.md", model.parent / "model_card.md"):
        path.unlink()
    with pytest.raises(InputError, match="is no model folder"):
        mclner("card", tmp_path)


def test_a_damaged_folder_is_named_and_stays_where_it_is(model: Path, tmp_path: Path) -> None:
    folder, mine = tmp_path / "model", tmp_path / "mine.conll"
    shutil.copytree(model, folder)
    seal_folder(folder)
    (folder / "config.json").write_bytes(b"{}")
    mine.write_text("Ada\tB-PER\n")
    with pytest.raises(InputError, match=r"config\.json does not match its check sum") as error:
        mclner("score", folder, mine)
    assert not isinstance(error.value, DamagedFileError)  # which would be set aside, to be made anew
    assert folder.is_dir()
