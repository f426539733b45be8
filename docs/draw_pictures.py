"""Draw the two pictures of the documents: the pipeline, and the grid of one sentence as the library makes it.

./run python docs/draw_pictures.py [folder]     (default: docs/pictures)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from mclner.data.tags import Entity
from mclner.model.relation_grid import relation_grids, relation_names

INK, FAINT = "#222222", "#e9e9e9"
INPUT, VIEW, MODEL, RESULT = "#dcebf7", "#fdebd0", "#d8f0e3", "#efe3f4"
SENTENCE = ("Ada", "Lovelace", "lived", "in", "New", "York", "City", ".")
ENTITIES = (Entity(0, 2, "PER"), Entity(4, 7, "LOC"))
ENTITY_TYPES = ("PER", "ORG", "LOC")
CELL_COLOURS = {"NNW": "#9ecae1", "THW-PER": "#fdae6b", "THW-ORG": "#bcbddc", "THW-LOC": "#a1d99b"}


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the pipeline: its middle in inches from the lower left, its size, a heading and what stands below."""

    x: float
    y: float
    heading: str
    text: str
    colour: str
    width: float = 1.9
    height: float = 0.72


PIPELINE = {
    "english": Box(1.05, 3.9, "English sentences", "with labels", INPUT),
    "lexicons": Box(1.05, 2.8, "Bilingual lexicons", "word, translation", INPUT),
    "aligned": Box(1.05, 1.7, "Aligned text", "or a translator", INPUT),
    "unlabelled": Box(1.05, 0.6, "Target sentences", "without labels", INPUT),
    "source": Box(3.45, 3.9, "Source view", "the sentence itself", VIEW),
    "switched": Box(3.45, 2.8, "Code-switched view", "phrases replaced", VIEW),
    "target": Box(3.45, 1.7, "Target view", "the translation", VIEW),
    "teacher": Box(5.95, 2.8, "Teacher", "label loss +\nsemantic contrast +\nrelation contrast", MODEL, height=1.5),
    "pseudo": Box(5.95, 0.6, "Pseudo-labels", "the surest sentences", VIEW),
    "student": Box(8.35, 2.8, "Student", "as the teacher, and\nfrom pseudo-labels", MODEL, height=1.5),
    "scores": Box(8.35, 0.6, "Scores by language", "intervals, tables, report", RESULT),
}
ARROWS = (
    ("english", "source"),
    ("english", "switched"),
    ("lexicons", "switched"),
    ("aligned", "target"),
    ("source", "teacher"),
    ("switched", "teacher"),
    ("target", "teacher"),
    ("unlabelled", "pseudo"),
    ("teacher", "pseudo"),
    ("pseudo", "student"),
    ("student", "scores"),
)


def blank(width: float, height: float) -> tuple[Figure, Axes]:
    """A white page of so many inches, one unit an inch, y upward."""
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return figure, axes


def draw_box(axes: Axes, box: Box) -> None:
    corner = (box.x - box.width / 2, box.y - box.height / 2)
    shape = FancyBboxPatch(
        corner, box.width, box.height, boxstyle="round,pad=0,rounding_size=0.08", facecolor=box.colour, edgecolor=INK
    )
    axes.add_patch(shape)
    lines = box.text.count("\n") + 1
    middle = box.y + 0.09 * lines
    axes.text(box.x, middle, box.heading, ha="center", va="center", fontsize=11, fontweight="bold", color=INK)
    axes.text(box.x, middle - 0.1, box.text, ha="center", va="top", fontsize=9.5, color=INK, linespacing=1.25)


def ends_of(start: Box, end: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where an arrow leaves one box and meets the other: side to side, or top to bottom within a column."""
    if start.x == end.x:
        down = 1 if end.y > start.y else -1
        return (start.x, start.y + down * start.height / 2), (end.x, end.y - down * end.height / 2)
    reach = end.height / 2 - 0.2
    meets = min(max(start.y, end.y - reach), end.y + reach) if end.height > start.height else end.y
    return (start.x + start.width / 2, start.y), (end.x - end.width / 2, meets)


def draw_pipeline() -> Figure:
    """The stages of the experiment, data from left to right."""
    figure, axes = blank(9.4, 4.4)
    for start, end in ARROWS:
        tail, head = ends_of(PIPELINE[start], PIPELINE[end])
        axes.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 1, "shrinkB": 1})
    for box in PIPELINE.values():
        draw_box(axes, box)
    return figure


def draw_grid() -> Figure:
    """The relations of SENTENCE: rows are words i, columns words j."""
    length, names = len(SENTENCE), relation_names(ENTITY_TYPES)
    grid = relation_grids([ENTITIES], length, ENTITY_TYPES)[0]
    side, left, top = 0.72, 1.1, 0.55
    height = top + side * length + 0.6
    figure, axes = blank(left + side * length + 0.2, height)
    for row in range(length):
        for column in range(length):
            name = names[grid[row, column]]
            x, y = left + side * column, height - top - side * (row + 1)
            colour = CELL_COLOURS.get(name, "white" if column <= row + 1 else FAINT)
            axes.add_patch(Rectangle((x, y), side, side, facecolor=colour, edgecolor="#999999", linewidth=0.7))
            if name != "NONE":
                axes.text(x + side / 2, y + side / 2, name.replace("-", "\n"), ha="center", va="center", fontsize=9)
    for number, word in enumerate(SENTENCE):
        middle = side * (number + 0.5)
        axes.text(left + middle, height - top + 0.12, word, ha="center", va="bottom", fontsize=10)
        axes.text(left - 0.12, height - top - middle, word, ha="right", va="center", fontsize=10)
    note = "Row i, column j. White: NONE. Grey: no relation can stand there."
    axes.text(left, 0.3, note, ha="left", va="center", fontsize=9, color=INK)
    return figure


PICTURES = {"pipeline": draw_pipeline, "relation_grid": draw_grid}


def draw_all(folder: Path) -> None:
    """Write each picture to `folder` as SVG, the same bytes each time."""
    with mpl.rc_context({"svg.hashsalt": "mclner", "svg.fonttype": "path", "font.family": "DejaVu Sans"}):
        for name, draw in PICTURES.items():
            draw().savefig(folder / f"{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
