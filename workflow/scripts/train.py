"""Train one run: a variant of the model with one seed. Writes the model folder, the history and the provenance."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import platform
import random
import shutil
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import torch
import transformers
from transformers import AutoTokenizer, ProgressCallback, set_seed

from mclner.common.checksums import check_folder, seal_folder
from mclner.common.cli import log_counts, make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import alone_in, content_hash, write_json, write_tsv, writing_folder
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings, fingerprint
from mclner.data.sentences import Sentence, read_corpus
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModel, EntityModelConfig, freeze, freeze_unused, load_model, new_model
from mclner.model.mixed_precision import describe_device
from mclner.model.recogniser import quiet_transformers
from mclner.training.checkpoints import usable_checkpoint
from mclner.training.dataset import build_examples, group_views
from mclner.training.distributed import process_count, process_number
from mclner.training.pseudo_labels import read_pseudo_labels
from mclner.training.trainer import MultiViewTrainer, PlainProgress, history_rows, training_arguments

log = logging.getLogger("mclner.train")


def main(arguments: argparse.Namespace) -> None:
    with alone_in(arguments.checkpoints) if process_number() == 0 else nullcontext():
        train(arguments)


def train(arguments: argparse.Namespace) -> None:
    settings = from_mapping(RunSettings, json.loads(arguments.settings))
    quiet_transformers()
    torch.set_num_threads(settings.training.threads)
    set_seed(settings.seed)
    check_folder(arguments.encoder)
    tokenizer = AutoTokenizer.from_pretrained(arguments.encoder, trust_remote_code=False)
    encoder = SentenceEncoder(tokenizer, settings.model.window, settings.model.long_sentences)
    examples = build_examples(
        encoder,
        [*draw_source(arguments.train, settings), *read_all(arguments.translated_source)],
        group_views(read_all(arguments.codeswitched)),
        group_views(read_all(arguments.translated)),
        [row for path in arguments.pseudo_labels for row in read_pseudo_labels(path)],
        settings.objectives.pseudo_label_weight,
    )
    if not examples:
        raise InputError(arguments.train, "holds no sentence.", "Give at least one labelled sentence to train on.")
    log_counts(sorted(encoder.counts.items()), "repairs")
    log.info(
        "%d examples, %s head, %s", len(examples), settings.model.head, describe_device(settings.training.precision)
    )
    model = make_model(arguments, settings)
    freeze(model, settings.training.freeze_word_embeddings, settings.training.frozen_layers)
    freeze_unused(model, settings.objectives.relation_contrast.weight > 0)
    if settings.training.compile:
        model.encoder.compile(dynamic=True)  # in place: names of weights stay; dynamic, or every length compiles anew

    read = [arguments.train, arguments.dev, *arguments.translated_source]
    read += [*arguments.codeswitched, *arguments.translated, *arguments.pseudo_labels]
    models = [folder for folder in (arguments.encoder, arguments.teacher) if folder is not None]
    read += [path for folder in models for path in sorted(folder.glob("*.safetensors"))]  # large ones come in several
    inputs = {path.as_posix(): content_hash(path) for path in read}
    mark = fingerprint(settings, *inputs.values())
    trainer = make_trainer(arguments, settings, model, examples, encoder)
    with trainer.args.main_process_first(desc="looking for checkpoints"):
        checkpoint = usable_checkpoint(arguments.checkpoints, mark)
    if checkpoint:
        log.info("resuming from %s", checkpoint)
    if process_number():
        torch.manual_seed(settings.seed + process_number())  # or every process would drop out the same
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.accelerator.wait_for_everyone()
    if process_number() == 0:
        save(arguments, settings, inputs, trainer, tokenizer)
        shutil.rmtree(arguments.checkpoints)


def draw_source(path: Path, settings: RunSettings) -> list[Sentence]:
    """The labelled source sentences of a run, in file order. Raises InputError where it asks for more than it has."""
    sentences, most = read_corpus(path), settings.training.source_sentences
    if most is None:
        return sentences
    if most > len(sentences):
        raise InputError(
            path, f"holds {len(sentences)} of {most} source_sentences.", "Lower the variant's, or raise the corpus's."
        )
    order = random.Random(settings.seed).sample(range(len(sentences)), len(sentences))  # so a smaller draw is inside
    return [sentences[position] for position in sorted(order[:most])]


def read_all(paths: list[Path]) -> list[Sentence]:
    return [sentence for path in paths for sentence in read_corpus(path)]


def make_model(arguments: argparse.Namespace, settings: RunSettings) -> EntityModel:
    """A fresh model on the pretrained encoder, or the teacher's to go on from."""
    if settings.training.start == "teacher" and arguments.teacher is not None:
        check_folder(arguments.teacher)
        return load_model(arguments.teacher)
    config = EntityModelConfig(
        settings=dataclasses.asdict(settings.model),
        entity_types=settings.entity_types,
        source=settings.source,
        precision=settings.training.precision,
    )
    return new_model(arguments.encoder, config)


def make_trainer(
    arguments: argparse.Namespace, settings: RunSettings, model: EntityModel, examples: list, encoder: SentenceEncoder
) -> MultiViewTrainer:
    show_bars = sys.stderr.isatty()
    dev = read_corpus(arguments.dev)
    steps = settings.training.epochs * -(-len(examples) // settings.training.sentences_per_batch)
    steps = max(1, steps // settings.training.gradient_accumulation)
    trainer = MultiViewTrainer(
        model,
        training_arguments(settings, arguments.checkpoints, show_bars, steps),
        settings,
        examples,
        dev,
        encoder,
    )
    trainer.add_callback(PlainProgress())
    if not show_bars:
        trainer.remove_callback(ProgressCallback)
        trainer.pop_callback(transformers.PrinterCallback)
    return trainer


def save(  # type: ignore[no-untyped-def]
    arguments: argparse.Namespace,
    settings: RunSettings,
    inputs: Mapping[str, str],
    trainer: MultiViewTrainer,
    tokenizer,
) -> None:
    """Write the model, its history and what made it; `inputs` are the files that were read, with their SHA-256."""
    programs = Path(__file__).parent
    code = [Path(__file__), *sorted((programs / "mclner").rglob("*.py"))]
    with writing_folder(arguments.model) as folder:
        trainer.model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        seal_folder(folder)
    write_tsv(history_rows(trainer.state), ["step", "epoch", "name", "value"], arguments.history)
    provenance = {
        "settings": dataclasses.asdict(settings),
        "inputs": inputs,
        "code": {path.relative_to(programs).as_posix(): content_hash(path) for path in code},
        "best_source_dev_f1": trainer.state.best_metric,
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "processes": process_count(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    write_json(provenance, arguments.provenance)
    log.info("best F1 on source dev: %.2f", trainer.state.best_metric)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--settings", required=True, help="the run's settings as JSON")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument("--train", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--dev", type=Path, required=True, help="source sentences that choose the epoch")
    parser.add_argument("--codeswitched", type=Path, nargs="*", default=[], help="code-switched views")
    parser.add_argument("--translated", type=Path, nargs="*", default=[], help="translated views, a file a language")
    parser.add_argument("--translated-source", type=Path, nargs="*", default=[], help="source side of aligned text")
    parser.add_argument("--pseudo-labels", type=Path, nargs="*", default=[], help="the teacher's labels")
    parser.add_argument("--teacher", type=Path, help="model folder of the teacher, where training starts from it")
    parser.add_argument("--checkpoints", type=Path, required=True, help="folder for checkpoints, removed at the end")
    parser.add_argument("--model", type=Path, required=True, help="model folder to write")
    parser.add_argument("--history", type=Path, required=True, help="table of losses and dev scores to write")
    parser.add_argument("--provenance", type=Path, required=True, help="what made the model, to write")
    run_program(parser, main)
