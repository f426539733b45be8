"""Alignment of languages: translations found again, like pairs found, projections, and text kept apart for it."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoTokenizer

import import_parallel
from analyse_alignment import sentence_scores
from conftest import ROOT
from mclner.data.languages import read_languages
from mclner.data.sentences import read_corpus
from mclner.data.tags import Entity
from mclner.data.tokenization import subwords_of
from mclner.evaluation.embedding_alignment import (
    draw_cells,
    load_any,
    neighbour_agreement,
    pair_vectors,
    project,
    retrieval_accuracy,
    sentence_vectors,
    unit,
)
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModelConfig, RelationModel, TaggerModel, new_model
from mclner.report.embedding_plots import looks_of
from mclner.report.tables import alignment_table

SENTENCES = [("Marie", "Curie", "left", "Warsaw"), ("It", "rained"), ("Bonn", "and", "Nairobi", "are", "far", "apart")]
ENTITIES = [[Entity(0, 2, "PER"), Entity(3, 4, "LOC")], [], [Entity(0, 1, "LOC"), Entity(2, 3, "LOC")]]
GENERATOR = np.random.default_rng(3)


def encoder_of(folder: Path) -> SentenceEncoder:
    return SentenceEncoder(AutoTokenizer.from_pretrained(folder), 64, "split")  # type: ignore[arg-type]


def small_config(head: str) -> EntityModelConfig:
    return EntityModelConfig(head=head, pair_size=8, precision="float32")


def test_a_pretrained_encoder_and_a_trained_model_are_both_loaded(tiny_encoder: Path, tmp_path: Path) -> None:
    trained = new_model(tiny_encoder, small_config("relation"))
    with torch.no_grad():
        for parameter in trained.encoder.parameters():
            parameter.add_(0.1)
    trained.save_pretrained(tmp_path / "model")
    before = load_any(tiny_encoder, small_config("tagger"))
    after = load_any(tmp_path / "model", small_config("tagger"))
    assert isinstance(before, TaggerModel)
    assert isinstance(after, RelationModel)
    assert not before.training
    assert not after.training
    encoder = encoder_of(tiny_encoder)
    assert not np.allclose(
        sentence_vectors(before, encoder, SENTENCES), sentence_vectors(after, encoder, SENTENCES), atol=1e-3
    )


def test_sentence_vectors_are_mean_subword_vectors_of_unit_length_in_order(tiny_encoder: Path) -> None:
    model, encoder = load_any(tiny_encoder, small_config("tagger")), encoder_of(tiny_encoder)
    found = sentence_vectors(model, encoder, SENTENCES)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
    for tokens, vector in zip(SENTENCES, found, strict=True):
        words = subwords_of(tokens, encoder.tokenizer.backend_tokenizer)
        flat = torch.tensor([[0, *(number for word in words for number in word), 2]])  # <s> … </s>
        with torch.no_grad():
            hidden = model.encoder(input_ids=flat)[0][0]
        np.testing.assert_allclose(vector, unit(hidden.mean(0, keepdim=True).numpy())[0], atol=1e-5)


def test_pair_vectors_are_those_of_both_words_and_of_the_relation_contrast(tiny_encoder: Path) -> None:
    encoder = encoder_of(tiny_encoder)
    encoded = [pieces[0] for pieces in encoder.encode(SENTENCES, ENTITIES)]
    model = load_any(tiny_encoder, small_config("relation"))
    found = pair_vectors(model, encoder, encoded, most=100, seed=1)
    cells, labels = draw_cells(encoded, model.config.entity_types, most=100, seed=1)
    assert found.labels.tolist() == labels.tolist()
    with torch.no_grad():
        words, _ = model.words(encoder.pad(encoded))
    sides = [words[cells[:, 0], cells[:, side]].numpy() for side in (1, 2)]
    np.testing.assert_allclose(found.words, unit(np.concatenate(sides, axis=1)), atol=1e-5)
    with torch.no_grad():
        expected = model.pair_vectors(words, torch.from_numpy(cells)).numpy()
    assert found.relations is not None
    np.testing.assert_allclose(found.relations, unit(expected), atol=1e-5)
    tagger = load_any(tiny_encoder, small_config("tagger"))
    assert pair_vectors(tagger, encoder, encoded, most=100, seed=1).relations is None


def test_pairs_are_drawn_with_their_relations_and_half_as_many_without(tiny_encoder: Path) -> None:
    encoded = [pieces[0] for pieces in encoder_of(tiny_encoder).encode(SENTENCES, ENTITIES)]
    cells, labels = draw_cells(encoded, ("PER", "ORG", "LOC"), most=100, seed=1)
    related = {(*cell, label) for cell, label in zip(cells.tolist(), labels.tolist(), strict=True) if label}
    assert related == {(0, 0, 1, 1), (0, 1, 0, 2), (0, 3, 3, 4), (2, 0, 0, 4), (2, 2, 2, 4)}
    assert (labels == 0).sum() == 2
    assert all(second <= first + 1 for _, first, second in cells.tolist())
    again, _ = draw_cells(encoded, ("PER", "ORG", "LOC"), most=3, seed=1)
    assert len(again) == 3 + 1
    assert again.tolist() == draw_cells(encoded, ("PER", "ORG", "LOC"), most=3, seed=1)[0].tolist()


def test_retrieval_finds_translations_by_cosine() -> None:
    vectors = unit(GENERATOR.normal(size=(20, 8)).astype(np.float32))
    noise = unit(vectors + GENERATOR.normal(scale=0.01, size=vectors.shape).astype(np.float32))
    assert retrieval_accuracy(vectors, noise) == 100.0
    swapped = noise.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    assert retrieval_accuracy(vectors, swapped) == 90.0
    hub = vectors.copy()
    hub[:10] = vectors[0]  # ten sentences of one vector: each finds the first of them
    assert retrieval_accuracy(hub, hub) == pytest.approx(55.0)


def test_only_sentences_that_both_languages_have_are_compared() -> None:
    vectors = unit(GENERATOR.normal(size=(4, 8)).astype(np.float32))
    english = dict(enumerate(vectors))
    german = {3: vectors[3], 1: vectors[1], 9: vectors[0]}
    rows = list(sentence_scores({"en": english, "de": german, "sw": {}}, "en"))
    assert [(row["language"], row["measure"], row["value"], row["vectors"]) for row in rows] == [
        ("de", "sentences_from_source", "100.0000", 2),
        ("de", "sentences_to_source", "100.0000", 2),
    ]


def test_pairs_are_alike_where_the_nearest_source_pair_holds_the_same_relation() -> None:
    home = np.eye(3, dtype=np.float32)
    queries = np.eye(3, dtype=np.float32)[[0, 1, 2, 2]]
    assert neighbour_agreement(queries, np.array([1, 2, 1, 0]), home, np.array([1, 2, 3])) == pytest.approx(200 / 3)


def test_the_projection_keeps_a_plane_as_it_is() -> None:
    plane = GENERATOR.normal(size=(50, 2)) * [5.0, 1.0]
    axes = np.linalg.qr(GENERATOR.normal(size=(6, 2)))[0]
    places, (across, up) = project((plane @ axes.T + 3.0).astype(np.float32))
    distances = np.linalg.norm(plane[:, None] - plane[None], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(places[:, None] - places[None], axis=-1), distances, atol=1e-4)
    assert across + up == pytest.approx(1.0)
    assert across > up
    assert (places[np.abs(places).argmax(axis=0), [0, 1]] > 0).all()


def test_held_out_text_is_never_learnt_from_and_keeps_its_numbers(tiny_encoder: Path, tmp_path: Path) -> None:
    for language, missing in (("de", 3), ("sw", 9)):
        rows = [f"Sentence {n} .\tSatz {language} {n} .\n" for n in range(10) if n != missing]
        (tmp_path / f"en-{language}.tsv").write_text("".join(rows), encoding="utf-8")
    options = {"source": "en", "languages": ["de", "sw"], "sources": [tmp_path], "encoder": tiny_encoder}
    for most, held_out, learnt, kept in ((4, 3, 4, 3), (100, 3, 7, 3), (100, 100, 5, 5), (100, 0, 10, 0)):
        folder = tmp_path / f"{most}-{held_out}"
        import_parallel.main(Namespace(**options, most=most, held_out=held_out, folder=folder))
        text = {row.id: row.tokens[1] for row in read_corpus(folder / "en.parquet")}
        apart = {row.id: row.tokens[1] for row in read_corpus(folder / "held_out" / "en.parquet")}
        assert (len(text), len(apart)) == (learnt, kept)
        assert not text.keys() & apart.keys()
        for language in ("de", "sw"):
            for part, english in (("", text), ("held_out", apart)):
                rows_there = read_corpus(folder / part / f"{language}.parquet")
                assert all(english[row.id] == row.tokens[2] for row in rows_there)


def test_the_alignment_table_has_means_and_spread_over_seeds() -> None:
    rows = [
        {"model": "encoder", "seed": "", "language": "de", "measure": "pairs", "value": 50.0},
        {"model": "encoder", "seed": "", "language": "sw", "measure": "pairs", "value": 40.0},
    ]
    for seed, move in (("1", 0.0), ("2", 10.0)):
        rows += [
            {"model": "full", "seed": seed, "language": "de", "measure": "sentences_from_source", "value": 70.0 + move},
            {"model": "full", "seed": seed, "language": "de", "measure": "sentences_to_source", "value": 80.0 + move},
        ]
    known = read_languages(ROOT / "config" / "languages.tsv")
    table = alignment_table(pd.DataFrame(rows), {code: known[code] for code in ("de", "sw")}).set_index("Language")
    assert table.loc["German (de)", "Sentences, Full"] == "80.0 ± 7.1"
    assert table.loc["Swahili (sw)", "Sentences, Full"] == ""
    assert table.loc["Mean", "Pairs, Encoder"] == "45.0"


def test_languages_are_coloured_one_by_one_while_they_can_be_told_apart() -> None:
    known = read_languages(ROOT / "config" / "languages.tsv")
    few = looks_of(list(known)[:20], known)
    assert len(set(few.values())) == 20
    assert len({colour for colour, _ in list(few.values())[:15]}) == 15  # markers are small
    many = looks_of(list(known), known)
    assert many["de"] == many["sw"] != many["ru"]
