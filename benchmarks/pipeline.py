"""Snakemake with nothing to train: the main command where all is done, and dry runs. Reach: 5 s; 15 s and 500 MB."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import is_quick, report, seconds

ROOT = Path(__file__).parents[1]


def snakemake(folder: Path, *options: str) -> str:
    """What Snakemake prints in `folder`."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), *options]
    command += ["--profile", str(ROOT / "profiles" / "default")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout + done.stderr


def pretend_done(folder: Path) -> int:
    """Put an empty file or folder where the default experiment would write each of its outputs; how many there are."""
    rows = [line.split("\t") for line in snakemake(folder, "--summary").splitlines() if "\t" in line]
    outputs = [folder / row[0] for row in rows if row[0] != "output_file"]
    for path in outputs:
        (path if not path.suffix else path.parent).mkdir(parents=True, exist_ok=True)
    now = time.time()
    for path in outputs:
        if path.suffix:
            path.touch()
        os.utime(path, (now, now))
    return len(outputs)


def nothing_to_do(folder: Path) -> None:
    """The main command where everything is there."""
    said = snakemake(folder, "--cores", "8", "--resources", "gpu=1")
    assert "Nothing to be done" in said, said


def main() -> None:
    rounds = 1 if is_quick(__doc__) else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config").symlink_to(ROOT / "config")
        dry, paper = ("--dry-run",), ("--dry-run", "--configfile", "config/paper.yaml")
        small = min(seconds(lambda: snakemake(folder, *dry)) for _ in range(rounds))
        large = min(seconds(lambda: snakemake(folder, *paper)) for _ in range(rounds))
        jobs = snakemake(folder, *paper).split("total")[1].split()[0]
        outputs = pretend_done(folder)
        nothing = min(seconds(lambda: nothing_to_do(folder)) for _ in range(rounds))
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"dry run of the default: {small:.1f} s; of the paper's {jobs} jobs: {large:.1f} s; {megabytes:.0f} MB")
    print(f"the main command with its {outputs} outputs there: {nothing:.1f} s")
    report("pipeline", nothing, 5.0, nothing <= 5.0 and large <= 15.0 and megabytes <= 500)


if __name__ == "__main__":
    main()
