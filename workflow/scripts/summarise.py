"""Means over seeds and languages, with bootstrap intervals over sentences, of every variant of an experiment.

Rows: each variant in each language, and the means `all` (every language) and `targets` (without the source language).
Columns: f1 (mean over seeds), f1_sd (standard deviation over seeds, empty for one seed), low and high (95 % bootstrap
interval over sentences), and the paired differences from the baseline (where variants differ in their number of source
sentences, from that of as many) and from the method with their standard deviation over seeds, intervals and two-sided
p-values, which are not adjusted for the number of comparisons: that depends on what is compared. Intervals and p-values
are empty where a language has fewer than 30 test sentences. With `--described` the rows are groups of target languages
instead.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mclner.common.checksums import check_tsv, read_parquet
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import write_tsv
from mclner.evaluation.language_groups import groupings
from mclner.evaluation.schemas import COUNTS
from mclner.evaluation.scores import f1_scores
from mclner.evaluation.significance import FEWEST_SENTENCES, bootstrap_f1, bootstrap_parallel_f1, interval, p_value

SCORES = (
    "f1", "f1_sd", "low", "high",
    "over_baseline", "over_baseline_sd", "over_baseline_low", "over_baseline_high", "over_baseline_p",
    "over_method", "over_method_sd", "over_method_low", "over_method_high", "over_method_p",
    "seeds", "sentences", "entities",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """F1 in per cent of all systems in all languages, and the size [languages, 2] of each test: sentences, entities."""

    measured: NDArray[np.float64]  # [languages, systems], means over seeds
    resampled: NDArray[np.float64]  # [resamples, languages, systems], means over seeds
    by_seed: NDArray[np.float64]  # [languages, systems, seeds]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, counts: Sequence[NDArray[np.int64]], resamples: int, parallel: bool, seed: int) -> Scored:
        bootstrap = bootstrap_parallel_f1 if parallel else bootstrap_f1
        by_seed = np.stack([f1_scores(language.sum(axis=0)) for language in counts])
        sizes = np.array([[len(language), language[:, 0, 0, 2].sum()] for language in counts])
        return cls(*bootstrap(counts, resamples, seed), by_seed, sizes)

    def rows(self, members: Sequence[int], references: Mapping[str, Sequence[int]]) -> list[dict[str, object]]:
        """For each system: means over the languages `members`, and by label its difference from its reference."""
        means, samples = self.measured[members].mean(axis=0), self.resampled[:, members].mean(axis=1)
        seeds, (sentences, entities) = self.by_seed[members].mean(axis=0), self.sizes[members].sum(axis=0).tolist()
        enough = self.sizes[members, 0].min(initial=FEWEST_SENTENCES) >= FEWEST_SENTENCES
        rows = []
        for system in range(len(means)):
            row: dict[str, object] = {"f1": f"{means[system]:.4f}", "f1_sd": spread(seeds[system])}
            row["low"], row["high"] = bounds(samples[:, system], enough)
            for label, others in references.items():
                other = others[system]
                differences = samples[:, system] - samples[:, other]
                row[f"over_{label}"] = f"{means[system] - means[other]:.4f}"
                row[f"over_{label}_sd"] = spread(seeds[system] - seeds[other])
                row[f"over_{label}_low"], row[f"over_{label}_high"] = bounds(differences, enough)
                row[f"over_{label}_p"] = f"{p_value(differences):.6f}" if enough else ""
            rows.append(row | {"seeds": seeds.shape[1], "sentences": sentences, "entities": entities})
        return rows


def bounds(samples: NDArray[np.float64], enough: bool) -> tuple[str, str]:
    """Ends of the interval; empty where there are not enough sentences for one."""
    if not enough:
        return "", ""
    low, high = interval(samples)
    return f"{low:.4f}", f"{high:.4f}"


def spread(seeds: NDArray[np.float64]) -> str:
    """Standard deviation over seeds; empty for one."""
    return f"{seeds.std(ddof=1):.4f}" if len(seeds) > 1 else ""


def main(arguments: argparse.Namespace) -> None:
    languages, counts = read_counts(arguments)
    scored = Scored.of(counts, arguments.resamples, arguments.parallel_tests, arguments.bootstrap_seed)
    numbers_of = {variant: number for number, variant in enumerate(arguments.variants)}
    references = {
        "baseline": [numbers_of[variant] for variant in arguments.baselines],
        "method": [numbers_of[arguments.method]] * len(numbers_of),
    }
    if arguments.described is None:
        save_languages(arguments, languages, scored, references)
    else:
        save_groups(arguments, languages, scored, references)


def save_languages(
    arguments: argparse.Namespace, languages: list[str], scored: Scored, references: Mapping[str, Sequence[int]]
) -> None:
    """Write the scores of each variant over all languages, over the targets, and in each language."""
    targets = [number for number, language in enumerate(languages) if language != arguments.source]
    members = {"all": list(range(len(languages))), "targets": targets}
    members |= {language: [number] for number, language in enumerate(languages)}
    scores = {name: scored.rows(numbers, references) for name, numbers in members.items()}
    rows = [
        {"variant": variant, "language": name} | found[system]
        for system, variant in enumerate(arguments.variants)
        for name, found in scores.items()
    ]
    write_tsv(rows, ("variant", "language", *SCORES), arguments.output)


def save_groups(
    arguments: argparse.Namespace, languages: list[str], scored: Scored, references: Mapping[str, Sequence[int]]
) -> None:
    """Write the scores of each variant over groups of targets."""
    rows = [
        {"grouping": grouping, "group": group, "languages": len(codes), "variant": variant} | row
        for grouping, group, codes in read_groups(arguments.described, languages, arguments.source)
        for variant, row in zip(
            arguments.variants, scored.rows([languages.index(code) for code in codes], references), strict=True
        )
    ]
    write_tsv(rows, ("grouping", "group", "languages", "variant", *SCORES), arguments.output)


def read_groups(path: Path, languages: Sequence[str], source: str) -> Iterator[tuple[str, str, list[str]]]:
    """Way to part the targets, group, and codes of the languages in it."""
    check_tsv(path, ("language", "script", "family"))
    described = pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""]).set_index("language")
    for grouping, groups in groupings(described.loc[list(languages)], source):
        for group, members in groups.groupby(groups, observed=True, sort=True):
            yield grouping, str(group), list(members.index)


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
        columns = [table.loc[here, ["correct", "predicted", "gold"]].to_numpy() for table in tables.values()]
        shape = (int(here.sum()), len(arguments.variants), len(arguments.seeds), 3)
        counts.append(np.stack(columns, axis=1).reshape(shape))
    return languages, counts


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the experiment")
    parser.add_argument("--variants", nargs="+", required=True)
    parser.add_argument("--seeds", nargs="+", required=True)
    parser.add_argument("--source", required=True, help="code of the source language")
    parser.add_argument("--baselines", nargs="+", required=True, help="for each variant the one it is set against")
    parser.add_argument("--method", required=True, help="variant that the ablations are compared with")
    parser.add_argument("--resamples", type=int, required=True)
    parser.add_argument("--bootstrap-seed", type=int, required=True)
    parser.add_argument("--described", type=Path, help="what is known of each language: summarise groups of them")
    parser.add_argument(
        "--parallel-tests", action="store_true", help="test sentences translate each other, row by row: drawn together"
    )
    parser.add_argument(
        "--output", type=Path, required=True, help="table of languages and means, or of groups, to write"
    )
    run_program(parser, main)
