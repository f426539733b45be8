"""Words that figures and tables share."""

from __future__ import annotations

import pandas as pd

VARIANT_NAMES = {
    "encoder": "Encoder",
    "tagger": "Tagger",
    "self_trained_tagger": "Self-trained tagger",
    "relation": "Relation",
    "full": "Full",
    "no_semantic": "no semantic contrast",
    "no_relation_contrast": "no relation contrast",
    "no_codeswitch": "no code-switching",
    "no_translation": "no translation",
    "no_self_training": "no self-training",
}


def variant_name(variant: str) -> str:
    """How figures and tables call a variant."""
    return VARIANT_NAMES.get(variant, variant.replace("_", " "))


def sample_note(summary: pd.DataFrame) -> str:
    """What stands behind the numbers: languages, seeds, sentences and entities."""
    everything = summary[summary["language"] == "all"].iloc[0]
    languages = summary["language"].nunique() - 2
    seeds = int(everything["seeds"])
    return (
        f"{languages} languages, {int(everything['sentences']):,} test sentences with {int(everything['entities']):,} "
        f"entities, {seeds} seed{'s' if seeds > 1 else ''}"
    )
