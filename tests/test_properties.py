"""What holds for any input: round trips, decoding of any logits, scores as seqeval and conlleval count them."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities

from mclner.data.tags import Entity, entities_of, repair_tags, tags_of
from mclner.data.tokenization import clean_token
from mclner.demo.markup import MarkedSentence, format_markup, parse_markup
from mclner.evaluation.scores import count_matches, precision_recall_f1
from mclner.model.relation_grid import decode_grids
from mclner.reading.conll import read_conll

TYPES = ("PER", "ORG", "LOC")
TAGS = ["O", *(f"{prefix}-{kind}" for kind in TYPES for prefix in "BI")]
CLEAN = st.text(min_size=1, max_size=6).filter(lambda text: clean_token(text) == text and text[:1] != "-")
WORDS = st.text(min_size=1, max_size=6).filter(lambda text: text.split() == [text] and not set("[]") & set(text))


def conlleval_chunks(tags: list[str]) -> set[tuple[int, int, str]]:
    """Chunks by the rules of the CoNLL shared tasks (Tjong Kim Sang and Buchholz 2000), told from pairs of neighbours.

    Between two words a chunk ends where the first stands in one and the second is O, B- or of another type; one begins
    where the second is no O and is B-, follows O or follows another type.
    """
    chunks, begin = set(), 0
    for position, (before, here) in enumerate(zip(["O", *tags], [*tags, "O"], strict=True)):
        other_type = before[2:] != here[2:]
        if before != "O" and (here == "O" or here[0] == "B" or other_type):
            chunks.add((begin, position, before[2:]))
        if here != "O" and (here[0] == "B" or before == "O" or other_type):
            begin = position
    return chunks


def random_tags(generator: random.Random) -> list[str]:
    return generator.choices(TAGS, k=generator.randint(0, 15))


def test_entities_are_those_of_seqeval_and_of_conlleval_in_10_000_sequences() -> None:
    generator = random.Random(1)
    broken = 0
    for _ in range(10_000):
        tags = random_tags(generator)
        found = {(entity.start, entity.end, entity.type) for entity in entities_of(tags)}
        assert found == {(start, end + 1, kind) for kind, start, end in get_entities(tags)}
        assert found == conlleval_chunks(tags)
        broken += repair_tags(tags)[1] > 0
    assert broken > 5000  # most random sequences are no IOB2, and are read alike all the same


def test_scores_are_those_of_seqeval_and_of_conlleval_in_10_000_sentences() -> None:
    generator = random.Random(2)
    for _ in range(100):
        gold = [random_tags(generator) for _ in range(100)]
        found = [  # near enough to gold for some entities to be right
            [tag if generator.random() < 0.7 else generator.choice(TAGS) for tag in tags] for tags in gold
        ]
        counts = count_matches([entities_of(tags) for tags in gold], [entities_of(tags) for tags in found])
        scores = precision_recall_f1(counts)
        expected = [100 * score(gold, found) for score in (precision_score, recall_score, f1_score)]
        assert scores == pytest.approx(expected)
        there = [conlleval_chunks(tags) for tags in gold]
        seen = [conlleval_chunks(tags) for tags in found]
        right = sum(len(a & b) for a, b in zip(there, seen, strict=True))
        precision, recall = right / sum(map(len, seen)), right / sum(map(len, there))
        f1 = 2 * precision * recall / (precision + recall)
        assert right > 0
        assert scores == pytest.approx((100 * precision, 100 * recall, 100 * f1))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
    st.data(),
)
def test_logits_as_large_as_floats_go_decode_to_flat_entities(lengths: list[int], data: st.DataObject) -> None:
    widest = max(1, *lengths)
    extreme = st.sampled_from([0.0, 1.0, -1.0, 50.0, -50.0, 1e30, -1e30, 3e38, -3e38, float("-inf")])
    size = len(lengths) * widest * widest * 5
    seed = data.draw(st.integers(0, 10_000))
    values = data.draw(st.lists(extreme, min_size=1, max_size=8))
    logits = torch.tensor(random.Random(seed).choices(values, k=size)).reshape(len(lengths), widest, widest, 5)
    for length, labelling in zip(lengths, decode_grids(logits.log_softmax(-1), lengths, TYPES), strict=True):
        assert len(labelling.word_confidences) == length
        tags_of(labelling.entities, length)  # refuses overlaps and what is out of bounds
        assert labelling.entities == sorted(labelling.entities)


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(CLEAN, st.sampled_from(TAGS)), min_size=1, max_size=6), max_size=4))
def test_conll_is_read_back(tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, str]]]) -> None:
    path = tmp_path_factory.mktemp("conll") / "a.conll"
    text = "\n".join("".join(f"{token}\t{tag}\n" for token, tag in sentence) for sentence in sentences)
    path.write_text(text, encoding="utf-8", newline="")
    read = list(read_conll(path, "xx", Counter()))
    assert [list(sentence.tokens) for sentence in read] == [[token for token, _ in rows] for rows in sentences]
    assert [list(sentence.tags or ()) for sentence in read] == [
        repair_tags([t for _, t in rows])[0] for rows in sentences
    ]


@st.composite
def marked_sentences(draw: st.DrawFn) -> MarkedSentence:
    tokens = draw(st.lists(WORDS, min_size=1, max_size=9))
    entities, classes, position = [], [], 0
    while position < len(tokens):
        size = draw(st.integers(1, 3))
        if draw(st.booleans()) and position + size <= len(tokens):
            entities.append(Entity(position, position + size, draw(st.sampled_from(TYPES))))
            classes.append(draw(st.sampled_from(["", "city", "person"])))
        position += size
    return MarkedSentence(tuple(tokens), tuple(entities), tuple(classes))


@given(marked_sentences())
def test_any_markup_is_read_back(sentence: MarkedSentence) -> None:
    assert parse_markup(format_markup(sentence)) == sentence


def test_tags_of_random_entities_come_back() -> None:
    generator = random.Random(3)
    for _ in range(2000):
        length = generator.randint(1, 20)
        cuts = sorted(generator.sample(range(length + 1), generator.randint(0, length + 1)))
        entities = [Entity(a, b, generator.choice(TYPES)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
        assert entities_of(tags_of(entities, length)) == entities
