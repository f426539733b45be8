"""The plan of an experiment: what the rules ask for the files and the options of each job.

Made once from the validated configuration. Every start of Snakemake loads it, on a cluster that of each job: the
standard library alone is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.configuration.experiment import Experiment, with_found
from mclner.data.languages import read_languages
from mclner.plan.corpora import Corpora
from mclner.plan.lexicons import Lexicons
from mclner.plan.models import Models
from mclner.plan.parallel import ParallelText
from mclner.plan.places import Places
from mclner.plan.report import Report
from mclner.plan.training import Training
from mclner.plan.views import Views


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of the plan, by stage of the pipeline."""

    experiment: Experiment
    places: Places
    corpora: Corpora
    lexicons: Lexicons
    models: Models
    views: Views
    training: Training
    report: Report

    @classmethod
    def of(cls, config: Mapping[str, Any], root: str) -> Plan:
        """From a complete configuration; `root` leads to the checkout from the working folder. Raises InputError."""
        own_folder = config.get("folder", "data")
        config = {**config, "lexicons": with_found(config["lexicons"], Path(own_folder) / "lexicons")}
        places = Places(root, config["experiment"], config["corpus"]["name"])
        experiment = Experiment.of(config, Path(places.language_table))
        languages = read_languages(Path(places.language_table))
        finds_targets = config["languages"]["targets"] == "found"
        corpora = Corpora(config["corpus"], own_folder, finds_targets, config["entity_types"], experiment, places)
        lexicons = Lexicons(
            config["lexicons"], config["lexicon_sources"], languages, f"{own_folder}/lexicons", experiment, places
        )
        encoders = {encoder["name"]: encoder for encoder in (config["encoder"], *config["more_encoders"])}
        models = Models(encoders, config["translators"], experiment, places)
        parallel = ParallelText(config["parallel_sources"], f"{own_folder}/parallel", experiment)
        views = Views(config["codeswitching"], config["translation"], parallel, experiment, places)
        training = Training(config["self_training"], views, experiment, places)
        published_as, is_demo = config["corpus"].get("published_as"), corpora.kind == "demo"
        ends = (config["baseline"], config["method"])
        report = Report(*ends, published_as, is_demo, training, models, views, experiment, places)
        return cls(experiment, places, corpora, lexicons, models, views, training, report)

    @property
    def fetched(self) -> list[str]:
        """Folders of all downloads that the experiment needs, with a record of revision and checksums in each."""
        languages = [code for code in self.experiment.languages if self.corpora.is_fetched(code)]
        corpora = [self.places.corpus_download(code) for code in languages]
        return [*corpora, *self.models.downloads, *self.lexicons.downloads, *self.views.parallel.downloads]

    @property
    def sources(self) -> list[str]:
        """The table of what was fetched, made when every download was verified; none where nothing is fetched."""
        return [f"{self.places.results}/sources.tsv"] if self.fetched else []

    @property
    def readings(self) -> list[str]:
        """Tables of what the files of each language were taken for; none for the demo, whose form is its own."""
        languages = self.experiment.languages if self.corpora.kind != "demo" else ()
        return [self.places.readings(language) for language in languages]

    def card_sources(self, variant: str) -> dict[str, Any]:
        """What the card of a variant's model names: its corpus, lexicons, translators and encoder, as configured."""
        encoder = self.models.encoders[Path(self.models.encoder_of(variant)).name]
        return {
            "corpus": self.corpora.settings,
            "lexicons": self.lexicons.names,
            "lexicon_sources": self.lexicons.sources,
            "translators": self.models.translators,
            "encoder": encoder,
        }

    def translation_inputs(self, recipe: str, language: str) -> dict[str, str]:
        """What the back ends without a model translate with, by option of translate.py."""
        if recipe in self.views.recipes_with("lexicon"):
            return {"lexicon": self.lexicons.merged(language)}
        return {"encoder": self.models.encoder}
