"""Tags and entities: the two ways to write the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from mclner.data.tags import Entity, entities_of, repair_tags, tags_of

TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]), max_size=20)


def test_entities_become_tags_and_come_back() -> None:
    entities = [Entity(0, 2, "PER"), Entity(2, 3, "LOC"), Entity(4, 5, "ORG")]
    assert tags_of(entities, 6) == ["B-PER", "I-PER", "B-LOC", "O", "B-ORG", "O"]
    assert entities_of(tags_of(entities, 6)) == entities


def test_an_inside_tag_that_starts_an_entity_begins_one_and_is_counted() -> None:
    assert repair_tags(["I-PER", "I-PER", "O", "I-LOC", "I-ORG"]) == (["B-PER", "I-PER", "O", "B-LOC", "B-ORG"], 3)


def test_overlapping_entities_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        tags_of([Entity(0, 2, "PER"), Entity(1, 3, "LOC")], 3)


def test_an_entity_outside_the_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="outside a sentence"):
        tags_of([Entity(0, 4, "PER")], 3)


@given(TAGS)
def test_any_tags_are_read_as_seqeval_reads_them(tags: list[str]) -> None:
    expected = [(kind, start, end + 1) for kind, start, end in get_entities(tags)]
    assert [(entity.type, entity.start, entity.end) for entity in entities_of(tags)] == expected


@given(TAGS)
def test_repaired_tags_hold_the_same_entities(tags: list[str]) -> None:
    repaired, _ = repair_tags(tags)
    assert entities_of(repaired) == entities_of(tags)
    assert tags_of(entities_of(repaired), len(repaired)) == repaired
