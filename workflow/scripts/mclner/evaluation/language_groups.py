"""Ways to part the target languages: by script, family, distance from the source, and what is measured of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mclner.data.languages import UNKNOWN

MEASURED = {
    "Subwords a word": "subwords_a_word",
    "Words in the lexicon": "covered_words",
    "Syntactic distance from English": "syntactic_distance",
}
THIRDS = ["lowest third", "middle third", "highest third"]


def groupings(described: pd.DataFrame, source: str) -> list[tuple[str, pd.Series]]:
    """Name of each way to part the targets and the group of each target, NA where it belongs to none.

    `described` is what describe_languages.py writes, with the language as index. Languages that are alike in what is
    measured stay together, so thirds may differ in size.
    """
    home, targets = described.to_dict("index")[source], described.drop(index=source)
    found = [
        ("Script", targets["script"].mask(targets["script"] == UNKNOWN)),
        ("Family", targets["family"].mask(targets["family"] == UNKNOWN)),
        (f"Distance from {home['name']}", kinship(targets, home)),
    ]
    if targets["muse_covered_words"].notna().any():
        found.append(("Words in MUSE", in_muse(targets["muse_covered_words"])))
    for name, column in MEASURED.items():
        if targets[column].nunique() >= 3:
            found.append((name, pd.cut(targets[column].rank(pct=True), [0, 1 / 3, 2 / 3, 1], labels=THIRDS)))
    return found


def kinship(targets: pd.DataFrame, home: Mapping[Hashable, Any]) -> pd.Series:
    """Whether a target shares family or script with the source; NA where neither can be told."""
    same_family, same_script = targets["family"] == home["family"], targets["script"] == home["script"]
    levels = ["same family", "same script, other family", "other script"]
    groups = pd.Series(np.select([same_family, same_script], levels[:2], levels[2]), index=targets.index)
    untold = (targets["family"] == UNKNOWN) & same_script | (targets["script"] == UNKNOWN)
    return groups.astype(pd.CategoricalDtype(levels, ordered=True)).mask(untold)


def in_muse(covered: pd.Series) -> pd.Series:
    """Targets without a dictionary of MUSE, and halves of the others by the share of source words covered."""
    levels = ["none", "lower half", "upper half"]
    upper = covered.mask(covered == 0).rank(pct=True) > 0.5
    groups = pd.Series(np.select([covered == 0, ~upper], levels[:2], levels[2]), index=covered.index)
    return groups.astype(pd.CategoricalDtype(levels, ordered=True)).mask(covered.isna())
