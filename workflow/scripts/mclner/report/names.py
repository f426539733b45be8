"""Words that figures and tables share."""

from __future__ import annotations

import pandas as pd

MEANS = ("all", "targets")  # rows of a summary that are no language


def languages_in(summary: pd.DataFrame) -> int:
    """How many languages a summary has, its means not counted."""
    return int(summary.loc[~summary["language"].isin(MEANS), "language"].nunique())


def sample_note(summary: pd.DataFrame) -> str:
    """What stands behind the numbers: languages, seeds, sentences and entities."""
    return _note(summary, "all", f"{languages_in(summary)} languages")


def target_note(summary: pd.DataFrame) -> str:
    """What stands behind numbers of the targets alone."""
    return _note(summary, "targets", f"{languages_in(summary) - 1} target languages")


def _note(summary: pd.DataFrame, mean: str, languages: str) -> str:
    row = summary[summary["language"] == mean].iloc[0]
    seeds = int(row["seeds"])
    return (
        f"{languages}, {int(row['sentences']):,} test sentences with {int(row['entities']):,} entities, "
        f"{seeds} seed{'s' if seeds > 1 else ''}"
    )
