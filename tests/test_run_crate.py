"""The RO-Crate of an experiment: all that the profile demands, and that it tells what was run on what."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from conftest import ROOT, SCRIPTS, small_settings, snakemake, write_overlay
from mclner.common.files import content_hash, write_json
from mclner.configuration.experiment import completed

PROFILE = "https://w3id.org/ro/wfrun/workflow/0.5"
# Every key that RO-Crate 1.1 or the terms of workflow runs define and that the metadata may use.
KEYS = {
    "@id", "@type", "about", "actionStatus", "conformsTo", "datePublished", "description", "encodingFormat", "endTime",
    "hasPart", "identifier", "instrument", "isBasedOn", "license", "mainEntity", "mentions", "name", "object",
    "programmingLanguage", "result", "sha256", "softwareRequirements", "softwareVersion", "startTime", "url", "version",
}  # fmt: skip
TRAIN = "resources/corpora/demo/en/train.parquet"
VIEW = "results/small/codeswitched/mixed/seed1.parquet"
ENDED = 1_767_268_800  # 2026-01-01 12:00 UTC


def write_run(results: Path, variant: str, inputs: dict[str, str], code: dict[str, str], timing: str) -> Path:
    """What a training leaves, `timing` what Snakemake wrote of its seconds; its provenance.json."""
    folder = results / variant / "seed1"
    (folder / "model").mkdir(parents=True)
    (folder / "history.tsv").write_text("step\n", encoding="utf-8")
    machine = {"device": "cpu", "processes": 1, "threads": 2, "python": "3.11.2", "torch": "2.13", "transformers": "5"}
    write_json(machine | {"settings": {}, "inputs": inputs, "code": code}, folder / "provenance.json")
    os.utime(folder / "provenance.json", (ENDED, ENDED))
    (results / "timings").mkdir(exist_ok=True)
    (results / "timings" / f"train-{variant}-seed1.tsv").write_text(timing, encoding="utf-8")
    return folder / "provenance.json"


def write_crate(folder: Path, timing: str = "s\th:m:s\n90.4\t0:01:30\n") -> subprocess.CompletedProcess[str]:
    """Run the program on results of two runs in `folder`."""
    results = folder / "results" / "small"
    (results / "codeswitched" / "mixed").mkdir(parents=True)
    (folder / VIEW).write_bytes(b"view")
    (results / "metrics.tsv").write_text("variant\n", encoding="utf-8")
    now = {name: content_hash(SCRIPTS / name) for name in ("train.py", "mclner/training/losses.py")}
    runs = [
        write_run(results, "tagger", {TRAIN: "ab" * 32}, now, timing),
        write_run(results, "full", {TRAIN: "ab" * 32, VIEW: "cd" * 32}, now | {"train.py": "0" * 64}, timing),
    ]
    settings = completed({**yaml.safe_load((ROOT / "config" / "config.yaml").read_text()), "experiment": "small"})
    command = [sys.executable, str(SCRIPTS / "write_run_crate.py"), "--settings", json.dumps(settings)]
    command += ["--workflow", str(ROOT / "workflow"), "--snakemake", "9.27.1", "--timings", "results/small/timings"]
    command += ["--provenance", *(str(run.relative_to(folder)) for run in runs), "--files", "results/small/metrics.tsv"]
    command += ["--workflow-copy", "results/small/workflow", "--configuration", "results/small/configuration.json"]
    command += ["--metadata", "results/small/ro-crate-metadata.json"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def entities_of(crate: Path) -> dict[str, dict[str, Any]]:
    metadata = json.loads((crate / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert metadata["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    return {entity["@id"]: entity for entity in metadata["@graph"]}


def references(value: Any) -> list[str]:
    """The `@id`s that a property points to."""
    values = value if isinstance(value, list) else [value]
    return [one["@id"] for one in values if isinstance(one, dict)]


def types_of(entity: dict[str, Any]) -> set[str]:
    return {entity["@type"]} if isinstance(entity["@type"], str) else set(entity["@type"])


def check_profile(crate: Path) -> dict[str, dict[str, Any]]:
    """What RO-Crate 1.1, Workflow RO-Crate, Process and Workflow Run Crate say a crate MUST have; its entities."""
    entities = entities_of(crate)
    root = entities["./"]
    assert set().union(*entities.values()) <= KEYS
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert {"name", "description", "datePublished", "license"} <= set(root)
    assert PROFILE in references(root["conformsTo"])
    assert all(types_of(entities[profile]) == {"CreativeWork"} for profile in references(root["conformsTo"]))
    main = entities[root["mainEntity"]["@id"]]
    assert types_of(main) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert entities[main["programmingLanguage"]["@id"]]["name"] == "Snakemake"
    actions = [entity for entity in entities.values() if entity["@type"] == "CreateAction"]
    assert main["@id"] in {reference for action in actions for reference in references(action["instrument"])}
    assert {action["@id"] for action in actions} == set(references(root["mentions"]))
    for entity in entities.values():
        if types_of(entity) & {"File", "Dataset"} and entity is not root:
            assert (crate / unquote(entity["@id"])).exists(), entity["@id"]
            assert entity["@id"] in references(root["hasPart"])
        for key in set(entity) - {"@id", "@type"}:
            away = {name for name in references(entity[key]) if not name.startswith("http")}
            assert away <= set(entities), (entity["@id"], key)
    return entities


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crate")
    done = write_crate(folder)
    assert done.returncode == 0, done.stderr
    assert "full/seed1: 1 code files changed after it ran" in done.stderr
    assert "tagger/seed1" not in done.stderr
    return folder / "results" / "small"


def test_the_metadata_has_what_the_profile_demands(crate: Path) -> None:
    check_profile(crate)


def test_a_training_tells_what_it_read_made_and_when(crate: Path) -> None:
    entities = entities_of(crate)
    action = entities["#train-full-seed1"]
    assert references(action["instrument"]) == ["workflow/scripts/train.py"]
    read = {entities[name].get("name"): entities[name]["sha256"] for name in references(action["object"])}
    assert read == {TRAIN: "ab" * 32, "Input of trainings": "cd" * 32}
    assert "codeswitched/mixed/seed1.parquet" in references(action["object"])
    assert set(references(action["result"])) == {
        "full/seed1/model/", "full/seed1/history.tsv", "full/seed1/provenance.json",
    }  # fmt: skip
    begun, ended = (datetime.fromisoformat(action[key]) for key in ("startTime", "endTime"))
    assert (ended.timestamp(), (ended - begun).total_seconds()) == (ENDED, 90)
    assert "1 of its code files changed after it: train.py." in action["description"]
    assert "changed" not in entities["#train-tagger-seed1"]["description"]


def test_the_run_of_the_workflow_leads_from_configuration_and_corpora_to_all_results(crate: Path) -> None:
    entities = entities_of(crate)
    action = entities["#experiment-small"]
    given = {entities[name]["name"] for name in references(action["object"]) if name.startswith("#")}
    assert given == {TRAIN}
    assert "configuration.json" in references(action["object"])
    assert {"metrics.tsv", "tagger/seed1/model/", "full/seed1/model/"} <= set(references(action["result"]))
    assert json.loads((crate / "configuration.json").read_text(encoding="utf-8"))["experiment"] == "small"


def test_what_the_results_derive_from_stands_with_its_licence(crate: Path) -> None:
    entities = entities_of(crate)
    materials = {
        entities[name]["name"]: entities[name]["description"] for name in references(entities["./"]["isBasedOn"])
    }
    assert materials == {"multilingual-e5-small": "encoder; licence: MIT", "demo": "corpus; licence: CC0 1.0"}


def test_the_workflow_of_the_crate_is_that_of_the_checkout(crate: Path) -> None:
    for name in ("Snakefile", "rules/training.smk", "scripts/train.py", "scripts/mclner/training/losses.py"):
        assert (crate / "workflow" / name).read_bytes() == (ROOT / "workflow" / name).read_bytes()
    assert not list(crate.rglob("__pycache__"))


def test_a_training_without_its_seconds_is_named(tmp_path: Path) -> None:
    done = write_crate(tmp_path, timing="nothing")
    assert done.returncode == 1
    assert "train-tagger-seed1.tsv: has no seconds of a job. Train the run again: --forcerun train." in done.stderr


def test_one_target_describes_every_run_and_its_teacher(tmp_path: Path, tiny_encoder: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    overlay = write_overlay(tmp_path / "small.yaml", small_settings(tiny_encoder) | {"compare": ["tagger", "full"]})
    options = ("--dry-run", "--printshellcmds", "--configfile", str(overlay))
    planned = snakemake(tmp_path, "ro_crate", *options).stdout
    (command,) = [line for line in planned.splitlines() if "write_run_crate.py" in line]
    described = command.partition("--provenance ")[2].partition(" --files")[0].split()
    runs = ("tagger", "full", "no_self_training")
    assert described == [f"results/small/{variant}/seed1/provenance.json" for variant in runs]
    assert "write_run_crate.py" not in snakemake(tmp_path, *options).stdout


def test_the_small_experiment_becomes_a_crate(small_run: Path) -> None:
    snakemake(small_run, "ro_crate", "--cores", "1", "--configfile", "small.yaml")
    entities = check_profile(small_run / "results" / "small")
    trained = {name for name in entities if name.startswith("#train-")}
    assert trained == {f"#train-{variant}-seed1" for variant in ("tagger", "full", "no_self_training")}
    assert not any("changed" in entities[name]["description"] for name in trained)
    read = references(entities["#train-full-seed1"]["object"])
    assert "pseudo_labels/one_round/seed1.parquet" in read
    assert {"figures/ablation.png", "tables/main.md", "errors.html"} <= set(entities)
