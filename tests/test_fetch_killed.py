"""Fetching, killed at random moments and run again: what lies there in the end is what an undisturbed fetch brings."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ROOT, write_overlay
from helpers.paper import sizes
from hub_content import SPLITS, whole_hub
from hub_standin import serve
from kill_harness import leftovers, main_command

KILLS = 6


def prepare(folder: Path, address: str) -> None:
    """Lay out a folder for the paper's configuration with two target languages."""
    shutil.copytree(ROOT / "config", folder / "config")
    numbers = "\t".join(str(part.stop - part.start) for part in SPLITS.values())
    rows = [f"{language}\t{numbers}" for language in ("en", "de", "sw")]
    (folder / "sizes.tsv").write_text("\n".join(["language\ttrain\tdev\ttest", *rows, ""]), encoding="utf-8")
    write_overlay(folder / "sizes.yaml", sizes(address) | {"languages": {"targets": ["de", "sw"]}})


def start(folder: Path, address: str) -> subprocess.Popen[str]:
    variables = {"HF_ENDPOINT": address, "HF_HOME": str(folder / "cache")}
    command = main_command(folder, "fetch", "--configfile", "config/paper.yaml", "sizes.yaml")
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | variables, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def fetch(folder: Path, address: str) -> float:
    """Fetch all, and see that it ends well; the seconds it took."""
    begun = time.monotonic()
    process = start(folder, address)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said[-5000:]
    return time.monotonic() - begun


@pytest.mark.slow
def test_a_fetch_killed_again_and_again_ends_with_the_same_files(tiny_encoder: Path, tmp_path: Path) -> None:
    hub = whole_hub(tiny_encoder, ["de", "sw"])
    hub.piece, hub.pause = 2048, 0.01  # so that there is a middle to be killed in
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # which a failure shows
    generator = random.Random(seed)
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"
    with serve(hub):
        prepare(quiet, hub.address)
        prepare(loud, hub.address)
        seconds = fetch(quiet, hub.address)
        killed = 0
        for _ in range(KILLS):
            process = start(loud, hub.address)
            try:
                process.wait(timeout=generator.uniform(2.0, max(3.0, seconds)))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                killed += 1
            process.communicate()
        fetch(loud, hub.address)
    assert killed
    lock = (loud / "config" / "lock.json").read_bytes()
    assert lock == (quiet / "config" / "lock.json").read_bytes()
    assert {"corpora/panx/sw", "encoders/xlm-roberta-large", "lexicons/muse/de"} <= set(json.loads(lock))
    fetched = [{path.relative_to(folder) for path in folder.glob("resources/downloads/*/**/*") if path.is_file()}
               for folder in (quiet, loud)]  # fmt: skip
    assert fetched[0] == fetched[1]
    assert not leftovers(loud)
