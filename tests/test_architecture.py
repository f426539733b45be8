"""The house: folders of the library point one way, and none grows past what a reader can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, SCRIPTS

LIBRARY = SCRIPTS / "mclner"
FLOORS = (
    {"common"},
    {"data"},
    {"reading"},
    {"configuration", "fetch", "lexicons"},
    {"model"},
    {"views", "demo", "evaluation", "plan"},
    {"training", "inference"},
    {"report"},
)
FLOOR_OF = {folder: number for number, folders in enumerate(FLOORS) for folder in folders}
MODULES = sorted(path for path in LIBRARY.rglob("*.py") if path.name != "__init__.py")


def imports_of(path: Path) -> set[str]:
    """Modules of the library that a file imports, wherever in it, such as `data.tags`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mclner."):
            found.add(node.module.removeprefix("mclner."))
        elif isinstance(node, ast.Import):
            found |= {name.name.removeprefix("mclner.") for name in node.names if name.name.startswith("mclner.")}
    return found


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts)


def test_every_folder_has_its_floor() -> None:
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(FLOOR_OF)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_folder_imports_from_lower_floors_alone(path: Path) -> None:
    own = path.parent.name
    others = {module.split(".")[0] for module in imports_of(path)} - {own}
    assert all(FLOOR_OF[other] < FLOOR_OF[own] for other in others), others


def test_modules_of_one_folder_form_no_circle() -> None:
    left = {name_of(path): imports_of(path) for path in MODULES}
    while free := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in free:
            del left[name]
    assert not left


def test_no_folder_and_no_module_outgrows_a_reader() -> None:
    assert not [folder for folder in FLOOR_OF if len(list((LIBRARY / folder).glob("[a-z]*.py"))) > 14]
    assert not [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300]
    rules = (ROOT / "workflow" / "rules").glob("*.smk")
    assert not [path for path in rules if len(path.read_text(encoding="utf-8").splitlines()) > 150]


def test_the_plan_loads_the_standard_library_alone() -> None:
    """Snakemake loads it at its every start, on a cluster that of each job."""
    code = "import sys; before = set(sys.modules); import mclner.plan.plan; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCRIPTS)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded - sys.stdlib_module_names == {"mclner"}


def test_packages_load_nothing_by_themselves() -> None:
    for path in LIBRARY.rglob("__init__.py"):
        assert not imports_of(path), path


def test_no_test_module_leans_on_another() -> None:
    """What several need stands in tests/helpers, so that each can be read, moved and run alone."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    leaning = {
        path.name: node.module
        for path in tests
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("test_")
    }
    assert len(tests) > 30
    assert not leaning
