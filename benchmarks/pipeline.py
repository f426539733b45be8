"""Snakemake with nothing to train: dry runs of the default and of the paper's experiment. Reach: 15 s and 500 MB."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import is_quick, report, seconds

ROOT = Path(__file__).parents[1]


def plan(folder: str, *options: str) -> str:
    """What a dry run prints."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--dry-run", "--directory", folder, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def main() -> None:
    rounds = 1 if is_quick(__doc__) else 3
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config").symlink_to(ROOT / "config")
        paper = ("--configfile", "config/paper.yaml")
        small = min(seconds(lambda: plan(folder)) for _ in range(rounds))
        large = min(seconds(lambda: plan(folder, *paper)) for _ in range(rounds))
        jobs = plan(folder, *paper).split("total")[1].split()[0]
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"dry run of the default: {small:.1f} s; of the paper's {jobs} jobs: {large:.1f} s; {megabytes:.0f} MB")
    report("pipeline", large, 15.0, large <= 15.0 and megabytes <= 500)


if __name__ == "__main__":
    main()
