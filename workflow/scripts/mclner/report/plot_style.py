"""One look for all figures: size, fonts and colours that colour-blind readers can tell apart."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from mclner.common.files import writing

matplotlib.use("Agg")
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every step of embedding a font

# Okabe and Ito (2008), without the yellow that vanishes on white, and three greys and browns that stand apart from it.
PALETTE = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#8C510A", "#6A3D9A",
)  # fmt: skip
MARKERS = "osD^vPX*<>"
GREY = "#8A8A8A"
SETTINGS: dict[Any, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "font.size": 12,
    "font.family": "DejaVu Sans",
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#E3E3E3",
    "legend.frameon": False,
    "svg.hashsalt": "mclner",
    "pdf.fonttype": 42,
}
matplotlib.rcParams.update(SETTINGS)


def colours_of(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, in order of first appearance; beyond ten they begin again."""
    distinct = list(dict.fromkeys(names))
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(distinct)}


def save_figure(figure: Figure, path: Path) -> None:
    """Write the figure to `path` (PNG) and, for papers, beside it as PDF."""
    for target in (path, path.with_suffix(".pdf")):
        form = target.suffix[1:]
        metadata = {"CreationDate": None} if form == "pdf" else {"Software": None}
        with writing(target) as partial:
            figure.savefig(partial, format=form, bbox_inches="tight", metadata=metadata)  # type: ignore[arg-type]
