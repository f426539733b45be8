"""How much of the source sentences a bilingual lexicon can translate."""

from __future__ import annotations

from collections.abc import Sequence

from mclner.data.sentences import Sentence
from mclner.lexicons.lexicon import Lexicon
from mclner.lexicons.phrases import PhraseTable, find_phrases


def coverage(sentences: Sequence[Sentence], lexicon: Lexicon) -> tuple[float, float]:
    """Share of the words, and of the words inside entities, that belong to a phrase the lexicon translates."""
    table = PhraseTable.of({"target": lexicon})
    counts = {True: [0, 0], False: [0, 0]}  # inside an entity -> [covered, words]
    for sentence in sentences:
        tags = sentence.tags_or_outside
        covered = {
            position
            for phrase in find_phrases(sentence.tokens, tags, table)
            for position in range(phrase.start, phrase.end)
        }
        for position, (token, tag) in enumerate(zip(sentence.tokens, tags, strict=True)):
            if any(character.isalpha() for character in token):
                counts[tag != "O"][0] += position in covered
                counts[tag != "O"][1] += 1
    inside, outside = counts[True], counts[False]
    return (inside[0] + outside[0]) / max(inside[1] + outside[1], 1), inside[0] / max(inside[1], 1)
