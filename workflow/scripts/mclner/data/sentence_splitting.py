"""Sentences of running text, told apart by simple rules that would rather leave two together than part a name.

1. The end of a line ends a sentence.
2. So does an end mark of a script that needs no space after it (。 । ؟ ۔ ။ and the like).
3. So do . ! ? and … before white space, unless a lower-case letter follows. A full stop after a word of up to three
   characters, or of four that begins with a capital, is that of an abbreviation (St. Louis, Prof. Smith, 1. FC), and
   ends none.
Closing quotes and brackets go with the sentence before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mclner.data.tokenization import Span

LINE_ENDS = ("\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f")
SURE_ENDS = frozenset("。！？｡।॥؟۔።፧။៕។՞։᙮")
ENDS = frozenset([".", "!", "?", "…", "...", "‼", "⁇", "⁈", "⁉"])
CLOSING = frozenset("'\"’”»›)]}」』】）》〉〕＂＇*_")


def find_sentences(text: str, words: Iterable[Span]) -> Iterator[list[Span]]:
    """The `words` of `text`, sentence by sentence, in order."""
    sentence: list[Span] = []
    for word in words:
        if sentence and _ends_between(text, sentence, word):
            yield sentence
            sentence = []
        sentence.append(word)
    if sentence:
        yield sentence


def _ends_between(text: str, sentence: list[Span], following: Span) -> bool:
    """Whether a sentence ends between its last word and the one that follows."""
    between = text[sentence[-1].end : following.start]
    if any(mark in between for mark in LINE_ENDS):
        return True
    if not between and text[following.start : following.end] in CLOSING:
        return False
    last = len(sentence) - 1
    while last > 0 and text[sentence[last].start : sentence[last].end] in CLOSING:
        last -= 1
    mark = text[sentence[last].start : sentence[last].end]
    if mark in SURE_ENDS:
        return True
    if mark not in ENDS or not any(map(str.isspace, between)) or text[following.start].islower():
        return False
    return mark != "." or last == 0 or not _is_short(text[sentence[last - 1].start : sentence[last - 1].end])


def _is_short(word: str) -> bool:
    return len(word) <= 3 or (len(word) == 4 and word[0].isupper())
