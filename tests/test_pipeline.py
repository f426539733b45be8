"""The pipeline as a user drives it: what runs, what does not run again, and what a wrong configuration says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from conftest import NO_NETWORK, ROOT, corpora_learnt_from, small_settings, snakemake, write_overlay
from mclner.configuration.experiment import merge
from mclner.data.sentences import read_corpus

NOTHING = "Nothing to be done"
FIGURES = ("f1_by_language", "ablation", "training_curves", "heat_map", "error_kinds", "pair_projection",
           "sentence_projection")  # fmt: skip


def counts_of(text: str) -> dict[str, int]:
    """Jobs by rule in the table that a dry run prints."""
    block = text.split("Job stats:")[1].split("\n\n")[0]
    return {rule: int(number) for rule, number in re.findall(r"^(\w+) +(\d+)$", block, re.M) if rule != "total"}


def dry_run(folder: Path, *arguments: str) -> str:
    done = snakemake(folder, "--dry-run", *arguments)
    return done.stdout + done.stderr


def test_the_default_plans_eight_variants_in_forty_languages(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    jobs = counts_of(dry_run(tmp_path))
    assert jobs["train"] == jobs["evaluate"] == 8
    assert jobs["translated"] == 39
    assert jobs["codeswitched"] == jobs["pseudo_labels"] == 1  # made once for all variants


def test_the_small_experiment_reaches_its_tables_and_figures(small_run: Path) -> None:
    results = small_run / "results" / "small"
    metrics = pd.read_csv(results / "metrics.tsv", sep="\t")
    assert list(metrics.columns) == [
        "experiment", "variant", "seed", "language", "precision", "recall", "f1", "entities", "sentences",
    ]  # fmt: skip
    assert set(metrics["language"]) == {"en", "de", "sw", "ja"}
    assert set(metrics["variant"]) == {"tagger", "full", "no_self_training"}
    for name in FIGURES:
        for ending in ("png", "pdf"):
            assert (results / "figures" / f"{name}.{ending}").stat().st_size > 5000
    assert "Mean of the 3 targets" in (results / "tables" / "main.md").read_text()
    assert "\\toprule" in (results / "tables" / "ablation.tex").read_text()
    assert list((results / "timings").glob("train-*.tsv"))
    assert (small_run / "logs" / "small" / "train" / "full-seed1.log").exists()


def test_the_guard_that_kept_the_small_experiment_offline_refuses_connections() -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(NO_NETWORK)}
    )
    assert done.returncode != 0
    assert "no network in this test" in done.stderr


@pytest.mark.parametrize("call", ["create_connection(('127.0.0.1', 9), timeout=1)", "getaddrinfo('example.org', 443)"])
def test_the_guard_notes_an_attempt_whose_error_was_swallowed(tmp_path: Path, call: str) -> None:
    code = f"import socket\ntry: socket.{call}\nexcept OSError: pass"
    attempts = tmp_path / "attempts.txt"
    guarded = os.environ | {"PYTHONPATH": str(NO_NETWORK), "NETWORK_ATTEMPTS": str(attempts)}
    subprocess.run([sys.executable, "-c", code], check=True, env=guarded)
    assert re.fullmatch(r"(connection to|look-up of) .*(127\.0\.0\.1|example\.org).*\n", attempts.read_text())


def test_a_run_that_reaches_for_a_network_fails_though_its_error_was_swallowed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "network_attempts.txt").write_text("connection to example.org\n")
    with pytest.raises(AssertionError, match=r"example\.org"):
        snakemake(tmp_path, "--version")


def test_scores_are_those_of_the_predictions(small_run: Path) -> None:
    import pyarrow.parquet as pq
    from seqeval.metrics import f1_score

    run = small_run / "results" / "small" / "tagger" / "seed1"
    metrics = pd.read_csv(run / "metrics.tsv", sep="\t").set_index("language")
    for language in ("en", "ja"):
        table = pq.read_table(run / "predictions" / f"{language}.parquet").to_pydict()
        expected = 100 * f1_score(table["tags"], table["predicted"], zero_division=0)
        assert metrics.loc[language, "f1"] == pytest.approx(expected, abs=1e-3)


def test_the_alignment_is_measured_before_and_after_training(small_run: Path) -> None:
    results = small_run / "results" / "small"
    scores = pd.read_csv(results / "alignment.tsv", sep="\t")
    assert list(scores["model"].unique()) == ["encoder", "tagger", "full"]
    assert set(scores["language"]) == {"de", "sw", "ja"}
    assert set(scores["measure"]) == {"sentences_from_source", "sentences_to_source", "pairs"}
    assert scores["value"].between(0, 100).all()
    assert scores["value"].nunique() > 5
    assert set(scores.loc[scores["measure"] != "pairs", "vectors"]) == {46}
    table = (results / "tables" / "alignment.md").read_text()
    assert "Sentences, Encoder" in table
    assert "| Mean |" in table


def test_no_target_label_is_an_input_of_training(small_run: Path) -> None:
    for language in ("de", "sw", "ja"):
        rows = read_corpus(small_run / "resources" / "corpora" / "demo" / language / "unlabelled.parquet")
        assert all(row.tags is None for row in rows)
    planned = dry_run(small_run, "--forceall", "--printshellcmds", "--configfile", "small.yaml")
    labelled = frozenset({"en/train", "en/dev"})
    unlabelled = frozenset(f"{language}/unlabelled" for language in ("de", "sw", "ja"))
    assert corpora_learnt_from(planned) == {("train", labelled): 3, ("pseudolabel", unlabelled): 1}


def test_the_main_command_again_does_nothing(small_run: Path) -> None:
    assert NOTHING in dry_run(small_run, "--configfile", "small.yaml")


def test_teachers_of_all_seeds_vote_once_for_the_students_of_all_seeds(tmp_path: Path, tiny_encoder: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    settings = merge(small_settings(tiny_encoder), {"seeds": [1, 2, 3], "compare": ["tagger", "full", "no_semantic"]})
    settings = merge(settings, {"self_training": {"one_round": {"teacher_seeds": "all"}}})
    overlay = write_overlay(tmp_path / "small.yaml", settings)
    options = ("--printshellcmds", "--configfile", str(overlay))
    planned = dry_run(tmp_path, *options)
    assert counts_of(planned)["pseudo_labels"] == 1
    assert counts_of(planned)["train"] == 12  # three variants and their teacher, three seeds each
    (teachers,) = re.findall(r"pseudolabel\.py --teachers (.*) --unlabelled", planned)
    assert teachers.split() == [f"results/small/no_self_training/seed{seed}/model" for seed in (1, 2, 3)]
    assert planned.count("--pseudo-labels results/small/pseudo_labels/one_round/all_seeds.parquet") == 6
    alone = dry_run(tmp_path, "results/small/full/seed2/metrics.tsv", *options)
    assert counts_of(alone)["train"] == 4  # a student of one seed, and all its teachers


@pytest.mark.parametrize("file", ["README.md", "profiles/default/profile.yaml", "tests/conftest.py"])
def test_touching_what_makes_no_result_re_runs_nothing(small_run: Path, file: str) -> None:
    (ROOT / file).touch()
    assert NOTHING in dry_run(small_run, "--configfile", "small.yaml")


def test_another_experiment_leaves_what_experiments_share_as_it_is(small_run: Path) -> None:
    settings = yaml.safe_load((small_run / "small.yaml").read_text())
    other = settings | {"experiment": "other", "languages": {"targets": ["de", "sw"]}}
    overlay = write_overlay(small_run / "other.yaml", other)
    planned = dry_run(small_run, "--printshellcmds", "--configfile", str(overlay))
    assert "demo_corpora" not in counts_of(planned)
    folders = set(re.findall(r"--(?:folder|output|corpora) (\S+)", planned))
    assert folders
    assert all(folder.startswith("results/other/") for folder in folders)


def test_changing_one_variant_re_runs_that_variant_alone(small_run: Path) -> None:
    settings = yaml.safe_load((small_run / "small.yaml").read_text())
    changed = merge(settings, {"variants": {"tagger": {"training": {"warmup_share": 0.2}}}})
    overlay = write_overlay(small_run / "changed.yaml", changed)
    jobs = counts_of(dry_run(small_run, "--configfile", str(overlay)))
    assert jobs["train"] == jobs["evaluate"] == 1
    assert not {"codeswitched", "translated", "pseudo_labels"} & set(jobs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 3}, r"Additional properties are not allowed \('epochs' was unexpected\)"),
        ({"run": {"training": {"epoch": 3}}}, "'epoch' was unexpected"),
        ({"seeds": ["one"]}, "'one' is not of type 'integer'"),
        ({"languages": {"targets": ["de", "xx"]}}, r"languages\.tsv \(xx\): has no row for them"),
        ({"languages": {"targets": ["../../x"]}}, r"languages\.tsv \(\.\./\.\./x\): has no row for them"),
        ({"compare": ["tagger", "fulll", "full"]}, "there is no variant 'fulll'"),
        ({"variants": {"full": {"self_training": "two_rounds"}}}, "there is no recipe 'two_rounds'"),
        ({"variants": {"relation": {"based_on": "relation"}}}, "rest on each other"),
        ({"self_training": {"one_round": {"teacher": "full"}}}, "learns from a teacher itself"),
        (
            {
                "variants": {
                    "full": {"training": {"initialise_from": "teacher"}},
                    "no_self_training": {"model": {"dropout": 0.3}},
                }
            },
            "starts from its teacher 'no_self_training', which has another model",
        ),
        ({"languages": {"source": "de"}}, "variant full uses lexicons or aligned text, which are from English"),
        ({"entity_types": ["PER", "ORG"]}, "entity_types lacks some of the demo's"),
        ({"experiment": "../elsewhere"}, "does not match"),
        ({"languages": {"targets": "found"}}, r"none is named\. Name it: --config folder=path"),
        ({"corpus": {"kind": "folder"}}, r"none is named\. Name it: --config folder=path"),
        ({"translation": {"word_by_word": {"backend": "nllb"}}}, "there is no translator ''"),
        ({"translation": {"aligned": {"backend": "parallel", "sources": ["mine"]}}}, "aligned: aligned text lies in a"),
        ({"variants": {"full": {"encoder": "xlm"}}}, "there is no encoder 'xlm'"),
        (
            {"corpus": {"kind": "hub", "sources": [{"repository": "a/b; rm -rf x", "configuration": "c"}]}},
            "does not match",
        ),
    ],
)
def test_a_wrong_configuration_is_refused_in_words(tmp_path: Path, change: dict[str, object], message: str) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    overlay = write_overlay(tmp_path / "wrong.yaml", change)
    done = snakemake(tmp_path, "--dry-run", "--configfile", str(overlay), check=False)
    assert done.returncode != 0
    assert re.search(message, done.stdout + done.stderr)


def test_every_rule_has_a_log_and_an_environment() -> None:
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        for rule in re.split(r"^ *rule ", path.read_text(), flags=re.M)[1:]:
            if "shell:" in rule:
                assert "log:" in rule, f"{path.name}: {rule.split(':')[0]}"
                assert "conda:" in rule, f"{path.name}: {rule.split(':')[0]}"


def test_the_report_holds_every_figure_and_table_with_its_caption(small_run: Path) -> None:
    snakemake(small_run, "--configfile", "small.yaml", "--report", "report.zip")
    with zipfile.ZipFile(small_run / "report.zip") as archive:
        page = next(name for name in archive.namelist() if name.endswith("report.html"))
        text = archive.read(page).decode("utf-8")
    for name in FIGURES:
        assert f"{name}.png" in text
    for name in ("main", "ablation", "breakdown", "errors", "alignment", "published"):
        assert f"tables/{name}.html" in text
    for words in ("coloured by script", "95 % paired bootstrap intervals", "Holm-Bonferroni", "thirds of subword"):
        assert words in text
