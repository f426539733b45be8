"""Where the sentences of each language come from: files of the user's own, or what is fetched from the hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.common.files import SENTENCE_ENDINGS, read_table
from mclner.configuration.experiment import Experiment
from mclner.plan.options import options
from mclner.plan.places import Places

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Corpora:
    """`folder` is the user's own; `settings` is the section `corpus` of the configuration."""

    settings: Mapping[str, Any]
    folder: str
    entity_types: Sequence[str]
    experiment: Experiment
    places: Places

    @property
    def kind(self) -> str:
        return str(self.settings["kind"])

    @property
    def demo_languages(self) -> list[str]:
        """All languages of the demo, whichever an experiment asks for, so that experiments can share them."""
        found = {path.stem for path in Path(self.places.demo, "test").glob("*.txt")}
        return sorted(found | set(self.experiment.languages))

    @property
    def demo_targets(self) -> list[str]:
        return [language for language in self.demo_languages if language != self.experiment.source]

    def source_of(self, language: str) -> Mapping[str, Any] | None:
        """The entry of corpus: sources with a folder of the user's for this language, if there is one."""
        for source in self.settings.get("sources", []):
            if "folder" in source and language in source["languages"]:
                return dict(source)
        return None

    def is_fetched(self, language: str) -> bool:
        return self.kind == "hub" and self.source_of(language) is None

    def split_path(self, language: str, split: str) -> str:
        """Where the sentences of a split come from: a file of the user's own, or a folder of Parquet files."""
        source = self.source_of(language)
        if source is not None:
            return own_file(source["folder"], language, split)
        if self.kind == "folder":
            return own_file(f"{self.folder}/ner", language, split)
        return f"{self.places.corpus_download(language)}/{split}"

    def split_input(self, language: str, split: str) -> str:
        """The file of a split, or the download that holds it."""
        if self.is_fetched(language):
            return self.places.corpus_download(language)
        return self.split_path(language, split)

    def unlabelled_paths(self, language: str) -> list[str]:
        """Where a target's unlabelled text comes from; a user's folder need not have any."""
        path = self.split_path(language, "train")
        return [path] if self.is_fetched(language) or Path(path).exists() else []

    def unlabelled_inputs(self, language: str) -> list[str]:
        """The same as files or downloads to wait for."""
        return [self.split_input(language, "train")] if self.unlabelled_paths(language) else []

    def expected_sizes(self, language: str) -> dict[str, int]:
        """Sentences that each split of a language must have; empty where nobody says."""
        table = self.settings.get("sizes")
        if table is None:
            return {}
        rows = read_table(Path(table), ("language", *SPLITS))
        found = [row for row in rows if row["language"] == language]
        return {split: int(found[0][split]) for split in SPLITS} if found else {}

    def hub_sources(self, language: str) -> list[Mapping[str, Any]]:
        """The repositories that a language may come from, best first."""
        return [
            source
            for source in self.settings["sources"]
            if "repository" in source and language in source.get("languages", [language])
        ]

    def reading_options(self, language: str) -> str:
        """Options of import_corpus.py that say how the files of a language are to be read."""
        limit = "source_sentences" if language == self.experiment.source else "unlabelled_sentences"
        return options(
            most=self.settings.get(limit),
            expected=self.expected_sizes(language),
            seed=self.settings["seed"],
            token_column=self.settings.get("token_column", 0),
            tag_column=self.settings.get("tag_column", -1),
            entity_types=list(self.entity_types),
            tag_mapping=self.settings.get("tag_mapping", {}),
        )


def own_file(folder: str, language: str, split: str) -> str:
    """The file of a split in a user's own folder, whatever its form; the CoNLL file where there is none yet."""
    stem = f"{folder}/{language}/{split}"
    found = [f"{stem}{ending}" for ending in SENTENCE_ENDINGS if Path(f"{stem}{ending}").exists()]
    return found[0] if found else f"{stem}.conll"
