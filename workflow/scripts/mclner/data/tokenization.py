"""Words of plain text, in any script, and their subwords; quick to import, as nothing here needs a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import regex
from tokenizers import Tokenizer

WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+|[\p{L}\p{N}\p{M}\u200c\u200d]+|\S"
)
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")

WORD_MARK = "▁"  # how SentencePiece writes the begin of a word


def split_words(text: str, tokenizer: Tokenizer) -> list[str]:
    """Words and punctuation marks of plain text; scripts without spaces are cut where the tokenizer cuts them."""
    words: list[str] = []
    for run in WORD.findall(text):
        if UNSPACED.match(run):
            cut = tokenizer.encode(run, add_special_tokens=False).tokens
            words += [piece for piece in (part.lstrip(WORD_MARK) for part in cut) if piece]
        else:
            words.append(run)
    return words


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
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
