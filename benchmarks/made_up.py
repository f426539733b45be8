"""Sentences, a tokenizer and an encoder that need no download: their numbers are random, their sizes real."""

from __future__ import annotations

import random

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, PreTrainedTokenizerFast

WORDS = [f"w{number}" for number in range(5000)]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
SMALL_ENCODER = BertConfig(  # the shape of multilingual-e5-small, with a small vocabulary
    vocab_size=len(SPECIAL) + len(WORDS),
    hidden_size=384,
    num_hidden_layers=12,
    num_attention_heads=12,
    intermediate_size=1536,
    pad_token_id=1,
)


def make_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer that knows each of WORDS as one piece."""
    vocabulary = {piece: number for number, piece in enumerate([*SPECIAL, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>"
    )


def make_sentences(number: int, seed: int = 1) -> list[list[str]]:
    """Sentences with the lengths of PAN-X in subwords: a median of about 11, a long tail up to 100."""
    generator = random.Random(seed)
    lengths = [min(100, max(3, round(generator.lognormvariate(2.4, 0.6)))) for _ in range(number)]
    return [generator.choices(WORDS, k=length) for length in lengths]
