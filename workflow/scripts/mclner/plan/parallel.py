"""Where aligned text comes from: files of the user's own, or what is fetched from an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.configuration.experiment import Experiment, with_found


@dataclass(frozen=True, slots=True)
class ParallelText:
    """`sources` describes the text that is fetched, by name; `own_folder` holds the user's."""

    sources: Mapping[str, Mapping[str, Any]]
    own_folder: str
    experiment: Experiment

    def files(self, names: Sequence[str]) -> list[str]:
        """Files of the named sources with a target, one source after the other; there need not be any."""
        home = Path(self.own_folder)
        found: list[str] = []
        for name in with_found(names, home):
            if name in self.sources:
                found += [f"resources/parallel/{name}/en-{code}.tsv" for code in self._targets(name)]
            else:
                own = [home / name / f"en-{code}.tsv" for code in self.experiment.targets]
                found += [str(file) for file in own if file.exists() and file.stat().st_size]
        return found

    def _targets(self, source: str) -> list[str]:
        return [code for code in self.experiment.targets if code in self.sources[source]["codes"]]

    def download(self, source: str, language: str) -> str:
        """Folder that one side of a source is fetched to."""
        return f"resources/downloads/parallel/{source}/{language}"

    @property
    def downloads(self) -> list[str]:
        """Folders of all aligned text that is fetched."""
        return [
            self.download(source, language)
            for source in self.sources
            for language in (self.experiment.source, *self._targets(source))
        ]

    def address(self, source: str, language: str) -> str:
        settings = self.sources[source]
        if language == self.experiment.source:
            return str(settings["english_url"])
        return str(settings["url"]).format(code=settings["codes"][language])

    def licence(self, source: str) -> str:
        return str(self.sources[source].get("licence", "not stated"))
