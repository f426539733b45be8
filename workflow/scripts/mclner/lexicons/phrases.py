"""Phrases of an English sentence that bilingual lexicons translate: found, and replaced with the labels in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mclner.lexicons.casing import match_case
from mclner.lexicons.lexicon import Lexicon

Index = dict[str, dict[str, list[list[str]]]]  # lower-case phrase -> language -> translations, as tokens


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """Lexicons of several languages, to be searched by English phrase; `longest` is in words."""

    index: Index
    longest: int

    @classmethod
    def of(cls, lexicons: Mapping[str, Lexicon]) -> PhraseTable:
        """Gather `lexicons` (by language code) into one table."""
        index: Index = {}
        for language in sorted(lexicons):
            for phrase, translations in lexicons[language].items():
                index.setdefault(phrase, {})[language] = [translation.split(" ") for translation in translations]
        return cls(index, max((phrase.count(" ") + 1 for phrase in index), default=1))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words `start` to `end` (exclusive) of a sentence, which the table translates."""

    start: int
    end: int
    translations: Mapping[str, list[list[str]]]


def find_phrases(tokens: Sequence[str], tags: Sequence[str], table: PhraseTable) -> list[Phrase]:
    """Longest matches from left to right that cross no entity boundary."""
    lowered = [token.lower() for token in tokens]
    limits = _segment_ends(tags)
    phrases: list[Phrase] = []
    position = 0
    while position < len(tokens):
        furthest = min(position + table.longest, limits[position])
        for end in range(furthest, position, -1):
            found = table.index.get(" ".join(lowered[position:end]))
            if found is not None:
                phrases.append(Phrase(position, end, found))
                position = end
                break
        else:
            position += 1
    return phrases


def _segment_ends(tags: Sequence[str]) -> list[int]:
    """For each word, where the entity (or the run of words outside) that it belongs to ends."""
    ends = [0] * len(tags)
    end = len(tags)
    for position in range(len(tags) - 1, -1, -1):
        ends[position] = end
        if position and (tags[position][0] == "B" or (tags[position] == "O") != (tags[position - 1] == "O")):
            end = position
    return ends


@dataclass(frozen=True, slots=True)
class Replacement:
    """A phrase, and the words of `language` (its code) to put in its place."""

    phrase: Phrase
    language: str
    words: list[str]


def replace_phrases(
    tokens: Sequence[str], tags: Sequence[str], replacements: Sequence[Replacement]
) -> tuple[list[str], list[str]]:
    """The sentence with the phrases replaced, from left to right, and its tags."""
    new_tokens: list[str] = []
    new_tags: list[str] = []
    position = 0
    for replacement in replacements:
        start, end = replacement.phrase.start, replacement.phrase.end
        new_tokens += tokens[position:start]
        new_tags += tags[position:start]
        words = match_case(" ".join(tokens[start:end]), replacement.words, replacement.language)
        new_tokens += words
        first = tags[start]
        rest = first if first == "O" else "I-" + first[2:]
        new_tags += [first] + [rest] * (len(words) - 1)
        position = end
    return [*new_tokens, *tokens[position:]], [*new_tags, *tags[position:]]
