"""./run: says what the machine lacks in one line, and starts at once when all is there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from conftest import ROOT

PIN_FILES = ("build", "user", "developer", "cuda", "torch_cpu")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with ./run and pin files that ask for nothing."""
    folder = tmp_path / "checkout"
    (folder / "envs").mkdir(parents=True)
    shutil.copy(ROOT / "run", folder / "run")
    shutil.copy(ROOT / "envs" / "import_all.py", folder / "envs")
    for name in PIN_FILES:
        (folder / "envs" / f"{name}.txt").write_text("# nothing\n")
    return folder


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / "run"), *command], capture_output=True, text=True, env=os.environ | environment, timeout=300
    )


@pytest.mark.slow
def test_the_environment_is_made_once_and_again_when_the_pins_change(checkout: Path) -> None:
    first = run(checkout, "python", "-c", "import sys; print(sys.prefix)")
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == str(checkout / ".venv")
    assert "installing" in first.stderr
    assert run(checkout, "true").stderr == ""  # nothing is installed again
    (checkout / "envs" / "user.txt").write_text("# nothing new\n")
    assert "installing" in run(checkout, "true").stderr


@pytest.mark.slow
def test_a_checkout_that_was_moved_makes_its_environment_anew_by_itself(checkout: Path) -> None:
    assert run(checkout, "true").returncode == 0
    moved = checkout.rename(checkout.with_name("moved"))
    done = run(moved, "pip", "--version")  # a program that names the Python of its environment
    assert done.returncode == 0, done.stderr
    assert "installing" in done.stderr
    assert str(moved / ".venv") in done.stdout
    (link := moved.with_name("another way")).symlink_to(moved)
    assert run(link, "true").stderr == ""  # the same place by another name


@pytest.mark.slow
def test_what_only_developers_need_is_installed_at_their_first_command_and_once(checkout: Path) -> None:
    wheel = tiny_wheel(checkout)
    pin = f"tiny @ file://{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
    (checkout / "envs" / "developer.txt").write_text(pin)
    has_it = ("python", "-c", "import importlib.metadata as m; m.version('tiny')")
    assert run(checkout, *has_it).returncode == 1
    assert "envs/developer.txt" in run(checkout, "ruff", "--version").stderr
    assert run(checkout, *has_it).returncode == 0
    assert "installing" not in run(checkout, "python", "-m", "pytest", "--version").stderr


@pytest.mark.slow
def test_an_interrupted_installation_is_made_anew(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    assert "installing" in run(checkout, "true").stderr


@pytest.mark.slow
def test_a_failed_installation_is_said_and_not_taken_for_whole(checkout: Path) -> None:
    (checkout / "envs" / "user.txt").write_text("/nowhere/package.whl\n")
    done = run(checkout, "true")
    assert done.returncode == 1
    assert "the packages could not be installed" in done.stderr
    assert not (checkout / ".venv" / "user.sha256").exists()


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
    for name in ("bash", "dirname", "cat", "sha256sum", "env", "flock", "awk", "df", "python3"):
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


def tiny_wheel(folder: Path) -> Path:
    """A package without a module."""
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return wheel


@pytest.mark.slow
def test_a_package_of_another_content_is_refused(checkout: Path) -> None:
    wheel = tiny_wheel(checkout)
    pins = checkout / "envs" / "user.txt"
    pins.write_text(f"tiny @ file://{wheel} --hash=sha256:{'0' * 64}\n")
    done = run(checkout, "true")
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    pins.write_text(f"tiny @ file://{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    assert run(checkout, "python", "-c", "import importlib.metadata as m; m.version('tiny')").returncode == 0


@pytest.mark.parametrize("name", PIN_FILES)
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / "envs" / f"{name}.txt").read_text().replace("\\\n", "")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert pins
    assert all(re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", pin) for pin in pins)


def pins_of(*files: str) -> dict[str, str]:
    """Version by name, of every pin of these files."""
    text = "".join((ROOT / "envs" / f"{name}.txt").read_text() for name in files)
    return {spelled(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)}


def spelled(name: str) -> str:
    return name.lower().replace("_", "-")


def test_every_package_needs_only_what_is_pinned() -> None:
    """And a user's packages nothing of what only developers have."""
    missing = []
    for files in (("user", "cuda"), ("user", "cuda", "developer", "build")):
        pinned = pins_of(*files)
        for name in pinned:
            try:
                needed = map(Requirement, metadata.requires(name) or ())
            except metadata.PackageNotFoundError:  # for another system or another Python
                continue
            for need in needed:
                if not need.marker or need.marker.evaluate({"extra": ""}):
                    there = pinned.get(spelled(need.name))
                    if there is None or not need.specifier.contains(there, prereleases=True):
                        missing.append(f"{name} needs {need}, pinned is {there}")
    assert not missing


def test_a_user_installs_nothing_that_only_developers_need() -> None:
    user, developer = pins_of("user"), pins_of("developer")
    assert not set(user) & set(developer)
    assert {"pytest", "hypothesis", "mypy", "ruff", "snakefmt", "pandas-stubs", "seqeval"} <= set(developer)


def test_the_pins_agree_wherever_they_stand() -> None:
    pinned = pins_of("user", "developer")
    named = "".join((ROOT / "envs" / f"{name}.in").read_text() for name in ("user", "developer"))
    asked = re.findall(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", named, re.M)
    for name, version in asked:
        assert pinned[spelled(name)] == version, name


def test_hosted_runners_run_every_part_of_the_checks() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "main.yml").read_text())
    called = {step.get("run") for job in workflow["jobs"].values() for step in job["steps"]} - {None}
    assert called == {f".ci/run {part}" for part in ("format", "lint", "test", "report")}


def test_a_part_of_the_checks_that_is_not_there_is_refused() -> None:
    done = subprocess.run([str(ROOT / ".ci" / "run"), "everything"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no part 'everything'" in done.stderr
