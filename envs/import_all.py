"""Import every program of a folder, and Snakemake, so that Python keeps the byte code of what they import."""

import importlib
import sys
from pathlib import Path

programs = sorted(Path(sys.argv[1]).glob("*.py"))
for name in [path.stem for path in programs] + ["snakemake.cli"] * bool(programs):
    importlib.import_module(name)
