"""./run: says what the machine lacks in one line, and starts at once when all is there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with ./run and a pin file that asks for nothing."""
    shutil.copy(ROOT / "run", tmp_path / "run")
    (tmp_path / "envs").mkdir()
    for name in ("requirements", "requirements-build", "requirements-cuda", "requirements-torch-cpu"):
        (tmp_path / "envs" / f"{name}.txt").write_text("# nothing\n")
    return tmp_path


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / "run"), *command], capture_output=True, text=True, env=os.environ | environment, timeout=300
    )


def test_the_environment_is_made_once_and_again_when_the_pins_change(checkout: Path) -> None:
    first = run(checkout, "python", "-c", "import sys; print(sys.prefix)")
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == str(checkout / ".venv")
    assert "installing" in first.stderr
    assert run(checkout, "true").stderr == ""  # nothing is installed again
    (checkout / "envs" / "requirements.txt").write_text("# nothing new\n")
    assert "installing" in run(checkout, "true").stderr


def test_an_interrupted_installation_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    assert "installing" in run(checkout, "true").stderr


def test_a_failed_installation_is_said_and_not_taken_for_whole(checkout: Path) -> None:
    (checkout / "envs" / "requirements.txt").write_text("/nowhere/package.whl\n")
    done = run(checkout, "true")
    assert done.returncode == 1
    assert "the packages could not be installed" in done.stderr
    assert not (checkout / ".venv" / "pins.sha256").exists()


LACKS = {
    "old Python": ("python3", "exit 1", "Python 3.11 or newer is needed"),
    "no venv module": ("python3", 'case "$*" in *"import venv"*) exit 1;; esac', "has no venv module. Install it"),
    "no space": ("df", 'printf "Filesystem\\n/dev/x 100 90 10 90%% /\\n"', "only 10 MB are free"),
}


@pytest.mark.parametrize("lack", LACKS)
def test_what_the_machine_lacks_is_said_in_one_line(checkout: Path, tmp_path: Path, lack: str) -> None:
    program, behaviour, message = LACKS[lack]
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "dirname", "cat", "sha256sum", "cut", "flock", "awk", "df", "python3"):
        found = sys.executable if name == "python3" else shutil.which(name)
        assert found
        if name != program:
            (tools / name).symlink_to(found)
    (tools / program).write_text(f"#!/bin/sh\n{behaviour}\n")
    (tools / program).chmod(0o755)
    done = run(checkout, "true", PATH=str(tools))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_no_command_is_answered_with_one(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 1
    assert "Try: ./run snakemake" in done.stderr


def test_a_package_of_another_content_is_refused(checkout: Path) -> None:
    wheel = checkout / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    pins = checkout / "envs" / "requirements.txt"
    pins.write_text(f"tiny @ file://{wheel} --hash=sha256:{'0' * 64}\n")
    done = run(checkout, "true")
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    pins.write_text(f"tiny @ file://{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert run(checkout, "python", "-c", "import importlib.metadata as m; m.version('tiny')").returncode == 0


@pytest.mark.parametrize("name", ["requirements", "requirements-build", "requirements-cuda", "requirements-torch-cpu"])
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / "envs" / f"{name}.txt").read_text().replace("\\\n", "")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert pins
    assert all(re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", pin) for pin in pins)


def test_the_environment_holds_the_pins_and_all_they_need() -> None:
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_pins_agree_wherever_they_stand() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / "envs" / "requirements.txt").read_text(), re.M))
    asked = re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)$", (ROOT / "envs" / "requirements.in").read_text(), re.M)
    conda = yaml.safe_load((ROOT / "envs" / "mclner.yaml").read_text())["dependencies"][-1]["pip"]
    lowered = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    for name, version in [*asked, *(tuple(entry.split("==")) for entry in conda)]:
        assert lowered[name.lower().replace("_", "-")] == version, name
