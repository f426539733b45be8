"""Running a model over sentences of any length."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from mclner.common.cli import Progress
from mclner.data.predictions import Labelling
from mclner.data.tags import Entity
from mclner.data.tokenization import split_words
from mclner.model.batching import SentenceEncoder, batches_by_length
from mclner.model.entity_model import EntityModel, load_model
from mclner.model.mixed_precision import autocast

log = logging.getLogger(__name__)
TOKENS_A_BATCH = 4096
ROWS_A_BATCH = 64


class EntityRecogniser:
    """A trained model with its tokenizer: labels sentences in any language the encoder knows."""

    def __init__(self, model: EntityModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.encoder = SentenceEncoder(tokenizer, model.config.window, model.config.long_sentences)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> EntityRecogniser:
        """Load the model folder of a run; on a GPU where there is one."""
        model = load_model(Path(folder))
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model.to(device), AutoTokenizer.from_pretrained(folder, trust_remote_code=False))

    def __call__(self, text: str) -> list[tuple[str, str, float]]:
        """Entities of one plain sentence: their words, type and confidence."""
        words = self.split(text)
        labelling = self.label([words])[0]
        return [
            (" ".join(words[entity.start : entity.end]), entity.type, confidence)
            for entity, confidence in zip(labelling.entities, labelling.confidences, strict=True)
        ]

    def split(self, text: str) -> list[str]:
        """The words of a plain sentence."""
        return split_words(text, self.tokenizer.backend_tokenizer)

    def label(self, sentences: Sequence[Sequence[str]], what: str = "labelling") -> list[Labelling]:
        """Entities of tokenised sentences, in their order; windows of a long sentence are put together again."""
        return label_sentences(self.model, self.encoder, sentences, what)


def label_sentences(
    model: EntityModel, encoder: SentenceEncoder, sentences: Sequence[Sequence[str]], what: str
) -> list[Labelling]:
    """The work of `EntityRecogniser.label`, for a model that is being trained as well."""
    pieces_of = encoder.encode(sentences)
    flat = [(number, piece) for number, pieces in enumerate(pieces_of) for piece in pieces if piece.word_starts]
    found: list[Labelling | None] = [None] * len(flat)
    progress = Progress(len(flat), what, "sentences")
    for batch in batches_by_length([len(piece) for _, piece in flat], TOKENS_A_BATCH, ROWS_A_BATCH):
        rows = encoder.pad([flat[at][1] for at in batch]).to(model.device)
        with autocast(model.device, model.config.precision):
            labellings = model.label(rows)
        for at, labelling in zip(batch, labellings, strict=True):
            found[at] = labelling
        progress.update(len(batch))
    progress.close()
    joined = [Labelling([], [], []) for _ in sentences]
    for (number, _), piece in zip(flat, found, strict=True):
        if piece is not None:
            _append(joined[number], piece)
    for tokens, whole in zip(sentences, joined, strict=True):  # words beyond the window, where it cuts
        whole.word_confidences.extend([0.0] * (len(tokens) - len(whole.word_confidences)))
    return joined


def _append(joined: Labelling, piece: Labelling) -> None:
    offset = len(joined.word_confidences)
    joined.entities.extend(Entity(e.start + offset, e.end + offset, e.type) for e in piece.entities)
    joined.confidences.extend(piece.confidences)
    joined.word_confidences.extend(piece.word_confidences)


def quiet_transformers() -> None:
    """Silence loading reports; our own log says what matters."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    sys.stderr.flush()
