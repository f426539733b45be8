"""Snakemake with nothing to train: a dry run of the default, and of an experiment of 1,000 jobs. Reach: 15 seconds.

The larger experiment is the default with 40 seeds: it is planned, never run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from measure import is_quick, report, seconds

ROOT = Path(__file__).parents[1]


def plan(folder: str, *options: str) -> str:
    """What a dry run prints."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--dry-run", "--directory", folder]
    command += ["--configfile", str(ROOT / "config" / "config.yaml"), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def main() -> None:
    rounds = 1 if is_quick(__doc__) else 3
    with tempfile.TemporaryDirectory() as folder:
        overlay = Path(folder) / "many.yaml"
        overlay.write_text(yaml.safe_dump({"seeds": list(range(40))}))
        small = min(seconds(lambda: plan(folder)) for _ in range(rounds))
        large = min(seconds(lambda: plan(folder, str(overlay))) for _ in range(rounds))
        jobs = plan(folder, str(overlay)).split("total")[1].split()[0]
    print(f"dry run of the default: {small:.1f} s; of {jobs} jobs: {large:.1f} s")
    report("pipeline", large, 15.0, large <= 15.0)


if __name__ == "__main__":
    main()
