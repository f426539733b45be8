"""Memory of a training step from tensors without storage: the method holds, and the document says what it gives."""

from __future__ import annotations

import re

import pytest
import torch

from conftest import ROOT
from memory_meter import Answers, MemoryMeter, allocated_peak
from memory_of_a_step import SHAPES, batch_of_width, check, settings_of, without_storage


def test_the_meter_counts_what_lives_and_each_storage_once() -> None:
    meter = MemoryMeter()
    with meter:
        kept = torch.zeros(1000)
        view = kept.view(10, 100)
        gone = kept + 1
        del gone
        small = kept[:10] * 2
    assert (meter.current, meter.peak) == (4000 + 40, 8000)
    del kept, view, small
    assert meter.current == 0


def test_the_log_of_the_allocator_has_the_same_peak() -> None:
    def work() -> None:
        first = torch.zeros(100_000)
        second = first + 1
        del first
        (second * 2).sum()

    meter = MemoryMeter()
    with meter:
        work()
    assert allocated_peak(work) == pytest.approx(meter.peak, rel=0.01)


@pytest.mark.parametrize("variant", ["tagger", "full"])
def test_a_step_without_storage_takes_what_a_real_one_takes(variant: str) -> None:
    fake, same_meter, allocator = check(variant)
    assert fake == pytest.approx(same_meter, rel=0.02)
    assert same_meter == pytest.approx(allocator, rel=0.02)


def test_answers_of_another_run_are_refused() -> None:
    answers = Answers()
    with answers.recording():
        found = torch.tensor([0, 3, 0, 2]).nonzero()
    with answers.replaying():
        assert torch.ones(4).nonzero().shape == found.shape == (2, 1)
    with pytest.raises(RuntimeError, match="no answer is recorded"), answers.replaying():
        torch.ones(3).sum().item()
    with pytest.raises(RuntimeError, match="1 recorded answers were not asked for"), answers.replaying():
        torch.ones(3).sum()


def test_the_largest_batch_is_bounded_by_the_configuration() -> None:
    full, encoder = settings_of("full_large", {})
    assert (encoder, full.training.max_subwords_per_batch) == ("xlm-roberta-large", 12288)
    assert batch_of_width(full, full.model.max_length).input_ids.shape == (96, 128)
    halved, _ = settings_of("full_large", {"max_subwords_per_batch": 6144})
    assert batch_of_width(halved, full.model.max_length).input_ids.shape == (48, 128)


def test_the_document_says_what_a_tagger_of_base_takes() -> None:
    settings, encoder = settings_of("tagger", {})
    step = without_storage(settings, SHAPES[encoder], batch_of_width(settings, settings.model.max_length), count=False)
    text = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| `tagger` \| ([\d,]+) \| ([\d.]+) \|", text, re.M)
    assert row == (f"{step.subwords:,}", f"{step.peak / 1e9:.1f}")
