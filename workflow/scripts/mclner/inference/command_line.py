"""Use a trained model from the command line.

mclner label MODEL FILE... finds the entities of text files (a document or sentence a line, UTF-8; - is standard input)
and of CoNLL, JSON Lines and Parquet files, told by their content. Of a file of any length only some lines are held in
memory.
mclner score MODEL FILE... measures a model on labelled files: precision, recall, F1 and the kinds of its errors.
mclner card MODEL prints what a model is.
mclner export MODEL --output FOLDER makes a folder that runs in ONNX Runtime, without torch; --int8 a small one.
"""

from __future__ import annotations

import argparse

from mclner.common.cli import make_parser, run_program
from mclner.inference.card_command import add_card_command
from mclner.inference.export_command import add_export_command
from mclner.inference.label_command import add_label_command
from mclner.inference.score_command import add_score_command


def command_parser() -> argparse.ArgumentParser:
    """All that the command `mclner` understands; `main` of what it parsed does the work."""
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (add_label_command, add_score_command, add_card_command, add_export_command):
        add(commands)
    return parser


def command() -> None:
    """The command `mclner`."""
    run_program(command_parser(), lambda arguments: arguments.main(arguments))


if __name__ == "__main__":
    command()
