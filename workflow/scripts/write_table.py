"""Write one table of an experiment as Markdown and, beside it, as LaTeX and HTML."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from mclner.common.checksums import check_tsv
from mclner.common.cli import make_parser, run_program
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
    make, _ = TABLES[arguments.name]
    table, caption = make(arguments, summary)
    caption = f"{caption}; experiment {arguments.experiment}, {sample_note(summary)}."
    save_table(table, caption, arguments.output)


def make_main(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    known = read_languages(arguments.table)
    languages = {code: known[code] for code in arguments.languages}
    ends = (arguments.baseline, arguments.method)
    table = main_table(summary, languages, arguments.variants, arguments.source, ends)
    return table, f"Entity F1 (%) by language{SPREAD}, the last column with {INTERVALS}"


def make_ablation(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    table = ablation_table(summary, arguments.variants, arguments.source, arguments.method)
    return table, (
        f"Mean entity F1 (%) of each variant{SPREAD}, with {INTERVALS} of each difference by itself; "
        "p: two-sided from the same bootstrap, adjusted by Holm-Bonferroni for the "
        f"{len(table) - 1} comparisons of this table; * stays significant at 5 %"
    )


def make_breakdown(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    check_tsv(arguments.groups, ("grouping", "group", "languages", "variant"))
    groups = pd.read_csv(arguments.groups, sep="\t", keep_default_na=False, na_values=[""])
    table = breakdown_table(groups, arguments.baseline, arguments.method)
    return table, f"Mean entity F1 (%) over groups of target languages{SPREAD}, with {INTERVALS}"


def make_learning_curve(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    sizes = dict(zip(arguments.variants, arguments.sizes, strict=True))
    table = learning_curve_table(summary, sizes, arguments.source, (arguments.baseline, arguments.method))
    return table, (
        f"Entity F1 (%) by number of labelled source sentences{SPREAD}, in the source language ({arguments.source}) "
        f"and in the mean of the targets, with {INTERVALS}"
    )


def make_errors(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    check_tsv(arguments.errors, ("variant", "seed", "language", "kind", "entities"))
    counts = pd.read_csv(arguments.errors, sep="\t", keep_default_na=False)
    return error_table(kinds_per_hundred(counts, arguments.source), arguments.variants), (
        f"What became of 100 entities of the target test sentences, and how many were found besides them{SPREAD}, "
        "means over languages"
    )


def make_alignment(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    known = read_languages(arguments.table)
    languages = {code: known[code] for code in arguments.languages if code != arguments.source}
    scores = pd.read_csv(arguments.alignment, sep="\t", keep_default_na=False, dtype={"seed": str})
    return alignment_table(scores, languages), (
        f"Alignment with the source language before training (encoder) and after{SPREAD}, in %: sentences whose "
        "nearest by cosine is their translation, mean of both directions; related pairs of words whose nearest pair in "
        "the source language holds the same relation"
    )


def make_published(arguments: argparse.Namespace, summary: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    published = pd.read_csv(arguments.published, sep="\t", dtype=str, keep_default_na=False)
    ends = (arguments.baseline, arguments.method)
    table = published_table(published, summary, ends, arguments.data, arguments.experiment)
    return table, (
        "Published entity F1 (%), each with its source and whether it was verified there or recalled, and ours; what "
        "has not been run is empty, and other data sets are not comparable"
    )


SPREAD = " (± standard deviation over seeds, where there are several)"
INTERVALS = "95 % paired bootstrap intervals over sentences"
OPTIONS: dict[str, dict[str, Any]] = {
    "groups": {"type": Path, "help": "groups.tsv of the experiment"},
    "errors": {"type": Path, "help": "errors.tsv of the experiment"},
    "alignment": {"type": Path, "help": "alignment.tsv of the experiment"},
    "published": {"type": Path, "help": "the table of published figures"},
    "table": {"type": Path, "help": "the table of languages"},
    "languages": {"nargs": "+", "help": "codes of the languages scored"},
    "source": {"help": "code of the source language"},
    "variants": {"nargs": "+", "help": "variants to show, in order"},
    "sizes": {"type": int, "nargs": "+", "help": "source sentences of each variant; 0 for all"},
    "method": {"help": "variant that is set against the baseline"},
    "baseline": {"help": "variant that it is set against"},
    "data": {"default": "", "help": "what the table of published figures calls the data, if it has it"},
}
Make = Callable[[argparse.Namespace, pd.DataFrame], tuple[pd.DataFrame, str]]
TABLES: dict[str, tuple[Make, tuple[str, ...]]] = {
    "main": (make_main, ("table", "languages", "variants", "source", "method", "baseline")),
    "ablation": (make_ablation, ("variants", "source", "method")),
    "breakdown": (make_breakdown, ("groups", "method", "baseline")),
    "errors": (make_errors, ("errors", "variants", "source")),
    "alignment": (make_alignment, ("alignment", "table", "languages", "source")),
    "learning_curve": (make_learning_curve, ("variants", "sizes", "source", "method", "baseline")),
    "published": (make_published, ("published", "data", "method", "baseline")),
}

if __name__ == "__main__":
    parser = make_parser(__doc__)
    names = parser.add_subparsers(dest="name", required=True, help="table to write")
    for name, (_, needed) in TABLES.items():
        table = names.add_parser(name)
        table.add_argument("--summary", type=Path, required=True, help="summary.tsv of the experiment")
        for option in needed:
            table.add_argument(f"--{option}", required="default" not in OPTIONS[option], **OPTIONS[option])
        table.add_argument("--experiment", required=True)
        table.add_argument("--output", type=Path, required=True, help="Markdown to write; LaTeX and HTML beside it")
    run_program(parser, main)
