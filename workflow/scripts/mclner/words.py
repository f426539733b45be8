"""Words of plain text, in any script; quick to import, as nothing here needs a model."""

from __future__ import annotations

from pathlib import Path

import regex
from tokenizers import Tokenizer

WORD = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+|[\p{L}\p{N}\p{M}\u200c\u200d]+|\S"
)
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


def split_words(text: str, tokenizer: Tokenizer) -> list[str]:
    """Words and punctuation marks of plain text; scripts without spaces are cut where the tokenizer cuts them."""
    words: list[str] = []
    for run in WORD.findall(text):
        if UNSPACED.match(run):
            cut = tokenizer.encode(run, add_special_tokens=False).tokens
            words += [piece for piece in (part.lstrip("▁") for part in cut) if piece]
        else:
            words.append(run)
    return words


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
