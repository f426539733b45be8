"""Where each lexicon source lies, which languages it serves, and in which order the sources are merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mclner.configuration.experiment import Experiment
from mclner.data.languages import Language
from mclner.plan.places import Places


@dataclass(frozen=True, slots=True)
class Lexicons:
    """`names` are the sources in use, best first; `sources` describes those that are fetched or made."""

    names: Sequence[str]
    sources: Mapping[str, Mapping[str, Any]]
    languages: Mapping[str, Language]
    own_folder: str
    experiment: Experiment
    places: Places

    @property
    def by_address(self) -> list[str]:
        """Sources that are fetched from an address."""
        return [name for name, source in self.sources.items() if "url" in source]

    @property
    def by_translation(self) -> list[str]:
        """Sources that a translator makes from the vocabulary of the source sentences."""
        return [name for name, source in self.sources.items() if "translator" in source]

    def folder(self, source: str) -> str:
        """Where the files of a lexicon source lie."""
        if source in self.sources:
            made_here = "translator" in self.sources[source]
            return f"{self.places.results if made_here else 'resources'}/lexicons/{source}"
        known = {"cldr": f"{self.places.results}/lexicons/cldr", "demo_words": f"{self.places.demo}/words"}
        return known.get(source, f"{self.own_folder}/{source}")

    @property
    def folders(self) -> list[str]:
        return [self.folder(source) for source in self.names]

    def languages_of(self, source: str) -> list[str]:
        """Targets that a source serves: all of CLDR, what languages.tsv says of one to fetch, what a folder holds."""
        targets = self.experiment.targets
        if source == "cldr":
            return list(targets)
        if source in self.sources:
            return [code for code in targets if source in self.languages[code].lexicons]
        return [code for code in targets if Path(self.folder(source), f"en-{code}.tsv").exists()]

    @property
    def files(self) -> list[str]:
        """The files to merge."""
        return [
            f"{self.folder(source)}/en-{language}.tsv"
            for source in self.names
            for language in self.languages_of(source)
        ]

    @property
    def downloads(self) -> list[str]:
        """Folders of the lexicons that are fetched."""
        return [
            f"resources/downloads/lexicons/{source}/{language}"
            for source in self.names
            if source in self.by_address
            for language in self.languages_of(source)
        ]

    @property
    def orders(self) -> list[str]:
        """`<language>=<source>,<source>` for each target that has the sources in an order of its own.

        The column of languages.tsv orders what is fetched or made for a language, as it chooses it.
        """
        given = list(self.names)
        chosen = [source for source in given if source in self.sources]
        orders = []
        for code in self.experiment.targets:
            places = dict(zip(chosen, self.languages[code].in_order(chosen), strict=True))
            order = [places.get(source, source) for source in given]
            if order != given:
                orders.append(f"{code}={','.join(Path(self.folder(source)).name for source in order)}")
        return orders

    def address(self, source: str, language: str) -> str:
        return str(self.sources[source]["url"]).format(language=language)

    def licence(self, source: str) -> str:
        return str(self.sources[source].get("licence", "not stated"))

    def translator(self, source: str) -> str:
        """Folder of the model that makes a source."""
        return self.places.translator(self.sources[source]["translator"])

    def merged(self, language: str) -> str:
        """The file that the sources of a language are merged into."""
        return f"{self.places.results}/lexicons/en-{language}.tsv"
