"""mclner card MODEL: what a model is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mclner.inference.card import card_of


def add_card_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("card", help="print the card of a model folder")
    parser.add_argument("model", type=Path, metavar="MODEL", help="model folder")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> None:
    sys.stdout.write(card_of(arguments.model))
