"""Two runs that meet in one folder: one works, the other harms nothing; and a killed run's lock stops nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conftest import ROOT
from helpers.main_command import WAITING, run_snakemake

MAIN_COMMAND = [str(ROOT / "run"), "snakemake"]
SNAKEMAKE = [sys.executable, str(Path(sys.executable).with_name("snakemake"))]  # as its shebang starts it


@contextmanager
def working(folder: Path, command: list[str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Snakemake whose one job is under way in `folder`, and at the end of the block is killed."""
    (folder / "Snakefile").write_text(WAITING.format(seconds=60))
    (folder / "started").unlink(missing_ok=True)
    process = subprocess.Popen(
        [*command, "--cores", "1", *arguments], cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not (folder / "started").exists():
            assert process.poll() is None
            time.sleep(0.05)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def locks_in(folder: Path) -> dict[str, bytes]:
    """Snakemake's locks, and what each holds."""
    return {path.name: path.read_bytes() for path in (folder / ".snakemake" / "locks").glob("*.lock")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "message"), [(MAIN_COMMAND, "another run works in {}"), (SNAKEMAKE, "works in {}. Wait for its end")]
)
def test_a_second_run_in_one_folder_is_refused_and_harms_nothing(
    tmp_path: Path, command: list[str], message: str
) -> None:
    """Whoever started the first: `./run`, or somebody who called `snakemake` itself."""
    with working(tmp_path, command) as first:
        locks = locks_in(tmp_path)
        second = run_snakemake(tmp_path, "--cores", "1")
        assert second.returncode == 1
        assert message.format(tmp_path) in second.stderr
        assert run_snakemake(tmp_path, "--dry-run").returncode == 0  # to look on is allowed
        assert first.poll() is None
        assert locks
        assert locks_in(tmp_path) == locks


@pytest.mark.slow
def test_a_snakemake_that_works_in_another_folder_is_in_nobodys_way(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (here / "Snakefile").write_text(WAITING.format(seconds=0))
    with working(there, SNAKEMAKE):
        done = run_snakemake(here, "--cores", "1")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_of_two_runs_started_at_once_one_works(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(WAITING.format(seconds=2))
    both = [subprocess.Popen([*MAIN_COMMAND, "--cores", "1"], cwd=tmp_path, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum(b"another run works in" in text for text in said) == 1


@pytest.mark.slow
def test_the_lock_of_a_killed_run_needs_no_person(tmp_path: Path) -> None:
    with working(tmp_path, MAIN_COMMAND):
        pass
    assert locks_in(tmp_path)
    (tmp_path / "Snakefile").write_text(WAITING.format(seconds=0))
    again = run_snakemake(tmp_path, "--cores", "1", "--rerun-incomplete")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "done.txt").exists()


def started_by_others(folder: Path) -> None:
    """Leave the lock of a Snakemake that `./run` did not start: its machine may be another."""
    with working(folder, SNAKEMAKE):
        pass


def started_elsewhere(folder: Path) -> None:
    """Leave the lock of a run of another machine."""
    with working(folder, MAIN_COMMAND):
        (folder / ".snakemake" / "locks" / "run_on").write_text("another-machine\n")


@pytest.mark.slow
@pytest.mark.parametrize("leave_lock", [started_by_others, started_elsewhere])
def test_a_lock_that_may_be_held_on_another_machine_stays_until_a_person_removes_it(
    tmp_path: Path, leave_lock: Callable[[Path], None]
) -> None:
    leave_lock(tmp_path)
    locks = locks_in(tmp_path)
    (tmp_path / "Snakefile").write_text(WAITING.format(seconds=0))
    refused = run_snakemake(tmp_path, "--cores", "1", "--rerun-incomplete")
    assert refused.returncode == 1
    assert "--unlock" in refused.stderr
    assert locks_in(tmp_path) == locks
    assert run_snakemake(tmp_path, "--unlock").returncode == 0
    again = run_snakemake(tmp_path, "--cores", "1", "--rerun-incomplete")
    assert again.returncode == 0, again.stderr
