"""How far a model brings languages together: translations found again, like entity pairs found, pictures in a plane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoConfig

from mclner.model.batch import RowBatch
from mclner.model.batching import (
    ROWS_A_BATCH,
    TOKENS_A_BATCH,
    EncodedSentence,
    SentenceEncoder,
    batches_by_length,
)
from mclner.model.entity_model import (
    EntityModel,
    EntityModelConfig,
    RelationModel,
    load_model,
    mean_subwords,
    new_model,
)
from mclner.model.mixed_precision import autocast
from mclner.model.relation_grid import NONE, relation_grids

Vectors = NDArray[np.float32]


def load_any(folder: Path, config: EntityModelConfig) -> EntityModel:
    """The model of a run from its folder, or a pretrained encoder with a fresh head of `config`."""
    trained = AutoConfig.from_pretrained(folder, trust_remote_code=False).model_type == EntityModelConfig.model_type
    model = load_model(folder) if trained else new_model(folder, config)
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def batches(
    model: EntityModel, encoder: SentenceEncoder, sentences: Sequence[EncodedSentence]
) -> Iterator[tuple[list[int], RowBatch]]:
    """Positions in `sentences` and their padded batch on the model's device."""
    for positions in batches_by_length([len(row) for row in sentences], TOKENS_A_BATCH, ROWS_A_BATCH):
        yield positions, encoder.pad([sentences[position] for position in positions]).to(model.device)


@torch.inference_mode()
def sentence_vectors(model: EntityModel, encoder: SentenceEncoder, sentences: Sequence[Sequence[str]]) -> Vectors:
    """The vectors [N, H] that the semantic contrast compares, of unit length; of a long sentence its first window."""
    rows = [pieces[0] for pieces in encoder.encode(sentences)]
    vectors = np.zeros((len(rows), model.encoder.config.hidden_size), dtype=np.float32)
    for positions, batch in batches(model, encoder, rows):
        with autocast(model.device, model.config.precision):
            found = mean_subwords(model.subwords(batch), batch.attention_mask)
        vectors[positions] = found.float().cpu().numpy()
    return unit(vectors)


@dataclass(frozen=True, slots=True)
class PairVectors:
    """Vectors of pairs of words that hold a relation, and of some that hold none.

    `words` [N, 2 H]: the vectors of both words side by side. `relations` [N, D]: the pair vectors that the relation
    contrast compares; None for a head without them. `labels` [N]: numbers of the relations.
    """

    words: Vectors
    relations: Vectors | None
    labels: NDArray[np.int64]


@torch.inference_mode()
def pair_vectors(
    model: EntityModel, encoder: SentenceEncoder, sentences: Sequence[EncodedSentence], most: int, seed: int
) -> PairVectors:
    """Vectors of at most `most` related pairs of words and of half as many unrelated ones, drawn with `seed`."""
    cells, labels = draw_cells(sentences, model.config.entity_types, most, seed)
    used, cells[:, 0] = np.unique(cells[:, 0], return_inverse=True)
    sentences = [sentences[number] for number in used.tolist()]
    words = np.zeros((len(cells), 2 * model.encoder.config.hidden_size), dtype=np.float32)
    has_pairs = isinstance(model, RelationModel)
    relations = np.zeros((len(cells), model.settings.pair_size), dtype=np.float32)
    for positions, batch in batches(model, encoder, sentences):
        row_of = {position: row for row, position in enumerate(positions)}
        chosen = [number for number, cell in enumerate(cells.tolist()) if cell[0] in row_of]
        rows = [(row_of[sentence], first, second) for sentence, first, second in cells[chosen].tolist()]
        places = torch.tensor(rows, device=model.device)
        with autocast(model.device, model.config.precision):
            vectors, _ = model.words(batch)
            if has_pairs:
                relations[chosen] = model.pair_vectors(vectors, places).float().cpu().numpy()
        both = [vectors[places[:, 0], places[:, side]] for side in (1, 2)]
        words[chosen] = torch.cat(both, dim=1).float().cpu().numpy()
    return PairVectors(unit(words), unit(relations) if has_pairs else None, labels)


def draw_cells(
    sentences: Sequence[EncodedSentence], entity_types: Sequence[str], most: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cells [N, 3] (sentence, word i, word j) and their relations [N]: related ones and half as many without."""
    generator = np.random.default_rng(seed)
    related, unrelated = [], []
    for number, sentence in enumerate(sentences):
        grid = relation_grids([sentence.entities], len(sentence.word_starts), entity_types)[0]
        reachable = np.tri(len(grid), k=1, dtype=bool)  # the cells that could hold a relation
        related += [(number, *cell, int(grid[tuple(cell)])) for cell in np.argwhere(grid > NONE).tolist()]
        unrelated += [(number, *cell, NONE) for cell in np.argwhere((grid == NONE) & reachable).tolist()]
    count = min(most, len(related))
    drawn = [
        pool[index]
        for pool, wanted in ((related, count), (unrelated, min(count // 2, len(unrelated))))
        for index in np.sort(generator.permutation(len(pool))[:wanted])
    ]
    table = np.array(drawn, dtype=np.int64).reshape(-1, 4)
    return table[:, :3], table[:, 3]


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, np.finfo(np.float32).tiny)


def retrieval_accuracy(queries: Vectors, candidates: Vectors) -> float:
    """Share in per cent of the rows of `queries` [N, H] whose nearest row of `candidates` [N, H] is their own (cosine).

    Both hold unit vectors in the same order (Artetxe and Schwenk 2019, without margin).
    """
    nearest = (queries @ candidates.T).argmax(axis=1)
    return 100.0 * float((nearest == np.arange(len(queries))).mean())


def neighbour_agreement(
    queries: Vectors, labels: NDArray[np.int64], others: Vectors, known: NDArray[np.int64]
) -> float:
    """Share in per cent of the related pairs whose nearest pair among `others` (cosine) holds the same relation."""
    related = labels != NONE
    nearest = (queries[related] @ others.T).argmax(axis=1)
    return 100.0 * float((known[nearest] == labels[related]).mean())


def project(vectors: Vectors) -> tuple[Vectors, tuple[float, float]]:
    """Coordinates [N, 2] on the first two principal components, and the share of the variance along each.

    A component's sign is arbitrary: it is chosen so that the largest coordinate is positive.
    """
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    places[:, : min(2, len(axes))] = centred @ axes[:2].T
    extremes = places[np.abs(places).argmax(axis=0), [0, 1]]
    places *= np.where(extremes < 0, -1.0, 1.0)
    shares = np.zeros(2)
    shares[: min(2, len(spread))] = spread[:2] ** 2 / max(float((spread**2).sum()), np.finfo(float).tiny)
    return places.astype(np.float32), (float(shares[0]), float(shares[1]))
