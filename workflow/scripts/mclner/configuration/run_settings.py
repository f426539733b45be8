"""The settings of one training run: the same objects, with the same defaults, in the pipeline and in the programs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Literal

from mclner.configuration.fields import key


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Shape of the model, and how its head begins."""

    head: Literal["relation", "tagger"] = key(
        "relation", "`relation` scores pairs of words, `tagger` is a classifier of BIO tags."
    )
    word_pooling: Literal["first", "mean"] = key(
        "first", "A word's vector: that of its first subword, or the mean of all."
    )
    pair_size: int = key(128, "Dimensions of a word pair's vector; the memory of the head grows in step.", minimum=1)
    longest_distance: int = key(32, "Distances between words beyond this one share an embedding.", minimum=1)
    dropout: float = key(0.1, "Dropout on word vectors.", minimum=0, exclusiveMaximum=1)
    window: int = key(128, "Longest input in subwords, the two special ones included.", minimum=4, maximum=512)
    long_sentences: Literal["split", "cut"] = key(
        "split",
        "A sentence longer than the input is split between words and put together again, or cut: words beyond get no "
        "entity. Both are counted in the log and scored.",
    )
    initial_relation_bias: float = key(
        -5.0, "Relation head: first bias of every label but NONE, since few word pairs are related."
    )
    initial_distance_std: float = key(
        0.1, "Relation head: standard deviation of the first distance embeddings.", minimum=0
    )
    initial_classifier_std: float = key(0.02, "Tagger: standard deviation of the first weights.", minimum=0)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Optimisation, and what it runs on."""

    epochs: int = key(3, "Passes over the data. The epoch with the best F1 on source dev is kept.", minimum=1)
    sentences_per_batch: int = key(8, "Most examples in a batch; each brings its views.", minimum=1)
    token_budget: int = key(4096, "Most padded subwords in a batch, all views together: bounds the memory.", minimum=16)
    encoder_learning_rate: float = key(
        2e-4, "Peak learning rate of the encoder; linear warm-up and decay.", exclusiveMinimum=0
    )
    head_learning_rate: float = key(5e-3, "Peak learning rate of the head.", exclusiveMinimum=0)
    weight_decay: float = key(0.01, "Weight decay (AdamW), of matrices alone.", minimum=0)
    warmup: float = key(0.1, "Share of the steps with rising learning rate.", minimum=0, maximum=1)
    gradient_clip: float = key(1.0, "Largest norm of the gradient.", exclusiveMinimum=0)
    gradient_accumulation: int = key(1, "Batches per step.", minimum=1)
    gradient_checkpointing: bool = key(False, "Less memory for more time.")
    freeze_word_embeddings: bool = key(True, "Word embeddings stay as pretrained.")
    frozen_layers: int = key(
        4, "Lower encoder layers, and all embeddings, that stay as pretrained; 0 for none. Saves time.", minimum=0
    )
    start: Literal["encoder", "teacher"] = key(
        "encoder",
        "A student starts from the pretrained encoder, or from its teacher, whose `model` must be like its own.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = key(
        "auto", "`auto`: bfloat16 where the device computes in it, float32 elsewhere."
    )
    threads: int = key(
        2, "CPU threads of a run. Part of the configuration, since it changes the last digits of sums.", minimum=1
    )
    source_sentences: int | None = key(
        None,
        "Labelled source sentences that the run learns from, drawn with its seed, a smaller draw inside a larger one; "
        "null for all.",
        minimum=1,
    )
    compile: bool = key(False, "Compile the encoder with torch.compile, once for all lengths; for long runs on a GPU.")
    gpus_per_run: int = key(
        1, "Processes that share a training, each on a GPU of its own; above 1 by torchrun.", minimum=1
    )


@dataclass(frozen=True, slots=True)
class SemanticContrastSettings:
    """InfoNCE between the sentence vectors of the views."""

    weight: float = key(0.0, "Weight in the loss; 0 turns the contrast off.", minimum=0)
    temperature: float = key(0.05, "Temperature of the contrast.", exclusiveMinimum=0)


@dataclass(frozen=True, slots=True)
class RelationContrastSettings:
    """Supervised contrast between word pairs by relation label."""

    weight: float = key(0.0, "Weight in the loss; 0 turns the contrast off.", minimum=0)
    temperature: float = key(0.1, "Temperature of the contrast.", exclusiveMinimum=0)
    cells: int = key(256, "Most word pairs contrasted in a batch; at most half of them related.", minimum=2)
    none_pairs_per_related: float = key(
        1.0, "Word pairs without a relation that are drawn for each related pair.", minimum=0
    )


@dataclass(frozen=True, slots=True)
class ObjectiveSettings:
    """Weights of what is added to the label loss of the source sentences."""

    codeswitched_weight: float = key(
        0.0,
        "Label loss of the code-switched view; an epoch sees one copy of a sentence, the next one each time.",
        minimum=0,
    )
    translated_weight: float = key(
        0.0,
        "Label loss of the translated view; an epoch sees one translation of a sentence, drawn with the seed, and "
        "where this is above 0 one of those with tags, if there are any.",
        minimum=0,
    )
    pseudo_label_weight: float = key(0.0, "Label loss of pseudo-labelled sentences.", minimum=0)
    semantic_contrast: SemanticContrastSettings = key(
        SemanticContrastSettings(), "InfoNCE between the sentence vectors of the views."
    )
    relation_contrast: RelationContrastSettings = key(
        RelationContrastSettings(), "Supervised contrast between word pairs by relation label."
    )


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """Recipes that make the views of a source sentence; null for no such view."""

    codeswitched: str | None = key(None, "A recipe under `codeswitching`.")
    translated: str | None = key(None, "A recipe under `translation`.")


@dataclass(frozen=True, slots=True)
class VariantSettings:
    """What decides how a variant learns."""

    model: ModelSettings = key(ModelSettings(), "Shape of the model.")
    training: TrainingSettings = key(TrainingSettings(), "Optimisation.")
    objectives: ObjectiveSettings = key(ObjectiveSettings(), "Weights of what is added to the label loss.")
    views: ViewSettings = key(ViewSettings(), "Recipes of the views.")
    self_training: str | None = key(None, "A recipe under `self_training`; null for no pseudo-labels.")
    encoder: str | None = key(None, "Name of one of `more_encoders`; null for the one under `encoder`.")


@dataclass(frozen=True, slots=True)
class RunSettings(VariantSettings):
    """All that decides what a run learns, besides its files: its variant, and what the experiment says of all runs."""

    entity_types: tuple[str, ...] = key(("PER", "ORG", "LOC"), "Entity types.")
    source: str = key("en", "Code of the source language.")
    seed: int = key(1, "Seed of the run.")


def fingerprint(settings: RunSettings, *inputs: str) -> str:
    """A short hash of the settings and of what tells a run's inputs apart: no other run takes up its checkpoints."""
    text = json.dumps([dataclasses.asdict(settings), inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
