"""What happens when the disk is full or read-only, memory runs out or the clock jumps."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT, small_settings, snakemake, write_overlay
from helpers.main_command import WAITING, run_snakemake
from helpers.training import command_line, settings, train
from mclner.data.sentences import Sentence, write_corpus

TAGGER = "results/small/tagger/seed1/metrics.tsv"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 60 MB, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_read_only_folder_is_named(small_disk: Path) -> None:
    (small_disk / "Snakefile").write_text(WAITING.format(seconds=0))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run_snakemake(small_disk, "--cores", "1")
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run_snakemake(small_disk, "--cores", "1").returncode == 0


def test_a_full_disk_ends_the_run_and_once_there_is_room_it_goes_on(
    small_disk: Path, small_run: Path, tiny_encoder: Path
) -> None:
    shutil.copytree(ROOT / "config", small_disk / "config")
    overlay = write_overlay(small_disk / "small.yaml", small_settings(tiny_encoder))
    free = shutil.disk_usage(small_disk).free
    (small_disk / "ballast").write_bytes(bytes(free - 500_000))
    done = snakemake(small_disk, TAGGER, "--cores", "2", "--configfile", str(overlay), check=False)
    assert done.returncode != 0
    assert "No space left on device" in done.stdout + done.stderr
    assert not (small_disk / TAGGER).exists()
    (small_disk / "ballast").unlink()
    again = subprocess.run(
        [str(ROOT / "run"), "snakemake", "--snakefile", str(ROOT / "Snakefile"), TAGGER, "--cores", "2",
         "--configfile", str(overlay)], cwd=small_disk, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr[-3000:]
    assert (small_disk / TAGGER).read_bytes() == (small_run / TAGGER).read_bytes()


@pytest.mark.slow
def test_a_training_out_of_memory_ends_with_its_reason_and_writes_nothing(corpus: Path, tiny_encoder: Path) -> None:
    """Its memory is bounded once it has read its sentences: the first batch, of 80 MB and more, finds no room."""
    long = [Sentence(str(number), "en", ("a",) * 50, ("O",) * 50) for number in range(8)]
    write_corpus(long, corpus / "train.parquet")
    large = json.loads(settings())
    large["model"]["pair_size"] = 2048
    command = command_line(corpus, tiny_encoder, "run", json.dumps(large), "--log", str(corpus / "log"))
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not ((corpus / "log").exists() and "examples" in (corpus / "log").read_text()):
        time.sleep(0.01)
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 64_000_000
    resource.prlimit(process.pid, resource.RLIMIT_AS, (most, most))
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "memory" in said, said
    assert not (corpus / "run" / "model").exists()
    train(corpus, tiny_encoder, "run", settings())
    assert (corpus / "run" / "model" / "model.safetensors").exists()


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_jumps_needs_no_person_and_changes_no_score(small_run: Path, days: int) -> None:
    folder = Path(tempfile.mkdtemp(dir=small_run.parent))  # from there the checkout lies as it does from `small_run`
    shutil.copytree(small_run, folder, copy_function=shutil.copy2, dirs_exist_ok=True)
    then = time.time() + days * 86400
    for path in (folder / "resources" / "corpora").rglob("*.parquet"):
        os.utime(path, (then, then))
    (folder / TAGGER).unlink()
    options = ("--snakefile", str(ROOT / "Snakefile"), "--cores", "2", "--configfile", "small.yaml")
    done = run_snakemake(folder, TAGGER, *options)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Training" not in done.stdout + done.stderr  # what is there is not made again
    assert (folder / TAGGER).read_bytes() == (small_run / TAGGER).read_bytes()


def test_a_program_that_fails_names_the_cause_in_its_log_too(tmp_path: Path) -> None:
    missing, log = tmp_path / "nothing.tsv", tmp_path / "log"
    program = ROOT / "workflow" / "scripts" / "gather_tables.py"
    command = [sys.executable, program, "--tables", missing, "--output", tmp_path / "out.tsv", "--log", log]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{missing}: is not there" in done.stderr
    assert f"{missing}: is not there" in log.read_text()
