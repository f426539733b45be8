"""The recogniser beside Transformers' own token-classification pipeline with the same encoder, both in float32.

Over 2,000 sentences of mixed languages, and over the same as one long document, for which the pipeline is given a
stride. The pipeline gets the batch size that suits it best. Then the recogniser's exports in ONNX Runtime, the start of
a new process to its first entity, and the peak memory of each. The ratio printed is that of sentences a second, ours to
theirs; reach 3. Without --model the encoder has the shape of multilingual-e5-small, a small vocabulary and random
weights.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer, BertModel, pipeline

from made_up import SMALL_ENCODER, make_tokenizer
from mclner.demo.markup import read_markup
from mclner.model.entity_model import EntityModel, EntityModelConfig, new_model
from mclner.model.recogniser import EntityRecogniser, quiet_transformers
from measure import in_turn, report, seconds

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "workflow" / "demo" / "test"
WITHOUT_SPACES = {"zh", "ja", "th", "my"}
STRIDE = 32  # subwords that windows of the pipeline share; ours share half of a window
ENTITIES_BY = r"""
import re, sys, time
begun = time.perf_counter()
from mclner import EntityRecogniser
found = EntityRecogniser.from_pretrained(sys.argv[1])("Marie Curie was born in Warsaw.")
first = time.perf_counter() - begun
EntityRecogniser.from_pretrained(sys.argv[1])(open(sys.argv[2], encoding="utf-8").read().splitlines())
status = open("/proc/self/status").read()  # getrusage counts the program that started this one, too
print(first, int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024)
"""


@dataclass(frozen=True, slots=True)
class Material:
    """What is labelled: sentences, and a document of them all."""

    sentences: list[str]

    @property
    def document(self) -> str:
        return " ".join(self.sentences)


def demo_sentences(number: int) -> Material:
    """Sentences of the demo's tests, the languages in turn."""
    languages = []
    for path in sorted(DEMO.glob("*.txt")):
        joint = "" if path.stem in WITHOUT_SPACES else " "
        languages.append([joint.join(sentence.tokens) for sentence in read_markup(path)])
    mixed = [sentence for together in zip(*languages, strict=False) for sentence in together]
    return Material(list(islice(cycle(mixed), number)))


def made_up_model(folder: Path, quick: bool) -> Path:
    """A model folder with random weights."""
    torch.manual_seed(1)
    shape = SMALL_ENCODER.to_dict()
    if quick:
        shape |= {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
    BertModel(SMALL_ENCODER.from_dict(shape)).save_pretrained(folder / "encoder")
    model = new_model(folder / "encoder", EntityModelConfig(precision="float32"))
    model.save_pretrained(folder / "model")
    make_tokenizer().save_pretrained(folder / "model")
    return folder / "model"


def stock_pipeline(model: EntityModel, folder: Path, document: bool, batch_size: int) -> Any:
    """Transformers' pipeline with the encoder of `model` and a linear layer, which reads windows of the same length."""
    config = model.encoder.config
    config.num_labels = 2 * len(model.entity_types) + 1
    stock = AutoModelForTokenClassification.from_config(config).eval()
    missing = stock.base_model.load_state_dict(model.encoder.state_dict(), strict=False)
    assert not missing.missing_keys, missing
    tokenizer = AutoTokenizer.from_pretrained(folder, model_max_length=model.settings.max_length)
    stride = {"stride": STRIDE} if document else {}
    return pipeline(
        "token-classification",
        model=stock,
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        batch_size=batch_size,
        device="cpu",
        **stride,
    )


def fastest(make: Callable[[int], Any], inputs: Sequence[str] | str) -> tuple[Any, int]:
    """The pipeline with the batch size at which it is fastest, and that size."""
    times = {}
    for size in (1, 8, 32):
        stock = make(size)
        part = inputs[: max(1, len(inputs) // 4)]
        times[size] = seconds(lambda stock=stock, part=part: stock(part))  # type: ignore[misc]
    best = min(times, key=lambda size: times[size])
    return make(best), best


def exported(model: Path, folder: Path) -> dict[str, Path]:
    """Exports of the model by name; none where the packages for it are missing."""
    if not all(map(importlib.util.find_spec, ("onnx", "onnxruntime"))):
        print("onnx and onnxruntime are not installed: exports are left out")
        return {}
    made = {}
    for name, options in (("float32", []), ("int8", ["--int8"])):
        output = folder / name
        command = [sys.executable, "-m", "mclner.inference.command_line", "export", str(model), "--output", str(output)]
        subprocess.run([*command, *options], check=True, env=environment(), capture_output=True)
        made[f"ONNX {name}"] = output
    return made


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "workflow" / "scripts"), *sys.path])}


def start_and_memory(model: Path, texts: Path) -> tuple[float, float]:
    """Seconds of a new process to its first entities, and the MiB that labelling `texts` takes at most."""
    command = [sys.executable, "-c", ENTITIES_BY, str(model), str(texts)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    first, memory = map(float, done.stdout.split()[-2:])
    return first, memory


def main(arguments: argparse.Namespace) -> None:
    quick, rounds = arguments.quick, 1 if arguments.quick else 5
    quiet_transformers()
    torch.set_num_threads(2)
    material = demo_sentences(80 if quick else 2000)
    with TemporaryDirectory() as scratch:
        folder = arguments.model or made_up_model(Path(scratch), quick)
        ours = EntityRecogniser.from_pretrained(folder)
        assert isinstance(ours.model, EntityModel)
        ours.model.config.precision = "float32"
        ratios = []
        for what, inputs in (("sentences", material.sentences), ("one document", material.document)):
            document = isinstance(inputs, str)
            stock, size = fastest(lambda n, d=document: stock_pipeline(ours.model, folder, d, n), inputs)  # type: ignore[misc]
            pair = in_turn(lambda i=inputs: ours(i), lambda i=inputs, s=stock: s(i), rounds)  # type: ignore[misc]
            rates = [len(material.sentences) / part for part in (pair.ours, pair.theirs)]
            ratios.append(pair.times_faster)
            print(
                f"{what}: ours {rates[0]:.0f} a second, pipeline {rates[1]:.0f} (batches of {size}): {ratios[-1]:.2f}x"
            )
        texts = Path(scratch) / "texts.txt"
        texts.write_text("\n".join(material.sentences), encoding="utf-8")
        others = exported(folder, Path(scratch))
        for name, other in others.items():
            theirs = EntityRecogniser.from_pretrained(other)
            pair = in_turn(lambda t=theirs: t(material.sentences), lambda: ours(material.sentences), rounds)  # type: ignore[misc]
            rate = len(material.sentences) / pair.ours
            print(f"{name}: {rate:.0f} a second, {pair.times_faster:.2f}x ours in torch float32")
        for name, other in {"torch": folder, **others}.items():
            first, memory = start_and_memory(other, texts)
            print(f"{name}: first entity after {first:.1f} s, at most {memory:.0f} MiB")
    report("recogniser", min(ratios), 3.0, min(ratios) >= 3.0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny encoder and few sentences: to see that it runs")
    parser.add_argument("--model", type=Path, help="model folder of a run (default: one with random weights)")
    main(parser.parse_args())
