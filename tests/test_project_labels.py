"""The program that labels aligned text: a teacher's labels of the English side reach the other languages."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import torch

from conftest import DEMO, SCRIPTS
from mclner.common.checksums import seal_folder
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.demo.markup import read_markup
from mclner.model.entity_model import EntityModelConfig, new_model
from mclner.model.recogniser import EntityRecogniser
from mclner.training.dataset import ViewDataset, build_examples, group_views


@pytest.fixture(scope="module")
def teacher(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tagger that was never trained: it finds entities in nearly every sentence."""
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("teacher") / "model"
    torch.manual_seed(3)
    new_model(tiny_encoder, EntityModelConfig(settings={"head": "tagger"})).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
    seal_folder(folder)
    return folder


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's English sentences, themselves as translations under `de`, and real ones under `ja`; no tags."""
    folder = tmp_path_factory.mktemp("aligned")
    for code, file in (("en", "en"), ("de", "en"), ("ja", "ja")):
        rows = read_markup(DEMO / "test" / f"{file}.txt")
        sentences = [Sentence(f"parallel-{number}", code, row.tokens, None) for number, row in enumerate(rows, start=1)]
        write_corpus(sentences, folder / f"{code}.parquet")
    return folder


def project(teacher: Path, encoder: Path, aligned: Path, folder: Path, *more: str) -> pd.DataFrame:
    """Run the program; its table of counts by language."""
    options = {"layer": 1, "lexicon-bonus": 0.1, "min-aligned-share": 1.0, "max-with-entities": 300}
    options |= {"max-without-entities": 100, "threads": 1}
    command = [sys.executable, str(SCRIPTS / "project_labels.py"), "--teachers", str(teacher)]
    command += ["--encoder", str(encoder), "--source", str(aligned / "en.parquet")]
    command += ["--translations", str(aligned / "de.parquet"), str(aligned / "ja.parquet")]
    command += [text for name, value in options.items() for text in (f"--{name}", str(value))]
    command += ["--folder", str(folder), "--counts", str(folder / "counts.tsv"), *more]
    subprocess.run(command, check=True, capture_output=True)
    return pd.read_csv(folder / "counts.tsv", sep="\t", index_col="language")


def test_a_sentence_that_is_its_own_translation_gets_the_teachers_labels(
    teacher: Path, tiny_encoder: Path, aligned: Path, tmp_path: Path
) -> None:
    counts = project(teacher, tiny_encoder, aligned, tmp_path)
    english = read_corpus(aligned / "en.parquet")
    labellings = EntityRecogniser.from_pretrained(teacher).label([row.tokens for row in english])
    expected = {row.id: labelling.entities for row, labelling in zip(english, labellings, strict=True)}
    kept = read_corpus(tmp_path / "de.parquet")
    assert len(kept) > 20
    assert all(row.entities == expected[row.id] for row in kept)
    assert sum(bool(row.entities) for row in kept) == counts.with_entities["de"]
    assert sum(len(row.entities) for row in kept) == counts.entities["de"] > 20


def test_every_sentence_is_kept_or_counted_with_what_speaks_against_it(
    teacher: Path, tiny_encoder: Path, aligned: Path, tmp_path: Path
) -> None:
    counts = project(teacher, tiny_encoder, aligned, tmp_path, "--max-with-entities", "3")
    assert (counts.sentences == 46).all()
    assert counts.with_entities["de"] == 3 >= counts.with_entities["ja"]
    assert counts.beyond_the_limit["de"] > 20
    assert (counts.drop(columns=["sentences", "entities"]).sum(axis=1) == 46).all()
    assert len(read_corpus(tmp_path / "ja.parquet")) == counts.with_entities["ja"] + counts.without_entities["ja"]
    assert counts.partly_aligned["ja"] + counts.unaligned["ja"] > 0


def test_an_epoch_sees_every_projected_sentence_and_no_english_side_without_a_contrast(tiny_encoder: Path) -> None:
    from transformers import AutoTokenizer

    from mclner.configuration.fields import from_mapping
    from mclner.configuration.run_settings import RunSettings
    from mclner.model.batch import SOURCE, TRANSLATED
    from mclner.model.batching import SentenceEncoder

    encoder = SentenceEncoder(AutoTokenizer.from_pretrained(tiny_encoder), 128, "split")
    source = [Sentence("en-1", "en", ("Warsaw",), ("B-LOC",)), Sentence("parallel-1", "en", ("Kenya",), None)]
    source.append(Sentence("parallel-2", "en", ("Ghana",), None))  # nothing was projected from it
    projected = [Sentence("parallel-1", code, ("Kenia",), ("B-LOC",)) for code in ("de", "sw", "nl")]
    examples = build_examples(encoder, source, {}, group_views(projected), [], 0.0)
    assert len(examples) == 4
    for weight, views in ((0.0, {SOURCE: 1, TRANSLATED: 3}), (0.1, {SOURCE: 4, TRANSLATED: 3})):
        objectives = {"translated_weight": 1.0, "semantic_contrast": {"weight": weight}}
        dataset = ViewDataset(examples, from_mapping(RunSettings, {"objectives": objectives}))
        rows = [row for position in range(len(examples)) for row in dataset[position, 0]]
        assert Counter(view for _, view, _ in rows) == views
        assert all(weight == 1.0 and row.entities for row, view, weight in rows if view == TRANSLATED)
