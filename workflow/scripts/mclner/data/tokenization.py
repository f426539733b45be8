"""Words of running text, in any script, with their places; and the subwords of words.

Quick to import, as nothing here needs a model. Measured against the tokens of PAN-X, UNER and the demo
(`benchmarks/running_text.py`): the expression agrees with them better than ICU's word breaks in every language with
spaces; in scripts without, the cuts of the encoder's tokenizer reach more of the entities' edges.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

import regex
from tokenizers import Tokenizer

# Scripts without spaces; common characters that belong to them, such as the long vowel mark of Japanese, are among
# them by their script extensions, and what the Line Break property calls South East Asian (SA) by that.
UNSPACED = r"[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{lb=SA}]"
LETTER = rf"[[\p{{L}}\p{{N}}]--{UNSPACED}--\p{{Default_Ignorable_Code_Point}}]"
UNSPACED_LETTER = rf"[[\p{{L}}\p{{N}}]&&{UNSPACED}]"
HIDDEN = "\u00ad\u034f\u200c\u200d\u2060\ufeff"  # invisible, and no word ends there: soft hyphen, joiners and the like
JOINING = r"['’ʼ‘´΄＇\-‐‑–־_.·]"  # O'Brien, Jean-Paul, 1914–1918, U.S., Paral·lel
JOINING_DIGITS = r"(?<=\p{Nd})[,:٫٬،](?=\p{Nd})"  # 10,000 and 20:30
JOINING_HEBREW = r"(?<=\p{Hebrew})[\"״](?=\p{Hebrew})"  # of acronyms
RUN = rf"{LETTER}(?:[{HIDDEN}]*(?:{LETTER}|\p{{M}}))*+"  # a mark belongs to what is before it, whatever its script
LAST_JOINER = r"(?:(?<=\p{ccc=9})[\u200C\u200D])?"  # after a virama it shapes the last letter
NOTHING = r"\s\p{Z}\p{Cc}\p{Cf}\p{Cs}\u2800"  # white space, controls, direction marks, lone surrogates
WORD = regex.compile(
    "|".join(
        [
            r"[0-9#*]\uFE0F?\u20E3",  # an emoji that begins with a digit
            r"(?:\p{L}\p{M}*\.){2,}(?![\p{L}\p{N}])",  # U.S.
            r"\p{Lu}\p{M}*\.(?=\s+\p{Lu})",  # J. of J. Smith
            rf"{RUN}(?:(?:{JOINING}|{JOINING_DIGITS}|{JOINING_HEBREW}){RUN})*{LAST_JOINER}",
            rf"(?P<unspaced>{UNSPACED_LETTER}(?:[{HIDDEN}]*(?:{UNSPACED_LETTER}|\p{{M}}))*+)",
            r"\.{2,}",
            rf"[{NOTHING}]",  # by itself: a mark that follows belongs to no space
            r"\X",  # punctuation, a symbol, an emoji with all that belongs to it
        ]
    ),
    regex.V1,
)
PIECE = regex.compile(rf"[0-9#*]\uFE0F?\u20E3|{RUN}{LAST_JOINER}|[{NOTHING}]|\X", regex.V1)  # never cut any further
INVISIBLE = regex.compile(rf"[{NOTHING}\p{{Default_Ignorable_Code_Point}}]+", regex.V1)
CHARACTER = regex.compile(r"\X")  # as a reader sees it, such as a letter with its marks

JOINERS = "\u200c\u200d"  # meaningful inside words of Persian, Urdu and the Indic scripts
REPLACEMENT = "\ufffd"  # stands for a token of nothing but invisible characters, so that no position is lost
WORD_MARK = "▁"  # how SentencePiece writes the begin of a word


class SubwordTokenizer(Protocol):
    """A tokenizer with the numbers of its special tokens; those of Transformers are such."""

    @property
    def backend_tokenizer(self) -> Tokenizer: ...

    @property
    def cls_token_id(self) -> int: ...

    @property
    def sep_token_id(self) -> int: ...

    @property
    def pad_token_id(self) -> int: ...

    @property
    def unk_token_id(self) -> int: ...


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int


def find_words(text: str, tokenizer: Tokenizer) -> Iterator[Span]:
    """Words and punctuation marks of running text, in order.

    Between them lies nothing but white space and invisible characters, and no word holds white space or is invisible.
    Runs of a script without spaces are parted from what stands beside them, and cut where the tokenizer cuts them.
    """
    for match in WORD.finditer(text):
        start, end = match.span()
        if match["unspaced"] is not None:
            for word in _cut(match[0], tokenizer):
                yield Span(start + word.start, start + word.end)
        elif not INVISIBLE.fullmatch(match[0]):
            yield Span(start, end)


def _cut(run: str, tokenizer: Tokenizer) -> Iterator[Span]:
    """Pieces of `run` where the tokenizer begins a new one, never inside of a character and its marks.

    The tokenizer may normalise what it sees, so its pieces are no text of ours: their places are.
    """
    encoding = tokenizer.encode(run, add_special_tokens=False)
    begins = {place for piece, (place, _) in zip(encoding.tokens, encoding.offsets, strict=True) if piece != WORD_MARK}
    whole = {match.start() for match in CHARACTER.finditer(run) if match[0] not in HIDDEN}
    cuts = [0, *sorted((begins & whole) - {0}), len(run)]
    for start, end in pairwise(cuts):
        yield Span(start, start + len(run[start:end].rstrip(HIDDEN)))


def find_pieces(text: str) -> Iterator[Span]:
    """Runs of letters and digits, punctuation marks, and characters of scripts without spaces, each by itself.

    Words of `find_words` that a joiner such as a hyphen holds together are parted, so that an entity of which only the
    characters are known need not begin or end inside of one.
    """
    for match in PIECE.finditer(text):
        if not INVISIBLE.fullmatch(match[0]):
            yield Span(*match.span())


def split_words(text: str, tokenizer: Tokenizer) -> list[str]:
    """The words of `find_words`, as they stand in the text."""
    return [text[start:end] for start, end in find_words(text, tokenizer)]


def clean_token(token: str) -> str:
    """`token` in NFC without invisible characters; U+FFFD where nothing else is left of it.

    This is what corpora hold and the encoder sees.
    """
    visible = "".join(
        character
        for character in unicodedata.normalize("NFC", token)
        if character in JOINERS or unicodedata.category(character) not in ("Cf", "Cc", "Zs", "Zl", "Zp", "Cs")
    )
    return visible.strip(JOINERS) or REPLACEMENT


def subwords_of(words: Sequence[str], tokenizer: Tokenizer) -> list[list[int]]:
    """Subword ids of each word, cut by itself; a mark of its begin that stands alone before others is left out.

    Running text in a script without spaces has no such mark, which would be the first subword, and so the vector, of
    nearly every word.
    """
    mark = tokenizer.token_to_id(WORD_MARK)
    found = (encoded.ids for encoded in tokenizer.encode_batch_fast(words, add_special_tokens=False))
    return [ids[1:] if len(ids) > 1 and ids[0] == mark else ids for ids in found]


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
