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
        if settings["self_training"]:
            files |= self._taught_by(settings["self_training"], settings["training"]["initialise_from"], seed)
        if translated:
            files["translated"] = [self.views.translated(translated, code) for code in self.experiment.targets]
            if translated in self.views.recipes_with("parallel"):
                files["translated_source"] = self.views.translated(translated, self.experiment.source)
        return dict(sorted(files.items()))

    def _taught_by(self, recipe: str, start: str, seed: int | str) -> dict[str, str | list[str]]:
        own = self.self_training[recipe]["teacher_seeds"] == "own"
        labellers = f"seed{seed}" if own else ALL_SEEDS
        files: dict[str, str | list[str]] = {
            "pseudo_labels": f"{self.places.results}/pseudo_labels/{recipe}/{labellers}.parquet"
        }
        if start == "teacher":
            files["teacher"] = self.places.model(self.self_training[recipe]["teacher"], seed)
        return files

    def teachers(self, recipe: str, labellers: str) -> list[str]:
        """Model folders behind a file of pseudo-labels: the teacher of one seed (`seed3`), or those of `all_seeds`."""
        seeds: Sequence[int | str] = (
            self.experiment.seeds if labellers == ALL_SEEDS else [labellers.removeprefix("seed")]
        )
        return [self.places.model(self.self_training[recipe]["teacher"], seed) for seed in seeds]

    def pseudo_label_options(self, recipe: str) -> str:
        """What pseudolabel.py believes and how much it keeps."""
        names = (
            "entity_threshold",
            "outside_threshold",
            "min_believed_share",
            "max_share_without_entities",
            "max_sentences_per_language",
        )
        return options(**{name: self.self_training[recipe][name] for name in names})
