"""What the report says beyond the scores: kinds of errors, coverage, groups of languages, published figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from describe_languages import fertility
from mclner.common.exceptions import InputError
from mclner.configuration.run_settings import RunSettings, TrainingSettings
from mclner.configuration.sizes import baselines_by_size, families_of
from mclner.data.languages import read_languages
from mclner.data.sentences import Sentence, write_corpus
from mclner.data.tags import Entity
from mclner.data.tokenization import load_tokenizer
from mclner.evaluation.error_kinds import KINDS, count_error_kinds, kinds_per_hundred
from mclner.evaluation.language_groups import groupings
from mclner.lexicons.coverage import coverage
from mclner.report.figures import training_curves
from mclner.report.learning_curve import learning_curve
from mclner.report.tables import (
    ablation_table,
    breakdown_table,
    error_table,
    learning_curve_table,
    main_table,
    published_table,
    save_table,
    to_html,
    to_latex,
    to_markdown,
)
from train import draw_source
from type_agreement import agreement, numbered_sentences

ENTITIES = st.lists(
    st.builds(lambda start, size, kind: Entity(start, start + size, kind), st.integers(0, 9), st.integers(1, 3),
              st.sampled_from(["PER", "LOC"])),
    max_size=5, unique=True,
)  # fmt: skip


def test_every_kind_of_error_is_told_from_the_others() -> None:
    gold = [Entity(0, 2, "PER"), Entity(3, 5, "LOC"), Entity(6, 7, "ORG"), Entity(8, 10, "PER"), Entity(12, 13, "LOC")]
    found = [Entity(0, 2, "PER"), Entity(3, 4, "LOC"), Entity(6, 7, "LOC"), Entity(9, 10, "LOC"), Entity(15, 16, "PER")]
    assert count_error_kinds(gold, found) == {
        "right": 1, "boundary": 1, "type": 1, "boundary and type": 1, "missed": 1, "spurious": 1,
    }  # fmt: skip


@given(ENTITIES, ENTITIES)
def test_every_entity_is_counted_once(gold: list[Entity], found: list[Entity]) -> None:
    kinds = count_error_kinds(gold, found)
    paired = kinds["boundary"] + kinds["type"] + kinds["boundary and type"]
    assert kinds["right"] + paired + kinds["missed"] == len(gold)
    assert kinds["right"] + paired + kinds["spurious"] == len(found)


def test_coverage_counts_words_and_entity_words() -> None:
    sentence = Sentence(
        "1", "en", ("The", "Red", "Cross", "left", "Kenya", "."), ("O", "B-ORG", "I-ORG", "O", "B-LOC", "O")
    )
    words, entity_words = coverage([sentence], {"red cross": ["Rotes Kreuz"], "the": ["das"]})
    assert words == pytest.approx(3 / 5)
    assert entity_words == pytest.approx(2 / 3)


def test_fertility_is_subwords_a_word(tiny_encoder: Path) -> None:
    tokenizer = load_tokenizer(tiny_encoder)
    sentence = Sentence("1", "en", ("in", "Warschauer"), None)
    subwords, unknown = fertility([sentence], tokenizer)
    assert subwords == sum(len(tokenizer.encode(word, add_special_tokens=False)) for word in ("in", "Warschauer")) / 2
    assert 0 <= unknown < 1


GAIN = {"over_baseline": 2.0, "over_baseline_sd": float("nan"), "over_baseline_low": 1.0, "over_baseline_high": 3.0}


def summary(spread: float = float("nan")) -> pd.DataFrame:
    scores = {"en": (90, 91), "de": (80, 82), "nl": (70, 74), "hi": (50, 60), "bn": (40, 48), "all": (66, 71)}
    rows = [
        {"variant": variant, "language": language, "f1": float(values[number]), "f1_sd": spread, "seeds": 2, **GAIN}
        for language, values in scores.items()
        for number, variant in enumerate(("tagger", "full"))
    ]
    rows += [
        {"variant": variant, "language": "targets", "f1": 60.0, "f1_sd": spread, "seeds": 2, **GAIN}
        for variant in ("tagger", "full")
    ]
    return pd.DataFrame(rows)


def described() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "language": ["en", "de", "nl", "hi", "bn", "sw", "yo"],
            "name": ["English", "German", "Dutch", "Hindi", "Bengali", "Swahili", "Yoruba"],
            "script": ["Latin", "Latin", "Latin", "Devanagari", "Bengali", "Latin", "Latin"],
            "family": ["Germanic"] * 3 + ["Indo-Aryan"] * 2 + ["Bantu", "Volta-Niger"],
            "subwords_a_word": [1.2, 1.4, 1.5, 1.8, 1.9, 1.6, 1.7],
            "covered_words": [None] + [0.8] * 6,
            "muse_covered_words": [None, 0.7, 0.6, 0.0, 0.5, 0.0, 0.4],
            "syntactic_distance": [0.0, 0.36, 0.36, 0.55, 0.59, 0.69, None],
        }
    )


def error_counts() -> pd.DataFrame:
    """Of two seeds: German, of 4 entities, and Dutch, of 40; English is the source."""
    right = {("en", 1): 4, ("en", 2): 4, ("de", 1): 1, ("de", 2): 3, ("nl", 1): 30, ("nl", 2): 30}
    there = {"en": 4, "de": 4, "nl": 40}
    rows = []
    for (language, seed), number in right.items():
        kinds = {"right": number, "missed": there[language] - number, "spurious": there[language] // 2}
        counts = dict.fromkeys(KINDS, 0) | kinds
        run = {"variant": "tagger", "seed": seed, "language": language}
        rows += [run | {"kind": kind, "entities": count} for kind, count in counts.items()]
    return pd.DataFrame(rows)


def test_kinds_of_errors_are_counted_per_hundred_entities_of_each_target_language() -> None:
    shares = kinds_per_hundred(error_counts(), "en").to_dict("index")
    assert shares["tagger", 1]["right"] == (25 + 75) / 2
    assert shares["tagger", 2]["right"] == (75 + 75) / 2
    assert shares["tagger", 1]["missed"] == (75 + 25) / 2
    assert shares["tagger", 1]["spurious"] == 50


def test_the_error_table_has_the_spread_over_seeds() -> None:
    (row,) = error_table(kinds_per_hundred(error_counts(), "en"), ["tagger"]).to_dict("records")
    assert row["Right"] == "62.5 ± 17.7"
    assert row["Spurious"] == "50.0 ± 0.0"


def test_dev_scores_of_seeds_with_different_numbers_of_steps_are_averaged_by_epoch() -> None:
    runs = [(100, [60.0, 70.0]), (120, [64.0, 80.0])]
    rows = [
        {"step": steps * (number + 1), "epoch": float(number + 1), "name": "eval_f1", "value": value}
        for steps, values in runs
        for number, value in enumerate(values)
    ]
    axes = training_curves({"full": pd.DataFrame(rows)}).axes[0]
    (line,) = axes.lines
    assert np.asarray(line.get_xydata()).tolist() == [[1.0, 62.0], [2.0, 75.0]]


def test_the_breakdown_has_the_difference_with_its_spread_and_interval() -> None:
    scores = {"f1": 61.5, "f1_sd": 0.7, "over_baseline": 0.0, "over_baseline_sd": 0.0}
    scores |= {"over_baseline_low": 0.0, "over_baseline_high": 0.0}
    better = {"f1": 68.0, "f1_sd": 2.1, "over_baseline": 6.5, "over_baseline_sd": 1.4}
    better |= {"over_baseline_low": 5.0, "over_baseline_high": 8.0}
    rows = [
        {"grouping": "Script", "group": group, "languages": languages, "variant": variant} | values
        for group, languages in (("Latin", 4), ("Bengali", 1))
        for variant, values in (("tagger", scores), ("full", better))
    ]
    table = breakdown_table(pd.DataFrame(rows), "tagger", "full").set_index("Languages")
    assert table.loc["Script: Latin"].to_dict() == {
        "n": "4", "Tagger": "61.5 ± 0.7", "Full": "68.0 ± 2.1", "Difference [95 %]": "+6.5 ± 1.4 [+5.0, +8.0]",
    }  # fmt: skip
    assert "Script: Bengali" not in table.index
    one_seed = pd.DataFrame(rows).assign(f1_sd=float("nan"), over_baseline_sd=float("nan"))
    table = breakdown_table(one_seed, "tagger", "full").set_index("Languages")
    assert table.loc["Script: Latin", "Difference [95 %]"] == "+6.5 [+5.0, +8.0]"


def test_languages_are_grouped_by_their_distance_from_english() -> None:
    found = dict(groupings(described().set_index("language"), "en"))
    assert found["Distance from English"].to_dict() == {
        "de": "same family", "nl": "same family", "hi": "other script", "bn": "other script",
        "sw": "same script, other family", "yo": "same script, other family",
    }  # fmt: skip
    assert found["Script"].to_dict() == dict(zip(described()["language"][1:], described()["script"][1:], strict=True))
    assert found["Family"]["bn"] == "Indo-Aryan"
    assert found["Subwords a word"][["de", "hi", "bn"]].tolist() == ["lowest third", "highest third", "highest third"]
    syntax = found["Syntactic distance from English"]
    assert syntax[["de", "sw"]].tolist() == ["lowest third", "highest third"]
    assert pd.isna(syntax["yo"])  # not known, so in no group
    assert "Words in the lexicon" not in found  # the same everywhere: no thirds
    assert found["Words in MUSE"].to_dict() == {
        "de": "upper half", "nl": "upper half", "hi": "none", "bn": "lower half", "sw": "none", "yo": "lower half",
    }  # fmt: skip


def test_languages_that_are_alike_share_a_group_and_an_unknown_family_is_none() -> None:
    rows = described().set_index("language").assign(syntactic_distance=[0.0, 0.4, 0.4, 0.4, 0.4, 0.5, 0.6])
    rows.loc["sw", "family"] = "unknown"
    found = dict(groupings(rows, "en"))
    assert found["Syntactic distance from English"][["de", "nl", "hi", "bn"]].nunique() == 1
    assert pd.isna(found["Family"]["sw"])
    assert pd.isna(found["Distance from English"]["sw"])  # Latin script: it may be a cousin


def test_every_language_of_the_table_has_a_distance_from_english() -> None:
    distances = pd.read_csv(ROOT / "config" / "distances.tsv", sep="\t", dtype={"code": str}).set_index("code")
    known = read_languages(ROOT / "config" / "languages.tsv")
    assert set(distances.index) == set(known) - {"en"}
    assert distances["syntactic"].between(0.3, 0.75).all()
    assert distances["syntactic"].idxmin() == "de"


def test_the_ablation_table_corrects_for_the_number_of_comparisons() -> None:
    p_values = {"tagger": 0.0002, "full": 1.0, "no_semantic": 0.03, "no_codeswitch": 0.02}
    rows = [
        {"variant": name, "language": group, "f1": 70.0, "f1_sd": 1.25, "over_method": -1.0, "over_method_low": -2.0,
         "over_method_sd": float("nan"), "over_method_high": -0.1, "over_method_p": p}
        for name, p in p_values.items()
        for group in ("en", "targets", "all")
    ]  # fmt: skip
    table = ablation_table(pd.DataFrame(rows), list(p_values), "en", "full").set_index("Variant")
    assert table["p (Holm)"].to_dict() == {
        "Tagger": "< 0.001*", "Full": "", "no semantic contrast": "0.040*", "no code-switching": "0.040*",
    }  # fmt: skip
    assert table.loc["Tagger", "Targets"] == "70.0 ± 1.2"
    alone = ablation_table(pd.DataFrame(rows), ["full", "no_semantic"], "en", "full").set_index("Variant")
    assert alone.loc["no semantic contrast", "p (Holm)"] == "0.030*"


def test_the_main_table_has_the_spread_where_several_seeds_were_run() -> None:
    known = read_languages(ROOT / "config" / "languages.tsv")
    languages = {code: known[code] for code in ("en", "de", "nl", "hi", "bn")}
    table = main_table(summary(spread=0.84), languages, ["tagger", "full"], "en", ("tagger", "full")).set_index(
        "Language"
    )
    assert table.loc["Hindi (hi)", "Full"] == "60.0 ± 0.8"
    assert table.loc["Hindi (hi)", "Full - Tagger [95 %]"] == "+2.0 [+1.0, +3.0]"
    assert table.loc["Mean of the 4 targets", "Tagger"] == "60.0 ± 0.8"
    assert table.loc["Hindi (hi)", "Script"] == "Devanagari"
    assert table.loc["Hindi (hi)", "Family"] == "Indo-Aryan"
    assert table.loc["Mean of the 4 targets", "Script"] == ""
    table = main_table(summary(), languages, ["tagger", "full"], "en", ("tagger", "full")).set_index("Language")
    assert table.loc["Mean of all 5", "Full"] == "71.0"


def test_published_figures_keep_their_standing_and_ours_are_marked_as_measured() -> None:
    published = pd.read_csv(ROOT / "config" / "published.tsv", sep="\t", dtype=str)
    assert set(published["standing"]) == {"verified", "recalled"}
    stated = published.dropna(subset="f1")
    without_figure = published[published["f1"].isna()]
    assert set(without_figure["system"]) == {"mCL-NER"}  # its abstract has a claim alone
    for (system, encoder), rows in stated[stated["data"] == "PAN-X"].groupby(["system", "encoder"]):
        scores = rows[rows["language"].str.len() == 2]["f1"].astype(float)
        mean = float(rows.loc[rows["language"] == "mean of 40", "f1"].iloc[0])
        assert len(scores) == 40, (system, encoder)
        assert scores.mean() == pytest.approx(mean, abs=0.05)
    ends = ("tagger", "full")
    published = published.fillna("")
    table = published_table(published, summary(), ends, "", "demo").set_index(["Data", "Languages"])
    assert all(name.endswith(("; recalled)", "; verified)")) for name in table.columns if not name.startswith("ours"))
    assert table.loc[("demo", "mean of 5"), "ours: Full"] == "71.0"
    assert set(table.loc[["PAN-X", "CoNLL-02/03"], "ours: Full"]) == {""}  # other data: nothing beside them
    there = published_table(published, summary(), ends, "PAN-X", "panx").set_index(["Data", "Languages"])
    assert there.loc[("PAN-X", "hi"), "ours: Tagger"] == "50.0"
    assert there.loc[("PAN-X", "fr"), "ours: Tagger"] == ""  # not scored here
    assert there.loc[("PAN-X", "mean of 40"), "ours: Tagger"] == ""  # a mean of five is another mean
    assert "demo" not in there.index


def test_tables_are_safe_whatever_stands_in_them() -> None:
    table = pd.DataFrame([{"A|b": "50 % & $x_1$ <script>", "B": r"\input{x}"}])
    latex = to_latex(table, "100 %")
    assert r"50 \% \& \$x\_1\$ <script>" in latex
    assert r"\textbackslash{}input\{x\}" in latex
    markdown = to_markdown(table, "Caption")
    assert "<script>" not in markdown
    assert r"A\|b" in markdown
    page = to_html(pd.DataFrame([{"<b>": "<script>"}]), "F1 < 1")
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page
    assert "F1 &lt; 1" in page
    assert "<script>" not in page


def test_a_table_is_written_as_markdown_latex_and_a_page_with_its_caption(tmp_path: Path) -> None:
    table = pd.DataFrame([{"Variant": "Full", "F1": "50.0"}])
    pages = []
    for _ in range(2):
        save_table(table, "Mean F1", tmp_path / "main.md")
        pages.append((tmp_path / "main.html").read_text(encoding="utf-8"))
    assert (tmp_path / "main.tex").exists()
    assert "<caption>Mean F1</caption>" in pages[0]
    assert pages[0].count("<td") == 2
    assert pages[0] == pages[1]  # byte for byte


def test_agreement_is_the_f1_of_the_types_found_in_parallel_sentences() -> None:
    english = [Counter(PER=1, LOC=2), Counter(ORG=1)]
    assert agreement(english, english) == 100.0
    assert agreement(english, [Counter(PER=1, LOC=1), Counter(LOC=1)]) == pytest.approx(200 * 2 / 7)
    assert agreement([Counter()], [Counter()]) == 0.0


def test_parallel_sentences_are_told_by_their_line_or_by_the_number_of_their_id(tmp_path: Path) -> None:
    rows = [Sentence(f"parallel-{number}", "de", ("a",), None) for number in (7, 3)]
    write_corpus(rows, tmp_path / "de.parquet")
    assert [number for number, _ in numbered_sentences(tmp_path / "de.parquet")] == [7, 3]
    (tmp_path / "de.txt").write_text("Bonn ist alt\nIn Bonn\n", encoding="utf-8")
    assert [(number, row.tokens[0]) for number, row in numbered_sentences(tmp_path / "de.txt")] == [
        (1, "Bonn"),
        (2, "In"),
    ]


def test_a_smaller_draw_of_source_sentences_lies_inside_a_larger_one(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    write_corpus([Sentence(f"en-{number}", "en", ("a",), ("O",)) for number in range(40)], path)

    def drawn(size: int | None, seed: int = 1) -> list[str]:
        settings = RunSettings(training=TrainingSettings(source_sentences=size), seed=seed)
        return [sentence.id for sentence in draw_source(path, settings)]

    everything = drawn(None)
    assert len(everything) == 40
    assert [len(drawn(size)) for size in (5, 10, 40)] == [5, 10, 40]
    assert set(drawn(5)) < set(drawn(10)) < set(everything)
    assert drawn(10) == sorted(drawn(10), key=everything.index)
    assert drawn(10) != drawn(10, seed=2)
    with pytest.raises(InputError, match="holds 40 of 41 source_sentences"):
        drawn(41)


def test_variants_that_differ_in_their_number_of_sentences_make_one_curve() -> None:
    sizes = {"full_1000": 1000, "tagger_250": 250, "full_250": 250, "tagger": 0}
    families = families_of(sizes)
    assert families == {"full": {250: "full_250", 1000: "full_1000"}, "tagger": {250: "tagger_250"}}
    assert list(families["full"]) == [250, 1000]


def test_a_variant_is_set_against_the_baseline_of_as_many_sentences() -> None:
    sizes = {"tagger_250": 250, "full_250": 250, "tagger_1000": 1000, "full_1000": 1000, "full_500": 500}
    like = ["tagger_250", "tagger_250", "tagger_1000", "tagger_1000", "tagger_1000"]
    assert baselines_by_size(sizes, "tagger_1000") == like
    assert baselines_by_size({"full": 0, "tagger": 0}, "tagger") == ["tagger", "tagger"]


def test_the_table_of_the_learning_curve_has_a_row_a_size_and_the_gain_where_both_were_run() -> None:
    sizes = {"full_1000": 1000, "tagger_1000": 1000, "full_250": 250, "tagger_250": 250, "full_500": 500}
    f1 = {"full_1000": 55.0, "tagger_1000": 50.0, "full_250": 47.0, "tagger_250": 40.0, "full_500": 51.0}
    rows = [
        {"variant": variant, "language": group, "f1": score + above, "f1_sd": float("nan"), **GAIN}
        for variant, score in f1.items()
        for group, above in (("targets", 0.0), ("en", 30.0))
    ]
    table = learning_curve_table(pd.DataFrame(rows), sizes, "en", ("tagger_1000", "full_1000"))
    gain = "Targets, Full - Tagger [95 %]"
    assert table["Source sentences"].tolist() == ["250", "500", "1,000"]
    assert table["en, Tagger"].tolist() == ["70.0", "", "80.0"]
    assert table["Targets, Full"].tolist() == ["47.0", "51.0", "55.0"]
    assert table[gain].tolist() == ["+2.0 [+1.0, +3.0]", "", "+2.0 [+1.0, +3.0]"]
    assert table.columns[-1] == gain


def test_the_learning_curve_draws_f1_against_sentences_for_targets_and_source() -> None:
    f1 = {
        ("full_250", "targets"): 40.0,
        ("full_1000", "targets"): 55.0,
        ("full_250", "en"): 70.0,
        ("full_1000", "en"): 80.0,
    }
    rows = [
        {"variant": variant, "language": group, "f1": score, "low": score - 2, "high": score + 2}
        for (variant, group), score in f1.items()
    ]
    rows += [{"variant": "full_250", "language": "all", "seeds": 1, "sentences": 10, "entities": 20}]
    figure = learning_curve(pd.DataFrame(rows), {"full_1000": 1000, "full_250": 250}, "en")
    targets, source = (axes.lines[0] for axes in figure.axes)
    assert np.asarray(targets.get_xydata()).tolist() == [[250.0, 40.0], [1000.0, 55.0]]
    assert np.asarray(source.get_xydata()).tolist() == [[250.0, 70.0], [1000.0, 80.0]]
