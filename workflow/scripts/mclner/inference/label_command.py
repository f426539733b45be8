"""mclner label MODEL FILE... : the entities of text, wherever it comes from."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mclner.common.cli import Progress
from mclner.common.exceptions import InputError
from mclner.common.files import alone_in
from mclner.data.tokenization import find_words
from mclner.inference.inputs import STANDARD_INPUT, Item, form_of, read_items
from mclner.inference.loading import load_recogniser
from mclner.inference.output_formats import ENDINGS, OutputFormat, as_brat, as_conll, as_jsonl
from mclner.inference.resumable import label_to_file, model_identity, open_run
from mclner.model.recogniser import EntityRecogniser, characters_of, in_groups
from mclner.reading.file_forms import FORMS, Form

log = logging.getLogger(__name__)


def add_label_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    label = commands.add_parser("label", help="find entities in files")
    label.add_argument("model", type=Path, metavar="MODEL", help="model folder")
    label.add_argument("files", type=Path, nargs="+", metavar="FILE", help="text or tokens; - is standard input")
    label.add_argument("--output-format", choices=list(ENDINGS), default="jsonl")
    label.add_argument("--format", choices=FORMS, help="default: seen from the file's content")
    label.add_argument("--threshold", type=float, default=0.0, help="least score of an entity, 0 to 1")
    label.add_argument("--output", type=Path, help="folder to write a file to for each FILE (default: standard output)")
    label.add_argument(
        "--resume", action="store_true", help="go on where the same command was interrupted; needs --output"
    )
    label.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> None:
    check_arguments(arguments)
    recogniser = load_recogniser(arguments.model)
    labelling = Labelling(recogniser, arguments.threshold, arguments.output_format)
    if arguments.output is None:
        for path in arguments.files:
            labelling.write(shown(path, arguments.format))
        return
    settings = {
        "model": model_identity(arguments.model),
        "threshold": arguments.threshold,
        "output format": arguments.output_format,
    }
    with alone_in(arguments.output):
        run = open_run(arguments.output, settings, arguments.resume)
        try:
            for path in arguments.files:
                items = shown(path, arguments.format)
                label_to_file(run, items, labelling.groups, labelling.lines, output_of(arguments, path))
        except KeyboardInterrupt:
            log.warning("what is labelled so far lies in %s: the same command with --resume goes on", arguments.output)
            raise
        run.end()


class Labelling:
    """A recogniser, and the form in which what it finds is written."""

    def __init__(self, recogniser: EntityRecogniser, threshold: float, output_format: OutputFormat) -> None:
        self.recogniser, self.threshold, self.output_format = recogniser, threshold, output_format

    def groups(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        """Items in groups that are labelled at once: all that is in memory of a file."""
        return in_groups(items, lambda item: characters_of(item.content))

    def lines(self, group: Sequence[Item], before: int) -> tuple[str, int]:
        """What is written of a group that `before` entities precede, and how many entities it has."""
        contents = [item.content for item in group]
        found = list(self.recogniser.stream(contents, self.threshold))
        labelled = zip(group, found, strict=True)
        if self.output_format == "jsonl":
            lines = as_jsonl(labelled)
        elif self.output_format == "brat":
            lines = as_brat(labelled, before + 1)
        else:
            backend = self.recogniser.tokenizer.backend_tokenizer
            lines = as_conll(labelled, lambda text: list(find_words(text, backend)))
        return "".join(lines), sum(map(len, found))

    def write(self, items: Iterable[Item]) -> None:
        """Label to standard output."""
        before = 0
        for group in self.groups(items):
            lines, entities = self.lines(group, before)
            sys.stdout.write(lines)
            sys.stdout.flush()
            before += entities


def shown(path: Path, asked: Form | None) -> Iterator[Item]:
    """What a file holds, while progress is shown: in bytes of a file of text, else in items."""
    form = form_of(path, asked)
    in_bytes = form == "text" and path != STANDARD_INPUT
    progress = Progress(path.stat().st_size if in_bytes else None, str(path), "bytes" if in_bytes else "items")
    for item in read_items(path, form):
        yield item
        progress.update(len(str(item.content).encode("utf-8", "replace")) + 1 if in_bytes else 1)
    progress.close()


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
        if arguments.resume:
            raise InputError("--resume", "needs a file that it can go on with.", "Name a folder with --output.")
        if arguments.output_format == "brat" and len(arguments.files) > 1:
            raise InputError("brat", "has a file of annotations for each text.", "Name a folder with --output.")
        return
    outputs = [output_of(arguments, path) for path in arguments.files]
    twice = next((path for path in outputs if outputs.count(path) > 1), None)
    if twice:
        raise InputError(twice, "would be written twice.", "Label files of the same name apart.")
