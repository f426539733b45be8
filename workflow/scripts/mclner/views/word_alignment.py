"""Words of a sentence and of its translation that mean the same, found by a pretrained encoder and a lexicon.

Word vectors are means of the subword vectors of a middle layer; what all words of a language share is taken away from
them. Two words are aligned where each is the other's most similar one ("inter" of SimAlign, Jalili Sabet et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoConfig, AutoModel, AutoTokenizer

from mclner.common.cli import Progress
from mclner.common.exceptions import InputError
from mclner.lexicons.lexicon import Lexicon
from mclner.model.batch import RowBatch
from mclner.model.batching import SentenceEncoder, batches_by_length

Matrix = NDArray[np.float32]
WINDOW, TOKENS_A_BATCH, ROWS_A_BATCH = 128, 4096, 64
LONGEST_TRANSLATION = 6  # in words of the target; longer ones are rare, and every length is looked up at every word


@dataclass(frozen=True, slots=True)
class Alignment:
    """Aligned words of a sentence and its translation; -1 stands for none.

    `pairs` (source word, target word) are each other's most similar words, in order. `nearest_target` has the most
    similar word of every source word, `nearest_source` that of every target word.
    """

    pairs: list[tuple[int, int]]
    nearest_target: list[int]
    nearest_source: list[int]


class WordEncoder:
    """The lower layers of a pretrained encoder: vectors of the words of tokenised sentences."""

    def __init__(self, folder: Path, layers: Sequence[int]) -> None:
        """`layers` count from 1; none above the highest is computed. Raises InputError on one that is not there."""
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        if not 1 <= min(layers) <= max(layers) <= config.num_hidden_layers:
            problem = f"has the layers 1 to {config.num_hidden_layers}, and {list(layers)} are asked for."
            raise InputError(folder, problem, "Name layers that it has.")
        config.num_hidden_layers = max(layers)
        model = AutoModel.from_pretrained(
            folder, config=config, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
        self.model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self.layers = list(layers)
        self.encoder = SentenceEncoder(AutoTokenizer.from_pretrained(folder, trust_remote_code=False), WINDOW, "split")

    @torch.inference_mode()
    def vectors(self, sentences: Sequence[Sequence[str]], what: str = "encoding words") -> list[Matrix]:
        """For each sentence [layers, words, H]; windows of a long sentence are put together again."""
        pieces_of = self.encoder.encode(sentences)
        flat = [(number, piece) for number, pieces in enumerate(pieces_of) for piece in pieces if piece.word_starts]
        found: list[Matrix] = [np.empty(0, dtype=np.float32)] * len(flat)
        progress = Progress(len(flat), what, "sentences")
        for batch in batches_by_length([len(piece) for _, piece in flat], TOKENS_A_BATCH, ROWS_A_BATCH):
            words = self._words(self.encoder.pad([flat[at][1] for at in batch])).cpu().numpy()
            for row, at in enumerate(batch):
                found[at] = words[row, :, : len(flat[at][1].word_starts)].copy()  # or the whole batch would stay
            progress.update(len(batch))
        progress.close()
        joined = [np.zeros((len(self.layers), 0, self.model.config.hidden_size), dtype=np.float32) for _ in sentences]
        for number, pieces in groupby(zip(flat, found, strict=True), key=lambda pair: pair[0][0]):
            joined[number] = np.concatenate([vectors for _, vectors in pieces], axis=1)
        return joined

    def _words(self, batch: RowBatch) -> Tensor:
        """Word vectors [R, layers, L, H] of a batch of R rows."""
        rows = batch.to(self.model.device)
        states = self.model(rows.input_ids, attention_mask=rows.attention_mask, output_hidden_states=True)
        hidden = torch.stack([states.hidden_states[layer] for layer in self.layers], dim=1)
        places = torch.arange(hidden.shape[2], device=hidden.device)
        inside = (rows.word_starts[..., None] <= places) & (places < rows.word_ends[..., None])  # [R, L, T]
        lengths = inside.sum(-1, keepdim=True).clamp(min=1)
        return (inside / lengths)[:, None] @ hidden


def centre(vectors: Sequence[Matrix]) -> list[Matrix]:
    """Vectors [layers, words, H] of sentences in one language, less their mean over all words, and of unit length.

    The mean is what tells languages apart; without it words are nearest to words that mean the same.
    """
    mean = np.concatenate(vectors, axis=1).mean(axis=1, keepdims=True)
    moved = [matrix - mean for matrix in vectors]
    return [matrix / np.maximum(np.linalg.norm(matrix, axis=-1, keepdims=True), 1e-9) for matrix in moved]


def align(source: Matrix, target: Matrix, evidence: Matrix | None = None) -> Alignment:
    """Align two sentences by unit word vectors [S, H] and [T, H]; `evidence` [S, T] is added to their cosines."""
    if not len(source) or not len(target):
        return Alignment([], [-1] * len(source), [-1] * len(target))
    similarity = source @ target.T if evidence is None else source @ target.T + evidence
    targets, sources = similarity.argmax(1).tolist(), similarity.argmax(0).tolist()
    pairs = [(word, other) for word, other in enumerate(targets) if sources[other] == word]
    return Alignment(pairs, targets, sources)


class LexiconEvidence:
    """Raises the similarity of two words by `bonus` where a lexicon translates one by the other."""

    def __init__(self, lexicon: Lexicon, bonus: float) -> None:
        self.translations = {phrase: {_joined(text.split()) for text in texts} for phrase, texts in lexicon.items()}
        self.longest = max((phrase.count(" ") + 1 for phrase in lexicon), default=0)
        self.bonus = bonus

    def __call__(self, source: Sequence[str], target: Sequence[str]) -> Matrix:
        """A matrix [S, T] for `align`; every word of a phrase counts for every word of its translation."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for start in range(len(target)):
            for end in range(start + 1, min(start + LONGEST_TRANSLATION, len(target)) + 1):
                spans.setdefault(_joined(target[start:end]), []).append((start, end))
        evidence = np.zeros((len(source), len(target)), dtype=np.float32)
        lowered = [word.lower() for word in source]
        for first in range(len(source)):
            for last in range(first + 1, min(first + self.longest, len(source)) + 1):
                for translation in self.translations.get(" ".join(lowered[first:last]), ()):
                    for start, end in spans.get(translation, ()):
                        evidence[first:last, start:end] = self.bonus
        return evidence


def _joined(words: Sequence[str]) -> str:
    """Words without the spaces between them: where a script has none, lexicon and text are cut otherwise."""
    return "".join(words).lower()
