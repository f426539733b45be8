"""The settings of one training run, as typed objects made from the configuration."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Shape of the model; see workflow/schemas/config.schema.yaml for what each key means."""

    head: str = "relation"
    word_pooling: str = "first"
    pair_size: int = 128
    longest_distance: int = 32
    dropout: float = 0.1
    window: int = 128
    long_sentences: str = "split"


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Optimisation."""

    epochs: int = 3
    sentences_per_batch: int = 16
    token_budget: int = 4096
    encoder_learning_rate: float = 2e-4
    head_learning_rate: float = 5e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    gradient_clip: float = 1.0
    gradient_accumulation: int = 1
    gradient_checkpointing: bool = False
    freeze_word_embeddings: bool = True
    frozen_layers: int = 0
    start: str = "encoder"
    precision: str = "auto"
    threads: int = 2
    source_sentences: int | None = None
    compile: bool = False
    gpus_per_run: int = 1


@dataclass(frozen=True, slots=True)
class ContrastSettings:
    """One contrast: its weight in the loss (0 turns it off) and its temperature."""

    weight: float = 0.0
    temperature: float = 0.1
    cells: int = 256


@dataclass(frozen=True, slots=True)
class ObjectiveSettings:
    """Weights of what is added to the label loss of the source sentences."""

    codeswitched_weight: float = 0.0
    translated_weight: float = 0.0
    pseudo_label_weight: float = 0.0
    semantic_contrast: ContrastSettings = field(default_factory=ContrastSettings)
    relation_contrast: ContrastSettings = field(default_factory=ContrastSettings)


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """Recipes that make the views of a source sentence; None where there is no such view."""

    codeswitched: str | None = None
    translated: str | None = None


@dataclass(frozen=True, slots=True)
class RunSettings:
    """All that decides what a run learns, besides its files."""

    model: ModelSettings = field(default_factory=ModelSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    objectives: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    views: ViewSettings = field(default_factory=ViewSettings)
    self_training: str | None = None
    encoder: str | None = None
    entity_types: tuple[str, ...] = ("PER", "ORG", "LOC")
    source: str = "en"
    seed: int = 1


def from_mapping(kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """An object of the dataclass `kind`. Raises ValueError on a key it does not know."""
    hints = get_type_hints(kind)
    unknown = sorted(set(values) - set(hints))
    if unknown:
        raise ValueError(f"unknown settings {unknown}; known are {sorted(hints)}")
    made: dict[str, Any] = {}
    for name, value in values.items():
        if dataclasses.is_dataclass(hints[name]):
            value = from_mapping(hints[name], value)  # type: ignore[arg-type]
        made[name] = tuple(value) if isinstance(value, list) else value
    return kind(**made)


def fingerprint(settings: RunSettings, *inputs: str) -> str:
    """A short hash of the settings and of what tells a run's inputs apart: no other run takes up its checkpoints."""
    text = json.dumps([dataclasses.asdict(settings), inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
