"""A language, a type or a folder is what was written, and not what YAML or Snakemake make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mclner.common.exceptions import InputError
from mclner.configuration.yaml_values import as_meant


def read(text: str, *arguments: str, **more: Any) -> dict[str, Any]:
    return as_meant(yaml.safe_load(text) | more, arguments)


@pytest.mark.parametrize("written", ["no", "'no'", "No"])
def test_norwegian_is_a_language(written: str) -> None:
    assert read(f"languages: {{source: en, targets: [{written}, sv]}}")["languages"]["targets"][0].lower() == "no"
    assert read(f"languages: {{source: {written}, targets: found}}")["languages"]["source"].lower() == "no"
    assert read("languages: {source: en, targets: found}")["languages"] == {"source": "en", "targets": "found"}


@pytest.mark.parametrize(
    "text", ["corpus: {tag_mapping: {NO: null}}", "entity_types: [PER, ON]", "corpus: {tag_mapping: {X: Yes}}"]
)
def test_a_type_that_yaml_takes_for_a_truth_value_is_to_be_quoted(text: str) -> None:
    with pytest.raises(InputError, match="Quote it"):
        read(text)
    quoted = text.replace("NO", "'NO'").replace("ON", "'ON'").replace("Yes", "'Yes'")
    assert read(quoted) == yaml.safe_load(quoted) | {"languages": {}}


@pytest.mark.parametrize(("typed", "parsed"), [("2024_05", 202405), ("1.50", 1.5), ("007", 7)])
def test_a_folder_is_what_was_typed(typed: str, parsed: float) -> None:
    assert read("{}", "snakemake", "--config", "seed=1", f"folder={typed}", folder=parsed)["folder"] == typed
    with pytest.raises(InputError, match=r"folder is the number .*Quote it"):
        read("{}", "snakemake", folder=parsed)


def test_a_folder_below_the_home_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read("folder: ~/corpora")["folder"] == str(tmp_path / "corpora")
    assert read("folder: ../mine")["folder"] == "../mine"
