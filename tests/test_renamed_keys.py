"""A key by its name of an earlier version ends in an error that gives the name of today, wherever it stands."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, snakemake, write_overlay
from mclner.common.exceptions import InputError
from mclner.configuration.experiment_settings import ExperimentSettings
from mclner.configuration.fields import is_mapping, keys_of, section_in
from mclner.configuration.renamed import RENAMED, refuse_old_names


def nested(names: list[str], value: Any) -> dict[str, Any]:
    """A configuration with one key; `*` in its path stands for a name of the user's."""
    name = "mine" if names[0] == "*" else names[0]
    return {name: value if len(names) == 1 else nested(names[1:], value)}


@pytest.mark.parametrize(("old", "new"), RENAMED.items(), ids=RENAMED)
def test_an_old_name_is_refused_and_the_new_one_given(old: str, new: str) -> None:
    full = old.replace("*", "mine").replace(".", ": ")
    with pytest.raises(InputError) as error:
        refuse_old_names(nested(old.split("."), 1))
    assert f"{full} is called {new} now" in str(error.value)


@pytest.mark.parametrize(("old", "new"), RENAMED.items(), ids=RENAMED)
def test_the_new_name_is_a_key_of_its_section_and_the_old_one_is_none(old: str, new: str) -> None:
    kind: Any = ExperimentSettings
    *sections, last = old.split(".")
    for name in sections:
        if name != "*":
            hint = keys_of(kind)[name][0]
            kind = section_in(hint)
            assert is_mapping(hint) == (f"{name}.*" in old)
    assert new in keys_of(kind)
    assert last not in keys_of(kind)


def test_all_old_names_are_told_at_once() -> None:
    with pytest.raises(InputError, match=r"builds_on is called based_on now; .*variants: a: model: window is called"):
        refuse_old_names({"builds_on": "x", "variants": {"a": {"model": {"window": 5}}, "b": None}})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"builds_on": "config/paper.yaml"}, "builds_on is called based_on now"),
        ({"run": {"training": {"token_budget": 64}}}, "run: training: token_budget is called max_subwords_per_batch"),
        (
            {"variants": {"mine": {"based_on": "full", "training": {"start": "teacher"}}}},
            "variants: mine: training: start is called initialise_from now",
        ),
    ],
)
def test_an_overlay_with_an_old_name_is_refused_before_anything_runs(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    overlay = write_overlay(tmp_path / "old.yaml", change)
    done = snakemake(tmp_path, "--dry-run", "--configfile", str(overlay), check=False)
    assert done.returncode != 0
    assert message in " ".join((done.stdout + done.stderr).split())
