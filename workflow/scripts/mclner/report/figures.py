"""The figures of an experiment, each a function from tables to a Matplotlib figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mclner.data.languages import Language
from mclner.evaluation.error_kinds import KINDS, kinds_per_hundred
from mclner.report.names import sample_note, target_note
from mclner.report.plot_style import GREY, MARKERS, PALETTE, colours_of
from mclner.report.tables import SIGNIFICANT, holm_against

LOSS_NAMES = {
    "label_loss": "Label loss",
    "semantic_contrast_loss": "Semantic contrast",
    "relation_contrast_loss": "Relation contrast",
    "eval_f1": "F1 on source dev (%)",
}
POINTS_AN_EPOCH = 20  # at most, of a curve of losses


def head(axes: Axes, title: str, note: str) -> None:
    """A title and, below it, a grey line or two that say what stands behind the numbers."""
    axes.annotate(
        title, (0, 1), xytext=(0, 26 + 15 * note.count("\n")), xycoords="axes fraction", textcoords="offset points",
        fontsize=15, fontweight="bold",
    )  # fmt: skip
    axes.annotate(
        note, (0, 1), xytext=(0, 9), xycoords="axes fraction", textcoords="offset points",
        fontsize=10.5, color="#555555",
    )  # fmt: skip


def draw_means(axes: Axes, summary: pd.DataFrame, method: str, baseline: str) -> dict[str, Line2D]:
    """Upright lines at the target means of baseline (dotted) and method (dashed), each with its number."""
    means = summary[summary["language"] == "targets"].set_index("variant")["f1"]
    lines = {
        baseline: axes.axvline(means[baseline], color="#555555", linestyle=":", linewidth=1.2, zorder=0),
        method: axes.axvline(means[method], color="#555555", linestyle="--", linewidth=1.2, zorder=0),
    }
    sides = ("right", "left") if means[baseline] < means[method] else ("left", "right")
    for name, side in zip(lines, sides, strict=False):  # one line where baseline and method are the same
        axes.annotate(
            f" {means[name]:.1f} ", (means[name], 0), xycoords=("data", "axes fraction"), xytext=(0, 5),
            textcoords="offset points", fontsize=9.5, color="#555555", ha=side,
        )  # fmt: skip
    return lines


def f1_by_language(
    summary: pd.DataFrame, languages: Mapping[str, Language], method: str, baseline: str, titles: Mapping[str, str]
) -> Figure:
    """A row a language, sorted by the baseline: its F1, the method's, and the way between; scripts are coloured."""
    table = summary[summary["language"].isin(list(languages))].pivot(index="language", columns="variant", values="f1")
    table = table.sort_values([baseline, method])
    scripts = [languages[code].script for code in table.index[::-1]]
    colours = colours_of(scripts)
    shapes = dict(zip(colours, (MARKERS[number // 10] for number in range(len(colours))), strict=True))
    figure, axes = pyplot.subplots(figsize=(10, 0.27 * len(table) + 1.8))
    for row, code in enumerate(table.index):
        script = languages[code].script
        before, after = table.loc[code, baseline], table.loc[code, method]
        axes.plot([before, after], [row, row], color=colours[script], linewidth=2.4, alpha=0.45, zorder=1)
        axes.plot(before, row, "o", markerfacecolor="white", markeredgecolor=GREY, markersize=6.5, zorder=2)
        axes.plot(after, row, shapes[script], color=colours[script], markersize=8, zorder=3)
    lines = draw_means(axes, summary, method, baseline)
    axes.set_yticks(range(len(table)), [f"{languages[code].name}  {code}" for code in table.index], fontsize=10.5)
    axes.set_ylim(-0.8, len(table) - 0.2)
    axes.set_xlabel("Entity F1 (%)")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    head(axes, f"{titles[method]} against {titles[baseline]}, by language", sample_note(summary))
    plain = Line2D([], [], marker="o", markerfacecolor="white", markeredgecolor=GREY, linestyle="")
    handles = [plain] + [Line2D([], [], marker=shapes[name], color=colours[name], linestyle="") for name in colours]
    labels = [titles[baseline]] + [f"{titles[method]}, {name}" for name in colours]
    handles += list(lines.values())
    labels += [f"{titles[name]}, mean of targets" for name in lines]
    axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=10, handletextpad=0.3)
    return figure


def ablation(summary: pd.DataFrame, compare: Sequence[str], method: str, titles: Mapping[str, str]) -> Figure:
    """Mean F1 over the targets of every other variant, less the method's, with 95 % bootstrap intervals.

    Colour marks the differences that stay significant at 5 % after Holm's correction for all of them.
    """
    targets = summary[summary["language"] == "targets"].set_index("variant")
    adjusted = holm_against(summary, compare, method)
    others = list(adjusted)
    figure, axes = pyplot.subplots(figsize=(9.5, 0.55 * len(others) + 2.0))
    for row, variant in enumerate(reversed(others)):
        values = targets.loc[variant]
        low, high = values["over_method_low"], values["over_method_high"]
        colour = GREY if not adjusted[variant] < SIGNIFICANT else "#D55E00" if values["over_method"] < 0 else "#0072B2"
        axes.plot([low, high], [row, row], color=colour, linewidth=3, solid_capstyle="round")
        axes.plot(values["over_method"], row, "o", color=colour, markersize=9)
        axes.annotate(
            f"{values['over_method']:+.1f}", (values["over_method"], row), xytext=(0, 9),
            textcoords="offset points", ha="center", fontsize=11, color=colour,
        )  # fmt: skip
    axes.axvline(0, color="#333333", linewidth=1)
    axes.set_yticks(range(len(others)), [titles[variant] for variant in reversed(others)])
    axes.set_ylim(-0.6, len(others) - 0.3)
    axes.set_xlabel(
        f"Mean F1 over the target languages, points against {titles[method]} ({targets.loc[method, 'f1']:.1f} %)"
    )
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    head(
        axes,
        f"Other variants against {titles[method]}",
        f"95 % paired bootstrap intervals; grey: not significant after Holm's correction\n{target_note(summary)}",
    )
    return figure


def training_curves(histories: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> Figure:
    """Every loss (a running mean of five) and the dev score of each variant by epoch; means over seeds.

    Seeds differ in their number of steps, since pseudo-labels do: what they have in common is the epoch.
    """
    names = [name for name in LOSS_NAMES if any((table["name"] == name).any() for table in histories.values())]
    colours = colours_of(histories)
    columns = min(2, len(names))
    rows = -(-len(names) // columns)
    figure, grid = pyplot.subplots(rows, columns, figsize=(5.8 * columns, 3.9 * rows), squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        for number, (variant, table) in enumerate(histories.items()):
            found = table[table["name"] == name]
            curve = found.groupby((found["epoch"] * POINTS_AN_EPOCH).round() / POINTS_AN_EPOCH)["value"].mean()
            if name != "eval_f1":
                curve = curve.rolling(5, min_periods=1, center=True).mean()
            if len(curve):
                marker = MARKERS[number % len(MARKERS)] if name == "eval_f1" else None
                axes.plot(
                    curve.index, curve.to_numpy(), color=colours[variant], marker=marker, markersize=5,
                    label=titles[variant], linewidth=1.7,
                )  # fmt: skip
        axes.set_title(LOSS_NAMES[name])
        axes.set_xlabel("Epoch")
        axes.grid(axis="y")
        axes.set_xlim(left=0)
        if name == "eval_f1":
            best = max(table.loc[table["name"] == name, "value"].max() for table in histories.values())
            axes.set_ylim(max(0, best - 25), min(100, best + 2))
        elif name == "relation_contrast_loss":
            axes.set_ylabel("nats")
        else:
            axes.set_yscale("log")
            axes.set_ylabel("nats a word (log scale)" if name == "label_loss" else "nats (log scale)")
    for axes in list(grid.flat)[len(names) :]:
        axes.axis("off")
    handles = [
        Line2D([], [], color=colours[variant], marker=MARKERS[number % len(MARKERS)], label=titles[variant])
        for number, variant in enumerate(histories)
    ]
    figure.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, fontsize=11)
    figure.tight_layout()
    return figure


def heat_map(
    summary: pd.DataFrame,
    languages: Mapping[str, Language],
    compare: Sequence[str],
    baseline: str,
    titles: Mapping[str, str],
) -> Figure:
    """F1 of each variant in each language; colour is the difference from the baseline, the number the F1."""
    here = summary[summary["language"].isin(list(languages))]
    scores = here.pivot(index="language", columns="variant", values="f1")[list(compare)]
    order = scores[baseline].sort_values(ascending=False).index
    scores = scores.loc[order]
    differences = scores.sub(scores[baseline], axis=0).to_numpy()
    limit = max(1.0, float(np.quantile(np.abs(differences), 0.95)))
    figure, axes = pyplot.subplots(figsize=(1.15 * len(compare) + 3.2, 0.29 * len(scores) + 2.2))
    image = axes.imshow(differences, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
    axes.axhline(-0.5, color="#555555", linewidth=0.8)
    for row, column in np.ndindex(*differences.shape):
        strong = abs(differences[row, column]) > 0.7 * limit
        axes.text(
            column, row, f"{scores.iloc[row, column]:.0f}", ha="center", va="center", fontsize=9,
            color="white" if strong else "#222222",
        )  # fmt: skip
    axes.set_yticks(range(len(scores)), [f"{languages[code].name}  {code}" for code in scores.index], fontsize=10)
    axes.set_xticks(range(len(compare)), [titles[name] for name in compare], rotation=35, ha="left", fontsize=10.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.4, pad=0.02, extend="both")
    bar.set_label(f"F1 points against {titles[baseline]}")
    bar.outline.set_visible(False)
    axes.set_xlabel(f"Numbers: entity F1 (%); {sample_note(summary)}", fontsize=10, color="#555555", labelpad=10)
    return figure


def error_kinds(
    counts: pd.DataFrame, summary: pd.DataFrame, compare: Sequence[str], source: str, titles: Mapping[str, str]
) -> Figure:
    """Errors of each variant by kind, per 100 entities of the target test sentences; means over languages and seeds."""
    shares = kinds_per_hundred(counts, source).groupby("variant").mean()
    figure, axes = pyplot.subplots(figsize=(10, 0.5 * len(compare) + 2.2))
    left = np.zeros(len(compare))
    wrong = [kind for kind in KINDS if kind != "right"]
    narrowest = 0.03 * shares[wrong].sum(axis=1).max()  # that has room for a number
    for number, kind in enumerate(wrong):
        values = shares.loc[list(compare)[::-1], kind].to_numpy()
        bars = axes.barh(range(len(compare)), values, left=left, color=PALETTE[number], label=kind, height=0.68)
        labels = [f"{value:.0f}" if value >= narrowest else "" for value in values]
        axes.bar_label(bars, labels, label_type="center", color="white", fontsize=11, fontweight="bold")
        left += values
    axes.set_yticks(range(len(compare)), [titles[variant] for variant in list(compare)[::-1]])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Errors per 100 entities of the target test sentences, mean over languages")
    axes.legend(ncols=len(wrong), loc="upper center", bbox_to_anchor=(0.45, -0.16), fontsize=11, columnspacing=1.2)
    head(axes, "Kinds of errors", target_note(summary))
    return figure
