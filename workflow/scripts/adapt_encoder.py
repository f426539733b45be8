"""Let a pretrained encoder go on learning from unlabelled text: masked-language modelling before any label is seen.

Reads sentences of the source language and of every target, and no label of any. Writes a model folder like the one
that it began with.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import AutoModel, AutoTokenizer, ProgressCallback, TrainingArguments, set_seed

from mclner.common.checksums import check_folder, seal_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import writing_folder
from mclner.configuration.fields import from_mapping
from mclner.configuration.sources import Adaptation
from mclner.data.sentences import read_corpus
from mclner.model.batching import EncodedSentence, LengthBatchSampler, SentenceEncoder
from mclner.model.mixed_precision import describe_device, use_bfloat16
from mclner.model.recogniser import quiet_transformers
from mclner.training.language_modelling import (
    MaskedLanguageModel,
    MaskedLanguageTrainer,
    MaskingCollator,
    vocabulary_of,
)
from mclner.training.trainer import PlainProgress

log = logging.getLogger("mclner.adapt_encoder")
WINDOW = 128  # subwords; a longer sentence is split


def main(arguments: argparse.Namespace) -> None:
    adaptation = from_mapping(Adaptation, json.loads(arguments.adaptation))
    quiet_transformers()
    torch.set_num_threads(adaptation.threads)
    set_seed(adaptation.seed)
    check_folder(arguments.encoder)
    tokenizer = AutoTokenizer.from_pretrained(arguments.encoder, trust_remote_code=False)
    pretrained = AutoModel.from_pretrained(
        arguments.encoder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
    )
    encoder = SentenceEncoder(tokenizer, WINDOW, "split")
    pieces = draw(arguments.source, adaptation.source_sentences, encoder, adaptation.seed)
    for path in arguments.targets:
        pieces += draw(path, adaptation.sentences_per_language, encoder, adaptation.seed)
    if not pieces:
        raise InputError(arguments.source, "holds no sentence.", "Give at least one sentence to learn from.")
    vocabulary = vocabulary_of(pieces)
    log.info("%d sentences, %d subwords occur, %s", len(pieces), len(vocabulary), describe_device(adaptation.precision))
    model = MaskedLanguageModel(pretrained, vocabulary)
    collator = MaskingCollator(encoder, vocabulary, adaptation)
    lengths = [len(piece) + 2 for piece in pieces]
    sampler = LengthBatchSampler(
        lengths, adaptation.max_subwords_per_batch, adaptation.sentences_per_batch, adaptation.seed
    )
    with tempfile.TemporaryDirectory() as unused:
        settings = training_arguments(adaptation, sampler, unused)
        trainer = MaskedLanguageTrainer(model, settings, pieces, sampler, collator)
        trainer.add_callback(PlainProgress())
        if not sys.stderr.isatty():
            trainer.remove_callback(ProgressCallback)
            trainer.pop_callback(transformers.PrinterCallback)
        trainer.train()
    for entry in trainer.state.log_history:
        if "loss" in entry:
            log.info("step %d: loss %.3f", entry["step"], entry["loss"])
    with writing_folder(arguments.folder) as folder:
        pretrained.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        seal_folder(folder)


def draw(path: Path, most: int, encoder: SentenceEncoder, seed: int) -> list[EncodedSentence]:
    """At most `most` sentences of a corpus, drawn with the seed, as pieces that fit the window."""
    sentences = [sentence.tokens for sentence in read_corpus(path) if sentence.tokens]
    chosen = sorted(random.Random(seed).sample(range(len(sentences)), min(most, len(sentences))))
    return [piece for pieces in encoder.encode([sentences[place] for place in chosen]) for piece in pieces]


def training_arguments(adaptation: Adaptation, sampler: LengthBatchSampler, folder: str) -> TrainingArguments:
    steps = adaptation.epochs * len(sampler)
    return TrainingArguments(
        output_dir=folder,
        num_train_epochs=adaptation.epochs,
        learning_rate=adaptation.learning_rate,
        weight_decay=0.01,
        warmup_steps=round(0.1 * steps),
        lr_scheduler_type="linear",
        bf16=use_bfloat16(adaptation.precision),
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        logging_steps=max(1, steps // 20),
        disable_tqdm=not sys.stderr.isatty(),
        report_to=[],
        seed=adaptation.seed,
        remove_unused_columns=False,
        label_names=[],
        log_level="error",
    )


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="model folder of the pretrained encoder")
    parser.add_argument("--source", type=Path, required=True, help="sentences of the source language")
    parser.add_argument("--targets", type=Path, nargs="*", default=[], help="unlabelled sentences of the targets")
    parser.add_argument("--adaptation", required=True, help="settings of the adaptation as JSON")
    parser.add_argument("--folder", type=Path, required=True, help="model folder to write")
    run_program(parser, main)
