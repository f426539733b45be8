"""What a model folder says of itself: its card, or what can be told without one."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mclner.common.exceptions import InputError
from mclner.common.files import read_text
from mclner.model.model_folder import read_config

CARD = "README.md"


def card_of(folder: Path) -> str:
    """The card of a model folder; where it has none, one of what its configuration and its run's files tell.

    Raises InputError where it is no model folder.
    """
    config = read_config(folder)
    if (folder / CARD).is_file():
        return read_text(folder / CARD)
    beside = folder.parent / "model_card.md"  # the pipeline writes it twice
    if folder.name == "model" and beside.is_file():
        return read_text(beside)
    return "".join(f"{line}\n" for line in _short_card(folder, config))


def _short_card(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    settings = config["settings"]
    heads = {"relation": "relations between words", "tagger": "tags of words"}
    yield f"# {folder.resolve().parent.name if folder.name == 'model' else folder.name}"
    yield ""
    yield f"Finds named entities ({', '.join(config['entity_types'])}). Made with mclner."
    yield ""
    yield f"- Labels learnt from: `{config['source']}`"
    encoder = config["encoder"]
    yield f"- Encoder: {encoder['model_type']}, {encoder.get('num_hidden_layers', '?')} layers"
    yield f"- Head: {heads[settings['head']]}"
    yield f"- Sees at once: {settings['max_length']} subwords"
    yield from _of_run(folder.parent)
    yield ""
    yield "This folder has no card. The pipeline writes one, with licences and intervals, where it evaluates a run."


def _of_run(run: Path) -> Iterator[str]:
    """What the files of the run tell, where the folder still lies beside them."""
    provenance, metrics = run / "provenance.json", run / "metrics.tsv"
    if provenance.is_file():
        try:
            known = json.loads(read_text(provenance))
            yield f"- F1 on the source's development part: {known['best_source_dev_f1']:.1f}"
            yield f"- Trained with torch {known['torch']}, Transformers {known['transformers']}"
        except (ValueError, KeyError, TypeError) as error:
            problem = f"is no record of a training ({error})."
            raise InputError(provenance, problem, "Restore it, or move it away.") from None
    if metrics.is_file():
        yield ""
        yield "| language | precision | recall | F1 | sentences |"
        yield "| --- | ---: | ---: | ---: | ---: |"
        try:
            for row in csv.DictReader(read_text(metrics).splitlines(), delimiter="\t"):
                scores = " | ".join(f"{float(row[name]):.1f}" for name in ("precision", "recall", "f1"))
                yield f"| {row['language']} | {scores} | {row['sentences']} |"
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(metrics, f"is no table of scores ({error}).", "Restore it, or move it away.") from None
