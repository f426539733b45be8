"""The readable markup of the demo corpus: `[PER Marie Curie] was born in [LOC:city Warsaw] .`

Tokens are separated by spaces. A bracket holds an entity type, if need be a colon and a swap class, and the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.common.files import read_lines
from mclner.data.tags import Entity, tags_of

BRACKET = re.compile(r"\[([A-Z]+)(?::([a-z]+))? ([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """Words of a line, its entities, and the swap class of each entity ("" where it has none)."""

    tokens: tuple[str, ...]
    entities: tuple[Entity, ...]
    classes: tuple[str, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tags_of(self.entities, len(self.tokens)))


def parse_markup(line: str) -> MarkedSentence:
    """Read one line of markup. Raises ValueError where a bracket is broken or the line is empty."""
    tokens: list[str] = []
    entities: list[Entity] = []
    classes: list[str] = []
    position = 0
    for bracket in BRACKET.finditer(line):
        tokens += _plain_words(line[position : bracket.start()])
        words = bracket[3].split()
        entities.append(Entity(len(tokens), len(tokens) + len(words), bracket[1]))
        classes.append(bracket[2] or "")
        tokens += words
        position = bracket.end()
    tokens += _plain_words(line[position:])
    if not tokens:
        raise ValueError("is an empty sentence.")
    return MarkedSentence(tuple(tokens), tuple(entities), tuple(classes))


def _plain_words(text: str) -> list[str]:
    if "[" in text or "]" in text:
        raise ValueError(f"has a broken bracket near '{text.strip()}'.")
    return text.split()


def format_markup(sentence: MarkedSentence) -> str:
    """The line that `parse_markup` reads back as `sentence`."""
    parts: list[str] = []
    position = 0
    for entity, swap_class in zip(sentence.entities, sentence.classes, strict=True):
        parts += sentence.tokens[position : entity.start]
        label = f"{entity.type}:{swap_class}" if swap_class else entity.type
        parts.append(f"[{label} {' '.join(sentence.tokens[entity.start : entity.end])}]")
        position = entity.end
    parts += sentence.tokens[position:]
    return " ".join(parts)


def read_markup(path: Path) -> list[MarkedSentence]:
    """All lines of a markup file. Raises InputError with the line number."""
    sentences: list[MarkedSentence] = []
    for number, line in enumerate(read_lines(path), start=1):
        try:
            sentences.append(parse_markup(line))
        except ValueError as error:
            raise InputError(
                path, str(error), "Expected words and brackets such as '[LOC Warsaw] is old .'", number
            ) from None
    return sentences
