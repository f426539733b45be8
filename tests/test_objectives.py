"""The losses against their formulas."""

from __future__ import annotations

import math

import pytest
import torch

from mclner.configuration.run_settings import RunSettings
from mclner.model.batch import TrainingBatch
from mclner.training.losses import counted_words, label_loss, relation_contrast, semantic_contrast
from mclner.training.trainer import loss_parts


def test_the_label_loss_is_summed_over_cells_and_divided_by_words() -> None:
    logits = torch.zeros(1, 2, 2, 5)
    loss = label_loss(logits, torch.zeros(1, 2, 2, dtype=torch.long), torch.ones(1, 2, 2), torch.tensor(2.0))
    assert loss.item() == pytest.approx(4 * math.log(5) / 2)


def test_cells_without_weight_do_not_count() -> None:
    logits = torch.randn(1, 2, 2, 5)
    labels = torch.tensor([[[0, 1], [2, 3]]])
    loss = label_loss(logits, labels, torch.zeros(1, 2, 2), torch.tensor(2.0))
    assert loss.item() == 0


def test_the_weight_of_a_row_lowers_its_loss_and_is_not_divided_away() -> None:
    words, rows = torch.tensor([[1.0, 0.5], [1.0, 0.0]]), torch.tensor([0.1, 0.0])
    assert counted_words(words, rows).item() == 1.5  # words of confidence 1 and 0.5; the second row is not scored
    assert counted_words(words, 10 * rows).item() == 1.5


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 3, 3, 5)], ids=["tagger", "relation grid"])
def test_a_row_of_half_the_weight_brings_half_the_loss(shape: tuple[int, ...]) -> None:
    logits = torch.randn(shape, generator=torch.Generator().manual_seed(4))
    ids = torch.ones(2, 3, dtype=torch.long)

    def loss(*rows: float) -> float:
        batch = TrainingBatch(
            ids, ids, ids, ids, ids > 0, torch.ones(2, 3), views=ids[:, 0], groups=ids[:, 0], scored=torch.arange(2),
            targets=torch.ones(shape[:-1], dtype=torch.long), scored_words=torch.ones(2, 3),
            scored_rows=torch.tensor(rows), counted_words=torch.tensor(6.0),
        )  # fmt: skip
        return loss_parts({"logits": logits}, batch, RunSettings())["label"].item()

    assert loss(1.0, 0.0) != pytest.approx(loss(0.0, 1.0))
    assert loss(1.0, 0.5) == pytest.approx(loss(1.0, 0.0) + 0.5 * loss(0.0, 1.0))


def test_semantic_contrast_is_info_nce_over_the_pairs_of_views() -> None:
    torch.manual_seed(1)
    vectors = torch.randn(4, 8)
    views, groups = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1])
    unit = torch.nn.functional.normalize(vectors, dim=-1)
    similarity = unit[:2] @ unit[2:].T / 0.1
    forward = -similarity.log_softmax(1).diagonal().mean()
    backward = -similarity.log_softmax(0).diagonal().mean()
    expected = (forward + backward).item() / 2
    assert semantic_contrast(vectors, views, groups, 0.1).item() == pytest.approx(expected, rel=1e-5)


def test_a_third_view_of_the_same_sentence_is_never_a_negative() -> None:
    """Two sentences whose views agree perfectly reach the least loss, whatever the number of views."""
    base = torch.eye(2)
    vectors = base.repeat(3, 1)
    views, groups = torch.tensor([0, 0, 1, 1, 2, 2]), torch.tensor([0, 1] * 3)
    expected = math.log(1 + math.exp(-1 / 0.1))
    assert semantic_contrast(vectors, views, groups, 0.1).item() == pytest.approx(expected, rel=1e-3)


def test_sentences_with_no_other_view_bring_no_semantic_loss() -> None:
    vectors = torch.randn(3, 8, requires_grad=True)
    loss = semantic_contrast(vectors, torch.zeros(3, dtype=torch.long), torch.arange(3), 0.1)
    assert loss.item() == 0
    loss.backward()


def test_relation_contrast_is_supervised_contrast() -> None:
    torch.manual_seed(2)
    vectors, labels = torch.randn(5, 4), torch.tensor([0, 0, 1, 1, 2])
    unit = torch.nn.functional.normalize(vectors, dim=-1)
    total = 0.0
    for anchor in range(4):  # the fifth has no partner
        others = [other for other in range(5) if other != anchor]
        scores = {other: (unit[anchor] @ unit[other] / 0.1).item() for other in others}
        log_sum = math.log(sum(math.exp(score) for score in scores.values()))
        partners = [other for other in others if labels[other] == labels[anchor]]
        total -= sum(scores[partner] - log_sum for partner in partners) / len(partners)
    assert relation_contrast(vectors, labels, 0.1).item() == pytest.approx(total / 4, rel=1e-4)


def test_contrasts_pull_partners_together() -> None:
    vectors = torch.randn(6, 4, generator=torch.Generator().manual_seed(3)).requires_grad_()
    labels = torch.tensor([0, 0, 0, 1, 1, 1])
    before = relation_contrast(vectors, labels, 0.1)
    before.backward()
    assert vectors.grad is not None
    after = relation_contrast(vectors - 0.1 * vectors.grad, labels, 0.1)
    assert after < before
