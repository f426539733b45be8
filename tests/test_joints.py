"""How others take the workflow up: by its door, as a module, by a tag of git, and from another place."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT, small_settings, snakemake, write_overlay
from mclner.common.files import copy_parts

WORKFLOW = ROOT / "workflow" / "Snakefile"
PARTS = ("Snakefile", "workflow", "config", "envs", "profiles")  # of the checkout, that a run needs
TAGGER = "results/small/tagger/seed1/metrics.tsv"
USED = """
configfile: "config/config.yaml"
configfile: "small.yaml"
module mclner:
    snakefile: {place}
    config: config
use rule * from mclner{names}
"""


def checkout(folder: Path) -> Path:
    """A copy of this checkout."""
    folder.mkdir()
    copy_parts(ROOT, PARTS, folder)
    return folder


def user_of(folder: Path, encoder: Path, place: str, names: str = "") -> Path:
    """Another workflow in `folder`, which uses this one as a module; its Snakefile."""
    shutil.copytree(ROOT / "config", folder / "config")
    write_overlay(folder / "small.yaml", small_settings(encoder))
    snakefile = folder / "workflow" / "Snakefile"
    snakefile.parent.mkdir()
    snakefile.write_text(USED.format(place=place, names=names), encoding="utf-8")
    return snakefile


def jobs_of(said: str, prefix: str = "") -> dict[str, int]:
    block = said.split("Job stats:")[1].split("\n\n")[0]
    return {
        rule: int(number) for rule, number in re.findall(rf"^{prefix}(\w+) +(\d+)$", block, re.M) if rule != "total"
    }


def test_the_door_and_the_workflow_itself_give_the_same_plan(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    by_door, by_itself = (
        snakemake(tmp_path, "--dry-run", "--snakefile", str(place)).stdout for place in (ROOT / "Snakefile", WORKFLOW)
    )
    assert jobs_of(by_door)["all"] == 1
    assert jobs_of(by_door) == jobs_of(by_itself)


def test_as_a_module_it_plans_all_and_scores_as_by_itself(tmp_path: Path, tiny_encoder: Path, small_run: Path) -> None:
    snakefile = user_of(tmp_path, tiny_encoder, f'"{WORKFLOW}"', " as mclner_*")
    planned = jobs_of(snakemake(tmp_path, "--dry-run", "--snakefile", str(snakefile)).stdout, "mclner_")
    assert (planned["all"], planned["train"], planned["figure"]) == (1, 3, 7)
    snakemake(tmp_path, TAGGER, "--cores", "2", "--snakefile", str(snakefile))
    assert (tmp_path / TAGGER).read_bytes() == (small_run / TAGGER).read_bytes()


def test_as_snakedeploy_writes_it_it_plans_all(tmp_path: Path, tiny_encoder: Path) -> None:
    snakefile = user_of(tmp_path, tiny_encoder, f'\n        "{WORKFLOW}"')
    planned = jobs_of(snakemake(tmp_path, "--dry-run", "--snakefile", str(snakefile)).stdout)
    assert (planned["all"], planned["train"], planned["figure"]) == (1, 3, 7)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_tag_of_a_repository_brings_its_programs_along(tmp_path: Path, tiny_encoder: Path) -> None:
    repository = checkout(tmp_path / "repository")
    git = ["git", "-C", str(repository), "-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "as it is"], ["tag", "v1"]):
        subprocess.run([*git, *command], check=True)
    place = f'gitfile("{repository}", path="workflow/Snakefile", tag="v1")'
    (tmp_path / "user").mkdir()
    snakefile = user_of(tmp_path / "user", tiny_encoder, place)
    snakemake(tmp_path / "user", "results/small/lexicons/cldr/en-de.tsv", "--cores", "1", "--snakefile", str(snakefile))
    planned = snakemake(tmp_path / "user", "--dry-run", "--printshellcmds", "--snakefile", str(snakefile)).stdout
    assert jobs_of(planned)["train"] == 3
    assert re.search(r"python \.snakemake/mclner/[0-9a-f]{40}/workflow/scripts/train\.py", planned)


def test_no_job_knows_where_the_checkout_lies(tmp_path: Path) -> None:
    here = checkout(tmp_path / "here")
    for overlay in ("config", "paper"):
        options = ("--dry-run", "--printshellcmds", "--snakefile", "Snakefile")
        planned = snakemake(here, *options, "--configfile", f"config/{overlay}.yaml").stdout
        assert " workflow/scripts/train.py " in planned
        assert str(here) not in planned


def test_a_moved_checkout_with_its_results_has_nothing_to_do(tmp_path: Path, tiny_encoder: Path) -> None:
    here = checkout(tmp_path / "here")
    write_overlay(here / "small.yaml", small_settings(tiny_encoder))
    wanted = (TAGGER, "results/small/translated/word_by_word/de.parquet", "--configfile", "small.yaml")
    snakemake(here, *wanted, "--cores", "2", "--snakefile", "Snakefile")
    there = here.rename(tmp_path / "elsewhere")
    again = snakemake(there, *wanted, "--dry-run", "--snakefile", "Snakefile")
    assert "Nothing to be done" in again.stdout + again.stderr


def test_the_command_that_is_shown_at_the_end_makes_the_report(small_run: Path) -> None:
    said = snakemake(
        small_run, "main_table", "--forcerun", "table", "--cores", "2", "--configfile", "small.yaml"
    ).stdout
    (shown,) = re.findall(r"^  (.*snakemake .*--report .*)$", said, re.M)
    words = shlex.split(shown)
    at = words.index("snakemake")  # after `./run`, where that started it
    assert words[:at] in ([], [str(ROOT / "run")])
    command = [str(Path(sys.executable).with_name("snakemake")), *words[at + 1 :]]
    done = subprocess.run(command, cwd=small_run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (small_run / "results" / "small" / "report.zip").stat().st_size > 10_000


def test_the_catalog_finds_what_it_looks_for() -> None:
    catalog = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))
    assert catalog["usage"]["report"]
    assert catalog["usage"]["software-stack-deployment"]["conda"]
    for file in ("workflow/Snakefile", "workflow/rules/common.smk", "config/README.md", "workflow/report/workflow.rst"):
        assert (ROOT / file).exists()
