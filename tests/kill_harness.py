"""Kill the pipeline at random moments, run the main command again until it is done, and compare the scores.

    ./run python tests/kill_harness.py --folder /tmp/kills --kills 24

Every rule of a small experiment is aimed at: its job is let start, and after a random time SIGKILL goes to
the whole process group, training and all. The main command is `./run snakemake`, always the same; nobody unlocks,
deletes or mends anything between two runs. Ends with status 1 unless `metrics.tsv` is byte for byte that of a run
without a disturbance.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import NO_NETWORK, ROOT, make_tiny_encoder, small_settings, write_overlay

LONG_JOBS = {"train": 4.0, "evaluate": 4.0, "pseudo_labels": 4.0}  # seconds in which they may be killed
LONGEST_RUN = 900.0  # seconds; a run that takes longer hangs and is ended


@dataclass(frozen=True, slots=True)
class Kill:
    """A job that was killed, and how many seconds after its start."""

    rule: str
    job: str
    after: float


def announcements() -> dict[str, re.Pattern[str]]:
    """For each rule of the small experiment, the words with which Snakemake announces its jobs."""
    found = {}
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        for name, message in re.findall(r"rule (\w+):(?:(?!\brule ).)*?message:\s+\"(.*?)\"", path.read_text(), re.S):
            if name in SMALL_EXPERIMENT:
                words = [re.escape(part) for part in re.split(r"\{.*?\}", message)]
                found[name] = re.compile(r"Job \d+: " + ".+".join(words))
    return found


def main_command(folder: Path, *arguments: str) -> list[str]:
    """`./run snakemake` on this checkout's Snakefile, with `folder` as working directory."""
    command = [str(ROOT / "run"), "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    return [*command, "--profile", str(ROOT / "profiles" / "default"), "--cores", "2", *arguments]


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The main command in a process group of its own, its output to be read line by line."""
    environment = os.environ | {"PYTHONPATH": str(NO_NETWORK), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        main_command(folder, *arguments), cwd=folder, env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def rule_of(line: str, words: dict[str, re.Pattern[str]]) -> str | None:
    """The rule whose job a line announces."""
    return next((name for name, pattern in words.items() if pattern.fullmatch(line.strip())), None)


@contextmanager
def ended_after(seconds: float, process: subprocess.Popen[str]) -> Iterator[None]:
    """Kill the group of `process` where the block still waits for it after so many seconds: it hangs."""
    watchdog = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def kill_within(kill: Kill, process: subprocess.Popen[str]) -> None:
    """End the run after the seconds of `kill`, or where its job ends before: the next job may be one that is wanted."""
    number = re.findall(r"\d+", kill.job)[0]
    assert process.stdout is not None
    with ended_after(kill.after, process):
        any(line.startswith(f"Finished jobid: {number} ") for line in process.stdout)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_until(folder: Path, arguments: Sequence[str], wanted: Counter[str], generator: random.Random) -> Kill | None:
    """One run of the main command, killed soon after the first job of a rule that is `wanted`; None if it ends well.

    Raises AssertionError where the run ends badly of itself: a killed run has left something that needs a person.
    """
    words = announcements()
    process = start(folder, *arguments)
    said: list[str] = []
    assert process.stdout is not None
    with ended_after(LONGEST_RUN, process), process.stdout:
        for line in process.stdout:
            said.append(line)
            rule = rule_of(line, words)
            if rule and wanted[rule]:
                wanted[rule] -= 1
                kill = Kill(rule, line.strip(), generator.uniform(0.0, LONG_JOBS.get(rule, 0.6)))
                kill_within(kill, process)
                return kill
        status = process.wait()
    assert status == 0, "".join(said[-80:])
    return None


def kill_and_repeat(
    folder: Path, arguments: Sequence[str], wanted: Counter[str], generator: random.Random, watch: bool = False
) -> list[Kill]:
    """Run and kill until no job is left of the rules that are wanted, and the main command has ended well."""
    kills: list[Kill] = []
    while True:
        kill = run_until(folder, arguments, wanted, generator)
        if kill is None:
            return kills
        kills.append(kill)
        if watch:
            print(f"{len(kills):3d}  killed {kill.rule} after {kill.after:.1f} s ({kill.job})", flush=True)


def leftovers(folder: Path) -> list[Path]:
    """Files of killed writers and trainings that no later run has cleared away."""
    checkpoints = [path for path in folder.glob("results/*/checkpoints/**/*") if path.is_file()]
    return [*folder.rglob(".*.partial"), *checkpoints]


def prepare(folder: Path, encoder: Path) -> list[str]:
    """Lay out a folder for the small experiment, with epochs enough for checkpoints; the arguments to run it."""
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "config", folder / "config")
    settings = small_settings(encoder)
    settings["run"]["training"]["epochs"] = 3  # type: ignore[index]
    return ["--configfile", str(write_overlay(folder / "small.yaml", settings))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="folder to work in; must not exist yet")
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    print(f"seed {arguments.seed}", flush=True)
    arguments.folder.mkdir(parents=True)
    encoder = make_tiny_encoder(arguments.folder / "encoder")
    quiet, loud = arguments.folder / "undisturbed", arguments.folder / "killed"
    options = prepare(quiet, encoder)
    begun = time.monotonic()
    run_until(quiet, options, Counter(), generator)
    print(f"undisturbed: {time.monotonic() - begun:.0f} s", flush=True)
    wanted = Counter(SMALL_EXPERIMENT)
    often = ["train", "train", "evaluate", "translated", "train", "figure", "pseudo_labels", "train"]
    wanted.update(often[number % len(often)] for number in range(max(0, arguments.kills - wanted.total())))
    kills = kill_and_repeat(loud, prepare(loud, encoder), wanted, generator, watch=True)
    same = (quiet / METRICS).read_bytes() == (loud / METRICS).read_bytes()
    print(f"{len(kills)} kills in {len({kill.rule for kill in kills})} rules; never reached: {sorted(+wanted)}")
    print(f"left behind: {[str(path) for path in leftovers(loud)]}")
    print(f"metrics.tsv {'the same, byte for byte' if same else 'DIFFERS'}")
    sys.exit(0 if same and not leftovers(loud) else 1)


METRICS = Path("results", "small", "metrics.tsv")
SMALL_EXPERIMENT = (
    "demo_corpora", "cldr_lexicons", "merged_lexicons", "folder_encoder", "codeswitched", "translated", "train",
    "pseudo_labels", "evaluate", "metrics", "summary", "groups", "error_kinds", "described_languages", "figure",
    "table", "input_table", "alignment_of_model", "alignment", "error_page", "model_card",
)  # fmt: skip

if __name__ == "__main__":
    main()
