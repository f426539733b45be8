"""XLM-R base and large with random weights on the device at hand: tagger, full and labelling, sentences a second.

Beside each: memory at its peak, and the share of the device's arithmetic, where --teraflops says what that is (an H100:
989 in bfloat16, as recalled from its data sheet). A training step costs 6 operations a weight and subword, labelling 2
(Kaplan et al. 2020, arXiv:2001.08361). The ratio printed is that of the step of `full` to three bare passes, the larger
one of base and large; reach 1.10. Word embeddings are trained, as in the paper's configuration: our side looks them up
once for all views, three passes once each. With --quick, or without a GPU, base alone on few sentences.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from dataclasses import dataclass

import torch
from transformers import XLMRobertaConfig

from made_up import backward, make_sentences, make_tokenizer, make_training_batches, with_contrasts
from mclner.configuration.run_settings import ModelSettings, RunSettings
from mclner.model.batch import TrainingBatch
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import HEADS, EntityModel, EntityModelConfig
from mclner.model.mixed_precision import autocast
from mclner.model.recogniser import label_sentences
from mclner.training.dataset import ViewCollator
from measure import in_turn, report, seconds

SHAPES = {
    "base": XLMRobertaConfig(vocab_size=250_002, max_position_embeddings=514),
    "large": XLMRobertaConfig(
        vocab_size=250_002, max_position_embeddings=514, hidden_size=1024, num_hidden_layers=24,
        num_attention_heads=16, intermediate_size=4096,
    ),
}  # fmt: skip
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds for so many sentences and subwords, and the highest memory in bytes."""

    spent: float
    sentences: int
    subwords: int
    memory: int


def waited(work: Callable[[], object]) -> Callable[[], None]:
    """`work`, ended only when the GPU has done it."""

    def whole() -> None:
        work()
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()

    return whole


def measure(work: Callable[[], object], rounds: int, sentences: int, subwords: int) -> Measured:
    work()
    if DEVICE.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    spent = min(seconds(waited(work)) for _ in range(rounds))
    peak = torch.cuda.max_memory_allocated() if DEVICE.type == "cuda" else peak_of_process()
    return Measured(spent, sentences, subwords, peak)


def peak_of_process() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def make_model(shape: str, head: str, compiled: bool) -> EntityModel:
    model = HEADS[head](EntityModelConfig(encoder=SHAPES[shape].to_dict(), head=head)).to(DEVICE)
    if compiled:
        model.encoder.compile(dynamic=True)
    return model


def training_steps(model: EntityModel, batches: list[TrainingBatch], settings: RunSettings) -> Callable[[], None]:
    """One whole step for each batch: forward, losses, backward and AdamW."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)

    def steps() -> None:
        for batch in batches:
            backward(model, batch, settings)
            optimiser.step()
            optimiser.zero_grad()

    return steps


def show(shape: str, what: str, measured: Measured, weights: int, operations: int, teraflops: float | None) -> None:
    speed = measured.sentences / measured.spent
    line = f"{shape:5s} {what:9s} {speed:8.0f} sentences a second, {measured.memory / 2**30:5.1f} GiB"
    if teraflops:
        share = operations * weights * measured.subwords / measured.spent / (teraflops * 1e12)
        line += f", {share:.0%} of the device's arithmetic"
    print(line, flush=True)


def measure_shape(shape: str, arguments: argparse.Namespace) -> float:
    """Measure one encoder; the time of `full` over that of three bare passes, forward and backward."""
    small = arguments.quick or DEVICE.type == "cpu"
    rounds, rows, trained, labelled = (1, 8, 16, 64) if small else (5, 32, 640, 4000)
    encoder = SentenceEncoder(make_tokenizer(), 128, "split")
    for head, name in (("tagger", "tagger"), ("relation", "full")):
        settings = with_contrasts() if name == "full" else RunSettings(model=ModelSettings(head="tagger"))
        made = make_training_batches(encoder, settings, trained, rows, with_views=name == "full")
        collate, model = ViewCollator(encoder, settings), make_model(shape, head, arguments.compile)
        batches = [collate(batch.examples).to(DEVICE) for batch in made]
        weights = sum(p.numel() for key, p in model.encoder.named_parameters() if "embeddings" not in key)
        subwords = sum(int(batch.attention_mask.sum()) for batch in batches)
        measured = measure(training_steps(model, batches, settings), rounds, trained, subwords)
        show(shape, name, measured, weights, 6, arguments.teraflops)
    views = [view.to(DEVICE) for batch in made for view in batch.views(encoder)]

    def ours() -> None:
        for batch in batches:
            backward(model, batch, settings)

    def bare() -> None:
        for view in views:
            with autocast(DEVICE, "auto"):
                hidden = model.encoder(input_ids=view.input_ids, attention_mask=view.attention_mask)[0]
            hidden.float().square().mean().backward()

    pair = in_turn(waited(ours), waited(bare), rounds)
    print(f"{shape:5s} full, no optimiser: {pair.share:.2f} times three bare passes", flush=True)
    model.zero_grad()
    sentences = make_sentences(labelled)
    subwords = sum(map(len, sentences)) + 2 * labelled
    work = lambda: label_sentences(model.eval(), encoder, sentences, "labelling")  # noqa: E731
    show(shape, "labelling", measure(work, rounds, labelled, subwords), weights, 2, arguments.teraflops)
    return pair.share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds on two cores")
    parser.add_argument("--compile", action="store_true", help="compile the encoder, as the key `compile` does")
    parser.add_argument("--teraflops", type=float, help="the device at its peak, in 10^12 operations a second")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(2)
    print(torch.cuda.get_device_name() if DEVICE.type == "cuda" else "no GPU: on the processor")
    shapes = ["base"] if arguments.quick or DEVICE.type == "cpu" else list(SHAPES)
    shares = [measure_shape(shape, arguments) for shape in shapes]
    report("real_size", max(shares), 1.10, max(shares) <= 1.10)


if __name__ == "__main__":
    main()
