"""Scores, statistics and pseudo-labels."""

from __future__ import annotations

import random
from argparse import Namespace
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score

import summarise
from mclner.common.checksums import write_parquet
from mclner.configuration.recipes import SelfTrainingRecipe
from mclner.data.predictions import Labelling
from mclner.data.sentences import Sentence
from mclner.data.tags import Entity, entities_of
from mclner.evaluation.scores import count_matches, precision_recall_f1
from mclner.evaluation.significance import bootstrap_f1, bootstrap_parallel_f1, holm, interval, p_value, resample_counts
from mclner.training.pseudo_labels import choose_pseudo_labels, read_pseudo_labels, write_pseudo_labels

TAG = st.sampled_from(["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"])
PAIRS = st.lists(st.lists(st.tuples(TAG, TAG), min_size=1, max_size=12), min_size=1, max_size=5)


@given(PAIRS)
def test_scores_are_seqevals(sentences: list[list[tuple[str, str]]]) -> None:
    gold = [[there for there, _ in sentence] for sentence in sentences]
    found = [[seen for _, seen in sentence] for sentence in sentences]
    counts = count_matches([entities_of(tags) for tags in gold], [entities_of(tags) for tags in found])
    expected = [100 * score(gold, found, zero_division=0) for score in (precision_score, recall_score, f1_score)]
    assert precision_recall_f1(counts) == pytest.approx(expected)


def test_resampling_by_distinct_rows_is_the_bootstrap_over_sentences() -> None:
    generator = np.random.default_rng(0)
    counts = generator.integers(0, 3, size=(60, 3))
    fast = resample_counts(counts, 4000, np.random.default_rng(1))
    slow = np.stack([counts[generator.integers(0, 60, 60)].sum(0) for _ in range(4000)])
    np.testing.assert_allclose(fast.mean(0), slow.mean(0), rtol=0.01)
    np.testing.assert_allclose(fast.std(0), slow.std(0), rtol=0.06)


def test_the_difference_of_a_system_from_itself_is_zero_in_every_resample() -> None:
    counts = np.random.default_rng(2).integers(0, 3, size=(50, 1, 1, 3))
    both = np.concatenate([counts, counts], axis=1)
    _, samples = bootstrap_f1([both, both], 100, seed=1)
    assert interval((samples[:, :, 0] - samples[:, :, 1]).mean(axis=1)) == (0.0, 0.0)


def test_sentences_that_translate_each_other_are_one_sample_in_all_languages() -> None:
    """Forty copies of one language tell no more than one; drawn each for itself they would seem to."""
    language = np.random.default_rng(3).integers(0, 3, size=(40, 1, 1, 3))
    spreads = [
        np.std(bootstrap([language] * copies, 2000, seed=1)[1].mean(axis=1))
        for bootstrap, copies in ((bootstrap_f1, 1), (bootstrap_parallel_f1, 40), (bootstrap_f1, 40))
    ]
    assert spreads[1] == pytest.approx(spreads[0], rel=0.1)
    assert spreads[2] < 0.25 * spreads[0]
    measured, _ = bootstrap_parallel_f1([language, language[::-1]], 10, seed=1)
    assert measured[0] == measured[1]


def test_a_better_system_has_an_interval_above_zero() -> None:
    generator = random.Random(1)
    there = [2] * 100
    good = [2 if generator.random() < 0.8 else 0 for _ in there]
    bad = [2 if generator.random() < 0.4 else 0 for _ in there]
    counts = np.array([[[[g, 2, 2]], [[b, 2, 2]]] for g, b in zip(good, bad, strict=True)])
    measured, samples = bootstrap_f1([counts], 1000, seed=1)
    assert measured[0, 0] == pytest.approx(100 * sum(good) / 200)
    assert interval(samples[:, 0, 0] - samples[:, 0, 1])[0] > 0


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_p_value_below_five_per_cent_means_an_interval_beside_zero(below: int, above: int) -> None:
    differences = np.concatenate([np.full(below, -1.0), np.full(above, 2.0)])
    low, high = interval(differences)
    if p_value(differences) < 0.05:
        assert low > 0 or high < 0
    assert p_value(differences) == p_value(-differences)
    assert 0 < p_value(differences) <= 1


def test_no_difference_has_the_p_value_one() -> None:
    assert p_value(np.zeros(1000)) == 1.0
    assert p_value(np.ones(999)) == pytest.approx(2 / 1000)


@given(st.lists(st.floats(0.0001, 1.0), min_size=1, max_size=5))
def test_holm_rejects_what_the_closed_test_of_bonferroni_rejects(p_values: list[float]) -> None:
    indices = range(len(p_values))
    subsets = [set(chosen) for size in indices for chosen in combinations(indices, size + 1)]
    closed = [max(len(s) * min(p_values[j] for j in s) for s in subsets if i in s) for i in indices]
    assert holm(p_values) == pytest.approx([min(1.0, value) for value in closed])


def test_holm_of_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_holm_leaves_unknown_p_values_unknown() -> None:
    assert holm([0.01, float("nan")]) == pytest.approx([0.02, float("nan")], nan_ok=True)


DESCRIBED = """\
language\tname\tscript\tfamily\tsubwords_a_word\tcovered_words\tmuse_covered_words\tsyntactic_distance
en\tEnglish\tLatin\tGermanic\t1.2\t\t\t0
de\tGerman\tLatin\tGermanic\t1.4\t0.5\t0.4\t0.36
nl\tDutch\tLatin\tGermanic\t1.4\t0.5\t0.4\t0.36
"""


def summarised(
    folder: Path, right: Mapping[tuple[str, int], int], baselines: Sequence[str], method: str, times: int = 4
) -> dict[tuple[str, str], dict[Hashable, Any]]:
    """The summary by variant and language of runs that find all of en and nl, and so many of the ten entities of de.

    Every sentence is there so many `times`.
    """
    for (variant, seed), number in right.items():
        found = {"language": ["en"] * 10 + ["nl"] * 10 + ["de"] * 10, "id": [str(row) for row in range(30)]}
        counts = {"correct": [1] * 20 + [1] * number + [0] * (10 - number), "predicted": [1] * 30, "gold": [1] * 30}
        table = {name: [value for value in values for _ in range(times)] for name, values in (found | counts).items()}
        write_parquet(pa.table(table), folder / variant / f"seed{seed}" / "sentence_counts.parquet")
    described = folder / "languages.tsv"
    described.write_text(DESCRIBED, encoding="utf-8")
    names = {"results": folder, "variants": list(dict.fromkeys(variant for variant, _ in right)), "source": "en"}
    others = {"seeds": sorted({str(seed) for _, seed in right}), "baselines": list(baselines), "method": method}
    for file, source in (("summary.tsv", None), ("groups.tsv", described)):
        files = {"described": source, "output": folder / file}
        summarise.main(Namespace(**names, **others, **files, resamples=2000, bootstrap_seed=1, parallel_tests=False))
    summary = pd.read_csv(folder / "summary.tsv", sep="\t")
    return {(row["variant"], row["language"]): row for row in summary.to_dict("records")}


def test_the_summary_has_the_mean_and_the_sample_standard_deviation_over_seeds(tmp_path: Path) -> None:
    right = {("tagger", 1): 4, ("tagger", 2): 8, ("full", 1): 9, ("full", 2): 9}
    rows = summarised(tmp_path, right, ["tagger", "tagger"], "full")
    assert rows["tagger", "de"]["f1"] == pytest.approx(60.0)
    assert rows["tagger", "de"]["f1_sd"] == pytest.approx(np.std([40, 80], ddof=1), abs=1e-4)
    assert rows["tagger", "all"]["f1_sd"] == pytest.approx(np.std([240 / 3, 280 / 3], ddof=1), abs=1e-4)
    assert rows["tagger", "targets"]["over_method_p"] < 0.05
    assert rows["full", "targets"]["over_method_p"] == 1.0
    assert rows["full", "targets"]["over_baseline_sd"] == pytest.approx(np.std([25, 5], ddof=1), abs=1e-4)
    groups = pd.read_csv(tmp_path / "groups.tsv", sep="\t")
    (same_family,) = groups.query("group == 'same family' and variant == 'full'").to_dict("records")
    assert same_family["f1"] == pytest.approx((90 + 100) / 2)
    for column in ("f1", "f1_sd", "over_baseline", "over_baseline_sd", "over_baseline_low", "over_baseline_high"):
        assert same_family[column] == rows["full", "targets"][column]  # both targets


@pytest.mark.parametrize(("times", "known"), [(2, False), (3, True)])
def test_fewer_than_30_test_sentences_have_no_interval_and_no_p_value(tmp_path: Path, times: int, known: bool) -> None:
    rows = summarised(tmp_path, {("tagger", 1): 4, ("full", 1): 9}, ["tagger", "tagger"], "full", times)
    for language in ("de", "targets", "all"):
        row = rows["tagger", language]
        assert row["over_method"] < 0
        for column in ("low", "high", "over_method_low", "over_method_high", "over_method_p", "over_baseline_p"):
            assert pd.notna(row[column]) == known, column


def test_the_summary_sets_each_variant_against_its_own_baseline(tmp_path: Path) -> None:
    right = {("tagger_5", 1): 2, ("full_5", 1): 5, ("tagger_9", 1): 8, ("full_9", 1): 9}
    rows = summarised(tmp_path, right, ["tagger_5", "tagger_5", "tagger_9", "tagger_9"], "full_9")
    gains = {variant: rows[variant, "de"]["over_baseline"] for variant, _ in right}
    assert gains == pytest.approx({"tagger_5": 0.0, "full_5": 30.0, "tagger_9": 0.0, "full_9": 10.0})
    assert rows["full_5", "de"]["over_method"] == pytest.approx(-40.0)


def recipe_of(*bounds: Any) -> SelfTrainingRecipe:
    """Thresholds of entities and of other words, least share of believed words, share without entities, most kept."""
    return SelfTrainingRecipe(None, None, "own", "hard", *bounds)


def labelling(*confidences: float) -> Labelling:
    return Labelling([Entity(0, 1, "LOC")], [confidences[0]], list(confidences))


def test_doubtful_words_lose_their_weight_and_doubtful_sentences_go() -> None:
    sentences = [Sentence(str(number), "de", ("Bonn", "ist", "alt"), None) for number in range(3)]
    found = [labelling(0.9, 0.9, 0.2), labelling(0.2, 0.3, 0.9), labelling(0.9, 0.9, 0.9)]
    kept = choose_pseudo_labels(sentences, found, recipe_of(0.7, 0.7, 0.5, 1.0, 10))
    assert [row.sentence.id for row in kept] == ["0", "2"]
    assert kept[0].weights == (1.0, 1.0, 0.0)
    assert kept[0].sentence.tags == ("B-LOC", "O", "O")


def test_entities_and_other_words_have_thresholds_of_their_own() -> None:
    sentences = [Sentence("1", "de", ("Bonn", "ist", "alt"), None)]
    (row,) = choose_pseudo_labels(sentences, [labelling(0.6, 0.6, 0.97)], recipe_of(0.5, 0.95, 0.5, 1.0, 10))
    assert row.weights == (1.0, 0.0, 1.0)


def test_the_cap_keeps_the_surest_sentences_in_their_order() -> None:
    sentences = [Sentence(str(number), "de", ("Bonn",), None) for number in range(4)]
    found = [labelling(0.8), labelling(0.99), labelling(0.7), labelling(0.9)]
    kept = choose_pseudo_labels(sentences, found, recipe_of(0.5, 0.5, 0.5, 1.0, 2))
    assert [row.sentence.id for row in kept] == ["1", "3"]


def test_pseudo_labels_are_read_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    sentences = [Sentence("1", "de", ("Bonn", "!"), None)]
    kept = choose_pseudo_labels(sentences, [labelling(1.0, 0.1)], recipe_of(0.5, 0.5, 0.5, 1.0, 9))
    write_pseudo_labels(kept, tmp_path / "pseudo.parquet")
    assert read_pseudo_labels(tmp_path / "pseudo.parquet") == kept


def test_of_the_sentences_kept_a_bounded_share_has_no_believed_entity() -> None:
    sentences = [Sentence(str(number), "sw", ("a", "b"), None) for number in range(8)]
    empty, doubtful, sure = (
        Labelling([], [], [1.0, 1.0]),
        Labelling([Entity(0, 1, "PER")], [0.4], [0.4, 1.0]),
        Labelling([Entity(0, 1, "PER")], [0.6], [0.6, 1.0]),
    )
    found = [empty] * 4 + [doubtful] + [sure] * 3

    def kept(share: float, most: int) -> list[str]:
        chosen = choose_pseudo_labels(sentences, found, recipe_of(0.5, 0.5, 0.5, share, most))
        return [row.sentence.id for row in chosen]

    assert kept(0.0, 9) == ["5", "6", "7"]
    assert kept(0.25, 9) == ["0", "5", "6", "7"]
    assert kept(0.5, 4) == ["0", "1", "5", "6"]
    assert len(kept(1.0, 8)) == 8
