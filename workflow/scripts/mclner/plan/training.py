"""What each training run starts from and learns from, and what its teachers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mclner.configuration.experiment import Experiment
from mclner.plan.options import options
from mclner.plan.places import Places
from mclner.plan.views import Views

ALL_SEEDS = "all_seeds"


@dataclass(frozen=True, slots=True)
class Training:
    """`self_training` holds the recipes by name, each complete."""

    self_training: Mapping[str, Mapping[str, Any]]
    views: Views
    experiment: Experiment
    places: Places

    def gpus(self, variant: str) -> int:
        """How many processes, each with a GPU, train a run."""
        return int(self.experiment.run_settings(variant)["training"]["gpus_per_run"])

    def launcher(self, variant: str) -> str:
        """What starts train.py: torchrun where several GPUs train one run."""
        count = self.gpus(variant)
        torchrun = f"python -m torch.distributed.run --standalone --nproc-per-node {count} --"
        return "python" if count == 1 else torchrun

    def settings(self, variant: str, seed: int | str) -> dict[str, Any]:
        """What train.py is given as JSON."""
        return self.experiment.run_settings(variant) | {"seed": int(seed)}

    def inputs(self, variant: str, seed: int | str) -> dict[str, str | list[str]]:
        """The files that a run learns from besides the source sentences, by option of train.py."""
        settings = self.experiment.run_settings(variant)
        codeswitched, translated = settings["views"]["codeswitched"], settings["views"]["translated"]
        files: dict[str, str | list[str]] = {}
        if codeswitched:
            files["codeswitched"] = self.views.codeswitched(codeswitched, seed)
        teachers = []
        if settings["self_training"]:
            recipe = self.self_training[settings["self_training"]]
            labels = f"{self.places.results}/pseudo_labels/{settings['self_training']}"
            files["pseudo_labels"] = f"{labels}/{labellers(recipe, seed)}.parquet"
            teachers.append(recipe)
        if translated:
            files |= self._translated(translated, seed)
            if translated in self.views.recipes_with("projection"):
                teachers.append(self.views.translation[translated])
        if teachers and settings["training"]["initialise_from"] == "teacher":
            files["teacher"] = self.places.model(teachers[0]["teacher"], seed)
        return dict(sorted(files.items()))

    def _translated(self, name: str, seed: int | str) -> dict[str, str | list[str]]:
        """The translated views of a recipe, and the English side of aligned text."""
        views, targets = self.views, self.experiment.targets
        if name in views.recipes_with("projection"):
            found = labellers(views.translation[name], seed)
            files: dict[str, str | list[str]] = {"translated": [views.projected(name, found, code) for code in targets]}
        else:
            files = {"translated": [views.translated(name, code) for code in targets]}
        if name in views.recipes_with("parallel", "projection"):
            files["translated_source"] = views.translated(views.aligned(name), self.experiment.source)
        return files

    @property
    def trained(self) -> list[str]:
        """The variants to compare and their teachers, each once."""
        found: dict[str, None] = {}
        waiting = list(self.experiment.compare)
        while waiting:
            variant = waiting.pop(0)
            settings = self.experiment.run_settings(variant)
            labelled_by, translated = settings["self_training"], settings["views"]["translated"]
            recipes = [self.self_training[labelled_by]] if labelled_by else []
            if translated in self.views.recipes_with("projection"):
                recipes.append(self.views.translation[translated])
            waiting += [recipe["teacher"] for recipe in recipes if recipe["teacher"] not in found]
            found[variant] = None
        return list(found)

    def teachers(self, recipe: Mapping[str, Any], labelled_by: str) -> list[str]:
        """Model folders behind a file of labels: the teacher of one seed (`seed3`), or those of `all_seeds`."""
        seeds: Sequence[int | str] = (
            self.experiment.seeds if labelled_by == ALL_SEEDS else [labelled_by.removeprefix("seed")]
        )
        return [self.places.model(recipe["teacher"], seed) for seed in seeds]

    def pseudo_label_options(self, recipe: str) -> str:
        """What pseudolabel.py believes and how much it keeps."""
        names = (
            "labels",
            "entity_threshold",
            "outside_threshold",
            "min_believed_share",
            "max_share_without_entities",
            "max_sentences_per_language",
        )
        return options(**{name: self.self_training[recipe][name] for name in names})


def labellers(recipe: Mapping[str, Any], seed: int | str) -> str:
    """Which runs of its teacher label text for a recipe: `seed3`, or `all_seeds`."""
    return f"seed{seed}" if recipe["teacher_seeds"] == "own" else ALL_SEEDS
