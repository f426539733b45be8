"""What each figure and each table is made from: its files, its options, and through them the runs that it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mclner.configuration.experiment import Experiment
from mclner.plan.models import Models
from mclner.plan.options import options
from mclner.plan.places import Places
from mclner.plan.training import Training
from mclner.plan.views import Views

ENCODER = "encoder"  # among the models whose alignment is measured: the pretrained one


@dataclass(frozen=True, slots=True)
class Item:
    """A figure or a table: the files that it is made from and its other options, by option of its program."""

    files: Mapping[str, str | Sequence[str]]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """`baseline` and `method` are set against each other; `published_as` is what published.tsv calls the data, if it
    has them; `is_demo` tells that the test sentences translate each other.
    """

    baseline: str
    method: str
    published_as: str | None
    is_demo: bool
    training: Training
    models: Models
    views: Views
    experiment: Experiment
    places: Places

    @property
    def ends(self) -> list[str]:
        """Baseline and method; one name where they are the same."""
        return list(dict.fromkeys((self.baseline, self.method)))

    @property
    def main_variants(self) -> list[str]:
        """Columns of the main table."""
        chosen = dict.fromkeys((self.baseline, "relation", self.method))
        return [variant for variant in chosen if variant in self.experiment.compare]

    # Summaries: a table of scores for each set of variants that something is made from, so that it waits for no others.

    @property
    def scopes(self) -> dict[str, list[str]]:
        """The sets of variants that are summarised, by the beginning of their files' names; no set comes twice."""
        scopes = {"": list(self.experiment.compare)}
        for name, variants in (("main_", self.main_variants), ("method_", self.ends)):
            if all(set(variants) != set(other) for other in scopes.values()):
                scopes[name] = variants
        return scopes

    def _scope_of(self, variants: Sequence[str]) -> str:
        return next(scope for scope, members in self.scopes.items() if set(members) == set(variants))

    def summary(self, variants: Sequence[str]) -> str:
        return f"{self.places.results}/{self._scope_of(variants)}summary.tsv"

    def groups(self, variants: Sequence[str]) -> str:
        return f"{self.places.results}/{self._scope_of(variants)}groups.tsv"

    def sentence_counts(self, scope: str) -> list[str]:
        return self.places.of_runs("sentence_counts.parquet", self.scopes[scope], self.experiment.seeds)

    def summary_options(self, scope: str) -> str:
        """Options of summarise.py for one of the `scopes`."""
        variants = self.scopes[scope]
        return options(
            variants=variants,
            seeds=self.experiment.seeds,
            source=self.experiment.source,
            baselines=self.experiment.comparisons.references_in(variants, self.baseline),
            method=self.method,
            parallel_tests=self.is_demo,
        )

    # Alignment of languages: how far the pretrained encoder, the baseline and the method bring them together.

    @property
    def aligned_models(self) -> list[str]:
        """Names of the models that are measured: the method's encoder, and the runs of baseline and method."""
        return [ENCODER, *(f"{variant}-seed{seed}" for variant in self.ends for seed in self.experiment.seeds)]

    @property
    def aligned_text(self) -> list[str]:
        """Files of sentences that translate each other and that no run learns from, one per language; or none."""
        if self.is_demo:
            return self.places.corpora(self.experiment.languages, "test")
        return self.views.held_out_text(self.method)

    def aligned_model(self, name: str) -> str:
        """Model folder of one of the `aligned_models`."""
        variant, seed = _run_of(name)
        return self.places.model(variant, seed) if seed else self.models.encoder_of(self.method)

    def alignment_options(self, name: str) -> str:
        """What analyse_alignment.py calls the model, and the settings that a pretrained encoder is read with."""
        variant, seed = _run_of(name)
        settings = self.experiment.run_settings(self.method)
        return options(
            settings=settings["model"] | {"head": "tagger"},
            entity_types=settings["entity_types"],
            name=variant,
            seed=seed or None,
            languages=self.experiment.languages,
        )

    def _projection(self) -> Item:
        """Encoder, baseline and method side by side, each with the first seed."""
        seed = self.experiment.seeds[0]
        names = [ENCODER, *(f"{variant}-seed{seed}" for variant in self.ends)]
        folder = f"{self.places.results}/alignment"
        files = {
            "points": [f"{folder}/{name}.parquet" for name in names],
            "scores": [f"{folder}/{name}.tsv" for name in names],
            "table": self.places.language_table,
        }
        return Item(files, {"languages": self.experiment.languages})

    @property
    def figures(self) -> dict[str, Item]:
        """Every figure of the experiment, by name."""
        compare, languages = self.experiment.compare, self.experiment.languages
        source, table = self.experiment.source, self.places.language_table
        everything, ends = self.summary(compare), self.summary(self.ends)
        histories = self.places.of_runs("history.tsv", compare, self.experiment.seeds)
        against = {"method": self.method, "baseline": self.baseline}
        found = {
            "f1_by_language": Item({"summary": ends, "table": table}, {"languages": languages, **against}),
            "ablation": Item({"summary": everything}, {"variants": compare, "method": self.method}),
            "training_curves": Item({"histories": histories}, {}),
            "heat_map": Item(
                {"summary": everything, "table": table},
                {"languages": languages, "variants": compare, "baseline": self.baseline},
            ),
            "error_kinds": Item(
                {"summary": everything, "errors": self.errors}, {"variants": compare, "source": source}
            ),
            "pair_projection": self._projection(),
        }
        if self.aligned_text:
            found["sentence_projection"] = self._projection()
        if self.experiment.comparisons.curves:
            found["learning_curve"] = Item({"summary": everything}, {"source": source})
        return found

    @property
    def tables(self) -> dict[str, Item]:
        """Every table of results, by name."""
        compare, languages = self.experiment.compare, self.experiment.languages
        source, table = self.experiment.source, self.places.language_table
        everything, ends = self.summary(compare), self.summary(self.ends)
        against = {"method": self.method, "baseline": self.baseline}
        main, published = self.main_variants, self.places.shipped("config/published.tsv")
        found = {
            "main": Item(
                {"summary": self.summary(main), "table": table},
                {"languages": languages, "source": source, "variants": main, **against},
            ),
            "ablation": Item({"summary": everything}, {"source": source, "variants": compare, "method": self.method}),
            "breakdown": Item({"summary": ends, "groups": self.groups(self.ends)}, against),
            "errors": Item({"summary": everything, "errors": self.errors}, {"source": source, "variants": compare}),
            "alignment": Item(
                {"summary": ends, "alignment": f"{self.places.results}/alignment.tsv", "table": table},
                {"languages": languages, "source": source},
            ),
            "published": Item({"summary": ends, "published": published}, {"data": self.published_as, **against}),
        }
        if self.experiment.comparisons.curves:
            found["learning_curve"] = Item({"summary": everything}, {"source": source, "method": self.method})
        return found

    @property
    def errors(self) -> str:
        return f"{self.places.results}/errors.tsv"

    def input_tables(self, sources: list[str], readings: list[str], lexicon_counts: str) -> dict[str, list[str]]:
        """Tables of what went into the experiment, each with the tables that it puts below each other."""
        found = {
            "sources": sources,
            "corpora": readings,
            "lexicons": [lexicon_counts],
            "translations": self.views.counted_translations(self.experiment.compare),
        }
        return {name: files for name, files in found.items() if files}


def _run_of(name: str) -> tuple[str, str]:
    """Variant and seed of one of the aligned models; for the pretrained encoder, its name and ""."""
    variant, found, seed = name.rpartition("-seed")
    return (variant, seed) if found else (name, "")
