"""The experiment on a real SLURM of one node: to the report, and through a cancelled job and one over its time limit.

Skipped where no SLURM answers; `.ci/slurm` installs and starts one. Its GPUs are made up: they are asked for and handed
out, and trainings compute on the processor.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from conftest import NO_NETWORK, ROOT, small_settings, write_overlay


def ask(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout


def slurm_answers() -> bool:
    return shutil.which("sinfo") is not None and bool(
        re.search("idle|mix|alloc", ask("sinfo", "--noheader", "--format=%t"))
    )


pytestmark = pytest.mark.skipif(not slurm_answers(), reason="no SLURM answers here; .ci/slurm starts one")

CANCELLED, TOO_LONG = "tagger", "relation"  # the variants whose trainings are disturbed
SECONDS = 1800  # two workers share the processors, and each of 50 jobs loads its packages


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """A run through SLURM: its folder, what Snakemake said, and what SLURM knew of each job while it lasted."""

    folder: Path
    said: str
    jobs: dict[str, dict[str, str]]

    def attempts(self, rule: str, variant: str) -> list[dict[str, str]]:
        """SLURM's records of a job's attempts, in order."""
        name = f"rule_{rule}_wildcards_{variant}_1"
        return [self.jobs[key] for key in sorted(self.jobs, key=int) if self.jobs[key]["Comment"] == name]


def known_jobs() -> dict[str, dict[str, str]]:
    """Fields of every job that SLURM remembers, by job id."""
    records = (
        dict(re.findall(r"(\S+?)=(\S*)", line)) for line in ask("scontrol", "--oneliner", "show", "job").splitlines()
    )
    return {record["JobId"]: record for record in records if "JobId" in record}


def stop(words: str, folder: Path) -> None:
    """Stop every process of this machine that works in `folder` with `words` in its command line."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if words in (process / "cmdline").read_text() and (process / "cwd").resolve() == folder:
                os.kill(int(process.name), signal.SIGSTOP)
        except OSError:  # it has ended meanwhile
            continue


def disturb(checkpoints: Path, jobs: dict[str, dict[str, str]], done: set[str]) -> None:
    """Once a training has a checkpoint: cancel that of one variant; stop the other, so that its time runs out."""
    for record in jobs.values():
        variant = re.sub(r"rule_train_wildcards_(\w+)_1", r"\1", record.get("Comment", ""))
        whole = list(checkpoints.glob(f"{variant}-seed1/checkpoint-*/SHA256SUMS"))
        if record["JobState"] != "RUNNING" or variant in done or not whole:
            continue
        if variant == CANCELLED:
            ask("scancel", record["JobId"])
        elif variant == TOO_LONG:
            ask("scontrol", "update", f"JobId={record['JobId']}", "TimeLimit=1")
            if "TimeLimit=00:01:00" not in ask("scontrol", "show", "job", record["JobId"]):
                continue  # the controller was too busy: at the next look
            stop(f"checkpoints/{variant}-seed1", checkpoints.parents[2])
        else:
            continue
        done.add(variant)


@pytest.fixture(scope="module")
def cluster_run(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> ClusterRun:
    folder = tmp_path_factory.mktemp("cluster")
    shutil.copytree(ROOT / "config", folder / "config")
    settings = small_settings(tiny_encoder) | {
        "compare": ["tagger", "relation", "full"],
        "memory_mb": 1000,
        "variants": {
            CANCELLED: {"training": {"epochs": 60, "gpus_per_run": 2}},
            TOO_LONG: {"training": {"epochs": 60}},  # long enough to be met while it trains
        },
    }
    write_overlay(folder / "small.yaml", settings)
    command = [str(ROOT / "run"), "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--profile", str(ROOT / "profiles" / "slurm"), "--configfile", "small.yaml"]
    command += ["--resources", "gpu=4", "--slurm-no-account", "--slurm-status-command", "squeue"]
    command += ["--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1"]
    before, jobs, done = set(known_jobs()), dict[str, dict[str, str]](), set[str]()
    log = folder / "said.txt"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": str(NO_NETWORK)},
        )
        begun = time.monotonic()
        while process.poll() is None and time.monotonic() - begun < SECONDS:
            jobs |= {number: record for number, record in known_jobs().items() if number not in before}
            disturb(folder / "results" / "small" / "checkpoints", jobs, done)
            time.sleep(0.2)
        process.kill()  # of no effect where it has ended
        process.wait()
    queued = [number for number, record in known_jobs().items() if record["JobState"] in ("PENDING", "RUNNING")]
    for number in set(queued) - before:  # of a run that took too long
        ask("scancel", number)
    jobs |= {number: record for number, record in known_jobs().items() if number not in before}
    assert process.returncode == 0, log.read_text()[-8000:]
    return ClusterRun(folder, log.read_text(), jobs)


def test_the_experiment_reaches_its_report_through_slurm(cluster_run: ClusterRun) -> None:
    results = cluster_run.folder / "results" / "small"
    assert (results / "figures" / "ablation.png").exists()
    assert "Mean of the 3 targets" in (results / "tables" / "main.md").read_text()
    done = subprocess.run(
        [str(ROOT / "run"), "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(cluster_run.folder),
         "--configfile", "small.yaml", "--report", "report.zip"],
        capture_output=True, text=True, cwd=cluster_run.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (cluster_run.folder / "report.zip").stat().st_size > 100_000


def test_scores_are_those_of_a_run_without_slurm(cluster_run: ClusterRun, small_run: Path) -> None:
    here, there = (
        pd.read_csv(folder / "results" / "small" / "metrics.tsv", sep="\t").query("variant == 'full'")
        for folder in (cluster_run.folder, small_run)
    )
    assert len(here) == 4
    assert here.to_csv(index=False) == there.to_csv(index=False)


def test_what_computes_asks_for_a_gpu_and_what_fetches_stays_here(cluster_run: ClusterRun) -> None:
    asked = {record["Comment"]: record for record in cluster_run.jobs.values()}
    for name in (
        "rule_train_wildcards_full_1",
        "rule_evaluate_wildcards_full_1",
        "rule_pseudo_labels_wildcards_one_round_seed1",
    ):
        assert "gpu" in asked[name].get("TresPerJob", ""), asked[name]
    assert "gpu" not in asked["rule_metrics"].get("TresPerJob", "")
    assert not [name for name in asked if "folder_encoder" in name or "wheel" in name]


def test_a_cancelled_job_is_tried_again_from_its_checkpoint_with_more_memory(cluster_run: ClusterRun) -> None:
    first, second = cluster_run.attempts("train", CANCELLED)
    assert first["JobState"] == "CANCELLED"
    assert second["JobState"] == "COMPLETED"
    assert (first["MinMemoryNode"], second["MinMemoryNode"]) == ("2000M", "4000M")  # for two GPUs
    assert "resuming from" in (cluster_run.folder / "logs" / "small" / "train" / f"{CANCELLED}-seed1.log").read_text()


def test_a_run_with_two_gpus_gets_both_on_one_node_and_trains_by_two_processes(cluster_run: ClusterRun) -> None:
    for record in cluster_run.attempts("train", CANCELLED):
        assert record["TresPerJob"].endswith("gpu:2")
        assert record["NumNodes"].startswith("1")
    provenance = cluster_run.folder / "results" / "small" / CANCELLED / "seed1" / "provenance.json"
    assert json.loads(provenance.read_text())["processes"] == 2


def test_a_job_over_its_time_limit_is_tried_again_from_its_checkpoint(cluster_run: ClusterRun) -> None:
    first, *others = cluster_run.attempts("train", TOO_LONG)
    assert first["JobState"] == "TIMEOUT"
    # Between them there may be one that found the folder still in use: SLURM takes up to 30 s to kill the first.
    assert others[-1]["JobState"] == "COMPLETED"
    assert "resuming from" in (cluster_run.folder / "logs" / "small" / "train" / f"{TOO_LONG}-seed1.log").read_text()
