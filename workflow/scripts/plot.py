"""Draw one figure of an experiment from its tables."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mclner.common.checksums import check_tsv, read_parquet
from mclner.common.cli import make_parser, run_program
from mclner.configuration.comparisons import Comparisons
from mclner.data.languages import Language, read_languages
from mclner.evaluation.schemas import POINTS
from mclner.report import embedding_plots, figures
from mclner.report.learning_curve import learning_curve
from mclner.report.plot_style import save_figure


def main(arguments: argparse.Namespace) -> None:
    draw, _ = FIGURES[arguments.figure]
    save_figure(draw(arguments), arguments.output)


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
    histories: dict[str, list[pd.DataFrame]] = {}
    for path in arguments.histories:
        check_tsv(path, ("step", "name", "value"))
        histories.setdefault(path.parents[1].name, []).append(pd.read_csv(path, sep="\t"))
    joined = {variant: pd.concat(tables) for variant, tables in histories.items()}
    return figures.training_curves(joined, titles_of(arguments))


def draw_projection(arguments: argparse.Namespace, draw: Callable[..., Figure]) -> Figure:
    """Projections under the pretrained encoder and under a run of the baseline and of the method."""
    names = [path.stem.rsplit("-seed", 1)[0] for path in arguments.points]
    points = {name: read_parquet(path, POINTS).to_pandas() for name, path in zip(names, arguments.points, strict=True)}
    scores = [pd.read_csv(path, sep="\t", keep_default_na=False, dtype={"seed": str}) for path in arguments.scores]
    joined = pd.concat(scores).infer_objects()  # one of them may be empty
    return draw(points, joined, languages_of(arguments), titles_of(arguments))


def draw_pair_projection(arguments: argparse.Namespace) -> Figure:
    return draw_projection(arguments, embedding_plots.pairs)


def draw_sentence_projection(arguments: argparse.Namespace) -> Figure:
    return draw_projection(arguments, embedding_plots.sentences)


def draw_learning_curve(arguments: argparse.Namespace) -> Figure:
    curves = Comparisons.from_json(arguments.comparisons).curves
    return learning_curve(summary_of(arguments), curves, arguments.source)


OPTIONS: dict[str, dict[str, Any]] = {
    "summary": {"type": Path, "help": "summary.tsv of the experiment"},
    "errors": {"type": Path, "help": "errors.tsv of the experiment"},
    "histories": {"type": Path, "nargs": "+", "help": "files <variant>/seed<seed>/history.tsv"},
    "points": {"type": Path, "nargs": "+", "help": "projected vectors of encoder, baseline and method, one seed"},
    "scores": {"type": Path, "nargs": "+", "help": "the alignment measured with the same models"},
    "table": {"type": Path, "help": "the table of languages"},
    "languages": {"nargs": "+", "help": "codes of the languages scored"},
    "variants": {"nargs": "+", "help": "variants to draw, in order"},
    "source": {"help": "code of the source language"},
    "method": {"help": "variant that is set against the baseline"},
    "baseline": {"help": "variant that it is set against"},
}
FIGURES: dict[str, tuple[Callable[[argparse.Namespace], Figure], tuple[str, ...]]] = {
    "f1_by_language": (draw_f1_by_language, ("summary", "table", "languages", "method", "baseline")),
    "ablation": (draw_ablation, ("summary", "variants", "method")),
    "training_curves": (draw_training_curves, ("histories",)),
    "heat_map": (draw_heat_map, ("summary", "table", "languages", "variants", "baseline")),
    "error_kinds": (draw_errors, ("summary", "errors", "variants", "source")),
    "learning_curve": (draw_learning_curve, ("summary", "source")),
    "pair_projection": (draw_pair_projection, ("points", "scores", "table", "languages")),
    "sentence_projection": (draw_sentence_projection, ("points", "scores", "table", "languages")),
}

if __name__ == "__main__":
    parser = make_parser(__doc__)
    names = parser.add_subparsers(dest="figure", required=True, help="figure to draw")
    for name, (_, needed) in FIGURES.items():
        figure = names.add_parser(name)
        for option in needed:
            figure.add_argument(f"--{option}", required=True, **OPTIONS[option])
        figure.add_argument("--comparisons", required=True, help="JSON: titles of variants, what is set against what")
        figure.add_argument("--output", type=Path, required=True, help="PNG to write; a PDF is put beside it")
    run_program(parser, main)
