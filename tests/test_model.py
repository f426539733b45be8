"""The models: shapes, what may not matter, saving and loading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import AutoTokenizer, DistilBertConfig

from mclner.common.exceptions import InputError
from mclner.data.tokenization import load_tokenizer, split_words
from mclner.model.batch import RowBatch, TrainingBatch
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import (
    EntityModel,
    EntityModelConfig,
    TaggerModel,
    freeze,
    load_model,
    mean_subwords,
    new_model,
)
from mclner.model.recogniser import EntityRecogniser

SENTENCES = [["Marie", "Curie", "was", "born", "in", "Warsaw", "."], ["Warsaw", "."]]


def scores_of(model: EntityModel, batch: RowBatch) -> Tensor:
    words, _ = model.words(batch)
    return model.score(words)


def training_batch(rows: RowBatch, scored: list[int], width: int) -> TrainingBatch:
    """A batch of which only the rows `scored`, and their first `width` words, have a label loss."""
    count = len(scored)
    return TrainingBatch(
        rows.input_ids, rows.attention_mask, rows.word_starts, rows.word_ends, rows.word_mask, rows.word_weights,
        views=torch.zeros(len(rows)), groups=torch.arange(len(rows)), scored=torch.tensor(scored, dtype=torch.int64),
        targets=torch.zeros(count, width, width), scored_words=torch.ones(count, width), scored_rows=torch.ones(count),
    )  # fmt: skip


def make(tiny_encoder: Path, head: str, **settings: object):  # type: ignore[no-untyped-def]
    torch.manual_seed(1)
    config = EntityModelConfig(head=head, pair_size=16, window=64, precision="float32", **settings)  # type: ignore[arg-type]
    return new_model(tiny_encoder, config).eval(), AutoTokenizer.from_pretrained(tiny_encoder)


@pytest.mark.parametrize(("head", "shape"), [("relation", (2, 7, 7, 5)), ("tagger", (2, 7, 7))])
@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_scores_have_the_shape_of_the_head(tiny_encoder: Path, head: str, shape: tuple[int, ...], pooling: str) -> None:
    model, tokenizer = make(tiny_encoder, head, word_pooling=pooling)
    encoder = SentenceEncoder(tokenizer, 64, "split")
    batch = encoder.pad([pieces[0] for pieces in encoder.encode(SENTENCES)])
    assert scores_of(model, batch).shape == shape
    assert model(training_batch(batch, [0, 1], 7))["sentences"].shape == (2, 32)


@pytest.mark.parametrize("head", ["relation", "tagger"])
@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_padding_changes_no_score(tiny_encoder: Path, head: str, pooling: str) -> None:
    model, tokenizer = make(tiny_encoder, head, word_pooling=pooling)
    encoder = SentenceEncoder(tokenizer, 64, "split")
    long, short = (pieces[0] for pieces in encoder.encode(SENTENCES))
    together = scores_of(model, encoder.pad([long, short]))[1]
    alone = scores_of(model, encoder.pad([short]))[0]
    cut = together[:2, :2] if head == "relation" else together[:2]
    torch.testing.assert_close(cut, alone, atol=1e-4, rtol=1e-4)


def test_passing_the_encoder_in_slices_changes_no_vector(tiny_encoder: Path) -> None:
    model, tokenizer = make(tiny_encoder, "relation")
    encoder = SentenceEncoder(tokenizer, 64, "split")
    whole = encoder.pad([pieces[0] for pieces in encoder.encode(SENTENCES)])
    lengths = whole.attention_mask.sum(1).tolist()
    sliced = replace(whole, slices=[(0, 1, lengths[0]), (1, 2, lengths[1])])
    vectors = [mean_subwords(model.subwords(batch), batch.attention_mask) for batch in (sliced, whole)]
    torch.testing.assert_close(vectors[0], vectors[1], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        scores_of(model, sliced)[1, :2, :2], scores_of(model, whole)[1, :2, :2], atol=1e-4, rtol=1e-4
    )


def test_only_the_rows_asked_for_are_scored(tiny_encoder: Path) -> None:
    model, tokenizer = make(tiny_encoder, "relation")
    encoder = SentenceEncoder(tokenizer, 64, "split")
    batch = encoder.pad([pieces[0] for pieces in encoder.encode(SENTENCES)])
    some = model(training_batch(batch, [1], 2))
    torch.testing.assert_close(some["logits"], scores_of(model, batch)[1:, :2, :2])
    none = model(training_batch(batch, [], 1))
    assert none["logits"].numel() == 0


def test_mean_pooling_is_the_mean_of_the_words_subwords(tiny_encoder: Path) -> None:
    model, tokenizer = make(tiny_encoder, "tagger", word_pooling="mean")
    encoder = SentenceEncoder(tokenizer, 64, "split")
    piece = encoder.encode([["Warschauer", "is"]])[0][0]
    words, hidden = model.words(encoder.pad([piece]))
    torch.testing.assert_close(words[0, 0], hidden[0, 1 : piece.word_ends[0] + 1].mean(0), atol=1e-4, rtol=1e-4)


def test_pair_vectors_do_not_depend_on_the_other_cells(tiny_encoder: Path) -> None:
    model, _ = make(tiny_encoder, "relation")
    words = torch.randn(2, 6, 32)
    cells = torch.tensor([[0, 3, 1], [1, 2, 3]])
    torch.testing.assert_close(model.pair_vectors(words, cells)[1:], model.pair_vectors(words, cells[1:]))


def test_frozen_parts_do_not_learn(tiny_encoder: Path) -> None:
    model, _ = make(tiny_encoder, "tagger")
    freeze(model, word_embeddings=True, layers=0)
    assert not model.encoder.get_input_embeddings().weight.requires_grad
    assert model.encoder.embeddings.position_embeddings.weight.requires_grad
    freeze(model, word_embeddings=False, layers=1)
    assert not any(p.requires_grad for p in model.encoder.encoder.layer[0].parameters())
    assert all(p.requires_grad for p in model.encoder.encoder.layer[1].parameters())
    assert model.encoder.encoder.layer[0].output.dropout.p == 0
    assert model.encoder.encoder.layer[1].output.dropout.p > 0


def test_layers_that_cannot_be_found_cannot_be_frozen_and_the_key_is_named() -> None:
    encoder = DistilBertConfig(vocab_size=8, n_layers=1, n_heads=1, dim=4, hidden_dim=4).to_dict()
    model = TaggerModel(EntityModelConfig(encoder=encoder, head="tagger"))
    freeze(model, word_embeddings=True, layers=0)
    with pytest.raises(InputError, match="frozen_layers: the layers of a distilbert"):
        freeze(model, word_embeddings=False, layers=1)


@pytest.mark.parametrize("head", ["relation", "tagger"])
def test_a_saved_model_labels_as_before(tiny_encoder: Path, head: str, tmp_path: Path) -> None:
    model, tokenizer = make(tiny_encoder, head)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert (tmp_path / "model.safetensors").exists()
    before = EntityRecogniser(model, tokenizer).label(SENTENCES)
    after = EntityRecogniser.from_pretrained(tmp_path).label(SENTENCES)
    assert before == after
    assert torch.equal(load_model(tmp_path).encoder.get_input_embeddings().weight,
                       model.encoder.get_input_embeddings().weight)  # fmt: skip


def test_a_sentence_longer_than_the_window_gets_a_label_for_every_word(tiny_encoder: Path) -> None:
    for long_sentences in ("split", "cut"):
        model, tokenizer = make(tiny_encoder, "relation", long_sentences=long_sentences)
        recogniser = EntityRecogniser(model, tokenizer)
        (labelling,) = recogniser.label([["Warsaw"] * 200])
        assert len(labelling.word_confidences) == 200
        assert (labelling.word_confidences[-1] == 0) == (long_sentences == "cut")


def test_an_empty_sentence_gets_no_entity(tiny_encoder: Path) -> None:
    model, tokenizer = make(tiny_encoder, "relation")
    labellings = EntityRecogniser(model, tokenizer).label([[], ["Warsaw"]])
    assert labellings[0].entities == []
    assert len(labellings[1].word_confidences) == 1


def test_plain_text_is_cut_into_words_in_every_script(tiny_encoder: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    assert split_words("Born in Paris, 1867.", tokenizer) == ["Born", "in", "Paris", ",", "1867", "."]
    assert split_words("می‌گذرد از تهران.", tokenizer) == ["می‌گذرد", "از", "تهران", "."]
    japanese = split_words("東京に行く。", tokenizer)
    assert "".join(japanese) == "東京に行く。"
    assert len(japanese) > 2
