"""Trainings of seconds, through the program, on a few sentences and a tiny encoder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from conftest import SCRIPTS
from helpers.programs import run_program
from mclner.common.checksums import SUMS
from mclner.data.sentences import Sentence, write_corpus

TRAIN = SCRIPTS / "train.py"
SENTENCES = [
    (("Marie", "Curie", "left", "Warsaw", "."), ("B-PER", "I-PER", "O", "B-LOC", "O")),
    (("Toyota", "built", "a", "factory", "in", "Kenya"), ("B-ORG", "O", "O", "O", "O", "B-LOC")),
    (("It", "rained", "on", "Monday"), ("O", "O", "O", "O")),
] * 6
CONTRASTS: dict[str, Any] = {
    "codeswitched_weight": 0.5,
    "semantic_contrast": {"weight": 0.1, "temperature": 0.05},
    "relation_contrast": {"weight": 0.1, "temperature": 0.1, "max_pairs": 64},
}


def write_training_corpus(folder: Path) -> Path:
    """Write train.parquet, dev.parquet and views.parquet into the folder."""
    rows = [Sentence(str(number), "en", tokens, tags) for number, (tokens, tags) in enumerate(SENTENCES)]
    write_corpus(rows, folder / "train.parquet")
    write_corpus(rows[:3], folder / "dev.parquet")
    views = [Sentence(row.id, "mixed", tuple(token.upper() for token in row.tokens), row.tags) for row in rows]
    write_corpus(views, folder / "views.parquet")
    return folder


def settings(head: str = "relation", epochs: int = 2, **objectives: object) -> str:
    return json.dumps(
        {
            "model": {"head": head, "pair_size": 16, "max_length": 64},
            "training": {
                "epochs": epochs,
                "sentences_per_batch": 4,
                "threads": 1,
                "precision": "float32",
                "frozen_layers": 0,
            },
            "objectives": objectives,
        }
    )


def command_line(corpus: Path, encoder: Path, name: str, text: str, *options: str) -> list[str]:
    run = corpus / name
    command = [sys.executable, str(TRAIN), "--settings", text, "--encoder", str(encoder)]
    command += ["--train", str(corpus / "train.parquet"), "--dev", str(corpus / "dev.parquet")]
    command += ["--checkpoints", str(run / "checkpoints"), "--model", str(run / "model")]
    command += ["--history", str(run / "history.tsv"), "--provenance", str(run / "provenance.json")]
    return [*command, *options]


def train(
    corpus: Path, encoder: Path, name: str, text: str, *options: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    command = command_line(corpus, encoder, name, text, *options)
    done = run_program(command)
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def kill_at_a_checkpoint(command: list[str], run: Path) -> None:
    """The seal is a checkpoint's last file: one without it is half written, and rightly thrown away."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and not list(run.glob(f"checkpoints/checkpoint-*/{SUMS}")):
        time.sleep(0.01)
    process.kill()
    assert process.wait() != 0, "training ended before it could be killed"
