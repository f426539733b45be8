"""Where the sentences of each language come from: files of the user's own, or what is fetched from the hub."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError
from mclner.common.files import read_table
from mclner.configuration.experiment import Experiment
from mclner.configuration.user_folder import split_file
from mclner.plan.options import options
from mclner.plan.places import Places

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Corpora:
    """`folder` is the user's own; `settings` is the section `corpus` of the configuration.

    `finds_targets` says that the targets are the languages of the folder, and not named.
    """

    settings: Mapping[str, Any]
    folder: str
    finds_targets: bool
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
            return own_file(f"{self.folder}/ner", language, split, is_checked=True)
        return f"{self.places.corpus_download(language)}/{split}"

    def split_input(self, language: str, split: str) -> list[str]:
        """The file of a split, or the download that holds it; none where a folder lacks it that is checked before."""
        if self.is_fetched(language):
            return [self.places.corpus_download(language)]
        path = self.split_path(language, split)
        return [] if self.is_checked(language) and not Path(path).exists() else [path]

    def is_checked(self, language: str) -> bool:
        """Whether a language comes from the user's own folder, which is checked before anything is read from it."""
        return self.kind == "folder" and self.source_of(language) is None

    @property
    def check_options(self) -> str:
        """The folder and options of check_folder.py: all that decides how its files are read and what must be there."""
        return f"{shlex.quote(self.folder)} " + options(
            languages=self.places.language_table,
            report=self.places.folder_check,
            source=self.experiment.source,
            targets=None if self.finds_targets else [*self.experiment.targets],
            **self._reading(),
        )

    def unlabelled_paths(self, language: str) -> list[str]:
        """Where a target's unlabelled text comes from; a user's folder need not have any."""
        path = self.split_path(language, "train")
        return [path] if self.is_fetched(language) or Path(path).exists() else []

    def unlabelled_inputs(self, language: str) -> list[str]:
        """The same as files or downloads to wait for."""
        return self.split_input(language, "train") if self.unlabelled_paths(language) else []

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
        limit = "max_source_sentences" if language == self.experiment.source else "max_unlabelled_sentences"
        return options(
            most=self.settings.get(limit),
            expected=self.expected_sizes(language),
            seed=self.settings["seed"],
            **self._reading(),
        )

    def _reading(self) -> dict[str, Any]:
        """What is said of the files, for the check and the import alike."""
        said = {name: self.settings.get(name) for name in ("token_column", "tag_column", "tag_scheme", "tag_names")}
        return said | {"entity_types": list(self.entity_types), "tag_mapping": self.settings.get("tag_mapping", {})}


def own_file(folder: str, language: str, split: str, is_checked: bool = False) -> str:
    """The file of a split in a user's own folder, whatever its form; the CoNLL file where there is none yet.

    Raises InputError on several files for it, but not where the check of the folder will.
    """
    try:
        found = split_file(Path(folder) / language, split)
    except InputError:
        if not is_checked:
            raise
        found = None
    return f"{folder}/{language}/{found.name if found else f'{split}.conll'}"
