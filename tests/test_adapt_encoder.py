"""Masked-language modelling on the experiment's own text, before any label is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from conftest import DEMO, ROOT
from mclner.common.checksums import check_folder
from mclner.configuration.sources import Adaptation
from mclner.data.sentences import Sentence, write_corpus
from mclner.model.batching import SentenceEncoder
from mclner.training.language_modelling import NOT_ASKED, MaskingCollator, mask_number, vocabulary_of

PROGRAM = ROOT / "workflow" / "scripts" / "adapt_encoder.py"


def corpus(language: str, folder: Path) -> Path:
    """The demo's lines in a language, without labels."""
    lines = (DEMO / "test" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    rows = [Sentence(f"{language}-{at}", language, tuple(line.split()), None) for at, line in enumerate(lines) if line]
    path = folder / f"{language}.parquet"
    write_corpus(rows, path)
    return path


def adapt(encoder: Path, folder: Path, name: str, **settings: object) -> tuple[Path, str]:
    """The folder of the adapted encoder, and what the program logged."""
    command = [sys.executable, PROGRAM, "--encoder", encoder, "--source", corpus("en", folder), "--targets"]
    command += [corpus("de", folder), corpus("sw", folder), "--folder", folder / name]
    settings = {"precision": "float32", "threads": 1, "sentences_per_batch": 8} | settings
    done = subprocess.run(
        [*map(str, command), "--adaptation", json.dumps(settings)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return folder / name, done.stderr


@pytest.fixture(scope="module")
def adapted(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> tuple[Path, str]:
    return adapt(tiny_encoder, tmp_path_factory.mktemp("adapted"), "one", epochs=20, learning_rate=1e-2)


def test_it_learns_to_tell_hidden_subwords(adapted: tuple[Path, str]) -> None:
    losses = [float(line.rsplit(" ", 1)[1]) for line in adapted[1].splitlines() if ": loss " in line]
    assert losses[-1] < losses[0] - 0.3


def test_the_folder_is_an_encoder_like_the_first(adapted: tuple[Path, str], tiny_encoder: Path) -> None:
    check_folder(adapted[0])
    before, after = (load_file(folder / "model.safetensors") for folder in (tiny_encoder, adapted[0]))
    assert before.keys() == after.keys()
    assert torch.equal(before["embeddings.word_embeddings.weight"], after["embeddings.word_embeddings.weight"])
    moved = [name for name in before if name.startswith("encoder.") and not torch.equal(before[name], after[name])]
    assert any("attention" in name for name in moved)
    texts = [tuple((DEMO / "test" / "ja.txt").read_text(encoding="utf-8").split())]
    one, other = (SentenceEncoder(AutoTokenizer.from_pretrained(it), 64, "split") for it in (tiny_encoder, adapted[0]))
    assert one.encode(texts) == other.encode(texts)


def test_the_same_settings_give_the_same_weights(tmp_path: Path, tiny_encoder: Path) -> None:
    limits = {"sentences_per_language": 5, "source_sentences": 5}
    first, _ = adapt(tiny_encoder, tmp_path, "first", **limits)
    second, _ = adapt(tiny_encoder, tmp_path, "second", **limits)
    other, _ = adapt(tiny_encoder, tmp_path, "other", **limits, seed=2)
    weights = [(folder / "model.safetensors").read_bytes() for folder in (first, second, other)]
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]


def test_a_share_of_the_subwords_is_hidden_and_never_a_special_one(tiny_encoder: Path) -> None:
    encoder = SentenceEncoder(AutoTokenizer.from_pretrained(tiny_encoder), 64, "split")
    (pieces,) = zip(*encoder.encode([("Anna", "wohnt", "in", "Bonn")] * 200), strict=True)
    vocabulary = vocabulary_of(pieces)
    collate = MaskingCollator(encoder, vocabulary, Adaptation(masked_share=0.25))
    plain = encoder.pad(pieces).input_ids
    batch = collate([(piece, 0) for piece in pieces])
    asked = batch.wanted != NOT_ASKED
    assert not asked[:, 0].any()
    assert not asked[:, -1].any()
    assert 0.22 < asked[:, 1:-1].float().mean() < 0.28
    hidden = batch.input_ids != plain
    assert (batch.input_ids[hidden] == mask_number(encoder.tokenizer)).all()
    assert not (hidden & ~asked).any()
    assert 0.85 < hidden.sum() / asked.sum() < 0.95
    assert torch.equal(torch.tensor(vocabulary)[batch.wanted[asked]], plain[asked])
    again, next_epoch = (collate([(piece, epoch) for piece in pieces]).wanted for epoch in (0, 1))
    assert torch.equal(again, batch.wanted)
    assert not np.array_equal(next_epoch, batch.wanted)
