"""Draw one figure of an experiment from its tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from mclner.common.checksums import check_tsv, read_parquet
from mclner.common.cli import make_parser, run_program
from mclner.configuration.comparisons import Comparisons
from mclner.data.languages import Language, read_languages
from mclner.evaluation.scores import POINTS
from mclner.report import embedding_plots, figures
from mclner.report.learning_curve import learning_curve
from mclner.report.plot_style import save_figure


def main(arguments: argparse.Namespace) -> None:
    save_figure(DRAW[arguments.figure](arguments), arguments.output)


def summary_of(arguments: argparse.Namespace) -> pd.DataFrame:
    check_tsv(arguments.summary, ("variant", "language", "f1"))
    return pd.read_csv(arguments.summary, sep="\t", keep_default_na=False, na_values=[""])


def languages_of(arguments: argparse.Namespace) -> dict[str, Language]:
    """Rows of the language table that the experiment scores."""
    table = read_languages(arguments.table)
    return {code: table[code] for code in arguments.languages}


def titles_of(arguments: argparse.Namespace) -> dict[str, str]:
    """How figures call each variant."""
    return Comparisons.from_json(arguments.comparisons).titles


def draw_f1_by_language(arguments: argparse.Namespace) -> Figure:
    return figures.f1_by_language(
        summary_of(arguments), languages_of(arguments), arguments.method, arguments.baseline, titles_of(arguments)
    )


def draw_ablation(arguments: argparse.Namespace) -> Figure:
    return figures.ablation(summary_of(arguments), arguments.variants, arguments.method, titles_of(arguments))


def draw_heat_map(arguments: argparse.Namespace) -> Figure:
    return figures.heat_map(
        summary_of(arguments), languages_of(arguments), arguments.variants, arguments.baseline, titles_of(arguments)
    )


def draw_errors(arguments: argparse.Namespace) -> Figure:
    check_tsv(arguments.errors, ("variant", "language", "kind", "entities"))
    counts = pd.read_csv(arguments.errors, sep="\t", keep_default_na=False)
    return figures.error_kinds(
        counts, summary_of(arguments), arguments.variants, arguments.source, titles_of(arguments)
    )


def draw_training_curves(arguments: argparse.Namespace) -> Figure:
    histories = {}
    for variant in arguments.variants:
        runs = [arguments.results / variant / f"seed{seed}" / "history.tsv" for seed in arguments.seeds]
        for path in runs:
            check_tsv(path, ("step", "name", "value"))
        histories[variant] = pd.concat(pd.read_csv(path, sep="\t") for path in runs)
    return figures.training_curves(histories, titles_of(arguments))


def draw_projection(arguments: argparse.Namespace, draw: Callable[..., Figure]) -> Figure:
    """Projections under the pretrained encoder and under the first seed's runs of baseline and method."""
    names = {"encoder": "encoder"} | {variant: f"{variant}-seed{arguments.seeds[0]}" for variant in arguments.variants}
    points = {
        name: read_parquet(arguments.results / "alignment" / f"{file}.parquet", POINTS).to_pandas()
        for name, file in names.items()
    }
    scores = pd.read_csv(arguments.alignment, sep="\t", keep_default_na=False, dtype={"seed": str})
    scores = scores[scores["seed"].isin(["", arguments.seeds[0]])]
    return draw(points, scores, languages_of(arguments), titles_of(arguments))


def draw_learning_curve(arguments: argparse.Namespace) -> Figure:
    curves = Comparisons.from_json(arguments.comparisons).curves
    return learning_curve(summary_of(arguments), curves, arguments.source)


DRAW = {
    "f1_by_language": draw_f1_by_language,
    "ablation": draw_ablation,
    "training_curves": draw_training_curves,
    "heat_map": draw_heat_map,
    "error_kinds": draw_errors,
    "learning_curve": draw_learning_curve,
    "pair_projection": lambda arguments: draw_projection(arguments, embedding_plots.pairs),
    "sentence_projection": lambda arguments: draw_projection(arguments, embedding_plots.sentences),
}

if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("figure", choices=sorted(DRAW))
    parser.add_argument("--results", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--summary", type=Path, required=True, help="summary.tsv of the experiment")
    parser.add_argument("--errors", type=Path, required=True, help="errors.tsv of the experiment")
    parser.add_argument("--alignment", type=Path, required=True, help="alignment.tsv of the experiment")
    parser.add_argument("--source", required=True, help="code of the source language")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the languages scored")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--comparisons", required=True, help="JSON: titles of the variants, and which is compared how")
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--method", required=True)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--output", type=Path, required=True, help="PNG to write; a PDF is put beside it")
    run_program(parser, main)
