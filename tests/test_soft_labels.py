"""A student that learns from all the probabilities of its teacher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings
from mclner.data.predictions import Labelling
from mclner.data.sentences import Sentence
from mclner.data.tags import Entity
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModel, EntityModelConfig, new_model
from mclner.training.dataset import ViewCollator, ViewDataset, build_examples
from mclner.training.losses import label_loss
from mclner.training.pseudo_labels import read_pseudo_labels, soft_pseudo_labels, write_pseudo_labels
from mclner.training.soft_labels import label_probabilities, mean_probabilities
from mclner.training.trainer import loss_parts

SHORT = Sentence("1", "de", ("Anna", "wohnt", "in", "Bonn"), None)
LONG = Sentence("2", "de", ("wohnt",) * 200, None)
EMPTY = Sentence("3", "de", (), None)
ENGLISH = Sentence("4", "en", ("Bonn", "is", "old"), ("B-LOC", "O", "O"))


def settings(head: str) -> RunSettings:
    model = {"head": head, "max_length": 64, "dropout": 0.0}
    return from_mapping(RunSettings, {"model": model, "objectives": {"pseudo_label_weight": 1.0}})


def teacher_of(head: str, folder: Path) -> tuple[EntityModel, SentenceEncoder]:
    torch.manual_seed(3)
    model = new_model(
        folder, EntityModelConfig(settings={"head": head, "max_length": 64, "dropout": 0.0}, precision="float32")
    )
    return model.eval(), SentenceEncoder(AutoTokenizer.from_pretrained(folder), 64, "split")


@pytest.mark.parametrize(("head", "shape"), [("relation", (4, 4, 5)), ("tagger", (4, 7))])
def test_every_label_of_every_place_has_a_probability(head: str, shape: tuple[int, ...], tiny_encoder: Path) -> None:
    model, encoder = teacher_of(head, tiny_encoder)
    whole, too_long, empty = label_probabilities(model, encoder, [row.tokens for row in (SHORT, LONG, EMPTY)])
    assert whole is not None
    assert whole.shape == shape
    np.testing.assert_allclose(whole.sum(-1), 1.0, atol=1e-5)
    assert too_long is None
    assert empty is None


def test_a_sentence_has_the_same_probabilities_whatever_it_is_batched_with(tiny_encoder: Path) -> None:
    model, encoder = teacher_of("relation", tiny_encoder)
    (alone,) = label_probabilities(model, encoder, [SHORT.tokens])
    among, _ = label_probabilities(model, encoder, [SHORT.tokens, ("in",) * 20])
    assert alone is not None
    assert among is not None
    np.testing.assert_allclose(alone, among, atol=1e-5)


def test_teachers_are_averaged_and_one_that_sees_too_little_takes_the_sentence_out() -> None:
    first, second = np.array([[1.0, 0.0]], np.float32), np.array([[0.5, 0.5]], np.float32)
    mean = mean_probabilities([first, second])
    assert mean is not None
    np.testing.assert_array_equal(mean, [[0.75, 0.25]])
    assert mean_probabilities([first, None]) is None


def test_the_first_sentences_are_kept_and_read_back(tmp_path: Path) -> None:
    found = [
        Labelling([Entity(0, 1, "LOC")], [0.6], [0.6] + [0.1] * (len(row.tokens) - 1)) for row in (LONG, SHORT, SHORT)
    ]
    soft = np.full((4, 4, 5), 0.2, np.float16)
    rows = soft_pseudo_labels([LONG, SHORT, SHORT], found, [None, soft, soft], 1)
    write_pseudo_labels(rows, tmp_path / "soft.parquet")
    (row,) = read_pseudo_labels(tmp_path / "soft.parquet")
    assert row.sentence.id == "1"
    assert row.sentence.tags == ("B-LOC", "O", "O", "O")
    assert row.weights == (1.0, 1.0, 1.0, 1.0)
    assert row.probabilities is not None
    np.testing.assert_array_equal(row.probabilities, soft)


@pytest.mark.parametrize("head", ["relation", "tagger"])
def test_where_a_student_agrees_with_its_teacher_nothing_pulls_it_away(head: str, tiny_encoder: Path) -> None:
    """No other distribution has less cross-entropy. A labelled sentence stands in the same batch, without weight."""
    model, encoder = teacher_of(head, tiny_encoder)
    (soft,) = label_probabilities(model, encoder, [SHORT.tokens])
    assert soft is not None

    def pull(probabilities: np.ndarray) -> float:
        rows = soft_pseudo_labels([SHORT], [Labelling([], [], [1.0] * 4)], [probabilities.astype(np.float16)], 1)
        examples = build_examples(encoder, [ENGLISH], {}, {}, rows, 1.0)
        dataset, how = ViewDataset(examples, settings(head)), settings(head)
        labelled, softly = dataset[0, 0], dataset[1, 0]
        batch = ViewCollator(encoder, how)([[(row, view, 0.001) for row, view, _ in labelled], softly])
        assert batch.targets.dim() == (4 if head == "relation" else 3)
        model.zero_grad()
        loss_parts(model(batch), batch, how)["label"].backward()
        return float(torch.cat([part.grad.flatten() for part in model.parameters() if part.grad is not None]).norm())

    assert pull(soft) < 0.1 * pull(np.roll(soft, 1, axis=-1))


def test_certain_probabilities_are_labels() -> None:
    torch.manual_seed(0)
    logits, labels, weights = torch.randn(2, 3, 5), torch.tensor([[0, 4, 1], [2, 2, 0]]), torch.rand(2, 3)
    certain, words = torch.nn.functional.one_hot(labels, 5).float(), torch.tensor(6.0)
    torch.testing.assert_close(label_loss(logits, certain, weights, words), label_loss(logits, labels, weights, words))
