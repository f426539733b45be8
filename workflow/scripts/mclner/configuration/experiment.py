"""The configuration of an experiment as the pipeline sees it: languages, variants and the settings of each."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError
from mclner.configuration.comparisons import Comparisons
from mclner.configuration.experiment_settings import OF_THE_REPORT, ExperimentSettings
from mclner.configuration.fields import plain, with_defaults
from mclner.configuration.run_settings import VariantSettings
from mclner.configuration.user_folder import found_languages
from mclner.data.languages import read_languages

log = logging.getLogger("mclner.configuration")
PLACE = "configuration"
DEMO_TYPES = ("PER", "ORG", "LOC")
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # of the user's own lexicons and aligned text


@dataclass(frozen=True, slots=True)
class Experiment:
    """Names and settings that the rules are built from; `variants` holds complete run settings by name."""

    name: str
    source: str
    targets: tuple[str, ...]
    seeds: tuple[int, ...]
    compare: tuple[str, ...]
    variants: dict[str, dict[str, Any]]
    comparisons: Comparisons

    @property
    def languages(self) -> tuple[str, ...]:
        return (self.source, *self.targets)

    def run_settings(self, variant: str) -> dict[str, Any]:
        """What `train.py` gets, except for the seed."""
        return copy.deepcopy(self.variants[variant])

    @classmethod
    def of(cls, config: Mapping[str, Any], language_table: Path) -> Experiment:
        """Resolve the variants and check every name that a complete configuration mentions. Raises InputError."""
        source, targets = config["languages"]["source"], config["languages"]["targets"]
        folder = None
        if "folder" not in config and (targets == "found" or config["corpus"]["kind"] == "folder"):
            problem = "sentences and languages are to be found in a folder, and none is named."
            raise InputError(PLACE, problem, "Name it: --config folder=path.")
        if targets == "found":
            folder = Path(config["folder"]).expanduser() / "ner"
            targets = found_languages(folder, source)
        known = read_languages(language_table)
        known.check((source, *targets), folder)
        check_encoders(config)
        variants = {name: resolve_variant(name, config) for name in config["variants"]}
        for name, settings in variants.items():
            check_variant(name, settings, config)
        for name in config["translation"]:
            check_translation(name, config)
        for key in ("baseline", "method"):
            _known(config[key], config["compare"], f"{key}: '{config[key]}' is not among the variants to compare.")
        for name in config["compare"]:
            _known(name, variants, f"compare: there is no variant '{name}'.")
        check_source(source, config["compare"], variants, config)
        if config["corpus"]["kind"] == "demo" and not set(DEMO_TYPES) <= set(config["entity_types"]):
            problem = f"entity_types lacks some of the demo's, {', '.join(DEMO_TYPES)}."
            raise InputError(PLACE, problem, "Add them, or bring your own sentences: corpus: {kind: folder}.")
        common = {"entity_types": list(config["entity_types"]), "source": source}
        return cls(
            config["experiment"],
            source,
            tuple(code for code in targets if code != source),
            tuple(config["seeds"]),
            tuple(config["compare"]),
            {name: settings | common for name, settings in variants.items()},
            Comparisons.of(config, variants),
        )


def completed(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as its files give it, with recipes resolved and the default of every key that they leave out."""
    recipes = config.get("self_training", {})
    resolved = {name: resolve_recipe(name, recipes) for name in recipes}
    return take_from_folder(with_defaults(ExperimentSettings, {**config, "self_training": resolved}))


def take_from_folder(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration; where an experiment on data of the hub is given a folder, all data are taken from there.

    Nothing but models is fetched then. Targets that the folder lacks are left out, and said.
    """
    if "folder" not in config or config["corpus"]["kind"] != "hub":
        return dict(config)
    found, targets = found_languages(Path(config["folder"]) / "ner", ""), config["languages"]["targets"]
    missing = [code for code in targets if code not in found]
    if missing:
        log.warning("%s has no sentences in %s: left out", config["folder"], ", ".join(missing))
    corpus = {key: value for key, value in config["corpus"].items() if key != "sizes"}
    return {
        **config,
        "corpus": {**corpus, "kind": "folder"},
        "languages": {**config["languages"], "targets": [code for code in targets if code in found]},
        "lexicon_sources": {name: one for name, one in config["lexicon_sources"].items() if "url" not in one},
        "parallel_sources": {},
    }


def with_found(names: Sequence[str], folder: Path) -> list[str]:
    """`names` with the word `found` replaced by the names of the other folders in `folder`, sorted."""
    others = {path.name for path in folder.glob("*/") if FOLDER.fullmatch(path.name)} - set(names)
    return [name for given in names for name in (sorted(others) if given == "found" else [given])]


def resolve_variant(name: str, config: Mapping[str, Any], seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """All settings of a variant: those of `run`, or of the variant it is based on, with its own on top."""
    if name in seen:
        raise InputError(PLACE, f"the variants {' -> '.join((*seen, name))} rest on each other.", "Break the circle.")
    _known(name, config["variants"], f"there is no variant '{name}'.")
    own = {key: value for key, value in (config["variants"][name] or {}).items() if key not in OF_THE_REPORT}
    base = own.pop("based_on", None)
    below = (
        merge(plain(VariantSettings()), config.get("run", {}))
        if base is None
        else resolve_variant(base, config, (*seen, name))
    )
    return merge(below, own)


def resolve_recipe(name: str, recipes: Mapping[str, Any], seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """A recipe with the one that it is `based_on` put below it."""
    if name in seen:
        raise InputError(PLACE, f"the recipes {' -> '.join((*seen, name))} rest on each other.", "Break the circle.")
    _known(name, recipes, f"there is no recipe '{name}'.")
    own = dict(recipes[name])
    base = own.pop("based_on", None)
    return own if base is None else merge(resolve_recipe(base, recipes, (*seen, name)), own)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `below` in which the values of `above` take the place of its own, level by level."""
    merged = copy.deepcopy(dict(below))
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def check_encoders(config: Mapping[str, Any]) -> None:
    """Raise InputError where an adapted encoder is not told what to learn from, or has none to begin with."""
    if config["encoder"]["kind"] == "adapted":
        raise InputError(PLACE, "encoder: an adapted one begins with another.", "Name it under more_encoders.")
    for encoder in config["more_encoders"]:
        if encoder["kind"] == "adapted" and encoder.get("adaptation") is None:
            problem = f"more_encoders: '{encoder['name']}' is adapted, and adaptation is missing."
            raise InputError(PLACE, problem, "Add adaptation: {} for all defaults.")


def check_translation(name: str, config: Mapping[str, Any]) -> None:
    """Raise InputError where a recipe of translation names nothing to translate with."""
    recipe = config["translation"][name]
    if recipe["backend"] == "nllb":
        wanted = recipe.get("translator", "")
        _known(wanted, config["translators"], f"translation recipe {name}: there is no translator '{wanted}'.")
    if recipe["backend"] == "projection":
        parallel = [name for name, other in config["translation"].items() if other["backend"] == "parallel"]
        problem = f"translation recipe {name}: '{recipe['aligned']}' is no recipe of aligned text (backend: parallel)."
        _known(recipe["aligned"], parallel, problem)
    fetched = set(config["parallel_sources"])
    own = set(recipe.get("sources", ())) - fetched - ({"found"} if fetched else set())
    if recipe["backend"] == "parallel" and own and "folder" not in config:
        problem = f"translation recipe {name}: aligned text lies in a folder, and none is named."
        raise InputError(PLACE, problem, "Name it: --config folder=path.")


def check_variant(name: str, settings: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Every recipe that a variant names is there, and its teacher needs no teacher of its own."""
    recipes = (
        ("codeswitching", settings["views"]["codeswitched"]),
        ("translation", settings["views"]["translated"]),
        ("self_training", settings["self_training"]),
    )
    if settings["encoder"] is not None:
        names = [encoder["name"] for encoder in (config["encoder"], *config["more_encoders"])]
        _known(settings["encoder"], names, f"variant {name}: there is no encoder '{settings['encoder']}'.")
    for section, recipe in recipes:
        if recipe is not None:
            _known(recipe, config[section], f"variant {name}: there is no recipe '{recipe}' under {section}.")
    check_teachers(name, settings, config)


def check_teachers(name: str, settings: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Raise InputError where a variant's teacher could never be trained, or not be gone on from.

    A teacher of pseudo-labels may have learnt from projected labels; a teacher of projected labels from neither.
    """
    projection = projection_of(settings, config)
    self_training = settings["self_training"] and config["self_training"][settings["self_training"]]
    recipes = [recipe for recipe in (self_training, projection) if recipe]
    for recipe in recipes:
        teacher = recipe["teacher"]
        taught_by = resolve_variant(teacher, config)
        if taught_by["self_training"] is not None or (recipe is projection and projection_of(taught_by, config)):
            raise InputError(PLACE, f"the teacher '{teacher}' learns from a teacher itself.", "Name another variant.")
        differs = [key for key in ("encoder", "model") if settings[key] != taught_by[key]]
        if recipe is recipes[0] and settings["training"]["initialise_from"] == "teacher" and differs:
            problem = f"variant {name} starts from its teacher '{teacher}', which has another {differs[0]}."
            raise InputError(PLACE, problem, f"Give both the same {differs[0]}, or say initialise_from: encoder.")


def projection_of(settings: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The recipe that gives a variant's aligned text its labels, if it has such a view."""
    recipe = config["translation"].get(settings["views"]["translated"])
    return recipe if recipe is not None and recipe["backend"] == "projection" else None


def check_source(source: str, compare: Sequence[str], variants: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Raise InputError where sentences of another language than English would be looked up in lexicons from English."""
    if source == "en":
        return
    recipes = {variants[name]["self_training"] for name in compare} - {None}
    teachers = [config["self_training"][recipe]["teacher"] for recipe in sorted(recipes)]
    for name in dict.fromkeys((*compare, *teachers)):
        settings = variants[name]
        translated = settings["views"]["translated"]
        from_english = translated and config["translation"][translated]["backend"] != "nllb"
        if settings["views"]["codeswitched"] or from_english:
            problem = (
                f"variant {name} uses lexicons or aligned text, which are from English, and the source is '{source}'."
            )
            raise InputError(PLACE, problem, "Take en as the source, views by nllb, or variants without views.")


def _known(name: str, names: Any, problem: str) -> None:
    if name not in names:
        raise InputError(PLACE, problem, f"Known are {', '.join(sorted(names))}.")
