"""Sentences, a tokenizer and an encoder that need no download: their numbers are random, their sizes real."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    BertConfig,
    M2M100Config,
    M2M100ForConditionalGeneration,
    NllbTokenizer,
    PreTrainedTokenizerFast,
)

from mclner.configuration.run_settings import ContrastSettings, ObjectiveSettings, RunSettings
from mclner.data.tags import Entity
from mclner.model.batch import RowBatch, TrainingBatch
from mclner.model.batching import EncodedSentence, LengthBatchSampler, SentenceEncoder
from mclner.model.entity_model import EntityModel
from mclner.model.mixed_precision import autocast
from mclner.training.dataset import Example, ViewDataset
from mclner.training.trainer import loss_parts

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


@dataclass(frozen=True, slots=True)
class MadeUpBatch:
    """What the trainer packs into one batch: for each sentence its rows (row, view, weight of its label loss)."""

    examples: list[list[tuple[EncodedSentence, int, float]]]

    def views(self, encoder: SentenceEncoder) -> list[RowBatch]:
        """Each view padded by itself to its longest row, as a program would that passes them one after the other."""
        return [encoder.pad([row for row, *_ in rows]) for rows in zip(*self.examples, strict=True)]


def make_training_batches(
    encoder: SentenceEncoder, settings: RunSettings, sentences: int, rows: int, with_views: bool
) -> list[MadeUpBatch]:
    """Batches of `rows` sentences of like length, two entities in each, as the trainer's sampler makes them.

    With views: a code-switched one of the same length, and a translation up to a quarter longer or shorter.
    """
    generator = random.Random(1)
    examples = []
    for words in make_sentences(sentences):
        translated = generator.choices(WORDS, k=max(3, round(len(words) * generator.uniform(0.75, 1.25))))
        source, switched, other = (
            encoder.encode([text], [[Entity(0, 2, "PER"), Entity(len(text) - 1, len(text), "LOC")]])[0][0]
            for text in (words, generator.sample(words, len(words)), translated)
        )
        examples.append(Example(source, (switched,), (other,), 1.0) if with_views else Example(source, (), (), 1.0))
    dataset = ViewDataset(examples, settings)
    sampler = LengthBatchSampler([len(example) for example in examples], settings.training.token_budget, rows, 1)
    return [MadeUpBatch([dataset[key] for key in batch]) for batch in sampler]


def backward(model: EntityModel, batch: TrainingBatch, settings: RunSettings) -> None:
    """Forward and backward pass of a training step."""
    with autocast(model.device, "auto"):
        outputs = model(batch)
    torch.stack(list(loss_parts(outputs, batch, settings).values())).sum().backward()


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
