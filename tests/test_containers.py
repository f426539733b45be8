"""Software by conda and in containers: the environment is whole and pinned, and the recipes are made from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from conftest import ROOT
from mclner.common.files import copy_parts

ENVIRONMENT = ROOT / "envs" / "mclner.yaml"
PARTS = ("Snakefile", "workflow", "config", "envs", "profiles")  # of the checkout, that Snakemake reads
# Snakemake asks conda for its platform before it writes a recipe; nothing is made with it.
CONDA = """#!/bin/sh
case "$*" in
    "info --json") echo '{"conda_prefix": "/opt/conda", "platform": "linux-64"}' ;;
    --version) echo 'conda 24.7.1' ;;
    "config --get channel_priority --json") echo '{"get": {"channel_priority": "strict"}}' ;;
    *) exit 1 ;;
esac
"""


def pins_of_conda() -> list[str]:
    *_, pip = yaml.safe_load(ENVIRONMENT.read_text(encoding="utf-8"))["dependencies"]
    return list(pip["pip"])


def pins_of(name: str) -> list[str]:
    text = (ROOT / "envs" / f"{name}.txt").read_text(encoding="utf-8")
    return re.findall(r"^([\w.-]+==[^\\\n]*[^\\\s])", text, re.M)


def test_the_environment_of_conda_is_that_of_the_run_script() -> None:
    assert pins_of_conda() == [*pins_of("user"), *pins_of("cuda")]


def test_every_pin_of_conda_is_one_that_pip_reads_and_exact() -> None:
    pins = [Requirement(pin) for pin in pins_of_conda()]
    assert len(pins) > 100
    assert all([one.operator for one in pin.specifier] == ["=="] for pin in pins)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    copy_parts(ROOT, PARTS, folder)
    (folder / "bin").mkdir()
    conda = folder / "bin" / "conda"
    conda.write_text(CONDA, encoding="utf-8")
    conda.chmod(0o755)
    return folder


def test_the_recipes_are_those_that_snakemake_makes_of_the_environment(checkout: Path) -> None:
    """envs/recipes writes them anew."""
    path = f"{checkout / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = [str(checkout / "envs" / "recipes")]
    recipes = ("Dockerfile", "mclner.def")
    for name in recipes:
        (checkout / "envs" / name).unlink()
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": path})
    assert done.returncode == 0, done.stderr
    for name in recipes:
        assert (checkout / "envs" / name).read_bytes() == (ROOT / "envs" / name).read_bytes(), "run envs/recipes"


def test_each_recipe_has_one_environment_where_snakemake_looks_for_it() -> None:
    docker, apptainer = ((ROOT / "envs" / name).read_text(encoding="utf-8") for name in ("Dockerfile", "mclner.def"))
    (place,) = set(re.findall(r"--prefix (/conda-envs/[0-9a-f]{32})", docker))
    assert f"COPY envs/mclner.yaml {place}/environment.yaml" in docker
    assert f"    envs/mclner.yaml {place}/environment.yaml" in apptainer


def test_every_job_names_the_environment() -> None:
    """A rule of names alone runs nothing."""
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        rules = re.split(r"^ *rule ", path.read_text(encoding="utf-8"), flags=re.M)[1:]
        for rule in rules:
            assert ("shell:" in rule) == ('"../../envs/mclner.yaml"' in rule), (path.name, rule.split(":")[0])
