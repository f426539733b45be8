"""A language, a type or a folder is what was written, and not what YAML or Snakemake make of it."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, snakemake
from mclner.common.exceptions import InputError
from mclner.configuration.yaml_values import as_meant, passed_on


def read(text: str, *arguments: str, **more: Any) -> dict[str, Any]:
    return as_meant(yaml.safe_load(text) | more, arguments)


@pytest.mark.parametrize("written", ["no", "'no'", "No"])
def test_norwegian_is_a_language(written: str) -> None:
    assert read(f"languages: {{source: en, targets: [{written}, sv]}}")["languages"]["targets"][0].lower() == "no"
    assert read(f"languages: {{source: {written}, targets: found}}")["languages"]["source"].lower() == "no"
    assert read("languages: {source: en, targets: found}")["languages"] == {"source": "en", "targets": "found"}


@pytest.mark.parametrize(
    "text", ["corpus: {tag_mapping: {NO: null}}", "entity_types: [PER, ON]", "corpus: {tag_mapping: {X: Yes}}"]
)
def test_a_type_that_yaml_takes_for_a_truth_value_is_to_be_quoted(text: str) -> None:
    with pytest.raises(InputError, match="Quote it"):
        read(text)
    quoted = text.replace("NO", "'NO'").replace("ON", "'ON'").replace("Yes", "'Yes'")
    assert read(quoted) == yaml.safe_load(quoted) | {"languages": {}}


@pytest.mark.parametrize(("typed", "parsed"), [("2024_05", 202405), ("1.50", 1.5), ("007", 7)])
def test_a_folder_is_what_was_typed(typed: str, parsed: float) -> None:
    assert read("{}", "snakemake", "--config", "seed=1", f"folder={typed}", folder=parsed)["folder"] == typed
    with pytest.raises(InputError, match=r"folder is the number .*Quote it"):
        read("{}", "snakemake", folder=parsed)


def test_a_folder_below_the_home_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read("folder: ~/corpora")["folder"] == str(tmp_path / "corpora")
    assert read("folder: ../mine")["folder"] == "../mine"


@pytest.mark.parametrize("folder", ["2024_05", "1.50", "mine", "Ada's", "a: b", "no", "null"])
def test_a_job_of_a_cluster_reads_the_folder_as_it_was_typed(folder: str) -> None:
    """What Snakemake's parser makes of it; other keys are handed on as they are."""
    from snakemake.cli import parse_config

    given = ["seeds=[1, 2]", "folder=202405", "experiment='x'"]
    handed = passed_on(given, folder)
    assert parse_config(handed)["folder"] == folder
    assert (handed[0], handed[2]) == (given[0], given[2])
    assert passed_on(["seeds=[1]"], None) == ["seeds=[1]"]


SHOWING = """
include: "{snakefile}"

from snakemake.spawn_jobs import SpawnedJobArgsFactory

handed = SpawnedJobArgsFactory(workflow).workflow_property_to_arg("config_settings.config_args", flag="--config")
Path("handed.txt").write_text(handed)
"""


def test_a_worker_finds_the_folder_that_yaml_takes_for_a_number(tmp_path: Path) -> None:
    """The options that Snakemake starts the jobs of a cluster with, given to Snakemake, lead to the same files."""
    for language, split in (("en", "train"), ("en", "dev"), ("en", "test"), ("de", "test")):
        path = tmp_path / "2024_05" / "ner" / language / f"{split}.conll"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Oslo\tB-LOC\n", encoding="utf-8")
    shutil.copytree(ROOT / "config", tmp_path / "config")
    showing = tmp_path / "Showing"
    showing.write_text(SHOWING.format(snakefile=ROOT / "workflow" / "Snakefile"), encoding="utf-8")
    wanted = ["resources/corpora/folder/de/test.parquet", "--dry-run", "--configfile", "config/folder.yaml"]
    snakemake(tmp_path, *wanted, "--snakefile", str(showing), "--config", "folder=2024_05")
    handed = shlex.split((tmp_path / "handed.txt").read_text())
    assert handed[0] == "--config"
    planned = snakemake(tmp_path, *wanted, "--printshellcmds", *handed).stdout
    assert "--test 2024_05/ner/de/test.conll" in planned
