"""Every key at the top of an experiment's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mclner.configuration.fields import FOLDER_NAME, NAME, key, needed
from mclner.configuration.recipes import CodeswitchingRecipe, SelfTrainingRecipe, TranslationRecipe
from mclner.configuration.run_settings import VariantSettings
from mclner.configuration.sources import Corpus, Encoder, Languages, LexiconSource, ParallelSource, TranslationModel


@dataclass(frozen=True, slots=True)
class Variant(VariantSettings):
    """A variant: a few keys on top of `run`, or of the variant that it is based on, and what the report says of it."""

    based_on: str | None = key(None, "The variant whose settings these are put on top of; null for `run`.")
    title: str | None = key(None, "How figures and tables call it; null for its name with spaces. Not inherited.")
    compared_with: str | None = key(
        None, "The variant that its scores are set against; null for the experiment's `baseline`. Not inherited."
    )
    curve: str | None = key(
        None,
        "The line of the learning curve that it is a point of, at its `source_sentences`; null for none. Not "
        "inherited.",
    )


OF_THE_REPORT = ("title", "compared_with", "curve")  # keys of a variant that decide nothing a run learns


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """The configuration of an experiment: config/config.yaml with the overlays on top."""

    languages: Languages = needed("Source and targets.")
    variants: Mapping[str, Variant] = needed(
        "Variants by name, each a few keys on top of `run` or of another variant.",
        names=NAME,
        partial=True,
        minProperties=1,
    )
    compare: tuple[str, ...] = needed(
        "The variants that the experiment trains, scores and plots.", minItems=1, uniqueItems=True
    )
    baseline: str = needed("The variant of `compare` that the others are set against.")
    method: str = needed("The variant of `compare` whose parts the ablation takes away.")
    experiment: str = key("demo", "Name of the experiment; its results lie in results/<experiment>/.", pattern=NAME)
    seeds: tuple[int, ...] = key(
        (1,), "Every variant is trained once per seed.", minItems=1, uniqueItems=True, items={"minimum": 0}
    )
    entity_types: tuple[str, ...] = key(
        ("PER", "ORG", "LOC"),
        "The relation labels follow from them: NONE, NNW, and THW-X for each type X.",
        minItems=1,
        uniqueItems=True,
        items={"pattern": "^[A-Za-z][A-Za-z0-9_./-]*$"},
    )
    corpus: Corpus = key(Corpus(), "Where the sentences come from.")
    folder: str | None = key(None, "Folder of your own data: ner/, lexicons/, parallel/.", minLength=1)
    encoder: Encoder = key(Encoder(), "The pretrained encoder.")
    more_encoders: tuple[Encoder, ...] = key((), "Other encoders, for variants that name one under `encoder`.")
    lexicons: tuple[str, ...] = key(
        ("demo_words", "cldr"),
        "Lexicon sources, best first. `cldr`: names from Unicode's CLDR; `demo_words`: common words of the demo; a "
        "name under `lexicon_sources`; any other name: `<folder>/lexicons/<name>/en-<language>.tsv`; `found`: all "
        "others in that folder.",
        minItems=1,
        uniqueItems=True,
        items={"pattern": NAME},
    )
    lexicon_sources: Mapping[str, LexiconSource] = key(
        {}, "Lexicons to fetch or to make, by name; languages.tsv says which language takes which.", names=NAME
    )
    parallel_sources: Mapping[str, ParallelSource] = key({}, "Aligned text to fetch, by name.", names=NAME)
    translators: Mapping[str, TranslationModel] = key(
        {}, "Translation models of the hub (NLLB-200, M2M-100), by name.", names=FOLDER_NAME
    )
    codeswitching: Mapping[str, CodeswitchingRecipe] = key({}, "Recipes of code-switched views, by name.", names=NAME)
    translation: Mapping[str, TranslationRecipe] = key({}, "Recipes of translated views, by name.", names=NAME)
    self_training: Mapping[str, SelfTrainingRecipe] = key({}, "Recipes of pseudo-labels, by name.", names=NAME)
    run: VariantSettings = key(VariantSettings(), "Settings that every variant starts from.")
    bootstrap_resamples: int = key(10000, "Resamples of the bootstrap over sentences.", minimum=1)
    bootstrap_seed: int = key(1, "Seed of the bootstrap.", minimum=0)
    lock_file: str = key(
        "config/lock.json",
        "Revision and checksums of everything fetched; a download that differs is an error.",
        pattern="^config/[A-Za-z0-9][A-Za-z0-9_.-]*[.]json$",
    )
    lock: Literal["check", "renew"] = key(
        "check", "`check`: what is fetched must be as locked; `renew`: it takes the place of what was locked."
    )
    based_on: str | None = key(None, "Another overlay that lies below this one, such as config/paper.yaml.")
    memory_mb: int = key(
        4000, "Memory asked for a job that trains, labels or scores; as much again with each attempt.", minimum=500
    )
