"""A training by several processes: the same steps as by one, each process with its share of every batch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from conftest import ROOT, small_settings, snakemake, write_overlay
from mclner.configuration.run_settings import RunSettings, from_mapping
from mclner.data.tags import Entity
from mclner.model.batching import SentenceEncoder
from mclner.training.dataset import Example, ViewCollator, ViewDataset
from mclner.training.distributed import share_of
from mclner.training.losses import counted_words
from test_training import CONTRASTS, command_line, corpus, settings, train  # noqa: F401  # corpus is a fixture

LOSS_TOLERANCE = 1e-4  # sums in another order, in float32
WEIGHT_TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def encoder_without_dropout(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """Processes draw dropout of their own; without it they must agree with one process."""
    folder = tmp_path_factory.mktemp("no_dropout") / "encoder"
    shutil.copytree(tiny_encoder, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def train_by_two(corpus: Path, encoder: Path, name: str, text: str, *options: str) -> subprocess.CompletedProcess[str]:  # noqa: F811
    command = command_line(corpus, encoder, name, text, *options)
    launcher = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "--",
    ]  # as in common.smk
    done = subprocess.run([*launcher, *command[1:]], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return done


def test_two_processes_recompute_activations(corpus: Path, encoder_without_dropout: Path) -> None:  # noqa: F811
    """DistributedDataParallel then wants a gradient for every weight, that of the unused contrast too."""
    text = json.loads(settings("relation", epochs=1))
    text["training"]["gradient_checkpointing"] = True
    train_by_two(corpus, encoder_without_dropout, "two", json.dumps(text))
    assert (corpus / "two" / "model" / "model.safetensors").exists()


@pytest.mark.parametrize("head", ["relation", "tagger"])
def test_two_processes_train_the_model_of_one(corpus: Path, encoder_without_dropout: Path, head: str) -> None:  # noqa: F811
    objectives = CONTRASTS if head == "relation" else {"codeswitched_weight": 0.5}
    text = json.loads(settings(head, epochs=3, **objectives))
    text["model"]["dropout"] = 0.0
    text["training"]["sentences_per_batch"] = 5  # 18 sentences: the last batch holds three, with odd shares
    views = ("--codeswitched", str(corpus / "views.parquet"))
    train(corpus, encoder_without_dropout, "one", json.dumps(text), *views)
    log = corpus / "two.log"
    train_by_two(corpus, encoder_without_dropout, "two", json.dumps(text), *views, "--log", str(log))
    assert log.read_text().count("done in") == 1  # one process speaks for all
    one, two = (pd.read_csv(corpus / name / "history.tsv", sep="\t") for name in ("one", "two"))
    assert one["name"].tolist() == two["name"].tolist()
    assert {"label_loss", "eval_f1"} <= set(one["name"])
    difference = (one["value"] - two["value"]).abs()
    assert difference[one["name"] != "eval_f1"].max() < LOSS_TOLERANCE
    assert difference[one["name"] == "eval_f1"].max() == 0.0
    weights = [load_file(corpus / name / "model" / "model.safetensors") for name in ("one", "two")]
    assert max(float((weights[0][key] - weights[1][key]).abs().max()) for key in weights[0]) < WEIGHT_TOLERANCE
    assert json.loads((corpus / "two" / "provenance.json").read_text())["processes"] == 2
    assert not (corpus / "two" / "checkpoints").exists()


def test_the_shares_of_a_batch_are_the_batch(tiny_encoder: Path) -> None:
    encoder = SentenceEncoder(AutoTokenizer.from_pretrained(tiny_encoder), 64, "split")  # type: ignore[arg-type]
    run = from_mapping(RunSettings, {"objectives": CONTRASTS})
    sentences = [["Marie", "left"], ["Warsaw"], ["It", "rained", "on", "Monday", "again"]]
    entities = [[Entity(0, 1, "PER")], [Entity(0, 1, "LOC")], []]
    encoded = [pieces[0] for pieces in encoder.encode(sentences, entities)]
    examples = [Example(sentence, (sentence,), (), 1.0) for sentence in encoded]
    dataset = ViewDataset(examples, run)
    batch = ViewCollator(encoder, run)([dataset[position, 0] for position in range(len(examples))])
    for count in (1, 2, 4, 9):  # nine processes for six rows: three of them have none
        shares = [share_of(batch, number, count) for number in range(count)]
        for row in range(6):
            share = shares[row % count]
            assert torch.equal(share.input_ids[row // count], batch.input_ids[row])
        assert sum(len(share.scored) for share in shares) == len(batch.scored)
        assert batch.contrast_cells is not None
        cells = [share.contrast_cells for share in shares if share.contrast_cells is not None]
        assert sum(map(len, cells)) == len(batch.contrast_cells)
        for share in shares:
            assert share.slices[-1][1] == len(share.input_ids)
            assert all(len_ <= width for first, last, width in share.slices
                       for len_ in share.attention_mask[first:last].sum(1).tolist())  # fmt: skip
            assert share.counted_words is not None
            assert float(share.counted_words) == float(counted_words(batch.scored_words, batch.scored_rows))


def test_a_run_with_two_gpus_asks_for_two_and_starts_by_torchrun(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    change = small_settings(tmp_path / "encoder") | {"variants": {"full": {"training": {"gpus_per_run": 2}}}}
    shutil.copytree(ROOT / "workflow" / "demo" / "words", tmp_path / "encoder")  # any files of the right names
    for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "encoder" / name).touch()
    overlay = write_overlay(tmp_path / "two.yaml", change)
    options = ("--resources", "gpu=2", "--cores", "4", "--configfile", str(overlay))
    done = snakemake(tmp_path, "--dry-run", "--printshellcmds", *options)
    lines = (done.stdout + done.stderr).splitlines()
    commands = {line.strip() for line in lines if "scripts/train.py" in line}
    launched = [command for command in commands if "torch.distributed.run" in command]
    assert len(commands) == 3
    assert all("--nproc-per-node 2 -- " in command for command in launched)
    assert len(launched) == 2  # of `full`, and of its teacher that is based on it; not of `tagger`
