"""Translation of labelled source sentences behind one interface; here the word-by-word back end.

A back end is a class with the method of `Translator`. It gets sentences with their tags and gives, for each, words of
the target language with the entities carried over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mclner.data.sentences import Sentence
from mclner.lexicons.lexicon import Lexicon
from mclner.lexicons.phrases import PhraseTable, Replacement, find_phrases, replace_phrases


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated sentence, None where the back end has none; and its length over the source's, in its own pieces."""

    sentence: Sentence | None
    length_ratio: float = 1.0


class Translator(Protocol):
    """Translates sentences into one target language, in order."""

    def translate(self, sentences: Sequence[Sentence]) -> Iterator[Translation]: ...


class LexiconTranslator:
    """Replaces every phrase that the lexicon holds by its first translation; words it lacks stay as they are."""

    def __init__(self, language: str, lexicon: Lexicon) -> None:
        self.language = language
        self.table = PhraseTable.of({language: lexicon})

    def translate(self, sentences: Sequence[Sentence]) -> Iterator[Translation]:
        for sentence in sentences:
            tags = sentence.tags_or_outside
            phrases = find_phrases(sentence.tokens, tags, self.table)
            if not phrases:
                yield Translation(None)
                continue
            first = [phrase.translations[self.language][0] for phrase in phrases]
            pairs = zip(phrases, first, strict=True)
            chosen = [Replacement(phrase, self.language, words) for phrase, words in pairs]
            tokens, new_tags = replace_phrases(sentence.tokens, tags, chosen)
            yield Translation(replace(sentence, lang=self.language, tokens=tuple(tokens), tags=tuple(new_tags)))
