"""Labelling one's own text with a trained run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from conftest import ROOT
from mclner import EntityRecogniser
from mclner.model.entity_model import RelationModel
from mclner.model.relation_grid import FIRST_TYPE

PREDICT = ROOT / "workflow" / "scripts" / "predict.py"


@pytest.fixture(scope="module")
def model(small_run: Path) -> Path:
    return small_run / "results" / "small" / "full" / "seed1" / "model"


def predict(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(PREDICT), *arguments], capture_output=True, text=True)


def test_plain_text_becomes_conll(model: Path, tmp_path: Path) -> None:
    text = tmp_path / "mine.txt"
    text.write_text("Marie Curie was born in Warsaw.\n\n東京は大きい。\n", encoding="utf-8")
    done = predict(str(model), str(text))
    assert done.returncode == 0, done.stderr
    blocks = done.stdout.strip().split("\n\n")
    assert len(blocks) == 2
    assert [line.split("\t")[0] for line in blocks[0].split("\n")] == [
        "Marie",
        "Curie",
        "was",
        "born",
        "in",
        "Warsaw",
        ".",
    ]
    for line in done.stdout.split("\n"):
        if line:
            token, tag, confidence = line.split("\t")
            assert token
            assert tag == "O" or tag[:2] in ("B-", "I-")
            assert 0 <= float(confidence) <= 1


def test_conll_keeps_its_tokens(model: Path, tmp_path: Path) -> None:
    text = tmp_path / "mine.conll"
    text.write_text("Marie\nCurie\n\nWarsaw\n", encoding="utf-8")
    output = tmp_path / "out.conll"
    assert predict(str(model), str(text), "--output", str(output)).returncode == 0
    assert [line.split("\t")[0] for line in output.read_text().split("\n") if line] == ["Marie", "Curie", "Warsaw"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "Marie B-PER\nleft O\n\nWarsaw B-LOC\n. O\n"),
        ("a.conllu", "# text = Marie left\n1\tMarie\t_\tX\n2\tleft\t_\tV\n\n1\tWarsaw\t_\tX\n2\t.\t_\tP\n"),
        ("a.jsonl", '{"tokens": ["Marie", "left"]}\n\n{"words": ["Warsaw", "."]}\n'),
    ],
)
def test_tokens_are_labelled_as_they_stand_whatever_the_file_ends_in(
    model: Path, tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    done = predict(str(model), str(path))
    assert done.returncode == 0, done.stderr
    blocks = [[line.split("\t")[0] for line in block.split("\n")] for block in done.stdout.strip().split("\n\n")]
    assert blocks == [["Marie", "left"], ["Warsaw", "."]]


def test_what_may_be_text_or_tokens_is_refused_with_the_option(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Marie\nleft\n.\n", encoding="utf-8")
    done = predict(str(model), str(path))
    assert done.returncode == 1
    assert "--format" in done.stderr
    assert predict(str(model), str(path), "--format", "conll").stdout.count("\n") == 3
    path.write_text("0\tMarie\tO\n1\tleft\tO\n2\t.\tO\n", encoding="utf-8")
    assert "--token-column 1" in predict(str(model), str(path), "--token-column", "0").stderr


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    text = tmp_path / "mine.txt"
    text.write_text("Hello .\n")
    done = predict(str(tmp_path), str(text))
    assert done.returncode == 1
    assert "is no model folder. Train the run first" in done.stderr


def test_the_model_folder_loads_in_two_lines_and_finds_pieces_of_the_text(model: Path) -> None:
    recogniser = EntityRecogniser.from_pretrained(model)
    assert isinstance(recogniser.model, RelationModel)
    with torch.no_grad():
        recogniser.model.scorer.bias[FIRST_TYPE:] += 100  # a run this small finds nothing by itself
    text = "O'Brien was  born in Saint-Denis, U.S.\n東京は大きい。"
    found = recogniser(text)
    assert len(found) > 8
    for entity in found:
        assert text[entity["start"] : entity["end"]] == entity["text"]
        assert entity["label"] in ("PER", "ORG", "LOC")
        assert 0 < entity["score"] <= 1
    assert {"O'Brien", "Saint-Denis", "U.S."} <= {entity["text"] for entity in found}
