"""Write one table of an experiment as Markdown and, beside it, as LaTeX."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from mclner.common.checksums import check_tsv
from mclner.common.cli import make_parser, run_program
from mclner.configuration.comparisons import Comparisons
from mclner.data.languages import read_languages
from mclner.evaluation.error_kinds import kinds_per_hundred
from mclner.report.names import sample_note
from mclner.report.tables import (
    ablation_table,
    alignment_table,
    breakdown_table,
    error_table,
    learning_curve_table,
    main_table,
    published_table,
    save_table,
)


def main(arguments: argparse.Namespace) -> None:
    check_tsv(arguments.summary, ("variant", "language", "f1"))
    summary = pd.read_csv(arguments.summary, sep="\t", keep_default_na=False, na_values=[""])
    table, caption = MAKE[arguments.name](arguments, summary)
    caption = f"{caption}; experiment {arguments.experiment}, {sample_note(summary)}."
    save_table(table, caption, arguments.output)


def titles_of(arguments: argparse.Namespace) -> dict[str, str]:
    """How tables call each variant."""
    return Comparisons.from_json(arguments.comparisons).titles


def make_main(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    known = read_languages(arguments.table)
    languages = {code: known[code] for code in arguments.languages}
    ends = (arguments.baseline, arguments.method)
    table = main_table(summary, languages, arguments.variants, arguments.source, ends, titles_of(arguments))
    return table, f"Entity F1 (%) by language{SPREAD}, the last column with {INTERVALS}"


def make_ablation(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    table = ablation_table(summary, arguments.variants, arguments.source, arguments.method, titles_of(arguments))
    return table, (
        f"Mean entity F1 (%) of each variant{SPREAD}, with {INTERVALS} of each difference by itself; "
        "p: two-sided from the same bootstrap, adjusted by Holm-Bonferroni for the "
        f"{len(table) - 1} comparisons of this table; * stays significant at 5 %"
    )


def make_breakdown(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    check_tsv(arguments.groups, ("grouping", "group", "languages", "variant"))
    groups = pd.read_csv(arguments.groups, sep="\t", keep_default_na=False, na_values=[""])
    table = breakdown_table(groups, arguments.baseline, arguments.method, titles_of(arguments))
    return table, f"Mean entity F1 (%) over groups of target languages{SPREAD}, with {INTERVALS}"


def make_learning_curve(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    comparisons = Comparisons.from_json(arguments.comparisons)
    table = learning_curve_table(summary, comparisons, arguments.source, arguments.method)
    return table, (
        f"Entity F1 (%) by number of labelled source sentences{SPREAD}, in the source language ({arguments.source}) "
        f"and in the mean of the targets, with {INTERVALS}"
    )


def make_errors(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    check_tsv(arguments.errors, ("variant", "seed", "language", "kind", "entities"))
    counts = pd.read_csv(arguments.errors, sep="\t", keep_default_na=False)
    return error_table(kinds_per_hundred(counts, arguments.source), arguments.variants, titles_of(arguments)), (
        f"What became of 100 entities of the target test sentences, and how many were found besides them{SPREAD}, "
        "means over languages"
    )


def make_alignment(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    known = read_languages(arguments.table)
    languages = {code: known[code] for code in arguments.languages if code != arguments.source}
    scores = pd.read_csv(arguments.alignment, sep="\t", keep_default_na=False, dtype={"seed": str})
    return alignment_table(scores, languages, titles_of(arguments)), (
        f"Alignment with the source language before training (encoder) and after{SPREAD}, in %: sentences whose "
        "nearest by cosine is their translation, mean of both directions; related pairs of words whose nearest pair in "
        "the source language holds the same relation"
    )


def make_published(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    published = pd.read_csv(arguments.published, sep="\t", dtype=str, keep_default_na=False)
    ends = (arguments.baseline, arguments.method)
    table = published_table(published, summary, ends, arguments.data, arguments.experiment, titles_of(arguments))
    return table, (
        "Published entity F1 (%), each with its source and whether it was verified there or recalled, and ours; what "
        "has not been run is empty, and other data sets are not comparable"
    )


SPREAD = " (± standard deviation over seeds, where there are several)"
INTERVALS = "95 % paired bootstrap intervals over sentences"
MAKE = {
    "alignment": make_alignment,
    "main": make_main,
    "ablation": make_ablation,
    "breakdown": make_breakdown,
    "errors": make_errors,
    "learning_curve": make_learning_curve,
    "published": make_published,
}

if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("name", choices=sorted(MAKE))
    parser.add_argument("--summary", type=Path, required=True, help="summary.tsv of the experiment")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the languages scored")
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--source", required=True, help="code of the source language")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--comparisons", required=True, help="JSON: titles of the variants, and which is compared how")
    parser.add_argument("--method", required=True)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--groups", type=Path, required=True, help="groups.tsv of the experiment")
    parser.add_argument("--errors", type=Path, required=True, help="errors.tsv of the experiment")
    parser.add_argument("--alignment", type=Path, required=True, help="alignment.tsv of the experiment")
    parser.add_argument("--data", default="", help="what the table of published figures calls the data, if it has it")
    parser.add_argument("--published", type=Path, required=True, help="the table of published figures")
    parser.add_argument("--output", type=Path, required=True, help="Markdown to write; LaTeX is put beside it")
    run_program(parser, main)
