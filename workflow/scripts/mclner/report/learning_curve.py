"""The figure of F1 against the number of labelled source sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib import pyplot
from matplotlib.figure import Figure

from mclner.report.figures import head
from mclner.report.names import sample_note
from mclner.report.plot_style import MARKERS, PALETTE


def learning_curve(summary: pd.DataFrame, curves: Mapping[str, Mapping[int, str]], source: str) -> Figure:
    """Two panels, targets and source: F1 against sentences, with 95 % bootstrap intervals.

    `curves` has the variants of each line by their number of sentences, smallest first.
    """
    ticks = sorted({size for points in curves.values() for size in points})
    figure, panels = pyplot.subplots(1, 2, figsize=(11, 4.6), sharey=False)
    for axes, (group, title) in zip(
        panels, (("targets", "Mean of the targets"), (source, f"Source ({source})")), strict=True
    ):
        rows = summary[summary["language"] == group].set_index("variant")
        for number, (curve, points) in enumerate(curves.items()):
            counts, line = list(points), rows.loc[list(points.values())]
            look = {"color": PALETTE[number % len(PALETTE)], "marker": MARKERS[number % len(MARKERS)]}
            axes.plot(counts, line["f1"], **look, markersize=6.5, linewidth=2, label=curve)
            axes.fill_between(counts, line["low"], line["high"], color=look["color"], alpha=0.18, linewidth=0)
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlabel("Labelled source sentences (log scale)")
        axes.grid(axis="y")
        head(axes, title, "bands: 95 % bootstrap intervals over sentences" if group == "targets" else "")
    panels[0].set_ylabel("Entity F1 (%)")
    panels[1].legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=11)
    figure.text(0.5, -0.04, sample_note(summary), ha="center", fontsize=10.5, color="#555555")
    figure.tight_layout()
    return figure
