"""mclner export MODEL --format onnx: a folder that loads as the model does, and runs without torch."""

from __future__ import annotations

import argparse
import logging
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mclner.common.checksums import SUMS, seal_folder
from mclner.common.exceptions import InputError
from mclner.common.files import write_json, writing_folder
from mclner.data.sentences import Sentence
from mclner.inference.card import CARD, card_of
from mclner.inference.export_measure import Measured, export_section, f1_by_language, labelled_files
from mclner.inference.loading import load_recogniser
from mclner.inference.score_command import add_mapping_option, mapping_of
from mclner.inference.scoring import read_labelled
from mclner.model.model_folder import CONFIG_NAME, read_config
from mclner.model.onnx_model import EXPORT, SPECIAL, is_exported
from mclner.model.recogniser import EntityRecogniser
from mclner.reading.readers import ReadingOptions

if TYPE_CHECKING:  # loads torch
    from mclner.model.onnx_export import Precision

log = logging.getLogger(__name__)
WEIGHTS = ("*.safetensors", "*.safetensors.index.json", "*.bin", SUMS, CARD)  # of a model folder, not copied
Tests = Mapping[str, Sequence[Sentence]]


def add_export_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("export", help="a folder that runs in ONNX Runtime, without torch")
    parser.add_argument("model", type=Path, metavar="MODEL", help="model folder of a run")
    parser.add_argument("--output", type=Path, required=True, help="folder to write; it must be new")
    parser.add_argument("--format", choices=("onnx",), default="onnx", dest="export_format")
    parser.add_argument("--int8", action="store_true", help="weights in 8 bits: smaller, and faster on processors")
    parser.add_argument(
        "--measure",
        type=Path,
        metavar="FOLDER",
        help="labelled files <language>/test.* or <language>.*: F1 before and after goes into the card, and 8 bits "
        "that cost too much are mended or refused",
    )
    add_mapping_option(parser)
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> None:
    source, output = arguments.model, arguments.output
    if output.exists():
        raise InputError(output, "is there already.", "Name a new folder with --output.")
    read_config(source)
    if is_exported(source):
        raise InputError(source, "is an export already.", "Export the model folder that it was made of.")
    recogniser = load_recogniser(source)
    tests = read_tests(arguments, recogniser.entity_types) if arguments.measure else {}
    with writing_folder(output) as folder:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*WEIGHTS), dirs_exist_ok=True)
        precision, measured = export(recogniser, arguments.int8, arguments.measure, tests, folder)
        seal_folder(folder)
        text = card_of(source).rstrip("\n") + "\n\n" + export_section(precision.name, measured)
        (folder / CARD).write_text(text, encoding="utf-8")
    log.info("%s: %s; load it with EntityRecogniser.from_pretrained", output, precision.name)


def read_tests(arguments: argparse.Namespace, entity_types: Sequence[str]) -> Tests:
    mapping, files = mapping_of(arguments.tag_mapping), labelled_files(arguments.measure)
    return {language: read_labelled(path, ReadingOptions(), mapping, entity_types) for language, path in files.items()}


def export(
    recogniser: EntityRecogniser, int8: bool, data: Path | None, tests: Tests, folder: Path
) -> tuple[Precision, Measured | None]:
    """Fill `folder`; with tests, in the smallest of the precisions asked for that loses little enough.

    Raises InputError where none does.
    """
    from mclner.model.onnx_export import FLOAT32, INT8

    if not int8:
        write_export(recogniser, FLOAT32, folder)
        scores = f1_by_language(EntityRecogniser.from_pretrained(folder), tests)
        return FLOAT32, _measured(data, tests, scores, scores) if data else None
    if data is None:
        log.warning("what 8 bits cost is not measured: give labelled files with --measure")
        write_export(recogniser, INT8[0], folder)
        return INT8[0], None
    with TemporaryDirectory(prefix=".float32", dir=folder) as scratch:
        shutil.copytree(folder, scratch, ignore=shutil.ignore_patterns(".float32*"), dirs_exist_ok=True)
        write_export(recogniser, FLOAT32, Path(scratch))
        reference = f1_by_language(EntityRecogniser.from_pretrained(scratch), tests)
    for precision in INT8:
        write_export(recogniser, precision, folder)
        scores = f1_by_language(EntityRecogniser.from_pretrained(folder), tests)
        measured = _measured(data, tests, reference, scores)
        log.info("%s %s", precision.name, measured.describe())
        if measured.is_fit:
            return precision, measured
        log.warning("%s %s, which is too much", precision.name, measured.describe())
    problem = f"loses too much in 8 bits: the most exact form {measured.describe()}."
    raise InputError(data, problem, "Export it in float32, without --int8.")


def write_export(recogniser: EntityRecogniser, precision: Precision, folder: Path) -> None:
    """Graph, weights and configuration; the tokenizer's files lie in `folder` already."""
    from mclner.model.entity_model import EntityModel
    from mclner.model.onnx_export import export_graph

    assert isinstance(recogniser.model, EntityModel)
    export_graph(recogniser.model, precision, folder)
    recogniser.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    special = {name: getattr(recogniser.tokenizer, name) for name in SPECIAL}
    write_json(read_config(folder) | {EXPORT: {"precision": precision.name, **special}}, folder / CONFIG_NAME)


def _measured(data: Path, tests: Tests, float32: Mapping[str, float], exported: Mapping[str, float]) -> Measured:
    sizes = {language: len(sentences) for language, sentences in tests.items()}
    return Measured(data.resolve().name, sizes, float32, exported)
