"""Training on Transformers' Trainer: batches by length, two learning rates, three objectives, English dev."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate.data_loader import prepare_data_loader
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR, rotate_checkpoints

from mclner.common.checksums import seal_folder
from mclner.configuration.run_settings import RunSettings
from mclner.data.sentences import Sentence
from mclner.evaluation.scores import count_matches, precision_recall_f1
from mclner.model.batch import TrainingBatch
from mclner.model.batching import LengthBatchSampler, SentenceEncoder
from mclner.model.entity_model import EntityModel
from mclner.model.mixed_precision import use_bfloat16
from mclner.model.recogniser import label_sentences
from mclner.training.dataset import Example, ViewCollator, ViewDataset
from mclner.training.distributed import gather_shares, mean_over_processes, process_count, process_number, share_of
from mclner.training.losses import counted_words, label_loss, relation_contrast, semantic_contrast

log = logging.getLogger(__name__)


def loss_parts(outputs: dict[str, Tensor], batch: TrainingBatch, settings: RunSettings) -> dict[str, Tensor]:
    """Each objective's loss, unweighted: `label`, and `semantic_contrast` and `relation_contrast` where asked for."""
    objectives = settings.objectives
    targets, words = batch.targets, batch.scored_words
    weights = words * batch.scored_rows[:, None]
    if outputs["logits"].dim() == 4:
        cell_weights = words[:, :, None] * weights[:, None, :]
        cell_weights = cell_weights.tril(diagonal=1)  # no entity can make use of the other cells
    else:
        cell_weights = weights
    counted = batch.counted_words if batch.counted_words is not None else counted_words(words, batch.scored_rows)
    parts = {"label": label_loss(outputs["logits"], targets, cell_weights, counted)}
    if objectives.semantic_contrast.weight:
        parts["semantic_contrast"] = semantic_contrast(
            outputs["sentences"], batch.views, batch.groups, objectives.semantic_contrast.temperature
        )
    if batch.contrast_labels is not None:
        parts["relation_contrast"] = relation_contrast(
            outputs["pairs"], batch.contrast_labels, objectives.relation_contrast.temperature
        )
    return parts


class MultiViewTrainer(Trainer):
    """The Trainer with our batches, losses and selection by F1 on the source language's dev sentences."""

    def __init__(
        self,
        model: EntityModel,
        arguments: TrainingArguments,
        settings: RunSettings,
        examples: Sequence[Example],
        dev: Sequence[Sentence],
        encoder: SentenceEncoder,
    ) -> None:
        super().__init__(
            model=model,
            args=arguments,
            train_dataset=ViewDataset(examples, settings),
            eval_dataset=dev,  # type: ignore[arg-type]  # only `evaluate` below reads it
        )
        self.settings, self.dev, self.encoder = settings, dev, encoder
        self.control: TrainerControl
        self.sums: dict[str, Tensor | float] = defaultdict(float)
        self.steps = 0

    def get_train_dataloader(self) -> DataLoader[Any]:
        training = self.settings.training
        lengths = [len(example) for example in self.train_dataset.examples]  # type: ignore[union-attr]
        rows = max((self._views(example) for example in self.train_dataset.examples), default=1)  # type: ignore[union-attr]
        sampler = LengthBatchSampler(
            lengths, training.max_subwords_per_batch // rows, training.sentences_per_batch, self.settings.seed
        )
        pack, count = ViewCollator(self.encoder, self.settings), process_count()
        loader: DataLoader[Any] = DataLoader(
            self.train_dataset,  # type: ignore[arg-type]
            batch_sampler=sampler,  # type: ignore[arg-type]
            collate_fn=pack if count == 1 else lambda examples: share_of(pack(examples), process_number(), count),
            pin_memory=torch.cuda.is_available(),
        )
        device = self.accelerator.device  # and no other sharing than ours
        return prepare_data_loader(
            loader, device, num_processes=1, process_index=0, put_on_device=True, non_blocking=True
        )

    @staticmethod
    def _views(example: Example) -> int:
        return 1 + bool(example.codeswitched) + bool(example.translated)

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        training = self.settings.training
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = defaultdict(list)
        for name, parameter in (model or self.model).named_parameters():
            if parameter.requires_grad:
                groups[name.removeprefix("module.").startswith("encoder."), parameter.dim() > 1].append(parameter)
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": parameters,
                    "lr": training.encoder_learning_rate if of_encoder else training.head_learning_rate,
                    "weight_decay": training.weight_decay if is_matrix else 0.0,
                }
                for (of_encoder, is_matrix), parameters in groups.items()
            ],
            fused=True,
        )
        return self.optimizer

    def compute_loss(
        self, model: nn.Module, inputs: TrainingBatch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        objectives = self.settings.objectives
        outputs = model(inputs)
        if objectives.semantic_contrast.weight and inputs.row_owners is not None:
            outputs["sentences"] = gather_shares(outputs["sentences"], inputs.row_owners)
        if inputs.cell_owners is not None:
            outputs["pairs"] = gather_shares(outputs["pairs"], inputs.cell_owners)
        parts = loss_parts(outputs, inputs, self.settings)
        parts["label"] = parts["label"] * process_count()  # of which the mean will be taken
        total = parts["label"]
        if "semantic_contrast" in parts:
            total = total + objectives.semantic_contrast.weight * parts["semantic_contrast"]
        if "relation_contrast" in parts:
            total = total + objectives.relation_contrast.weight * parts["relation_contrast"]
        for name, part in parts.items():
            self.sums[name] = self.sums[name] + part.detach().double()  # a number for Python would wait for the GPU
        self.steps += 1
        return (total, outputs) if return_outputs else total

    def floating_point_ops(self, inputs: TrainingBatch) -> int:  # type: ignore[override]
        """0: nobody reads the Trainer's count, which wants a dictionary."""
        return 0

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs.update(self._take_part_means())
        super().log(logs, start_time)

    def _take_part_means(self) -> dict[str, float]:
        """Mean of each part of the loss since it was last asked for."""
        values = mean_over_processes([float(value) / self.steps for value in self.sums.values()])
        means = {f"{name}_loss": value for name, value in zip(self.sums, values, strict=True)}
        self.sums.clear()
        self.steps = 0
        return means

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:  # type: ignore[override]
        """Precision, recall and F1 in per cent on the dev sentences."""
        if self.steps:
            super().log(self._take_part_means())  # a checkpoint follows, and holds no half-filled sums
        self.model.eval()
        labellings = label_sentences(self.model, self.encoder, [s.tokens for s in self.dev], "dev")  # type: ignore[arg-type]
        gold = [sentence.entities for sentence in self.dev]
        counts = count_matches(gold, [labelling.entities for labelling in labellings])
        names = ("eval_precision", "eval_recall", "eval_f1")
        metrics = dict(zip(names, precision_recall_f1(counts), strict=True))
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        """Seal each checkpoint before older ones go, and choose those by step and not by the clock."""
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if not self.args.should_save:
            return
        seal_folder(Path(self.args.output_dir) / f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}")
        rotate_checkpoints(
            output_dir=self.args.output_dir, save_total_limit=1, best_model_checkpoint=self.state.best_model_checkpoint
        )


class PlainProgress(TrainerCallback):
    """Log lines every `seconds`, and the dev score of every epoch."""

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self.begun = self.last = time.monotonic()
        self.first_step = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self.begun = self.last = time.monotonic()
        self.first_step = state.global_step  # of a checkpoint: its steps took none of the time counted here

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        now = time.monotonic()
        if now - self.last >= self.seconds:
            self.last = now
            pace = (now - self.begun) / max(state.global_step - self.first_step, 1)
            left = pace * (state.max_steps - state.global_step)
            log.info("step %d of %d, about %.0f s left", state.global_step, state.max_steps, left)

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, metrics: Any = None, **kwargs: Any
    ) -> None:
        log.info("epoch %.0f: F1 on source dev %.2f", state.epoch or 0, metrics["eval_f1"])


def training_arguments(settings: RunSettings, checkpoints: Path, show_bars: bool, steps: int) -> TrainingArguments:
    """Arguments of the Trainer; `steps` is the number of optimiser steps of the whole run."""
    training = settings.training
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=training.epochs,
        learning_rate=training.encoder_learning_rate,
        warmup_steps=round(training.warmup_share * steps),
        lr_scheduler_type="linear",
        max_grad_norm=training.max_gradient_norm,
        gradient_accumulation_steps=training.gradient_accumulation,
        activation_checkpointing=training.gradient_checkpointing,
        bf16=use_bfloat16(training.precision),
        use_cpu=not torch.cuda.is_available(),
        ddp_backend="gloo" if process_count() > 1 and not torch.cuda.is_available() else None,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        greater_is_better=True,
        logging_steps=max(1, steps // 40),
        logging_first_step=True,
        disable_tqdm=not show_bars,
        report_to=[],
        seed=settings.seed,
        remove_unused_columns=False,
        label_names=[],
        log_level="error",
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # one GPU a run: DataParallel would tear the views of a sentence apart
    return arguments


def history_rows(state: TrainerState) -> list[dict[str, Any]]:
    """The Trainer's log as rows of step, epoch, name and value."""
    return [
        {"step": entry["step"], "epoch": f"{entry['epoch']:.4f}", "name": name, "value": f"{value:.6f}"}
        for entry in state.log_history
        for name, value in sorted(entry.items())
        if (name.endswith("_loss") and name != "train_loss") or name == "eval_f1"
    ]
