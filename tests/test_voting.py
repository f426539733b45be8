"""Several teachers: what their votes make of what each finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from conftest import ROOT
from mclner.common.checksums import seal_folder
from mclner.data.predictions import Labelling
from mclner.data.sentences import read_corpus
from mclner.data.tags import Entity
from mclner.model.entity_model import EntityModelConfig, new_model
from mclner.model.recogniser import EntityRecogniser
from mclner.training.pseudo_labels import read_pseudo_labels
from mclner.training.voting import vote

WORDS = 6
NOTHING = Labelling([], [], [0.9] * WORDS)


def found(start: int, end: int, entity_type: str, confidence: float, outside: float = 0.9) -> Labelling:
    words = [outside] * WORDS
    words[start:end] = [confidence] * (end - start)
    return Labelling([Entity(start, end, entity_type)], [confidence], words)


@st.composite
def labellings(draw: st.DrawFn) -> Labelling:
    """Flat entities of a sentence with a confidence for each, and for the words outside."""
    probability = st.floats(0, 1)
    entities: list[Entity] = []
    for start in range(WORDS):
        if (not entities or entities[-1].end <= start) and draw(st.booleans()):
            entities.append(Entity(start, draw(st.integers(start + 1, WORDS)), draw(st.sampled_from(["PER", "LOC"]))))
    confidences = [draw(probability) for _ in entities]
    words = [draw(probability) for _ in range(WORDS)]
    for entity, confidence in zip(entities, confidences, strict=True):
        words[entity.start : entity.end] = [confidence] * (entity.end - entity.start)
    return Labelling(entities, confidences, words)


def test_an_entity_that_two_of_three_find_stays_with_the_mean_confidence() -> None:
    voted = vote([found(1, 3, "PER", 0.9), NOTHING, found(1, 3, "PER", 0.6)])
    assert voted.entities == [Entity(1, 3, "PER")]
    assert voted.confidences == pytest.approx([0.5])
    assert voted.word_confidences == pytest.approx([0.9, 0.5, 0.5, 0.9, 0.9, 0.9])


@pytest.mark.parametrize("other", [found(1, 2, "PER", 0.9), found(1, 3, "LOC", 0.9), NOTHING])
def test_one_of_two_is_no_majority_and_its_words_are_outside_with_little_confidence(other: Labelling) -> None:
    voted = vote([found(1, 3, "PER", 0.9), other])
    assert voted.entities == []
    assert voted.word_confidences[1] == pytest.approx(0.9 / 2 if other is NOTHING else 0)
    assert voted.word_confidences[0] == pytest.approx(0.9)


@given(labellings())
def test_a_single_teacher_is_taken_at_its_word(alone: Labelling) -> None:
    assert vote([alone]) == alone


@given(st.lists(labellings(), min_size=1, max_size=5))
def test_what_is_voted_for_is_flat_in_order_and_found_by_more_than_half(teachers: list[Labelling]) -> None:
    voted = vote(teachers)
    for entity in voted.entities:
        assert sum(entity in teacher.entities for teacher in teachers) > len(teachers) / 2
    for one, next_one in zip(voted.entities, voted.entities[1:], strict=False):
        assert one.end <= next_one.start
    missed = {entity for teacher in teachers for entity in teacher.entities} - set(voted.entities)
    for entity in missed:
        assert sum(entity in teacher.entities for teacher in teachers) <= len(teachers) / 2
    assert all(0 <= confidence <= 1.000001 for confidence in voted.word_confidences)


@pytest.fixture(scope="module")
def teachers(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two taggers as they are before training, which find much, each something else."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    for seed, folder in enumerate(folders):
        torch.manual_seed(seed)
        new_model(tiny_encoder, EntityModelConfig(settings={"head": "tagger"})).save_pretrained(folder)
        AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
        seal_folder(folder)
    return folders


def test_two_teachers_label_text_with_what_both_find(small_run: Path, teachers: list[Path], tmp_path: Path) -> None:
    unlabelled = small_run / "resources" / "corpora" / "demo" / "de" / "unlabelled.parquet"
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / "pseudolabel.py"), "--teachers", *map(str, teachers)]
    command += ["--unlabelled", str(unlabelled), "--output", str(tmp_path / "voted.parquet")]
    command += [
        "--labels",
        "hard",
        "--entity-threshold",
        "0",
        "--outside-threshold",
        "0",
        "--min-believed-share",
        "0",
        "--max-share-without-entities",
        "1",
    ]
    subprocess.run(
        [*command, "--max-sentences-per-language", "100", "--threads", "1"], check=True, capture_output=True, text=True
    )
    voted = read_pseudo_labels(tmp_path / "voted.parquet")
    assert len(voted) == len(read_corpus(unlabelled))
    words = [row.sentence.tokens for row in voted]
    found_by_each = [EntityRecogniser.from_pretrained(folder).label(words) for folder in teachers]
    agreed = 0
    for row, one, other in zip(voted, *found_by_each, strict=True):
        both = set(one.entities) & set(other.entities)
        assert set(row.sentence.entities) == both
        agreed += len(both)
    assert 0 < agreed < sum(len(labelling.entities) for labelling in found_by_each[0])
