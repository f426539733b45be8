"""Memory and arithmetic of a training step at the batch of a configuration, from tensors without storage.

PyTorch's fake tensors have sizes and number formats, and no values: a step of XLM-R large is gone through in seconds,
without its memory. Every tensor that a step makes is counted from its making to its end, each storage once; the peak
is that of the second step, when AdamW has its moments. Not counted: what a kernel uses for itself, the allocator's
waste, and the context of a GPU, half a gigabyte or so.

The batch is the largest one that the configuration allows: as many sentences as `sentences_per_batch`, all of
`max_length` subwords, each word one subword, in all views. The arithmetic is that of a batch with lengths like those of
PAN-X (made_up.py), padded as the trainer's sampler pads, counted by torch.utils.flop_counter.

The tensors are on the device `cpu`: with a build of torch for processors, autograd ends the process at a tensor on
`cuda`. Attention is the fused kernel, which keeps no weights of attention; it wants them without dropout on a
processor, so they have none here. On a GPU the fused kernels keep no dropout mask either.

    ./run python benchmarks/memory_of_a_step.py                          all kinds of steps of config/paper.yaml
    ./run python benchmarks/memory_of_a_step.py full_large --set max_subwords_per_batch=6144
    ./run python benchmarks/memory_of_a_step.py --quick                  this method against a real step, small
"""

from __future__ import annotations

import argparse
import dataclasses
import random
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from snakemake.utils import update_config
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count
from transformers import XLMRobertaConfig

from made_up import WORDS, make_sentences, make_tokenizer
from mclner.configuration.experiment import Experiment, completed
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings, TrainingSettings
from mclner.data.tags import Entity
from mclner.model.batch import TrainingBatch
from mclner.model.batching import EncodedSentence, SentenceEncoder, batches_by_length
from mclner.model.entity_model import HEADS, EntityModel, EntityModelConfig, freeze, freeze_unused
from mclner.training.dataset import Example, ViewCollator, ViewDataset
from mclner.training.trainer import loss_parts
from measure import report
from memory_meter import Answers, MemoryMeter, allocated_peak

ROOT = Path(__file__).resolve().parents[1]
XLM_R: dict[str, Any] = {"vocab_size": 250_002, "max_position_embeddings": 514, "attention_probs_dropout_prob": 0.0}
SHAPES = {
    "xlm-roberta-base": XLMRobertaConfig(**XLM_R),
    "xlm-roberta-large": XLMRobertaConfig(
        **XLM_R, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096
    ),
    "small": XLMRobertaConfig(
        **XLM_R | {"vocab_size": 6000}, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=256,
    ),
}  # fmt: skip
KINDS = ("tagger", "relation", "translate_train", "full")
CARDS = (16, 24, 40, 80)  # GB
BESIDES = 2e9  # bytes left for what is not counted
ENGLISH_SENTENCES = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes at the peak of a step, and of what stays between steps; operations; subwords that passed the encoder."""

    peak: int
    resting: int
    operations: int
    subwords: int


def settings_of(variant: str, changed: Mapping[str, Any]) -> tuple[RunSettings, str]:
    """The settings of a variant of config/paper.yaml with some keys of `training` changed, and its encoder's name."""
    config: dict[str, Any] = {}
    for name in ("config", "paper"):
        update_config(config, yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8")))
    config = completed(config)
    settings = from_mapping(RunSettings, Experiment.of(config, ROOT / "config" / "languages.tsv").run_settings(variant))
    training = from_mapping(TrainingSettings, dataclasses.asdict(settings.training) | dict(changed))
    return dataclasses.replace(settings, training=training), settings.encoder or config["encoder"]["name"]


def make_batch(settings: RunSettings, sentences: list[list[str]]) -> TrainingBatch:
    """One batch, of as many of the `sentences` as it may hold, in all views of a variant, two entities in each."""
    encoder = SentenceEncoder(make_tokenizer(), settings.model.max_length, settings.model.long_sentences)
    kinds = settings.entity_types
    entities = [[Entity(0, 2, kinds[0]), Entity(len(words) - 1, len(words), kinds[-1])] for words in sentences]
    encoded: list[EncodedSentence] = [pieces[0] for pieces in encoder.encode(sentences, entities)]
    switched, translated = bool(settings.views.codeswitched), bool(settings.views.translated)
    examples = [Example(row, (row,) * switched, (row,) * translated, 1.0) for row in encoded]
    budget = settings.training.max_subwords_per_batch // (1 + switched + translated)
    most = min(settings.training.sentences_per_batch, budget // max(map(len, examples)))
    dataset = ViewDataset(examples[:most], settings)
    return ViewCollator(encoder, settings)([dataset[number, 0] for number in range(most)])


def batch_of_width(settings: RunSettings, width: int) -> TrainingBatch:
    """As many sentences as a batch may have, each of `width` subwords with the special ones."""
    generator, most = random.Random(1), settings.training.sentences_per_batch
    return make_batch(settings, [generator.choices(WORDS, k=width - 2) for _ in range(most)])


def usual_batches(settings: RunSettings) -> tuple[int, int]:
    """How many batches the trainer's sampler makes of 20,000 sentences, and the mean width of their rows, padded."""
    training, views = settings.training, 1 + bool(settings.views.codeswitched) + bool(settings.views.translated)
    lengths = [len(words) + 2 for words in make_sentences(ENGLISH_SENTENCES)]
    budget = training.max_subwords_per_batch // views
    batches = batches_by_length(lengths, budget, training.sentences_per_batch, random.Random(1))
    padded = sum(len(batch) * max(lengths[position] for position in batch) for batch in batches)
    return len(batches), round(padded / len(lengths))


def make_model(settings: RunSettings, shape: XLMRobertaConfig) -> EntityModel:
    config = EntityModelConfig(
        encoder=shape.to_dict(), settings=dataclasses.asdict(settings.model), entity_types=settings.entity_types
    )
    model = HEADS[settings.model.head](config)
    freeze(model, settings.training.freeze_word_embeddings, settings.training.frozen_layers)
    freeze_unused(model, settings.objectives.relation_contrast.weight > 0)
    if settings.training.gradient_checkpointing:
        model.activation_checkpointing_enable()
    return model.train()


def take_step(
    model: EntityModel,
    batch: TrainingBatch,
    settings: RunSettings,
    optimiser: torch.optim.Optimizer,
    while_losses: AbstractContextManager[None] | None = None,
) -> None:
    """Forward, losses, backward, clipping and AdamW, as the trainer does it in bfloat16."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = model(batch)
    with while_losses or nullcontext():
        loss = torch.stack(list(loss_parts(outputs, batch, settings).values())).sum()
    del outputs
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), settings.training.max_gradient_norm)
    optimiser.step()
    optimiser.zero_grad()


def make_optimiser(model: EntityModel) -> torch.optim.Optimizer:
    return torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=1e-5, fused=True)


def answers_for(batch: TrainingBatch, settings: RunSettings) -> Answers:
    """What the losses ask of values, taken from a real step with the same batch and hardly any encoder.

    Transformers asks as well, whether a mask hides anything, but not of fake tensors: they keep their mask.
    """
    narrow = dataclasses.replace(settings, model=dataclasses.replace(settings.model, pair_size=2))
    shape = XLMRobertaConfig(**XLM_R | {"vocab_size": 6000}, hidden_size=4, num_hidden_layers=1, num_attention_heads=1,
                             intermediate_size=4)  # fmt: skip
    model, answers = make_model(narrow, shape), Answers()
    take_step(model, batch, narrow, make_optimiser(model), answers.recording())
    return answers


def without_storage(settings: RunSettings, shape: XLMRobertaConfig, batch: TrainingBatch, count: bool) -> Step:
    """Steps in fake tensors: the memory of the second, or the operations of one where they `count`."""
    answers = answers_for(batch, settings)
    with FakeTensorMode(allow_non_fake_inputs=False) as fake:
        meter = MemoryMeter()
        with meter:
            model = make_model(settings, shape)
            tensors: dict[str, Any] = {
                field.name: fake.from_tensor(value)
                for field in dataclasses.fields(batch)
                if isinstance(value := getattr(batch, field.name), torch.Tensor)
            }
            there = dataclasses.replace(batch, **tensors)
            meter.add(*model.parameters(), *model.buffers())
            optimiser = make_optimiser(model)
            counter = FlopCounterMode(display=False, custom_mapping=FUSED)
            for _ in range(1 if count else 2):
                with counter if count else nullcontext():
                    meter.restart()
                    take_step(model, there, settings, optimiser, answers.replaying())
        operations = counter.get_total_flops() if count else 0
        peak, resting = meter.peak, meter.current
    return Step(peak, resting, operations, int(batch.attention_mask.sum()))


def forward_flops(query: Any, key: Any, value: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    return int(sdpa_flop_count(query, key, value))


def backward_flops(gradient: Any, query: Any, key: Any, value: Any, *_: Any, out_shape: Any = None, **__: Any) -> int:
    return int(sdpa_backward_flop_count(gradient, query, key, value))


FUSED = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: forward_flops,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: backward_flops,
}


def real_step(settings: RunSettings, shape: XLMRobertaConfig, batch: TrainingBatch) -> tuple[int, int]:
    """Bytes at the peak of a real second step: by the meter, and by the log of PyTorch's allocator."""
    model = make_model(settings, shape)
    optimiser = make_optimiser(model)
    take_step(model, batch, settings, optimiser)
    meter = MemoryMeter()
    moments = [value for state in optimiser.state.values() for value in state.values() if value.dim()]
    meter.add(*model.parameters(), *model.buffers(), *moments)
    resting = meter.current
    with meter:
        take_step(model, batch, settings, optimiser)
    by_allocator = allocated_peak(lambda: take_step(model, batch, settings, optimiser))
    return meter.peak, resting + by_allocator


def check(variant: str = "full") -> tuple[int, int, int]:
    """A small encoder: the peak without storage, the real one by the same meter, and that of the allocator."""
    settings, _ = settings_of(variant, {"sentences_per_batch": 8})
    settings = dataclasses.replace(settings, model=dataclasses.replace(settings.model, max_length=32))
    batch = batch_of_width(settings, settings.model.max_length)
    return (
        without_storage(settings, SHAPES["small"], batch, count=False).peak,
        *real_step(settings, SHAPES["small"], batch),
    )


def show(variant: str, changed: Mapping[str, int]) -> None:
    settings, encoder = settings_of(variant, changed)
    largest = without_storage(
        settings, SHAPES[encoder], batch_of_width(settings, settings.model.max_length), count=False
    )
    fits = [str(card) for card in CARDS if largest.peak + BESIDES < card * 1e9]
    print(
        f"{variant:22s} {encoder:17s} {largest.subwords:6d} subwords: {largest.peak / 1e9:5.1f} GB at the peak, "
        f"{largest.resting / 1e9:4.1f} GB between steps; fits {', '.join(fits) or 'none'} GB",
        flush=True,
    )
    number, width = usual_batches(settings)
    usual = without_storage(settings, SHAPES[encoder], batch_of_width(settings, width), count=True)
    print(
        f"{'':22s} {number} batches in an epoch, of {usual.subwords} subwords: {usual.operations / 1e12:.3f} TFLOP",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "variants", nargs="*", help="of config/paper.yaml; one of each kind of step where none is named"
    )
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=NUMBER", help="keys under `training` to change")
    parser.add_argument("--quick", action="store_true", help="only compare the method with a real step, small")
    arguments = parser.parse_args()
    if not arguments.quick:
        changed = {key: int(value) for key, value in (entry.split("=") for entry in arguments.set)}
        for variant in arguments.variants or [f"{kind}{size}" for size in ("", "_large") for kind in KINDS]:
            show(variant, changed)
    fake, same_meter, allocator = check()
    print(f"small encoder: {fake:,} bytes without storage, {same_meter:,} with, {allocator:,} by the allocator")
    share = fake / allocator
    report("memory_of_a_step", share, 1.05, 0.95 <= share <= 1.05)


if __name__ == "__main__":
    main()
