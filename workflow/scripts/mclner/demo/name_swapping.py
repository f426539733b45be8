"""The training sentences of the demo: the hand-written ones, multiplied by swapping names.

Names come from CLDR (cities, countries) and Faker (persons, companies), drawn with a seed, so that every machine
gets the same sentences.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping, Sequence

from babel import Locale
from faker import Faker

from mclner.data.tags import Entity
from mclner.demo.markup import MarkedSentence
from mclner.lexicons.cldr import city_names, country_names

PERSON_LOCALES = (
    "en_US", "en_GB", "en_IN", "en_NZ", "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_BR", "nl_NL", "sv_SE", "fi_FI",
    "pl_PL", "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "tr_TR", "id_ID", "vi_VN", "et_EE", "no_NO", "da_DK", "fil_PH",
)  # fmt: skip
COMPANY_LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "sv_SE", "pt_BR")


def name_pools(seed: int, size: int = 400) -> dict[str, list[str]]:
    """Names of each swap class: `person`, `company`, `city`, `country`. No name holds a bracket or a tab."""
    english = Locale.parse("en")
    people = Faker(list(PERSON_LOCALES), use_weighting=False)
    people.seed_instance(seed)
    companies = Faker(list(COMPANY_LOCALES), use_weighting=False)
    companies.seed_instance(seed)
    pools = {
        "person": [f"{people.first_name()} {people.last_name()}" for _ in range(size)],
        "company": [companies.company() for _ in range(size)],
        "city": sorted(name for name in set(city_names(english).values()) if "," not in name),
        "country": country_names(english),
    }
    return {kind: [name for name in names if _is_plain(name)] for kind, names in pools.items()}


def _is_plain(name: str) -> bool:
    normal = unicodedata.normalize("NFC", name)
    return normal == name and not any(mark in name for mark in "[]()\t\n") and bool(name.strip())


def swap_entities(
    sentence: MarkedSentence, pools: Mapping[str, Sequence[str]], generator: random.Random
) -> MarkedSentence:
    """`sentence` with every entity that has a swap class replaced by another name of that class."""
    tokens: list[str] = []
    entities: list[Entity] = []
    position = 0
    for entity, swap_class in zip(sentence.entities, sentence.classes, strict=True):
        tokens += sentence.tokens[position : entity.start]
        words: Sequence[str] = sentence.tokens[entity.start : entity.end]
        if swap_class:
            words = _split_punctuation(generator.choice(pools[swap_class]))
        entities.append(Entity(len(tokens), len(tokens) + len(words), entity.type))
        tokens += words
        position = entity.end
    tokens += sentence.tokens[position:]
    return MarkedSentence(tuple(tokens), tuple(entities), sentence.classes)


def _split_punctuation(name: str) -> list[str]:
    return name.replace(",", " ,").split()


def multiply(sentences: Sequence[MarkedSentence], copies: int, seed: int) -> list[MarkedSentence]:
    """Each sentence as written, and `copies` more of it with names swapped where it has a swap class."""
    pools = name_pools(seed)
    generator = random.Random(seed)
    result: dict[tuple[str, ...], MarkedSentence] = {}
    for sentence in sentences:
        result[sentence.tokens] = sentence
        if any(sentence.classes):
            for _ in range(copies):
                swapped = swap_entities(sentence, pools, generator)
                result.setdefault(swapped.tokens, swapped)
    return list(result.values())
