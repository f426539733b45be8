"""Describe an experiment as an RO-Crate: ro-crate-metadata.json in the folder of its results.

The workflow and the configuration are copied into the folder, which is then whole: it can be handed on as it is.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import content_hash, copy_parts, read_text, write_json, writing_folder
from mclner.report.run_crate import Experiment, RunCrate, Training

PARTS = ("Snakefile", "rules", "schemas", "scripts", "report")  # of the workflow; the demo's corpus is an input
log = logging.getLogger("mclner.run_crate")


def main(arguments: argparse.Namespace) -> None:
    copy, results = arguments.workflow_copy, arguments.metadata.parent
    copy_workflow(arguments.workflow, copy)
    configuration = json.loads(arguments.settings)
    write_json(configuration, arguments.configuration)
    scripts = copy / "scripts"
    experiment = Experiment(
        name=configuration["experiment"],
        results=results.as_posix(),
        configuration=configuration,
        snakemake=arguments.snakemake,
        files=[path.relative_to(results).as_posix() for path in arguments.files],
        trainings=[read_training(path, arguments.timings) for path in arguments.provenance],
        code={path.relative_to(scripts).as_posix(): content_hash(path) for path in sorted(scripts.rglob("*.py"))},
    )
    for training in experiment.trainings:
        if changed := experiment.changed_code(training):
            log.warning("%s: %d code files changed after it ran", training.folder, len(changed))
    write_json(RunCrate(experiment).metadata(), arguments.metadata)
    log.info("%d trainings, %d other results", len(experiment.trainings), len(experiment.files))


def copy_workflow(workflow: Path, copy: Path) -> None:
    """Rules, programs and library, without what Python leaves beside them."""
    with writing_folder(copy) as folder:
        copy_parts(workflow, PARTS, folder)


def read_training(path: Path, timings: Path) -> Training:
    """A run by its provenance.json: its folder names variant and seed, its time is that of the file."""
    variant, seed = path.parent.parent.name, path.parent.name.removeprefix("seed")
    provenance = json.loads(read_text(path))
    ended = datetime.fromtimestamp(int(path.stat().st_mtime), tz=UTC)
    return Training(variant, int(seed), provenance, ended, read_seconds(timings / f"train-{variant}-seed{seed}.tsv"))


def read_seconds(path: Path) -> float:
    """How long a job took, from the table that Snakemake writes of it. Raises InputError."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            row = next(csv.DictReader(stream, delimiter="\t"))
        return round(float(row["s"]))
    except (OSError, StopIteration, KeyError, ValueError):
        raise InputError(path, "has no seconds of a job.", "Train the run again: --forcerun train.") from None


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--settings", required=True, help="the whole configuration as JSON")
    parser.add_argument("--workflow", type=Path, required=True, help="folder of the workflow")
    parser.add_argument("--provenance", type=Path, nargs="+", required=True, help="provenance.json of each training")
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="other results, in the same folder")
    parser.add_argument("--snakemake", required=True, help="version of Snakemake that runs the workflow")
    parser.add_argument("--timings", type=Path, required=True, help="folder of Snakemake's tables of seconds")
    parser.add_argument("--workflow-copy", type=Path, required=True, help="folder to copy the workflow to")
    parser.add_argument("--configuration", type=Path, required=True, help="file to write the configuration to")
    parser.add_argument("--metadata", type=Path, required=True, help="ro-crate-metadata.json to write")
    run_program(parser, main)
