"""Names of keys in earlier versions: one in a configuration ends in an error that gives its name of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mclner.common.exceptions import InputError

OF_A_RUN = {
    "model.window": "max_length",
    "model.longest_distance": "max_distance",
    "training.warmup": "warmup_share",
    "training.gradient_clip": "max_gradient_norm",
    "training.token_budget": "max_subwords_per_batch",
    "training.start": "initialise_from",
    "training.compile": "compile_encoder",
    "objectives.relation_contrast.cells": "max_pairs",
}
RENAMED = {  # place of the old name, `*` for any name -> the new name in the same place
    "builds_on": "based_on",
    "megabytes_a_run": "memory_mb",
    "corpus.copies": "name_swaps",
    "corpus.source_sentences": "max_source_sentences",
    "corpus.unlabelled_sentences": "max_unlabelled_sentences",
    "lexicon_sources.*.form": "format",
    "lexicon_sources.*.words": "max_words",
    "codeswitching.*.copies": "copies_per_sentence",
    "translation.*.most": "max_sentences",
    "translation.*.held_out": "held_out_sentences",
    "translation.*.guard.shortest": "min_length_ratio",
    "translation.*.guard.longest": "max_length_ratio",
    "translation.*.guard.most_copied": "max_copied_share",
    "translation.*.guard.least_script": "min_script_share",
    "self_training.*.believed": "min_believed_share",
    "self_training.*.without_entities": "max_share_without_entities",
    "self_training.*.most": "max_sentences_per_language",
    **{f"run.{old}": new for old, new in OF_A_RUN.items()},
    **{f"variants.*.{old}": new for old, new in OF_A_RUN.items()},
}


def refuse_old_names(config: Mapping[str, Any]) -> None:
    """Raise InputError, with all that it finds, where a configuration has keys by names of an earlier version."""
    found = [
        f"{place} is called {new} now" for old, new in RENAMED.items() for place in _places(config, old.split("."))
    ]
    if found:
        raise InputError("configuration", f"has old names: {'; '.join(found)}.", "Rename them in your overlay.")


def _places(section: Any, names: list[str]) -> Iterator[str]:
    """Where `section` has a key along the path `names`, as its full name."""
    if not isinstance(section, Mapping):
        return
    for name in section if names[0] == "*" else [names[0]]:
        if name not in section:
            continue
        if len(names) == 1:
            yield str(name)
        else:
            yield from (f"{name}: {rest}" for rest in _places(section[name], names[1:]))
