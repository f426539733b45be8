"""Where the files of an experiment lie, relative to the working folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """`root` leads from the working folder to the checkout: a relative path, so that both can be moved together."""

    root: str
    experiment: str
    corpus_name: str

    @property
    def results(self) -> str:
        return f"results/{self.experiment}"

    def shipped(self, path: str) -> str:
        """A file or folder of the checkout."""
        return str(Path(self.root, path))

    @property
    def language_table(self) -> str:
        return self.shipped("config/languages.tsv")

    @property
    def demo(self) -> str:
        return self.shipped("workflow/demo")

    def run(self, variant: str, seed: int | str) -> str:
        """Folder of a variant trained with a seed."""
        return f"{self.results}/{variant}/seed{seed}"

    def model(self, variant: str, seed: int | str) -> str:
        return f"{self.run(variant, seed)}/model"

    def of_runs(self, file: str, variants: Iterable[str], seeds: Iterable[int]) -> list[str]:
        """The same file of several runs, variant by variant."""
        seeds = list(seeds)
        return [f"{self.run(variant, seed)}/{file}" for variant in variants for seed in seeds]

    def corpus(self, language: str, split: str) -> str:
        return f"resources/corpora/{self.corpus_name}/{language}/{split}.parquet"

    def readings(self, language: str) -> str:
        """What the import took a language's files for, and what of that was a guess."""
        return f"resources/corpora/{self.corpus_name}/{language}/readings.tsv"

    @property
    def folder_check(self) -> str:
        """What the check of a user's own folder saw in its files."""
        return f"{self.results}/folder_check.json"

    def corpora(self, languages: Iterable[str], split: str) -> list[str]:
        return [self.corpus(language, split) for language in languages]

    def corpus_download(self, language: str) -> str:
        """Folder that the hub's files of a language are fetched to."""
        return f"resources/downloads/corpora/{self.corpus_name}/{language}"

    def encoder(self, name: str) -> str:
        return f"resources/encoders/{name}"

    def adapted_encoder(self, name: str) -> str:
        return f"{self.results}/encoders/{name}"

    def translator(self, name: str) -> str:
        return f"resources/translators/{name}"
