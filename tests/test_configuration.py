"""The configuration: one source of every key and default, and what the report is told of the variants."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, SCRIPTS
from mclner.common.exceptions import InputError
from mclner.configuration.comparisons import Comparisons, curves_of
from mclner.configuration.experiment import completed, merge, resolve_variant
from mclner.configuration.experiment_settings import ExperimentSettings, Variant
from mclner.configuration.fields import from_mapping, keys_of, plain, section_in
from mclner.configuration.run_settings import RunSettings, VariantSettings
from mclner.configuration.schema import sections_below
from mclner.configuration.write_reference import made

SCHEMA = yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8"))
SECTIONS = [ExperimentSettings, *sections_below(ExperimentSettings)]


def settings_of(*names: str) -> dict[str, Any]:
    """The default with shipped overlays on top, as Snakemake merges them."""
    config: dict[str, Any] = {}
    for name in ("config", *names):
        config = merge(config, yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")))
    return config


@pytest.mark.parametrize("path", made(), ids=str)
def test_schema_and_reference_are_as_the_classes_say(path: Path) -> None:
    remedy = "run: PYTHONPATH=workflow/scripts python -m mclner.configuration.write_reference"
    assert (ROOT / path).read_text(encoding="utf-8") == made()[path], remedy


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.__name__)
def test_every_key_has_a_description_and_a_default_or_must_be_given(kind: type[Any]) -> None:
    schema = SCHEMA if kind is ExperimentSettings else SCHEMA["$defs"][kind.__name__]
    for name, (hint, _, about) in keys_of(kind).items():
        assert about.description.endswith("."), name
        assert schema["properties"][name]["description"] == about.description
        has_keys = section_in(hint) is not None or name == "tag_mapping"
        assert "default" in schema["properties"][name] or name in schema.get("required", ()) or has_keys, name


def test_a_run_that_says_nothing_has_the_defaults_that_the_programs_have() -> None:
    settings = resolve_variant("plain", {"variants": {"plain": None}})
    assert from_mapping(VariantSettings, settings) == VariantSettings()
    assert from_mapping(RunSettings, settings) == RunSettings()


def test_the_default_experiment_states_no_setting_of_a_run_that_is_a_default() -> None:
    config = settings_of()
    assert "run" not in config
    for name, recipe in config["codeswitching"].items():
        assert recipe == {}, name


def test_what_is_left_out_is_filled_in_below_what_is_given_and_below_its_recipe() -> None:
    config = settings_of()
    config["self_training"]["one_round"]["entity_threshold"] = 0.7
    config["run"] = {"training": {"epochs": 9}}
    full = completed(config)
    assert full["run"]["training"]["epochs"] == 9
    assert full["run"]["training"]["sentences_per_batch"] == VariantSettings().training.sentences_per_batch
    assert full["self_training"]["by_tagger"]["entity_threshold"] == 0.7
    assert full["self_training"]["by_tagger"]["outside_threshold"] == 0.97
    assert full["variants"] == config["variants"]  # they lie on top of `run`
    assert "folder" not in full  # null by default: not given
    assert completed(full) == full


@pytest.mark.parametrize(
    "names", [(), ("folder",), ("paper",), ("paper", "conll"), ("parts",), ("folder", "learning_curve")]
)
def test_every_shipped_variant_makes_complete_settings_of_a_run(names: tuple[str, ...]) -> None:
    config = completed(settings_of(*names))
    for name in config["variants"]:
        settings = resolve_variant(name, config)
        assert plain(from_mapping(VariantSettings, settings)) == settings
        assert not settings.keys() & (keys_of(Variant).keys() - keys_of(VariantSettings).keys())


def variants_of(**sizes: int | None) -> dict[str, dict[str, Any]]:
    return {name: {"training": {"source_sentences": size}} for name, size in sizes.items()}


def test_a_variant_is_set_against_what_it_names_whatever_it_is_called() -> None:
    config = {
        "compare": ["tagger", "small_full", "small_tagger", "full"],
        "baseline": "tagger",
        "method": "full",
        "variants": {"small_full": {"compared_with": "small_tagger"}, "small_tagger": {}, "full": None, "tagger": {}},
    }
    comparisons = Comparisons.of(config, variants_of(tagger=None, small_full=5, small_tagger=5, full=None))
    assert comparisons.references == {
        "tagger": "tagger", "small_full": "small_tagger", "small_tagger": "tagger", "full": "tagger",
    }  # fmt: skip
    config["variants"] = {**config["variants"], "full": {"compared_with": "elsewhere"}}  # type: ignore[dict-item]
    with pytest.raises(InputError, match="full is compared_with 'elsewhere', which is not among"):
        Comparisons.of(config, variants_of(tagger=None, small_full=5, small_tagger=5, full=None))


def test_the_method_is_set_against_the_baseline_and_nothing_else() -> None:
    config = {"compare": ["tagger", "relation", "full"], "baseline": "tagger", "method": "full"}
    config["variants"] = {"full": {"compared_with": "relation"}, "relation": {}, "tagger": {}}  # type: ignore[assignment]
    with pytest.raises(InputError, match="the method full is compared_with 'relation'"):
        Comparisons.of(config, variants_of(tagger=None, relation=None, full=None))


def test_neither_title_nor_comparison_nor_curve_is_inherited() -> None:
    config = {
        "compare": ["first", "second_one"],
        "baseline": "first",
        "method": "second_one",
        "variants": {"first": {"title": "First", "curve": "Line"}, "second_one": {"based_on": "first"}},
    }
    comparisons = Comparisons.of(config, variants_of(first=5, second_one=5))
    assert comparisons.titles == {"first": "First", "second_one": "second one"}
    assert comparisons.curves == {"Line": {5: "first"}}
    assert comparisons.curve_of("second_one") == ""


def test_a_curve_has_a_variant_at_each_number_of_sentences() -> None:
    variants = variants_of(large=1000, small=250, whole=None, twin=250)
    assert list(curves_of({"large": "Full", "small": "Full"}, variants)["Full"].items()) == [
        (250, "small"),
        (1000, "large"),
    ]
    with pytest.raises(InputError, match="whole is a point of the curve 'Full' without a number of sentences"):
        curves_of({"whole": "Full"}, variants)
    with pytest.raises(InputError, match="twin is a point of the curve 'Full' at 250 sentences, as small is"):
        curves_of({"small": "Full", "twin": "Full"}, variants)


def test_comparisons_come_back_from_the_command_line_as_they_were() -> None:
    comparisons = Comparisons({"a": "A"}, {"a": "a"}, {"Line": {250: "a"}})
    assert Comparisons.from_json(comparisons.to_json()) == comparisons


def test_the_configuration_loads_the_standard_library_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import mclner.configuration.experiment, mclner.configuration.schema;"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCRIPTS)
    assert done.stdout.strip() == "['mclner']"
