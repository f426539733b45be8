"""The models: an encoder with a relation scorer (mCL-NER) or with a BIO classifier (the baseline)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel

from mclner.common.exceptions import InputError
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import ModelSettings
from mclner.data.predictions import Labelling
from mclner.data.tags import tag_names
from mclner.model.batch import RowBatch, TrainingBatch, batch_of
from mclner.model.batching import TOKENS_A_BATCH
from mclner.model.decoding import tagged_entities
from mclner.model.mixed_precision import autocast
from mclner.model.model_folder import CONFIG_NAME, MODEL_TYPE, OTHER_VERSION, read_config
from mclner.model.relation_grid import FIRST_TYPE, NONE, decode_grids, reachable_cells
from mclner.model.rows import Rows

CELLS_AT_ONCE = {"cpu": 2**13, "cuda": 2**20}  # pairs scored together: a cache full; 0.5 GB of vectors


class EntityModelConfig(PretrainedConfig):
    """What a saved model needs to know of itself.

    `encoder` is the configuration of the encoder as a dictionary; `settings` are those of ModelSettings, kept together
    since Transformers has a meaning of its own for some of their names.
    """

    model_type = MODEL_TYPE

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        entity_types: Sequence[str] = ("PER", "ORG", "LOC"),
        source: str = "en",
        precision: str = "auto",
        **others: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.settings = asdict(from_mapping(ModelSettings, settings or {}))
        self.entity_types = list(entity_types)
        self.source = source
        self.precision = precision
        super().__init__(**others)

    def model_settings(self) -> ModelSettings:
        return from_mapping(ModelSettings, self.settings)


def mean_subwords(hidden: Tensor, attention_mask: Tensor) -> Tensor:
    """Sentence vectors [R, H]: the means of the subword vectors [R, T, H] that are no padding."""
    mask = attention_mask[..., None].to(hidden.dtype)
    return (hidden * mask).sum(1) / mask.sum(1)


class EntityModel(PreTrainedModel):
    """Encoder and word pooling; the heads stand in the two subclasses."""

    config_class = EntityModelConfig
    base_model_prefix = "encoder"
    supports_gradient_checkpointing = True
    tokens_a_batch = TOKENS_A_BATCH  # when it labels

    def __init__(self, config: EntityModelConfig) -> None:
        super().__init__(config)
        of_encoder = dict(config.encoder)
        self.encoder = AutoModel.from_config(AutoConfig.for_model(of_encoder.pop("model_type"), **of_encoder))
        if hasattr(self.encoder, "pooler"):
            self.encoder.pooler = None  # the sentence vector is the mean of all subwords
        self.settings = config.model_settings()
        self.dropout = nn.Dropout(self.settings.dropout)

    def _init_weights(self, module: nn.Module) -> None:
        """Heads initialise themselves; the encoder's weights come from its folder."""

    @property
    def entity_types(self) -> list[str]:
        """The labels it can give."""
        return self.config.entity_types

    def subwords(self, batch: RowBatch) -> Tensor:
        """Subword vectors [R, T, H]; rows of like length pass the encoder together, so that little of it is padding.

        They are looked up once for all: each look-up has a gradient as large as the vocabulary.
        """
        mask, embedded = batch.attention_mask, self.encoder.get_input_embeddings()(batch.input_ids)
        parts = []
        for first, last, width in batch.slices or [(0, *mask.shape)]:
            part = self.encoder(inputs_embeds=embedded[first:last, :width], attention_mask=mask[first:last, :width])[0]
            parts.append(functional.pad(part, (0, 0, 0, mask.shape[1] - width)))
        return torch.cat(parts)

    def words(self, batch: RowBatch) -> tuple[Tensor, Tensor]:
        """Word vectors [R, L, H] and subword vectors [R, T, H]."""
        hidden = self.subwords(batch)
        return self.dropout(self.pool(hidden, batch.word_starts, batch.word_ends)), hidden

    def pool(self, hidden: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
        """Word vectors [R, L, H] of subword vectors [R, T, H]; `starts` and `ends` [R, L] are the words' places."""
        width = hidden.shape[-1]
        if self.settings.word_pooling == "first":
            return hidden.gather(1, starts[..., None].expand(-1, -1, width))
        sums = functional.pad(hidden.cumsum(dim=1), (0, 0, 1, 0))
        until = sums.gather(1, ends[..., None].expand(-1, -1, width))
        before = sums.gather(1, starts[..., None].expand(-1, -1, width))
        return (until - before) / (ends - starts).clamp(min=1)[..., None]

    def forward(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """`logits` of the head for the rows `scored`; `sentences` [R, H], the mean subword vectors of all rows.

        Also `pairs` [N, D] where `contrast_cells` are asked for.
        """
        words, hidden = self.words(batch)
        scored = words[batch.scored, : batch.scored_words.shape[1]]
        outputs = {"logits": self.score(scored), "sentences": mean_subwords(hidden, batch.attention_mask)}
        if batch.contrast_cells is not None:
            outputs["pairs"] = self.pair_vectors(words, batch.contrast_cells)
        return outputs

    def score(self, words: Tensor) -> Tensor:
        raise NotImplementedError

    def pair_vectors(self, words: Tensor, cells: Tensor) -> Tensor:
        raise NotImplementedError

    def label(self, batch: RowBatch) -> list[Labelling]:
        """Entities of every row. Raises nothing: any logits decode to flat entities inside the sentence."""
        raise NotImplementedError

    def label_rows(self, rows: Rows) -> list[Labelling]:
        """The same for rows that lie in NumPy's arrays, in the number format that the model was trained in."""
        with autocast(self.device, self.config.precision):
            return self.label(batch_of(rows).to(self.device))


class RelationModel(EntityModel):
    """Scores a relation for every pair of words: GELU(A h_i + B h_j + e_(j-i)), then a linear layer."""

    def __init__(self, config: EntityModelConfig) -> None:
        super().__init__(config)
        hidden, settings = self.encoder.config.hidden_size, self.settings
        labels = FIRST_TYPE + len(config.entity_types)
        self.row = nn.Linear(hidden, settings.pair_size)
        self.column = nn.Linear(hidden, settings.pair_size, bias=False)
        self.distance = nn.Embedding(2 * settings.max_distance + 1, settings.pair_size)
        self.scorer = nn.Linear(settings.pair_size, labels)
        self.contrast = nn.Linear(settings.pair_size, settings.pair_size)
        nn.init.normal_(self.distance.weight, std=settings.initial_distance_std)
        prior = torch.full((labels,), settings.initial_relation_bias)  # few pairs are related: begin with that known
        prior[0] = 0.0
        with torch.no_grad():
            self.scorer.bias.copy_(prior)
        self.post_init()

    def _distances(self, offsets: Tensor) -> Tensor:
        limit = self.settings.max_distance
        return self.distance(offsets.clamp(-limit, limit) + limit)

    def score(self, words: Tensor) -> Tensor:
        """Logits [R, L, L, labels]; the pair vectors are narrow, so no [R, L, L, H] tensor ever exists."""
        row, column = self.row(words), self.column(words)
        positions = torch.arange(words.shape[1], device=words.device)
        offsets = self._distances(positions[None, :] - positions[:, None])
        pairs = row[:, :, None] + column[:, None] + offsets  # the last sum is float32 under autocast too
        return self.scorer(functional.gelu(pairs))

    def pair_vectors(self, words: Tensor, cells: Tensor) -> Tensor:
        """Contrast vectors [N, D] of `cells` [N, 3]: row of the batch, word i, word j."""
        rows, first, second = cells.unbind(1)
        pairs = self.row(words[rows, first]) + self.column(words[rows, second]) + self._distances(second - first)
        return self.contrast(functional.gelu(pairs))

    @torch.inference_mode()
    def label(self, batch: RowBatch) -> list[Labelling]:
        words, _ = self.words(batch)
        first, second = reachable_cells(words.shape[1], words.device)
        offsets, at_once = self._distances(second - first), max(1, CELLS_AT_ONCE[words.device.type] // len(first))
        parts = zip(self.row(words).split(at_once), self.column(words).split(at_once), strict=True)
        logits = [self.scorer(functional.gelu(row[:, first] + column[:, second] + offsets)) for row, column in parts]
        grids = words.new_full((*words.shape[:2], words.shape[1], self.scorer.out_features), -math.inf)
        grids[..., NONE] = 0.0
        grids[:, first, second] = torch.cat(logits).float().log_softmax(-1)
        return decode_grids(grids, batch.word_mask.sum(1).tolist(), self.config.entity_types)


class TaggerModel(EntityModel):
    """A linear BIO classifier over the words: what everyone uses."""

    def __init__(self, config: EntityModelConfig) -> None:
        super().__init__(config)
        self.tags = tag_names(config.entity_types)
        self.classifier = nn.Linear(self.encoder.config.hidden_size, len(self.tags))
        nn.init.normal_(self.classifier.weight, std=self.settings.initial_classifier_std)
        nn.init.zeros_(self.classifier.bias)
        self.post_init()

    def score(self, words: Tensor) -> Tensor:
        """Logits [R, L, tags]."""
        return self.classifier(words)

    @torch.inference_mode()
    def label(self, batch: RowBatch) -> list[Labelling]:
        words, _ = self.words(batch)
        probabilities, best = self.score(words).float().softmax(-1).max(-1)
        lengths = batch.word_mask.sum(1).tolist()
        return tagged_entities(probabilities.cpu().numpy(), best.cpu().numpy(), lengths, self.tags)


HEADS: dict[str, type[EntityModel]] = {"relation": RelationModel, "tagger": TaggerModel}


def new_model(encoder_folder: Path, config: EntityModelConfig) -> EntityModel:
    """A model with the pretrained encoder of `encoder_folder` and a fresh head."""
    encoder = AutoModel.from_pretrained(
        encoder_folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
    )
    config.encoder = encoder.config.to_dict()
    model = HEADS[config.model_settings().head](config)
    weights = {name: value for name, value in encoder.state_dict().items() if not name.startswith("pooler.")}
    model.encoder.load_state_dict(weights)
    return model


def load_model(folder: Path) -> EntityModel:
    """A trained model from its folder. Raises InputError where it is none, or one of another version."""
    read_config(folder)
    config = EntityModelConfig.from_pretrained(folder)
    try:
        model, loading = HEADS[config.model_settings().head].from_pretrained(
            folder, config=config, use_safetensors=True, local_files_only=True, output_loading_info=True
        )
    except (OSError, RuntimeError, SafetensorError) as error:
        problem = f"holds no weights that can be read ({str(error).splitlines()[0]})."
        raise InputError(folder, problem, "Copy the folder anew, whole, or train the run again.") from None
    wrong = sorted({*loading["missing_keys"], *loading["unexpected_keys"]})
    if wrong:
        raise InputError(folder, f"holds other weights than its {CONFIG_NAME} says ({wrong[0]}).", OTHER_VERSION)
    return model


def freeze(model: EntityModel, word_embeddings: bool, layers: int) -> None:
    """Keep the word embeddings, or (`layers` > 0) all embeddings and that many lower layers, as they are.

    Frozen layers get no dropout: noise in what cannot learn costs time and helps nothing.
    """
    if word_embeddings or layers:
        model.encoder.get_input_embeddings().requires_grad_(False)
    if not layers:
        return
    stack = getattr(getattr(model.encoder, "encoder", None), "layer", None)
    if stack is None:
        problem = f"frozen_layers: the layers of a {model.encoder.config.model_type} encoder lie elsewhere than BERT's."
        raise InputError("configuration", problem, "Set frozen_layers: 0; freeze_word_embeddings works with it.")
    for part in (model.encoder.embeddings, *stack[:layers]):
        part.requires_grad_(False)
        for module in part.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0


def freeze_unused(model: EntityModel, contrasts_relations: bool) -> None:
    """Keep the projection of the relation contrast as it is where no loss reaches it: several processes would wait."""
    if isinstance(model, RelationModel):
        model.contrast.requires_grad_(contrasts_relations)


AutoConfig.register(EntityModelConfig.model_type, EntityModelConfig, exist_ok=True)
