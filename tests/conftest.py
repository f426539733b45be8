"""What several tests share: the checkout, a tiny encoder, and a small experiment run through the pipeline once."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import yaml
from filelock import FileLock

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "workflow" / "scripts"
DEMO = ROOT / "workflow" / "demo"
os.environ["CUDA_VISIBLE_DEVICES"] = ""  # byte for byte the same: that is a promise of processors alone
hypothesis.settings.register_profile("project", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("project")
signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, a shell has it ignored
NO_NETWORK = ROOT / "tests" / "no_network"  # its sitecustomize.py refuses connections
SLOW_FIXTURES = {"small_run", "fetched", "offline_run", "cluster_run"}  # each runs the pipeline
# Modules whose tests one worker runs one after another, longest first: they share a costly run, or change the run of
# `small_run` or files of the checkout that others' runs would take for newer code.
TOGETHER = {
    "test_slurm": "cluster",
    "test_paper": "paper",
    **dict.fromkeys(("test_pipeline", "test_faults", "test_integrity", "test_kill", "test_run_crate"), "small run"),
}


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers for the whole suite; none where tests are named, which then start at once and in this process."""
    return 2 if config.args == config.getini("testpaths") and not config.option.keyword else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Workers take whole modules, or several that stay together. (`xdist_group` has no effect from pytest 9.2 on.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ModulesTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = Path(nodeid.split("::")[0]).stem
            return TOGETHER.get(module, module)

    return ModulesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs the pipeline as slow; what stays together comes first, the longest first."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    order = list(dict.fromkeys(TOGETHER.values()))
    items.sort(key=lambda item: order.index(TOGETHER[item.path.stem]) if item.path.stem in TOGETHER else len(order))


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker to want it makes, and the others wait for."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        whole = folder.with_name(f"{name}.whole")
        if not whole.exists():
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "encoder", make_tiny_encoder)


TINY_SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 160,
    "pad_token_id": 1,
}


def make_tiny_encoder(folder: Path) -> Path:
    """A BERT with random weights and a character tokenizer for the scripts of the demo: real code, no download."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=1200, special_tokens=special, unk_token="<unk>", show_progress=False)
    texts = [(DEMO / "test" / f"{code}.txt").read_text(encoding="utf-8") for code in ("en", "de", "sw", "ja", "ar")]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(folder)
    import torch

    torch.manual_seed(0)
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), **TINY_SHAPE)
    BertModel(config).save_pretrained(folder)
    return folder


def snakemake(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run Snakemake on this checkout's Snakefile with `folder` as working directory, and without a network.

    Fails where anything as much as tried to reach one.
    """
    attempts = folder / "network_attempts.txt"
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(NO_NETWORK),
        "NETWORK_ATTEMPTS": str(attempts),
    }
    command = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder), *arguments]
    command += ["--profile", str(ROOT / "profiles" / "default")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, timeout=1800)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-8000:]}")
    assert not attempts.exists(), attempts.read_text(encoding="utf-8")
    return done


def corpora_learnt_from(planned: str) -> Counter[tuple[str, frozenset[str]]]:
    """What the commands of a plan learn from: program and the corpora it reads (`<language>/<split>`), how often."""
    commands = re.findall(r"python \S*/(train|pseudolabel)\.py (.*)", planned)
    return Counter(
        (program, frozenset(re.findall(r"resources/corpora/\w+/(\S+)\.parquet", options)))
        for program, options in commands
    )


def small_settings(encoder: Path) -> dict[str, object]:
    """An overlay that shrinks the default experiment: three targets, a tiny encoder, one epoch."""
    return {
        "experiment": "small",
        "languages": {"targets": ["de", "sw", "ja"]},
        "corpus": {"name_swaps": 0},
        "encoder": {"kind": "folder", "name": "tiny", "path": str(encoder)},
        "codeswitching": {"mixed": {"copies_per_sentence": 1}},
        "self_training": {"one_round": {"entity_threshold": 0.0, "outside_threshold": 0.0}},
        "run": {
            "training": {"epochs": 1, "sentences_per_batch": 32, "precision": "float32", "threads": 1},
            "model": {"pair_size": 16},
        },
        "compare": ["tagger", "full", "no_self_training"],
        "bootstrap_resamples": 200,
    }


def write_overlay(path: Path, settings: dict[str, object]) -> Path:
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """A folder in which the small experiment has run from corpora to report, once for all tests."""

    def run(folder: Path) -> None:
        shutil.copytree(ROOT / "config", folder / "config")
        overlay = write_overlay(folder / "small.yaml", small_settings(tiny_encoder))
        snakemake(folder, "--cores", "2", "--resources", "gpu=2", "--configfile", str(overlay))

    return made_once(tmp_path_factory, "small_run", run)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with the sentences that trainings of seconds learn from, and a view of each."""
    from helpers.training import write_training_corpus

    return write_training_corpus(tmp_path)
