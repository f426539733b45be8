"""mclner score MODEL FILE... : how well a model does on labelled files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.inference.loading import load_recogniser
from mclner.inference.scoring import RESAMPLES, Bootstrap, as_table, mean_of_files, read_labelled, score_file
from mclner.reading.readers import ReadingOptions, add_reading_options


def add_score_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("score", help="precision, recall, F1 and errors on labelled files")
    parser.add_argument("model", type=Path, metavar="MODEL", help="model folder")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CoNLL, JSON Lines, JSON or Parquet")
    parser.add_argument("--json", action="store_true", help="print JSON in the place of tables")
    add_mapping_option(parser)
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="of the bootstrap over sentences")
    add_reading_options(parser)
    parser.set_defaults(main=main)


def add_mapping_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tag-mapping",
        nargs="+",
        default=(),
        metavar="TYPE=TYPE",
        help="a type of the files and what the model calls it; nothing behind the sign: no entity",
    )


def mapping_of(pairs: Sequence[str]) -> dict[str, str | None]:
    """`PERSON=PER` as a mapping. Raises InputError on what is no pair."""
    for pair in pairs:
        if "=" not in pair:
            raise InputError("--tag-mapping", f"has {pair!r}.", "Give pairs such as PERSON=PER or MISC= (no entity).")
    return {name: kind or None for name, _, kind in (pair.partition("=") for pair in pairs)}


def main(arguments: argparse.Namespace) -> None:
    if arguments.resamples < 1:
        raise InputError("--resamples", f"is {arguments.resamples}.", "Give at least 1; 10000 is usual.")
    mapping = mapping_of(arguments.tag_mapping)
    recogniser = load_recogniser(arguments.model)
    options = ReadingOptions.of(arguments)
    texts = [(path, read_labelled(path, options, mapping, recogniser.entity_types)) for path in arguments.files]
    bootstrap = Bootstrap(arguments.resamples)
    files = []
    for number, (path, sentences) in enumerate(texts):
        files.append(score_file(recogniser, path, sentences, replace(bootstrap, seed=bootstrap.seed + number)))
        if not arguments.json:
            print(("\n" if number else "") + as_table(files[-1]), end="", flush=True)
    mean = mean_of_files(files)
    if arguments.json:
        of_files = [file.as_dict() for file in files]
        print(json.dumps({"files": of_files, "mean": dict(zip(("f1", "low", "high"), mean, strict=True))}, indent=2))
    elif len(files) > 1:
        f1, low, high = mean
        print(f"\nmean micro F1 of {len(files)} files: {f1:.1f} (95 % interval {low:.1f} to {high:.1f})")
