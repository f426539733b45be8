"""Lexicon pairs from Unicode's CLDR, read through Babel: places, languages, currencies, months and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

from mclner.data.languages import Language


def cldr_pairs(language: Language) -> list[tuple[str, str]]:
    """English names in CLDR with their names in `language`, sorted by English name; none where CLDR lacks it."""
    if not language.cldr:
        return []
    english, target = Locale.parse("en"), Locale.parse(language.cldr)
    pairs = set(_same_keys(english.territories, target.territories))
    pairs |= set(_same_keys(english.languages, target.languages))
    pairs |= set(_same_keys(english.currencies, target.currencies))
    for context in ("format", "stand-alone"):
        pairs |= set(_same_keys(english.months[context]["wide"], target.months[context]["wide"]))
        pairs |= set(_same_keys(english.days[context]["wide"], target.days[context]["wide"]))
    pairs |= set(_same_keys(city_names(english), city_names(target)))
    return sorted(pair for pair in pairs if all(_is_name(name) for name in pair))


def city_names(locale: Locale) -> dict[str, str]:
    """CLDR's exemplar city of each time zone; English ones not listed stand in the zone's own name."""
    cities = {zone: names["city"] for zone, names in locale.time_zones.items() if "city" in names}
    if locale.language == "en":
        for zone in Locale.parse("de").time_zones:  # English lists only the zones whose city is not in their name
            region, _, place = str(zone).rpartition("/")
            if region and zone not in cities and not region.startswith("Etc"):
                cities[zone] = place.replace("_", " ")
    return cities


def country_names(locale: Locale) -> list[str]:
    """Names of the two-letter territories, sorted."""
    return sorted(name for code, name in locale.territories.items() if len(code) == 2 and code.isalpha())


def _same_keys(english: Mapping[Any, str], target: Mapping[Any, str]) -> Iterator[tuple[str, str]]:
    return ((english[key], target[key]) for key in english if key in target)


def _is_name(text: str) -> bool:
    return not any(mark in text for mark in "()[]{}\t\n") and any(character.isalpha() for character in text)
