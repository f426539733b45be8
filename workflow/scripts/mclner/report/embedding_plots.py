"""Figures of the vectors that analyse_alignment.py projected to a plane: small multiples, a column a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import offset_copy

from mclner.data.languages import Language
from mclner.report.plot_style import MARKERS, PALETTE

SHOWN_SENTENCES = 8
MOST_LANGUAGES = 20  # beyond, scripts are coloured and not languages
PALE = "#D9D9D9"
BEFORE = "Before training"  # how a panel calls the pretrained encoder
Look = tuple[str, str]  # colour, marker


def sentences(
    points: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    languages: Mapping[str, Language],
    titles: Mapping[str, str],
) -> Figure:
    """Vectors of aligned sentences under each model: above coloured by language, below a few sentences picked out."""
    looks = looks_of(list(languages), languages)
    figure, grid = panels_of(len(points))
    for column, (model, table) in enumerate(points.items()):
        here = table[table["kind"] == "sentence"]
        found = scores[(scores["model"] == model) & scores["measure"].str.startswith("sentences")]["value"].mean()
        panel(grid[0, column], here, titles.get(model, BEFORE), f"{found:.1f} % of translations found")
        scatter(grid[0, column], here, here["language"].map(looks), dot_size(here))
        panel(grid[1, column], here, "", "")
        shown = chosen_sentences(here)
        rest = here[~here["group"].isin(shown)]
        grid[1, column].scatter(rest["x"], rest["y"], s=dot_size(here) / 2, color=PALE, linewidths=0, rasterized=True)
        scatter(
            grid[1, column],
            here,
            here["group"].map(dict(zip(shown, looks_in_order(len(shown)), strict=True))),
            2 * dot_size(here),
        )
        shares(grid[1, column], here)
    what = "language" if len(looks) <= MOST_LANGUAGES else "script"
    grid[0, 0].set_ylabel(f"coloured by {what}", fontsize=11.5)
    grid[1, 0].set_ylabel(f"{len(shown)} sentences, each in a colour of its own", fontsize=11.5)
    heading(
        figure, "Translations of the same sentences", f"{here['group'].nunique()} sentences in {len(looks)} languages"
    )
    add_legend(figure, f"Above, by {what}", language_legend(looks, languages), 0.05)
    return figure


def chosen_sentences(table: pd.DataFrame) -> list[str]:
    """Numbers of a few sentences, spread evenly over those that stand in most languages."""
    counts = table["group"].value_counts()
    complete = sorted(counts[counts == counts.max()].index, key=int)
    step = max(1, len(complete) // SHOWN_SENTENCES)
    return complete[::step][:SHOWN_SENTENCES]


def pairs(
    points: Mapping[str, pd.DataFrame],
    scores: pd.DataFrame,
    languages: Mapping[str, Language],
    titles: Mapping[str, str],
) -> Figure:
    """Vectors of pairs of words under each model: above coloured by relation, below by language.

    Every model has a column with the vectors of both words side by side; a model that has pair vectors of its own,
    which the relation contrast compares, has one more with those.
    """
    panels = {}
    for model, table in points.items():
        for kind, name in (("words", "both words"), ("relation", "pair vectors")):
            if (table["kind"] == kind).any():
                panels[f"{titles.get(model, BEFORE)}: {name}"] = (model, table[table["kind"] == kind])
    names = list(dict.fromkeys(name for _, table in panels.values() for name in sorted(set(table["group"]))))
    relations = dict(zip([name for name in names if name != "NONE"], looks_in_order(len(names)), strict=False))
    relations["NONE"] = (PALE, "o")
    looks = looks_of(list(languages), languages)
    figure, grid = panels_of(len(panels))
    for column, (title, (model, table)) in enumerate(panels.items()):
        found = scores[(scores["model"] == model) & (scores["measure"] == "pairs")]["value"].mean()
        with_score = title.endswith("both words")
        panel(grid[0, column], table, title, f"{found:.1f} % have a like neighbour" if with_score else "")
        scatter(grid[0, column], table, table["group"].map(relations), dot_size(table))
        panel(grid[1, column], table, "", "")
        scatter(grid[1, column], table, table["language"].map(looks), dot_size(table))
        shares(grid[1, column], table)
    what = "language" if len(looks) <= MOST_LANGUAGES else "script"
    grid[0, 0].set_ylabel("coloured by relation", fontsize=11.5)
    grid[1, 0].set_ylabel(f"coloured by {what}", fontsize=11.5)
    heading(figure, "Pairs of words", f"{len(table):,} pairs of words of test sentences in {len(looks)} languages")
    add_legend(figure, "Above, by relation", relations, 0.05)
    add_legend(figure, f"Below, by {what}", language_legend(looks, languages), 0.015)
    return figure


def panels_of(columns: int) -> tuple[Figure, Any]:
    """A figure of two rows of square panels, close together."""
    figure, grid = pyplot.subplots(2, columns, figsize=(3.45 * columns, 8.1), squeeze=False)
    figure.subplots_adjust(hspace=0.06, wspace=0.08, left=0.02, right=1.0, bottom=0.09, top=0.9)
    return figure, grid


def heading(figure: Figure, title: str, note: str) -> None:
    """A title over all panels and what stands behind them: of several runs, one is drawn."""
    figure.text(0.0, 1.015, title, fontsize=15, fontweight="bold", ha="left", va="top")
    figure.text(
        0.0, 0.985, f"{note}; first seed; first two principal components", fontsize=10.5, color="#555555", va="top"
    )


def looks_in_order(count: int) -> list[Look]:
    """A colour and a marker each: ten colours with the first marker, half as bright ones with the next, and so on."""
    looks = []
    for number in range(count):
        lap, place = divmod(number, len(PALETTE))
        colour = to_hex(np.array(to_rgb(PALETTE[place])) / 2**lap)
        looks.append((colour, MARKERS[lap % len(MARKERS)]))
    return looks


def looks_of(codes: Sequence[str], languages: Mapping[str, Language]) -> dict[str, Look]:
    """How each language is drawn: by itself, or, where there are too many to tell apart, by its script."""
    keys = {code: code if len(codes) <= MOST_LANGUAGES else languages[code].script for code in codes}
    distinct = list(dict.fromkeys(keys.values()))
    of_key = dict(zip(distinct, looks_in_order(len(distinct)), strict=True))
    return {code: of_key[key] for code, key in keys.items()}


def language_legend(looks: Mapping[str, Look], languages: Mapping[str, Language]) -> dict[str, Look]:
    """Entries of the legend: names of languages, or of scripts where they are coloured."""
    if len(looks) <= MOST_LANGUAGES:
        return {languages[code].name: look for code, look in looks.items()}
    return {languages[code].script: look for code, look in looks.items()}


def panel(axes: Axes, table: pd.DataFrame, title: str, note: str) -> None:
    """An empty panel, as wide as high, with a title and a grey note below it."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color("#BBBBBB")
    axes.spines[:].set_visible(True)
    axes.set_box_aspect(1)
    axes.annotate(title, (0, 1), xytext=(0, 22), xycoords="axes fraction", textcoords="offset points",
                  fontsize=13, fontweight="bold")  # fmt: skip
    axes.annotate(note, (0, 1), xytext=(0, 7), xycoords="axes fraction", textcoords="offset points",
                  fontsize=10.5, color="#555555")  # fmt: skip
    for place, set_limits in ((table["x"], axes.set_xlim), (table["y"], axes.set_ylim)):
        low, high = np.quantile(place, [0.002, 0.998]).tolist()  # a stray point must not shrink the rest
        margin = 0.06 * (high - low) + 1e-9
        set_limits(low - margin, high + margin)


def dot_size(table: pd.DataFrame) -> float:
    """Area of a dot in square points: smaller where there are many."""
    return float(np.clip(14000 / len(table), 6, 24))


def scatter(axes: Axes, table: pd.DataFrame, looks: pd.Series, size: float) -> None:
    """The rows that have a look, shuffled so that no group hides another for standing later in the table."""
    drawn = table.assign(look=looks).dropna(subset="look").sample(frac=1.0, random_state=1)
    for marker in sorted({look[1] for look in drawn["look"]}):
        rows = drawn[[look[1] == marker for look in drawn["look"]]]
        colours = [look[0] for look in rows["look"]]
        axes.scatter(rows["x"], rows["y"], s=size, c=colours, marker=marker, linewidths=0, alpha=0.8, rasterized=True)


def shares(axes: Axes, table: pd.DataFrame) -> None:
    """Below a panel: how much of the variance its two axes show."""
    row = table.iloc[0]
    text = f"variance: {100 * row['x_share']:.0f} % across, {100 * row['y_share']:.0f} % up"
    axes.set_xlabel(text, fontsize=9.5, color="#555555")


def add_legend(figure: Figure, title: str, looks: Mapping[str, Look], height: float) -> None:
    """A legend below the panels with its title; `height` of its upper edge in shares of the figure."""
    handles = [
        Line2D([], [], marker=marker, color=colour, linestyle="", markersize=7, label=name)
        for name, (colour, marker) in looks.items()
    ]
    figure.text(0.0, height - 0.006, title, fontsize=10.5, fontweight="bold", va="top")
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, height), ncols=8, fontsize=10.5, handletextpad=0.1,
        columnspacing=1.0, borderaxespad=0, bbox_transform=offset_copy(figure.transFigure, figure, x=1.7),
    )  # fmt: skip
