"""Write the card of a trained model: into its folder, where the hub reads it, and beside the run's other files.

README.md is no part of what SHA256SUMS seals: whoever uploads the folder may edit it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mclner.common.checksums import check_folder, check_tsv, read_parquet
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import read_text, writing
from mclner.configuration.fields import from_mapping
from mclner.configuration.run_settings import RunSettings
from mclner.data.languages import read_languages
from mclner.evaluation.schemas import COUNTS
from mclner.evaluation.scores import COLUMNS
from mclner.evaluation.significance import bootstrap_f1, bootstrap_parallel_f1, interval
from mclner.report.card_sources import Corpus, materials_of
from mclner.report.model_card import Card, model_card

MACHINE = ("device", "processes", "threads", "python", "torch", "transformers")


def main(arguments: argparse.Namespace) -> None:
    check_folder(arguments.model)
    text = model_card(read_card(arguments))
    for path in (arguments.output, arguments.model / "README.md"):
        with writing(path) as partial:
            partial.write_text(text, encoding="utf-8")


def read_card(arguments: argparse.Namespace) -> Card:
    """All that the card says, from the files of the run."""
    provenance, sources = json.loads(read_text(arguments.provenance)), json.loads(arguments.sources)
    settings = from_mapping(RunSettings, provenance["settings"])
    check_tsv(arguments.metrics, COLUMNS)
    metrics = pd.read_csv(arguments.metrics, sep="\t", keep_default_na=False, dtype={"seed": str})
    counts = read_counts(arguments.counts, list(metrics["language"]))
    bootstrap = bootstrap_parallel_f1 if arguments.parallel_tests else bootstrap_f1
    _, drawn = bootstrap(counts, arguments.resamples, arguments.bootstrap_seed)
    scores, means = with_intervals(metrics, drawn[:, :, 0], settings.source)
    experiment, variant, seed = metrics.loc[0, ["experiment", "variant", "seed"]]
    known = read_languages(arguments.table)
    return Card(
        name=f"mclner-{experiment}-{variant}-seed{seed}",
        variant=arguments.title,
        settings=settings,
        inputs=provenance["inputs"],
        machine={name: provenance[name] for name in MACHINE},
        best_source_dev_f1=provenance["best_source_dev_f1"],
        languages={code: known[code] for code in {*metrics["language"], settings.source}},
        scores=scores,
        means=means,
        corpus=Corpus(sources["corpus"]),
        materials=materials_of(sources, settings),
    )


def read_counts(path: Path, languages: list[str]) -> list[NDArray[np.int64]]:
    """For each language the counts [sentences, 1, 1, 3] of this one run. Raises InputError where one is missing."""
    table = read_parquet(path, COUNTS).to_pandas()
    missing = sorted(set(languages) - set(table["language"]))
    if missing:
        raise InputError(path, f"has no sentence of {', '.join(missing)}.", "Evaluate the run again.")
    rows = [table.loc[table["language"] == language, ["correct", "predicted", "gold"]] for language in languages]
    return [found.to_numpy()[:, None, None, :] for found in rows]


def with_intervals(metrics: pd.DataFrame, drawn: NDArray[np.float64], source: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`metrics` with the interval of F1 (low, high), and the means over all languages and over the targets.

    `drawn` [resamples, languages] is F1 in per cent of the bootstrap.
    """
    bounds = pd.DataFrame([interval(samples) for samples in drawn.T], columns=["low", "high"])
    is_target = (metrics["language"] != source).to_numpy()
    members = {
        f"Mean of all {len(metrics)}": np.ones_like(is_target),
        f"Mean of the {is_target.sum()} targets": is_target,
    }
    means = []
    for label, chosen in members.items():
        if chosen.any():
            low, high = interval(drawn[:, chosen].mean(axis=1))
            means.append({"label": label, "f1": metrics.loc[chosen, "f1"].mean(), "low": low, "high": high})
    return metrics.join(bounds), pd.DataFrame(means)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--title", required=True, help="display name of the variant")
    parser.add_argument("--model", type=Path, required=True, help="model folder of the run; its README.md is written")
    parser.add_argument("--provenance", type=Path, required=True, help="what made the model")
    parser.add_argument("--metrics", type=Path, required=True, help="table of the run's scores")
    parser.add_argument("--counts", type=Path, required=True, help="the run's counts by sentence, for the intervals")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument(
        "--sources",
        required=True,
        help="JSON of the configuration's corpus, encoder (the run's), lexicons, lexicon_sources and translators",
    )
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--bootstrap-seed", type=int, required=True)
    parser.add_argument(
        "--parallel-tests", action="store_true", help="test sentences translate each other, row by row: drawn together"
    )
    parser.add_argument("--output", type=Path, required=True, help="the card once more, beside the run's files")
    run_program(parser, main)
