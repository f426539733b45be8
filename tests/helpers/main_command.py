"""The main command, `./run snakemake`, in a folder of a test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from conftest import ROOT

# A workflow of one job that takes its time.
WAITING = 'rule all:\n    output: "done.txt"\n    shell: "touch started; sleep {seconds}; touch {{output}}"\n'


def run_snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`./run snakemake` in `folder`."""
    return subprocess.run(
        [str(ROOT / "run"), "snakemake", *arguments], capture_output=True, text=True, cwd=folder, timeout=300
    )
