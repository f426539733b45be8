"""What is said when an experiment is complete: its main table, and the command that makes a report of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def ending(results: str, command: str) -> str:
    """The main table, where all lies, and the next command; "" where there is no such table."""
    table = Path(results, "tables", "main.md")
    if not table.exists():
        return ""
    text = table.read_text(encoding="utf-8")
    return f"\n{text}\nResults, figures and tables lie in {results}/; a report to hand on:\n  {command}\n"


def report_command(
    results: str,
    root: str,
    snakefile: str,
    targets: Iterable[str] = (),
    configfiles: Sequence[Path] = (),
    config: Mapping[str, Any] | None = None,
    directory: str | None = None,
) -> str:
    """The command that makes a report of what was just made, to be typed where Snakemake was started.

    `root` leads to the checkout and `snakefile` is the one that was run; the other values are those that Snakemake was
    given on its command line, `directory` its working folder where that was another.
    """

    def place(path: str | Path) -> str:
        return os.path.abspath(path) if directory is not None else os.path.relpath(path)

    script = place(Path(root, "run"))
    by_run = os.environ.get("VIRTUAL_ENV") == os.path.join(os.path.realpath(root), ".venv")
    words = [script if "/" in script else f"./{script}"] if by_run else []
    words += ["snakemake", *sorted(targets), "--report", f"{results}/report.zip"]
    if directory is not None:
        words += ["--directory", directory]
    if os.path.relpath(snakefile) not in ("Snakefile", "workflow/Snakefile") or directory is not None:
        words += ["--snakefile", place(snakefile)]
    if configfiles:
        words += ["--configfile", *map(place, configfiles)]
    if config:
        words += ["--config", *(f"{name}={value}" for name, value in config.items())]
    return shlex.join(words)
