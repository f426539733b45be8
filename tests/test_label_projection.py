"""Labels of a sentence reach the words of its translation, and what cannot be trusted is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from conftest import DEMO, TINY_SHAPE
from mclner.common.exceptions import InputError
from mclner.data.tags import Entity
from mclner.demo.markup import read_markup
from mclner.lexicons.lexicon import read_lexicon
from mclner.views.label_projection import FAULTS, project_entities
from mclner.views.word_alignment import Alignment, LexiconEvidence, WordEncoder, align, centre


def alignment(pairs: Sequence[tuple[int, int]], targets: dict[int, int] | None = None, **more: int) -> Alignment:
    """Of ten words with ten; `targets` are nearest ones beyond the pairs, and so is `source` of the word `place`."""
    to, back = dict(pairs) | (targets or {}), {other: word for word, other in pairs}
    if more:
        back[more["place"]] = more["source"]
    words = range(10)
    return Alignment(list(pairs), [to.get(word, -1) for word in words], [back.get(word, -1) for word in words])


# Marie Curie was born in Warsaw / Marie Curie wurde in Warschau geboren
BIRTH = alignment([(0, 0), (1, 1), (2, 2), (3, 5), (4, 3), (5, 4)])


def test_entities_follow_their_words_wherever_these_stand() -> None:
    projection = project_entities([Entity(0, 2, "PER"), Entity(5, 6, "LOC")], BIRTH, 1.0)
    assert projection.entities == [Entity(0, 2, "PER"), Entity(4, 5, "LOC")]
    assert projection.fault is None


def test_a_word_between_two_aligned_ones_belongs_to_the_entity() -> None:
    projection = project_entities([Entity(0, 2, "ORG")], alignment([(0, 3), (1, 5)]), 1.0)
    assert projection.entities == [Entity(3, 6, "ORG")]


def test_a_name_may_become_one_word() -> None:
    projection = project_entities([Entity(0, 2, "PER")], alignment([(1, 4)], {0: 4}), 1.0)
    assert (projection.entities, projection.fault) == ([Entity(4, 5, "PER")], None)


@pytest.mark.parametrize(
    ("entities", "aligned", "found", "fault"),
    [
        ([Entity(0, 2, "PER")], alignment([(2, 0)]), [], "unaligned"),
        ([Entity(0, 3, "PER")], alignment([(0, 4)], {1: 7}), [Entity(4, 5, "PER")], "partly_aligned"),
        ([Entity(0, 1, "PER")], alignment([(0, 4)], place=5, source=0), [Entity(4, 5, "PER")], "cut_short"),
        ([Entity(0, 1, "PER")], alignment([(0, 4)], place=3, source=0), [Entity(4, 5, "PER")], "cut_short"),
        ([Entity(0, 2, "PER")], alignment([(0, 0), (1, 6)]), [], "grown"),
        (
            [Entity(0, 2, "PER"), Entity(2, 3, "LOC")],
            alignment([(0, 0), (1, 2), (2, 1)]),
            [Entity(0, 3, "PER")],
            "overlapping",
        ),
    ],
)
def test_what_cannot_be_trusted_is_named(
    entities: list[Entity], aligned: Alignment, found: list[Entity], fault: str
) -> None:
    projection = project_entities(entities, aligned, 0.6)
    assert (projection.entities, projection.fault) == (found, fault)
    assert fault in FAULTS


def test_a_word_beside_the_span_that_belongs_to_another_word_is_no_fault() -> None:
    aligned = alignment([(0, 4)], place=5, source=1)
    assert project_entities([Entity(0, 1, "PER")], aligned, 1.0).fault is None


def test_a_span_may_be_twice_the_entity_and_two_words_more() -> None:
    assert project_entities([Entity(0, 2, "PER")], alignment([(0, 0), (1, 5)]), 1.0).fault is None


def test_the_share_of_aligned_words_is_a_bound_that_may_be_reached() -> None:
    pairs = alignment([(0, 0), (1, 1)])
    assert project_entities([Entity(0, 3, "PER")], pairs, 0.6).fault is None
    assert project_entities([Entity(0, 3, "PER")], pairs, 0.7).fault == "partly_aligned"


def test_words_are_aligned_where_each_is_the_others_most_similar() -> None:
    source = np.eye(3, dtype=np.float32)
    target = np.array([[0.0, 1.0, 0.0], [0.9, 0.1, 0.0], [0.8, 0.0, 0.2]], dtype=np.float32)
    aligned = align(source, target)
    assert aligned.pairs == [(0, 1), (1, 0)]  # the third ones are nearest to a word that prefers another
    assert (aligned.nearest_target, aligned.nearest_source) == ([1, 0, 2], [1, 0, 0])
    assert align(source, target[:0]) == Alignment([], [-1, -1, -1], [])


def test_evidence_decides_between_similar_words() -> None:
    source, target = np.eye(2, dtype=np.float32), np.array([[0.7, 0.6], [0.6, 0.7]], dtype=np.float32)
    assert align(source, target).pairs == [(0, 0), (1, 1)]
    swapped = np.array([[0.0, 0.2], [0.2, 0.0]], dtype=np.float32)
    assert align(source, target, swapped).pairs == [(0, 1), (1, 0)]


def test_a_lexicon_is_evidence_for_phrases_and_for_words_that_are_cut() -> None:
    lexicon = {"united states": ["Vereinigte Staaten"], "tokyo": ["東京都"]}
    evidence = LexiconEvidence(lexicon, 0.1)
    german = evidence(["The", "United", "States"], ["Die", "vereinigte", "Staaten"])
    assert np.argwhere(german).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
    assert german.max() == np.float32(0.1)
    assert np.argwhere(evidence(["in", "Tokyo"], ["東京", "都", "で"])).tolist() == [[1, 0], [1, 1]]
    assert not LexiconEvidence({}, 0.1)(["in"], ["in"]).any()


def test_the_demos_lexicons_are_evidence_in_its_own_sentences() -> None:
    evidence = LexiconEvidence(read_lexicon(DEMO / "words" / "en-de.tsv"), 1.0)
    english, german = (read_markup(DEMO / "test" / f"{code}.txt")[0].tokens for code in ("en", "de"))
    hits = {(english[first], german[second]) for first, second in np.argwhere(evidence(english, german)).tolist()}
    assert {("born", "geboren"), ("taught", "lehrte")} <= hits
    assert ("Warsaw", "Warschau") not in hits  # names are in none of them


def test_centred_vectors_share_nothing_and_have_unit_length() -> None:
    generator = np.random.default_rng(1)
    vectors = [generator.normal(3.0, 1.0, (2, words, 8)).astype(np.float32) for words in (3, 0, 5)]
    centred = centre(vectors)
    assert [matrix.shape for matrix in centred] == [(2, 3, 8), (2, 0, 8), (2, 5, 8)]
    assert np.linalg.norm(np.concatenate(centred, axis=1), axis=-1) == pytest.approx(1)
    plain = np.concatenate([matrix[0] for matrix in vectors])
    moved = plain - plain.mean(0)
    expected = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    assert np.concatenate([matrix[0] for matrix in centred]) == pytest.approx(expected, abs=1e-5)


def test_word_vectors_are_means_of_the_layers_subwords(tiny_encoder: Path) -> None:
    import torch
    from transformers import AutoModel

    from mclner.data.tokenization import load_tokenizer, subwords_of

    words = ["Marie", "Curie", "Warschau"]
    ids = subwords_of(words, load_tokenizer(tiny_encoder))
    flat = [0, *(identifier for word in ids for identifier in word), 2]
    model = AutoModel.from_pretrained(tiny_encoder).eval()
    with torch.no_grad():
        states = model(torch.tensor([flat]), output_hidden_states=True).hidden_states
    begin = 1 + len(ids[0])
    expected = states[1][0, begin : begin + len(ids[1])].mean(0).numpy()
    encoder = WordEncoder(tiny_encoder, [1, 2])
    (vectors,) = encoder.vectors([words])
    assert vectors.shape == (2, 3, TINY_SHAPE["hidden_size"])
    assert vectors[0, 1] == pytest.approx(expected, abs=1e-5)


def test_word_vectors_do_not_depend_on_the_batch_or_the_layers_above(tiny_encoder: Path) -> None:
    sentences = [row.tokens for row in read_markup(DEMO / "test" / "de.txt")] + [("Warschau",) * 90, ()]
    encoder = WordEncoder(tiny_encoder, [1])
    together = encoder.vectors(sentences)
    assert [matrix.shape[1] for matrix in together] == [len(tokens) for tokens in sentences]
    for tokens, matrix in zip(sentences, together, strict=True):
        assert WordEncoder(tiny_encoder, [1, 2]).vectors([tokens])[0][0] == pytest.approx(matrix[0], abs=1e-4)


def test_a_layer_that_the_encoder_lacks_is_said(tiny_encoder: Path) -> None:
    with pytest.raises(InputError, match=r"has the layers 1 to 2, and \[8\] are asked for"):
        WordEncoder(tiny_encoder, [8])
