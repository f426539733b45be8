"""Use a trained model from the command line.

mclner label MODEL FILE... finds the entities of text files (a document or sentence a line, UTF-8; - is standard input)
and of CoNLL, JSON Lines and Parquet files, told by their content. Of a file of any length only some lines are held in
memory.
"""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import writing
from mclner.data.tokenization import find_words
from mclner.inference.inputs import STANDARD_INPUT, Item, form_of, read_items
from mclner.inference.output_formats import ENDINGS, Labelled, as_brat, as_conll, as_jsonl
from mclner.model.recogniser import EntityRecogniser, Input, quiet_transformers
from mclner.reading.file_forms import FORMS


def main(arguments: argparse.Namespace) -> None:
    check_arguments(arguments)
    quiet_transformers()
    recogniser = EntityRecogniser.from_pretrained(arguments.model)
    check_folder(arguments.model)
    backend = recogniser.tokenizer.backend_tokenizer

    def lines_of(labelled: Labelled) -> Iterator[str]:
        if arguments.output_format == "jsonl":
            return as_jsonl(labelled)
        if arguments.output_format == "brat":
            return as_brat(labelled)
        return as_conll(labelled, lambda text: list(find_words(text, backend)))

    for path in arguments.files:
        items = read_items(path, form_of(path, arguments.format))
        lines = lines_of(label_items(recogniser, items, arguments.threshold))
        if arguments.output is None:
            sys.stdout.writelines(lines)
            continue
        with (
            writing(output_of(arguments, path)) as partial,
            partial.open("w", encoding="utf-8", newline="\n") as stream,
        ):
            stream.writelines(lines)


def label_items(recogniser: EntityRecogniser, items: Iterable[Item], threshold: float) -> Labelled:
    """Each item with its entities, as they come."""
    waiting: deque[Item] = deque()

    def contents() -> Iterator[Input]:
        for item in items:
            waiting.append(item)
            yield item.content

    for entities in recogniser.stream(contents(), threshold):
        yield waiting.popleft(), entities


def output_of(arguments: argparse.Namespace, path: Path) -> Path:
    name = "standard_input" if path == STANDARD_INPUT else path.stem
    return arguments.output / f"{name}{ENDINGS[arguments.output_format]}"


def check_arguments(arguments: argparse.Namespace) -> None:
    """Raise InputError for files and options that do not go together, before anything is loaded."""
    for path in arguments.files:
        if path != STANDARD_INPUT and not path.exists():
            raise InputError(path, "is not there.", "Give files of text, or - for standard input.")
        if arguments.output_format == "brat" and form_of(path, arguments.format) != "text":
            raise InputError(path, "has tokens and no characters to point to.", "Use --output-format conll or jsonl.")
    if arguments.output is None:
        if arguments.output_format == "brat" and len(arguments.files) > 1:
            raise InputError("brat", "has a file of annotations for each text.", "Name a folder with --output.")
        return
    outputs = [output_of(arguments, path) for path in arguments.files]
    twice = next((path for path in outputs if outputs.count(path) > 1), None)
    if twice:
        raise InputError(twice, "would be written twice.", "Label files of the same name apart.")


def command() -> None:
    """The command `mclner`."""
    parser = make_parser(__doc__)
    label = parser.add_subparsers(required=True, metavar="COMMAND").add_parser("label", help="find entities in files")
    label.add_argument("model", type=Path, metavar="MODEL", help="model folder of a run")
    label.add_argument("files", type=Path, nargs="+", metavar="FILE", help="text or tokens; - is standard input")
    label.add_argument("--output-format", choices=list(ENDINGS), default="jsonl")
    label.add_argument("--format", choices=FORMS, help="default: seen from the file's content")
    label.add_argument("--threshold", type=float, default=0.0, help="least score of an entity, 0 to 1")
    label.add_argument("--output", type=Path, help="folder to write a file to for each FILE (default: standard output)")
    run_program(parser, main)


if __name__ == "__main__":
    command()
