"""Means over seeds and languages, with bootstrap intervals over sentences, of every variant of an experiment.

Rows: each variant in each language, and the means `all` (every language) and `targets` (without the source language).
Columns: f1 (mean over seeds), f1_sd (standard deviation over seeds, empty for one seed), low and high (95 % bootstrap
interval over sentences), and the paired differences from the baseline and from the method with their intervals and
two-sided p-values, which are not adjusted for the number of comparisons: that depends on what is compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from mclner.errors import InputError
from mclner.evaluation import COUNTS, f1_scores
from mclner.files import write_tsv
from mclner.integrity import read_parquet
from mclner.program import make_parser, run_program
from mclner.statistics import bootstrap_f1, interval, p_value
from numpy.typing import NDArray

COLUMNS = (
    "variant", "language", "f1", "f1_sd", "low", "high",
    "over_baseline", "over_baseline_low", "over_baseline_high", "over_baseline_p",
    "over_method", "over_method_low", "over_method_high", "over_method_p",
    "seeds", "sentences", "entities",
)  # fmt: skip
SEED = 1  # of the resampling


def main(arguments: argparse.Namespace) -> None:
    languages, counts = read_counts(arguments)
    measured, resampled = bootstrap_f1(counts, arguments.resamples, SEED)
    by_seed = np.stack([f1_scores(language.sum(axis=0)) for language in counts])  # [languages, systems, seeds]
    sizes = np.array([[len(language), language[:, 0, 0, 2].sum()] for language in counts])
    targets = [number for number, language in enumerate(languages) if language != arguments.source]
    groups = {"all": list(range(len(languages))), "targets": targets}
    groups |= {language: [number] for number, language in enumerate(languages)}
    rows = []
    for system, variant in enumerate(arguments.variants):
        for name, members in groups.items():
            means = measured[members].mean(axis=0)
            samples = resampled[:, members].mean(axis=1)
            row: dict[str, object] = {"variant": variant, "language": name, "f1": f"{means[system]:.4f}"}
            seeds = by_seed[members].mean(axis=0)[system]
            row["f1_sd"] = f"{seeds.std(ddof=1):.4f}" if len(seeds) > 1 else ""
            row["low"], row["high"] = (f"{value:.4f}" for value in interval(samples[:, system]))
            for label, other in (("baseline", arguments.baseline), ("method", arguments.method)):
                against = arguments.variants.index(other)
                differences = samples[:, system] - samples[:, against]
                low, high = interval(differences)
                row[f"over_{label}"] = f"{means[system] - means[against]:.4f}"
                row[f"over_{label}_low"], row[f"over_{label}_high"] = f"{low:.4f}", f"{high:.4f}"
                row[f"over_{label}_p"] = f"{p_value(differences):.6f}"
            row["seeds"] = len(arguments.seeds)
            row["sentences"], row["entities"] = sizes[members].sum(axis=0).tolist()
            rows.append(row)
    write_tsv(rows, COLUMNS, arguments.output)


def read_counts(arguments: argparse.Namespace) -> tuple[list[str], list[NDArray[np.int64]]]:
    """Languages, and for each the counts [sentences, variants, seeds, 3] of all runs on the same sentences."""
    tables = {}
    for variant in arguments.variants:
        for seed in arguments.seeds:
            path = arguments.results / variant / f"seed{seed}" / "sentence_counts.parquet"
            tables[variant, seed] = read_parquet(path, COUNTS).to_pandas()
    first = next(iter(tables.values()))
    for (variant, seed), table in tables.items():
        if not table[["language", "id"]].equals(first[["language", "id"]]):
            raise InputError(f"{variant}/seed{seed}", "was scored on other sentences.", "Evaluate all runs again.")
    languages = list(dict.fromkeys(first["language"]))
    counts = []
    for language in languages:
        here = (first["language"] == language).to_numpy()
        columns = [table.loc[here, ["right", "found", "there"]].to_numpy() for table in tables.values()]
        shape = (int(here.sum()), len(arguments.variants), len(arguments.seeds), 3)
        counts.append(np.stack(columns, axis=1).reshape(shape))
    return languages, counts


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--source", required=True, help="code of the source language")
    parser.add_argument("--baseline", required=True, help="variant that the others are compared with")
    parser.add_argument("--method", required=True, help="variant that the ablations are compared with")
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
