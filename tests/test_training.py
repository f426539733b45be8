"""Training through the program: what it writes, that it comes out the same twice, and that it goes on after a stop."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from transformers import TrainerControl, TrainerState, TrainingArguments

from helpers.training import (
    CONTRASTS,
    SENTENCES,
    command_line,
    kill_at_a_checkpoint,
    settings,
    train,
)
from mclner.common.checksums import seal_folder
from mclner.common.files import alone_in
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings, fingerprint
from mclner.data.sentences import Sentence, write_corpus
from mclner.training.checkpoints import usable_checkpoint
from mclner.training.trainer import PlainProgress

COUNTING = """
import runpy, sys, torch
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0].rpartition("/")[0])
sizes = []
keep = lambda tensor: sizes.append(tensor.nbytes) or tensor
with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        print("kept", sum(sizes))
"""


def train_counting(corpus: Path, encoder: Path, name: str, text: str, *options: str) -> int:
    """Train, and count the bytes that forward passes keep for backward passes."""
    command = [sys.executable, "-c", COUNTING, *command_line(corpus, encoder, name, text, *options)[1:]]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    return int(done.stdout.split("kept ")[1])


def test_the_same_seed_trains_the_same_model_byte_for_byte(corpus: Path, tiny_encoder: Path) -> None:
    views = ("--codeswitched", str(corpus / "views.parquet"))
    for name in ("first", "second"):
        train(corpus, tiny_encoder, name, settings(**CONTRASTS), *views)
    for file in ("model/model.safetensors", "history.tsv", "provenance.json"):
        assert (corpus / "first" / file).read_bytes() == (corpus / "second" / file).read_bytes()
    history = pd.read_csv(corpus / "first" / "history.tsv", sep="\t")
    assert {"label_loss", "semantic_contrast_loss", "relation_contrast_loss", "eval_f1"} <= set(history["name"])
    assert not (corpus / "first" / "checkpoints").exists()


@pytest.mark.slow
def test_a_killed_training_goes_on_from_its_checkpoint_to_the_same_model(corpus: Path, tiny_encoder: Path) -> None:
    text = settings(epochs=4, **CONTRASTS)
    views = ("--codeswitched", str(corpus / "views.parquet"))
    train(corpus, tiny_encoder, "undisturbed", text, *views)
    kill_at_a_checkpoint(command_line(corpus, tiny_encoder, "killed", text, *views), corpus / "killed")
    done = train(corpus, tiny_encoder, "killed", text, *views)
    assert "resuming from" in done.stderr
    for file in ("model/model.safetensors", "history.tsv"):
        assert (corpus / "killed" / file).read_bytes() == (corpus / "undisturbed" / file).read_bytes()


def test_the_time_left_counts_no_steps_of_before_a_stop(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    clock = iter([0.0, 100.0, 110.0])  # seconds: made, begun, and ten steps on
    monkeypatch.setattr("mclner.training.trainer.time.monotonic", lambda: next(clock))
    progress, arguments, control = PlainProgress(), TrainingArguments(str(tmp_path)), TrainerControl()
    progress.on_train_begin(arguments, TrainerState(global_step=500, max_steps=600), control)
    with caplog.at_level("INFO"):
        progress.on_step_end(arguments, TrainerState(global_step=510, max_steps=600), control)
    assert "step 510 of 600, about 90 s left" in caplog.text


def test_a_training_that_still_lives_is_not_joined_by_another(corpus: Path, tiny_encoder: Path) -> None:
    """Such as one whose Snakemake was killed alone."""
    with alone_in(corpus / "run" / "checkpoints"):
        done = train(corpus, tiny_encoder, "run", settings(), check=False)
    assert done.returncode == 1
    assert "checkpoints: is in use by another process" in done.stderr
    train(corpus, tiny_encoder, "run", settings())
    assert not list(corpus.glob("run/checkpoints*"))


@pytest.mark.slow
def test_a_checkpoint_made_on_other_sentences_is_not_taken_up(corpus: Path, tiny_encoder: Path) -> None:
    text = settings(epochs=4)
    kill_at_a_checkpoint(command_line(corpus, tiny_encoder, "killed", text), corpus / "killed")
    rows = [Sentence(str(number), "en", tokens, tags) for number, (tokens, tags) in enumerate(SENTENCES[:9])]
    write_corpus(rows, corpus / "train.parquet")
    done = train(corpus, tiny_encoder, "killed", text)
    assert "removing checkpoints of another configuration" in done.stderr
    assert "resuming from" not in done.stderr


@pytest.mark.parametrize("head", ["relation", "tagger"])
def test_training_lowers_the_label_loss(corpus: Path, tiny_encoder: Path, head: str) -> None:
    train(corpus, tiny_encoder, head, settings(head, epochs=6))
    history = pd.read_csv(corpus / head / "history.tsv", sep="\t")
    losses = history.loc[history["name"] == "label_loss", "value"]
    assert losses.iloc[-1] < 0.7 * losses.iloc[0]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_encoder_trains_and_is_saved_as_any_other(corpus: Path, tiny_encoder: Path) -> None:
    text = json.loads(settings(epochs=1))
    train(corpus, tiny_encoder, "plain", json.dumps(text))
    text["training"]["compile_encoder"] = True
    train(corpus, tiny_encoder, "compiled", json.dumps(text))
    plain, compiled = (load_file(corpus / name / "model" / "model.safetensors") for name in ("plain", "compiled"))
    assert plain.keys() == compiled.keys()
    learnt = "encoder.encoder.layer.0.output.dense.weight"
    assert not torch.equal(plain[learnt], compiled[learnt])  # other dropout, so it was compiled
    torch.testing.assert_close(plain[learnt], compiled[learnt], atol=0.02, rtol=0)


@pytest.mark.slow
def test_recomputing_activations_saves_memory_and_changes_no_step(corpus: Path, tiny_encoder: Path) -> None:
    text = json.loads(settings(**CONTRASTS))
    views = ("--codeswitched", str(corpus / "views.parquet"))
    bytes_kept = train_counting(corpus, tiny_encoder, "kept", json.dumps(text), *views)
    text["training"]["gradient_checkpointing"] = True
    assert train_counting(corpus, tiny_encoder, "recomputed", json.dumps(text), *views) < 0.8 * bytes_kept
    kept, recomputed = (pd.read_csv(corpus / name / "history.tsv", sep="\t") for name in ("kept", "recomputed"))
    pd.testing.assert_frame_equal(kept, recomputed, atol=1e-5)


def test_accumulating_gradients_makes_a_step_of_several_batches(corpus: Path, tiny_encoder: Path) -> None:
    text = json.loads(settings(epochs=4))
    text["training"]["gradient_accumulation"] = 2
    train(corpus, tiny_encoder, "run", json.dumps(text))
    history = pd.read_csv(corpus / "run" / "history.tsv", sep="\t")
    assert history["step"].max() == 4 * 3  # 18 sentences in batches of four are five, so three steps an epoch
    losses = history.loc[history["name"] == "label_loss", "value"]
    assert losses.iloc[-1] < 0.9 * losses.iloc[0]


def test_an_unknown_setting_is_refused_by_name(corpus: Path, tiny_encoder: Path) -> None:
    done = train(corpus, tiny_encoder, "x", json.dumps({"training": {"epoch": 3}}), check=False)
    assert done.returncode == 1
    assert "unknown settings ['epoch']" in done.stderr


def test_a_checkpoint_of_another_configuration_is_not_taken_up(tmp_path: Path) -> None:
    first = from_mapping(RunSettings, {"seed": 1})
    second = from_mapping(RunSettings, {"seed": 2})
    assert usable_checkpoint(tmp_path / "c", fingerprint(first)) is None
    checkpoint = made_up_checkpoint(tmp_path / "c", 10, best=10)
    assert usable_checkpoint(tmp_path / "c", fingerprint(first)) == str(checkpoint)
    assert usable_checkpoint(tmp_path / "c", fingerprint(second)) is None
    assert not checkpoint.exists()


def made_up_checkpoint(checkpoints: Path, step: int, best: int) -> Path:
    """A sealed checkpoint in which the Trainer's state names the best one so far."""
    folder = checkpoints / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    state = {"best_model_checkpoint": str(checkpoints / f"checkpoint-{best}")}
    (folder / "trainer_state.json").write_text(json.dumps(state))
    (folder / "optimizer.pt").write_bytes(b"weights" * 100)
    seal_folder(folder)
    return folder


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "not sealed", "best one flipped", "clock set back"])
def test_a_damaged_checkpoint_is_passed_over_for_an_older_whole_one(tmp_path: Path, damage: str) -> None:
    checkpoints = tmp_path / "c"
    usable_checkpoint(checkpoints, "mark")
    oldest, best, newest = (made_up_checkpoint(checkpoints, step, min(step, 20)) for step in (10, 20, 30))
    victim = best if damage == "best one flipped" else newest
    content = (victim / "optimizer.pt").read_bytes()
    if damage == "cut":
        (victim / "optimizer.pt").write_bytes(content[:-1])
    elif damage in ("flipped", "best one flipped"):
        (victim / "optimizer.pt").write_bytes(content[:-1] + b"S")
    elif damage == "gone":
        (victim / "optimizer.pt").unlink()
    elif damage == "not sealed":
        (victim / "SHA256SUMS").unlink()
    else:
        os.utime(newest, (0, 0))
    expected = {"best one flipped": oldest, "clock set back": newest}.get(damage, best)
    assert usable_checkpoint(checkpoints, "mark") == str(expected)
    assert newest.exists() == (damage == "clock set back")


def test_a_damaged_fingerprint_is_trusted_by_nobody(tmp_path: Path) -> None:
    usable_checkpoint(tmp_path / "c", "mark")
    checkpoint = made_up_checkpoint(tmp_path / "c", 10, best=10)
    (tmp_path / "c" / "fingerprint.json").write_text('{"run": "ma')
    assert usable_checkpoint(tmp_path / "c", "mark") is None
    assert not checkpoint.exists()


def test_a_student_goes_on_from_its_teacher_where_it_says_so(corpus: Path, tiny_encoder: Path) -> None:
    train(corpus, tiny_encoder, "teacher", settings(epochs=1))
    teacher = load_file(corpus / "teacher" / "model" / "model.safetensors")
    for start, same in (("teacher", True), ("encoder", False)):
        run = json.loads(settings(epochs=1))
        run["training"] |= {"initialise_from": start, "encoder_learning_rate": 0.0, "head_learning_rate": 0.0}
        train(corpus, tiny_encoder, start, json.dumps(run), "--teacher", str(corpus / "teacher" / "model"))
        student = load_file(corpus / start / "model" / "model.safetensors")
        assert all(torch.equal(student[name], teacher[name]) for name in teacher) == same
