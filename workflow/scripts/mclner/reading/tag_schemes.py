"""The ways in which tags are written, told apart by all the tags of a column, and their translation to IOB."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from mclner.data.tags import OUTSIDE

Scheme = Literal["prefix", "suffix", "types"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
EXPECTED = (
    "Known are IOB1, IOB2, BIOES, BILOU and BMES (B-PER or B_PER; suffix: PER-B or PER_B) and types alone (PER), with "
    "O, 0, - or _ for no entity. Where they are not seen, --tag-column and --tag-scheme name them (corpus: tag_column, "
    "tag_scheme); convert what is none of these."
)
TYPES_ALONE = "its tags are types alone: neighbours of one type are one entity (--tag-scheme)"
PARTS = {"B": "B", "I": "I", "E": "I", "L": "I", "S": "B", "U": "B", "M": "I", "W": "B"}
OTHER_OUTSIDE = ("0", "o", "-", "_")  # where a column has no O
PREFIXED = re.compile(r"([BIELSUMW])[-_](.+)")
SUFFIXED = re.compile(r"(.+)[-_]([BIELSUMW])")
LOWER_PREFIX = re.compile(r"[bielsumw][-_]")
LOWER_SUFFIX = re.compile(r"[-_][bielsumw]$")
TYPE = re.compile(r"[^\W\d_][\w./&+:-]+")
CHUNKS = frozenset({"NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "VC", "PC"})


@dataclass(frozen=True, slots=True)
class TagReader:
    """Reads tags of one scheme; `outside` has what stands for no entity, `seen` the types of the tags looked at.

    `has_outside` says whether any of them was outside, `is_lower` that parts are in small letters (b-per, o).
    """

    scheme: Scheme = "prefix"
    outside: frozenset[str] = frozenset({OUTSIDE})
    seen: frozenset[str] = frozenset()
    has_outside: bool = False
    is_lower: bool = False
    known: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)

    def read(self, tag: str) -> str | None:
        """The tag of IOB that `tag` stands for; None where it is no tag. A type alone gives I-TYPE."""
        try:
            return self.known[tag]
        except KeyError:
            if len(self.known) > 10_000:  # a file of anything but tags
                self.known.clear()
            found = self.known[tag] = self._parse(tag.strip())
            return found

    def _parse(self, tag: str) -> str | None:
        if tag in self.outside:
            return OUTSIDE
        parsed = parse_tag(in_usual_letters(tag) if self.is_lower else tag, self.scheme)
        return None if parsed is None else "-".join(parsed)

    @property
    def is_of_chunks(self) -> bool:
        """Whether the types are those of phrases, as in CoNLL-2000 and beside the entities of CoNLL-2003."""
        return bool(self.seen) and self.seen <= CHUNKS


def parse_tag(tag: str, scheme: Scheme) -> tuple[str, str] | None:
    """B or I, and the entity type; None where `tag` is not of the scheme."""
    if scheme == "types":
        return ("I", tag) if TYPE.fullmatch(tag) else None
    found = (PREFIXED if scheme == "prefix" else SUFFIXED).fullmatch(tag)
    if found is None:
        return None
    part, kind = found.groups() if scheme == "prefix" else reversed(found.groups())
    return (PARTS[part], kind) if any(map(str.isalnum, kind)) else None


def in_usual_letters(tag: str) -> str:
    """A tag whose part is a small letter with the capital: B-per for b-per, per_B for per_b."""
    if LOWER_PREFIX.match(tag):
        return tag[0].upper() + tag[1:]
    return tag[:-1] + tag[-1].upper() if LOWER_SUFFIX.search(tag) else tag


def reader_of(tags: Mapping[str, int], scheme: Scheme | None = None) -> TagReader | None:
    """How to read a column whose tags are as frequent as `tags` says; None where it holds no tags.

    At least half of what is not outside must be of the scheme, so that a wrong tag is found as one. Types alone are
    read where every value is one and many are outside: any column of words would do otherwise.
    """
    outside = _outside_of(tags)
    inside = {tag: count for tag, count in tags.items() if tag not in outside}
    count_inside, count_all = sum(inside.values()), sum(tags.values())
    has_outside = count_inside < count_all
    is_lower = "o" in outside
    if scheme is None and not inside:
        return TagReader(outside=outside, has_outside=True) if OUTSIDE in tags else None
    for tried in SCHEMES if scheme is None else (scheme,):
        usual = {tag: in_usual_letters(tag) if is_lower else tag for tag in inside}
        parsed = {tag: found for tag in inside if (found := parse_tag(usual[tag], tried))}
        count = sum(inside[tag] for tag in parsed)
        enough = count * 2 >= count_inside
        if tried == "types":
            enough = count == count_inside and (count_all - count) * 4 >= count_all and not outside & {"-", "_"}
        if enough or scheme is not None:
            return TagReader(tried, outside, frozenset(kind for _, kind in parsed.values()), has_outside, is_lower)
    return None


def _outside_of(tags: Mapping[str, int]) -> frozenset[str]:
    marks = [mark for mark in OTHER_OUTSIDE if mark in tags]
    if OUTSIDE in tags or not marks:
        return frozenset({OUTSIDE})
    return frozenset({OUTSIDE, max(marks, key=lambda mark: tags[mark])})


def count_tags(tags: Iterable[str]) -> Counter[str]:
    """How often each of `tags` comes, white space around it dropped."""
    return Counter(tag.strip() for tag in tags)
