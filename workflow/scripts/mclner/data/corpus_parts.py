"""What becomes of read sentences before they are used: types renamed, prefixes taken off, a sample drawn."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from mclner.common.exceptions import InputError
from mclner.data.sentences import Sentence
from mclner.data.tags import OUTSIDE
from mclner.data.tokenization import clean_token

LIKELY = {
    "PERSON": "PER", "PERS": "PER", "PS": "PER", "PEOPLE": "PER", "NAME": "PER", "PERSON_NAME": "PER",
    "ORGANIZATION": "ORG", "ORGANISATION": "ORG", "OG": "ORG", "COMPANY": "ORG", "CORP": "ORG", "CORPORATION": "ORG",
    "LOCATION": "LOC", "LC": "LOC", "GPE": "LOC", "PLACE": "LOC", "CITY": "LOC", "COUNTRY": "LOC",
}  # fmt: skip


def strip_language_prefix(sentences: Sequence[Sentence], lang: str) -> list[Sentence]:
    """PAN-X's raw files have `en:word` for `word`; the prefix goes, at the first colon, where every token has it."""
    prefix = f"{lang}:"
    if not all(token.startswith(prefix) for sentence in sentences for token in sentence.tokens):
        return list(sentences)
    return [
        replace(sentence, tokens=tuple(clean_token(token[len(prefix) :]) for token in sentence.tokens))
        for sentence in sentences
    ]


def map_types(
    sentences: Sequence[Sentence], mapping: Mapping[str, str | None], entity_types: Sequence[str], path: Path
) -> list[Sentence]:
    """Entity types renamed by `mapping`; a type mapped to None is left unmarked.

    Raises InputError on the types that are neither mapped nor among `entity_types`, all at once.
    """
    unknown = unknown_types(sentences, mapping, entity_types)
    if unknown:
        shown = ", ".join(f"{kind} ({count} tags)" for kind, count in sorted(unknown.items()))
        raise InputError(
            path, f"has entity types that are not known: {shown}.", mapping_to_paste(unknown, entity_types)
        )
    kinds = {kind: mapping.get(kind, kind) for kind in _types_of(sentences)}
    tags = {f"{part}-{kind}": f"{part}-{new}" if new else OUTSIDE for kind, new in kinds.items() for part in "BI"}
    return [replace(sentence, tags=tuple(tags.get(tag, tag) for tag in sentence.tags or ())) for sentence in sentences]


def unknown_types(
    sentences: Iterable[Sentence], mapping: Mapping[str, str | None], entity_types: Sequence[str]
) -> Counter[str]:
    """How many tags have each entity type that is neither mapped to one of ours, or to none, nor one itself."""
    known = {*entity_types, None}
    return Counter(
        {kind: count for kind, count in _types_of(sentences).items() if mapping.get(kind, kind) not in known}
    )


def _types_of(sentences: Iterable[Sentence]) -> Counter[str]:
    tags = Counter(tag for sentence in sentences for tag in sentence.tags or ())
    types: Counter[str] = Counter()
    for tag, count in tags.items():
        if tag != OUTSIDE:
            types[tag[2:]] += count
    return types


def mapping_to_paste(unknown: Iterable[str], entity_types: Sequence[str]) -> str:
    """What to do about unknown types: a mapping in YAML, in which what they are likely to be is filled in."""
    ours = {kind.upper(): kind for kind in entity_types}
    mapping = {kind: ours.get(LIKELY.get(kind.upper(), kind.upper())) for kind in sorted(unknown)}
    text = yaml.safe_dump({"tag_mapping": mapping}, default_flow_style=True, width=10**9, allow_unicode=True).strip()
    return f"Add them to entity_types, or map them (null: no entity): corpus: {text}"


def sample(sentences: Sequence[Sentence], most: int | None, seed: int) -> list[Sentence]:
    """At most `most` sentences, drawn with `seed`, in their order; all where `most` is None."""
    if most is None or len(sentences) <= most:
        return list(sentences)
    chosen = random.Random(seed).sample(range(len(sentences)), most)
    return [sentences[position] for position in sorted(chosen)]
