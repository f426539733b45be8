"""Which views of a sentence an epoch sees."""

from __future__ import annotations

from collections.abc import Sequence

from mclner.configuration.run_settings import RunSettings, from_mapping
from mclner.model.batch import CODESWITCHED, SOURCE, TRANSLATED
from mclner.model.batching import EncodedSentence
from mclner.training.dataset import Example, ViewDataset

EPOCHS = range(60)


def encoded(number: int, tagged: bool = True) -> EncodedSentence:
    """A sentence of one subword, `number`, that has tags or not."""
    return EncodedSentence([number], [0], [1], [], [1.0 if tagged else 0.0])


def rows_seen(tagged: Sequence[bool], weight: float) -> list[tuple[int, int, float]]:
    """Subword, view and weight of the rows of one sentence in all EPOCHS; its translations are 10, 11, …"""
    translated = tuple(encoded(10 + number, tags) for number, tags in enumerate(tagged))
    settings = from_mapping(RunSettings, {"objectives": {"translated_weight": weight}})
    dataset = ViewDataset([Example(encoded(1), (encoded(2), encoded(3)), translated, 1.0)], settings)
    return [(row.input_ids[0], view, weight) for epoch in EPOCHS for row, view, weight in dataset[0, epoch]]


def test_an_epoch_sees_the_sentence_one_code_switched_copy_and_one_translation() -> None:
    rows = rows_seen([True, True, True], 1.0)
    assert [view for _, view, _ in rows] == [SOURCE, CODESWITCHED, TRANSLATED] * len(EPOCHS)
    assert [number for number, view, _ in rows if view == CODESWITCHED] == [2, 3] * (len(EPOCHS) // 2)
    assert {number for number, view, _ in rows if view == TRANSLATED} == {10, 11, 12}
    assert {weight for _, view, weight in rows if view == TRANSLATED} == {1.0}


def test_translations_with_a_label_loss_are_drawn_from_those_with_tags() -> None:
    rows = rows_seen([False, True, False, True], 1.0)
    assert {(number, weight) for number, view, weight in rows if view == TRANSLATED} == {(11, 1.0), (13, 1.0)}


def test_without_a_label_loss_or_without_any_tags_every_translation_is_drawn() -> None:
    for tagged, weight in (([False, True, False], 0.0), ([False, False, False], 1.0)):
        drawn = {number for number, view, _ in rows_seen(tagged, weight) if view == TRANSLATED}
        assert drawn == {10, 11, 12}


def test_what_is_drawn_without_a_label_loss_does_not_depend_on_tags() -> None:
    assert rows_seen([True, False, True], 0.0) == rows_seen([True, True, True], 0.0)
