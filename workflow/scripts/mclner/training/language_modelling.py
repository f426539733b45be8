"""Masked-language modelling: a pretrained encoder goes on learning from unlabelled text of its task.

Some subwords of a sentence are hidden, and the encoder is to tell them from the rest (Devlin et al. 2019; on text of
the task itself, Gururangan et al. 2020). The output layer is the encoder's own word embeddings, of those subwords that
occur in the text: of a vocabulary of 250,000 most never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from accelerate.data_loader import prepare_data_loader
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer

from mclner.configuration.sources import Adaptation
from mclner.model.batching import EncodedSentence, LengthBatchSampler, SentenceEncoder

MASK_NAMES = ("<mask>", "[MASK]")
KEPT_SHARE = 0.1  # of the subwords to tell, that stand in the input as they are, so that all positions matter
NOT_ASKED = -100  # PyTorch's number for positions without a loss


@dataclass(frozen=True, slots=True)
class MaskedBatch:
    """`input_ids` with subwords hidden and `attention_mask` [R, T]; `wanted` [R, T]: numbers in the vocabulary.

    `wanted` is `NOT_ASKED` where nothing is to be told.
    """

    input_ids: Tensor
    attention_mask: Tensor
    wanted: Tensor

    def __len__(self) -> int:
        return len(self.input_ids)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> MaskedBatch:
        parts = (self.input_ids, self.attention_mask, self.wanted)
        return MaskedBatch(*(part.to(device, non_blocking=non_blocking) for part in parts))

    def __contains__(self, name: object) -> bool:
        """False: the Trainer asks for labels under names of its own."""
        return False


class MaskedLanguageModel(nn.Module):
    """An encoder with an output layer over `vocabulary`, its own frozen word embeddings of those subwords [V, H]."""

    def __init__(self, encoder: PreTrainedModel, vocabulary: Sequence[int]) -> None:
        super().__init__()
        self.encoder = encoder
        embeddings = encoder.get_input_embeddings()
        embeddings.requires_grad_(False)
        self.output: Tensor
        self.register_buffer("output", embeddings.weight.detach()[list(vocabulary)].clone())
        hidden = encoder.config.hidden_size
        self.transform = nn.Linear(hidden, hidden)
        nn.init.eye_(self.transform.weight)  # begin with the vectors as they are
        nn.init.zeros_(self.transform.bias)
        self.norm = nn.LayerNorm(hidden)
        self.bias = nn.Parameter(torch.zeros(len(vocabulary)))

    def forward(self, batch: MaskedBatch) -> Tensor:
        """The mean cross-entropy of the hidden subwords."""
        hidden = self.encoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)[0]
        asked = batch.wanted != NOT_ASKED
        vectors = self.norm(functional.gelu(self.transform(hidden[asked])))
        scores = functional.linear(vectors, self.output).float() + self.bias
        if not len(scores):
            return hidden.sum() * 0.0
        return functional.cross_entropy(scores, batch.wanted[asked])


class SentenceDataset(Dataset[tuple[EncodedSentence, int]]):
    """Sentences at a (position, epoch)."""

    def __init__(self, pieces: Sequence[EncodedSentence]) -> None:
        self.pieces = pieces

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, key: tuple[int, int]) -> tuple[EncodedSentence, int]:
        position, epoch = key
        return self.pieces[position], epoch


class MaskingCollator:
    """Packs sentences into a batch and hides `masked_share` of their subwords, others in every epoch."""

    def __init__(self, encoder: SentenceEncoder, vocabulary: Sequence[int], adaptation: Adaptation) -> None:
        self.encoder, self.adaptation = encoder, adaptation
        self.numbers = np.full(max(vocabulary) + 1, NOT_ASKED, dtype=np.int64)
        self.numbers[list(vocabulary)] = np.arange(len(vocabulary))
        self.mask = mask_number(encoder.tokenizer)

    def __call__(self, sentences: Sequence[tuple[EncodedSentence, int]]) -> MaskedBatch:
        rows, epoch = [piece for piece, _ in sentences], sentences[0][1]
        padded = self.encoder.pad(rows)
        ids = padded.input_ids.numpy()
        places = np.arange(ids.shape[1])[None]
        inside = (places > 0) & (places <= np.array([len(row) for row in rows])[:, None])  # no special ones
        generator = np.random.default_rng([self.adaptation.seed, epoch, *ids.shape, int(ids.sum())])
        asked = inside & (generator.random(ids.shape) < self.adaptation.masked_share)
        hidden = asked & (generator.random(ids.shape) >= KEPT_SHARE)
        wanted = np.full(ids.shape, NOT_ASKED, dtype=np.int64)
        wanted[asked] = self.numbers[ids[asked]]
        return MaskedBatch(
            torch.from_numpy(np.where(hidden, self.mask, ids)), padded.attention_mask, torch.from_numpy(wanted)
        )


class MaskedLanguageTrainer(Trainer):
    """The Trainer with our batches."""

    def __init__(
        self,
        model: MaskedLanguageModel,
        arguments: Any,
        pieces: Sequence[EncodedSentence],
        sampler: LengthBatchSampler,
        collator: MaskingCollator,
    ) -> None:
        super().__init__(model=model, args=arguments, train_dataset=SentenceDataset(pieces))
        self.sampler, self.collator = sampler, collator

    def get_train_dataloader(self) -> DataLoader[Any]:
        loader: DataLoader[Any] = DataLoader(
            self.train_dataset,  # type: ignore[arg-type]
            batch_sampler=self.sampler,  # type: ignore[arg-type]
            collate_fn=self.collator,
        )
        return prepare_data_loader(
            loader, self.accelerator.device, num_processes=1, process_index=0, put_on_device=True
        )

    def compute_loss(
        self, model: nn.Module, inputs: MaskedBatch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        loss = model(inputs)
        return (loss, {}) if return_outputs else loss

    def floating_point_ops(self, inputs: MaskedBatch) -> int:  # type: ignore[override]
        """0: nobody reads the Trainer's count, which wants a dictionary."""
        return 0


def mask_number(tokenizer: PreTrainedTokenizerBase) -> int:
    """The subword that hides others: the tokenizer's own, or where it names none the one that is called so.

    A tokenizer that knows no such subword hides by the unknown one.
    """
    if tokenizer.mask_token_id is not None:
        return int(tokenizer.mask_token_id)
    vocabulary = tokenizer.get_vocab()
    return next((vocabulary[name] for name in MASK_NAMES if name in vocabulary), int(tokenizer.unk_token_id))


def vocabulary_of(pieces: Sequence[EncodedSentence]) -> list[int]:
    """The subwords that occur, sorted."""
    return sorted({number for piece in pieces for number in piece.input_ids})
