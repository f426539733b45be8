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


def without_prefix(sentence: Sentence, prefix: str) -> Sentence:
    """PAN-X's raw files have `en:word` for `word`; the prefix goes, at the first colon."""
    return replace(sentence, tokens=tuple(clean_token(token[len(prefix) :]) for token in sentence.tokens))


def mapped_tags(
    types: Mapping[str, int], mapping: Mapping[str, str | None], entity_types: Sequence[str], path: Path
) -> dict[str, str]:
    """What becomes of each tag where types are renamed by `mapping`; one mapped to None is left unmarked.

    `types` says how many tags have each type. Raises InputError on the types that are neither mapped nor among
    `entity_types`, all at once.
    """
    unknown = unknown_types(types, mapping, entity_types)
    if unknown:
        shown = ", ".join(f"{kind} ({count} tags)" for kind, count in sorted(unknown.items()))
        raise InputError(
            path, f"has entity types that are not known: {shown}.", mapping_to_paste(unknown, entity_types)
        )
    kinds = {kind: mapping.get(kind, kind) for kind in types}
    return {f"{part}-{kind}": f"{part}-{new}" if new else OUTSIDE for kind, new in kinds.items() for part in "BI"}


def with_tags(sentence: Sentence, tags: Mapping[str, str]) -> Sentence:
    """A labelled sentence with the tags that `mapped_tags` gives for its own."""
    return replace(sentence, tags=tuple(tags.get(tag, tag) for tag in sentence.tags or ()))


def unknown_types(
    types: Mapping[str, int], mapping: Mapping[str, str | None], entity_types: Sequence[str]
) -> Counter[str]:
    """How many tags have each of `types` that is neither mapped to one of ours, or to none, nor one itself."""
    known = {*entity_types, None}
    return Counter({kind: count for kind, count in types.items() if mapping.get(kind, kind) not in known})


def mapping_to_paste(unknown: Iterable[str], entity_types: Sequence[str]) -> str:
    """What to do about unknown types: a mapping in YAML, in which what they are likely to be is filled in."""
    ours = {kind.upper(): kind for kind in entity_types}
    mapping = {kind: ours.get(LIKELY.get(kind.upper(), kind.upper())) for kind in sorted(unknown)}
    text = yaml.safe_dump({"tag_mapping": mapping}, default_flow_style=True, width=10**9, allow_unicode=True).strip()
    return f"Add them to entity_types, or map them (null: no entity): corpus: {text}"


def sample(sentences: Sequence[Sentence], most: int | None, seed: int) -> list[Sentence]:
    """At most `most` sentences, drawn with `seed`, in their order; all where `most` is None."""
    return [sentences[position] for position in drawn(len(sentences), most, seed)]


def drawn(count: int, most: int | None, seed: int) -> Sequence[int]:
    """The places, in order, of the at most `most` that `seed` draws of `count` sentences."""
    if most is None or count <= most:
        return range(count)
    return sorted(random.Random(seed).sample(range(count), most))
