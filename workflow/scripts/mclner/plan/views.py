"""The recipes that make views of the source sentences: what each needs, and what it says on a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.configuration.experiment import Experiment
from mclner.plan.options import options
from mclner.plan.parallel import ParallelText
from mclner.plan.places import Places


@dataclass(frozen=True, slots=True)
class Views:
    """`codeswitching` and `translation` hold the recipes by name; `parallel` knows the aligned text."""

    codeswitching: Mapping[str, Mapping[str, Any]]
    translation: Mapping[str, Mapping[str, Any]]
    parallel: ParallelText
    experiment: Experiment
    places: Places

    def codeswitched(self, recipe: str, seed: int | str) -> str:
        return f"{self.places.results}/codeswitched/{recipe}/seed{seed}.parquet"

    def translated(self, recipe: str, language: str) -> str:
        return f"{self.places.results}/translated/{recipe}/{language}.parquet"

    def held_out(self, recipe: str, language: str) -> str:
        """Aligned sentences that no run learns from."""
        return f"{self.places.results}/translated/{recipe}/held_out/{language}.parquet"

    def aligned(self, recipe: str) -> str:
        """The recipe whose aligned text a recipe labels, or is itself."""
        return str(self.translation[recipe].get("aligned", recipe))

    def projected(self, recipe: str, labellers: str, language: str) -> str:
        """Aligned text of a target with labels that a teacher gave the English side, of one seed or of all."""
        return f"{self.places.results}/projected/{recipe}/{labellers}/{language}.parquet"

    def projection_options(self, recipe: str) -> str:
        """How project_labels.py aligns words and what it keeps."""
        names = ("layer", "lexicon_bonus", "min_aligned_share", "max_with_entities", "max_without_entities")
        return options(**{name: self.translation[recipe][name] for name in names})

    def recipes_with(self, *backends: str) -> list[str]:
        """The recipes of translation with one of some back ends."""
        return [name for name, recipe in self.translation.items() if recipe["backend"] in backends]

    def codeswitching_options(self, recipe: str) -> str:
        chosen = self.codeswitching[recipe]
        return options(
            ratio=chosen["ratio"], mixing=chosen["mixing"], copies_per_sentence=chosen["copies_per_sentence"]
        )

    def translation_options(self, recipe: str) -> str:
        """Back end, beams where it has them, and the bounds of the quality guard, as options of translate.py."""
        chosen = self.translation[recipe]
        beams = chosen.get("beams", 1) if chosen["backend"] == "nllb" else None
        return options(backend=chosen["backend"], beams=beams, guard=chosen.get("guard"))

    def translator(self, recipe: str) -> str:
        """Folder of the model that a recipe translates with."""
        return self.places.translator(self.translation[recipe]["translator"])

    def parallel_files(self, recipe: str) -> list[str]:
        """Files of aligned text with a target, of the sources that a recipe names; there need not be any."""
        return self.parallel.files(self.translation[recipe]["sources"])

    def parallel_options(self, recipe: str) -> str:
        """Folders of these files, each once, the first named first, and how many sentences to take."""
        chosen = self.translation[recipe]
        folders = dict.fromkeys(str(Path(file).parent) for file in self.parallel_files(recipe))
        return options(
            sources=list(folders),
            max_sentences=chosen["max_sentences"],
            held_out_sentences=chosen["held_out_sentences"],
        )

    def counted_translations(self, variants: Sequence[str]) -> list[str]:
        """Tables of counts of the translations that some variants learn from; aligned text is not counted."""
        recipes = {self.experiment.run_settings(variant)["views"]["translated"] for variant in variants} - {None}
        return [
            f"{self.places.results}/translated/{recipe}/{language}.tsv"
            for recipe in sorted(recipes)
            if self.translation[recipe]["backend"] not in ("parallel", "projection")
            for language in self.experiment.targets
        ]

    def held_out_text(self, variant: str) -> list[str]:
        """Files of sentences that translate each other and that no run learns from, one per language; or none."""
        recipe = self.experiment.run_settings(variant)["views"]["translated"]
        recipe = recipe and self.aligned(recipe)
        if not recipe or not self.translation[recipe].get("held_out_sentences") or not self.parallel_files(recipe):
            return []
        return [self.held_out(recipe, language) for language in self.experiment.languages]
