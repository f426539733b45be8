"""Sentences, a tokenizer and an encoder that need no download: their numbers are random, their sizes real."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from mclner.batching import RowBatch, SentenceEncoder
from mclner.examples import Example, ViewCollator, ViewDataset
from mclner.settings import ContrastSettings, ObjectiveSettings, RunSettings
from mclner.tags import Entity
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    M2M100Config,
    M2M100ForConditionalGeneration,
    NllbTokenizer,
    PreTrainedTokenizerFast,
)

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


def with_contrasts() -> RunSettings:
    """The objectives of `full`: both contrasts beside the label loss."""
    contrast = ContrastSettings(weight=0.1)
    return RunSettings(objectives=ObjectiveSettings(semantic_contrast=contrast, relation_contrast=contrast))


def make_view_batch(
    encoder: SentenceEncoder, settings: RunSettings, groups: int
) -> tuple[dict[str, Any], list[RowBatch]]:
    """One training batch of `groups` sentences in three views, two entities in each; and each view padded by itself."""
    sentences = sorted(make_sentences(3 * groups), key=len)
    entities = [[Entity(0, 2, "PER"), Entity(len(words) - 1, len(words), "LOC")] for words in sentences]
    rows = [pieces[0] for pieces in encoder.encode(sentences, entities)]
    examples = [Example(rows[3 * n], (rows[3 * n + 1],), (rows[3 * n + 2],), 1.0) for n in range(groups)]
    dataset, collate = ViewDataset(examples, settings), ViewCollator(encoder, settings)
    batch = collate([dataset[position, 0] for position in range(groups)])
    return batch, [encoder.pad(rows[view::3]) for view in range(3)]


def make_translator(folder: Path, codes: list[str], layers: int, vocabulary: int) -> None:
    """A model folder like that of NLLB-200-distilled-600M, which has 12 layers either way and 256,206 pieces."""
    pieces = ["▁", *(chr(0x4E00 + number) for number in range(5000))]
    known = {piece: number for number, piece in enumerate([*SPECIAL, *pieces])}
    tokenizer = NllbTokenizer(vocab=known, merges=[], extra_special_tokens=codes)
    tokenizer.add_tokens([f"<piece {number}>" for number in range(vocabulary - len(tokenizer))])
    config = M2M100Config(
        vocab_size=vocabulary,
        d_model=1024,
        encoder_layers=layers,
        decoder_layers=layers,
        encoder_attention_heads=16,
        decoder_attention_heads=16,
        encoder_ffn_dim=4096,
        decoder_ffn_dim=4096,
        decoder_start_token_id=2,
        scale_embedding=True,
    )
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_sentences(number: int, seed: int = 1) -> list[list[str]]:
    """Sentences with the lengths of PAN-X in subwords: a median of about 11, a long tail up to 100."""
    generator = random.Random(seed)
    lengths = [min(100, max(3, round(generator.lognormvariate(2.4, 0.6)))) for _ in range(number)]
    return [generator.choices(WORDS, k=length) for length in lengths]
