"""A program of the project in a process of its own that has torch loaded: forked from one that does nothing else.

To load torch and Transformers takes longer than most programs of these tests run.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from conftest import ROOT, SCRIPTS

LOADED = ["torch", "transformers", "accelerate", "pandas", "pyarrow", "train"]


@cache
def _server() -> ForkServerContext:
    """Started at the first program, with the environment of then."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    paths = os.pathsep.join([str(SCRIPTS), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", paths)
        patch.setenv("HF_HUB_OFFLINE", "1")
        first = context.Process(target=os.getpid)
        first.start()
        first.join()
    return context


def _run(arguments: Sequence[str], said: str, complained: str) -> None:
    """What the forked process does: become the program."""
    for name, descriptor in ((said, 1), (complained, 2)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, descriptor)
    sys.argv = list(arguments)
    runpy.run_path(sys.argv[0], run_name="__main__")


def run_program(command: Sequence[str], timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run `command`, of which the first word is this Python and the second one of the project's programs."""
    assert command[0] == sys.executable
    with tempfile.TemporaryDirectory() as folder:
        said, complained = Path(folder, "stdout"), Path(folder, "stderr")
        process = _server().Process(target=_run, args=(list(command[1:]), str(said), str(complained)))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(list(command), timeout)
        texts = [path.read_text(encoding="utf-8") for path in (said, complained)]
        return subprocess.CompletedProcess(list(command), process.exitcode or 0, *texts)
