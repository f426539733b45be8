"""Code-switched sentences: words and phrases of a source sentence replaced by dictionary translations.

A phrase lies wholly inside one entity or wholly outside all of them, so the labels move with the words and the sequence
of entity types never changes. After CoSDA-ML (Qin et al. 2020), with phrases.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from mclner.lexicons.phrases import PhraseTable, Replacement, find_phrases, replace_phrases

Mixing = Literal["word", "sentence"]


def code_switch(
    tokens: Sequence[str],
    tags: Sequence[str],
    table: PhraseTable,
    ratio: float,
    mixing: Mixing,
    languages: Sequence[str],
    generator: random.Random,
) -> tuple[list[str], list[str]]:
    """A code-switched sentence and its tags: each phrase found is replaced with probability `ratio`.

    `mixing="word"` draws a language for each phrase, `"sentence"` one of `languages` for the whole sentence.
    """
    sentence_language = generator.choice(languages)
    replacements: list[Replacement] = []
    for phrase in find_phrases(tokens, tags, table):
        if generator.random() >= ratio:
            continue
        offered = phrase.translations
        if mixing == "word":
            language = generator.choice(list(offered))
        elif sentence_language in offered:
            language = sentence_language
        else:
            continue
        replacements.append(Replacement(phrase, language, generator.choice(offered[language])))
    return replace_phrases(tokens, tags, replacements)
