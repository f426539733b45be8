"""Fetch a pretrained model from the Hugging Face hub, at a fixed revision: its weights, configuration and tokenizer."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from mclner.common.cli import add_fetch_options, make_parser, run_program
from mclner.fetch.download import GoneError, Limits
from mclner.fetch.hub import address_of, fetch_files, repository_files, resolve_revision
from mclner.fetch.lockfile import Brought, Record, fetch_once, revision_to_fetch

SETTINGS = re.compile(
    r"config\.json|generation_config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|vocab\.txt"
)
SAFE_WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json")
PICKLED_WEIGHTS = "pytorch_model.bin"


def main(arguments: argparse.Namespace) -> None:
    limits = Limits(attempts=arguments.attempts, silence=arguments.silence, most_bytes=arguments.most_bytes)
    repository = arguments.repository

    def fill(staging: Path, locked: Record | None) -> Brought:
        asked_for = revision_to_fetch(arguments.name, locked, arguments.revision)
        revision = resolve_revision(repository, "model", asked_for, limits)
        there = repository_files(repository, "model", revision, limits)
        wanted = choose(there, address_of(repository, "model"), arguments.pickled)
        fetch_files(repository, "model", revision, wanted, staging, limits)
        return Brought(wanted, {"repository": repository, "revision": revision}, arguments.licence)

    fetch_once(arguments.folder, arguments.name, arguments.lock, arguments.policy == "renew", fill)


def choose(there: list[str], address: str, pickled: bool) -> list[str]:
    """The files to bring. Raises GoneError where there are no weights that we read."""
    weights = [file for file in there if SAFE_WEIGHTS.fullmatch(file)]
    if not weights and pickled and PICKLED_WEIGHTS in there:
        weights = [PICKLED_WEIGHTS]
    if not weights or "config.json" not in there or "tokenizer.json" not in there:
        raise GoneError(
            address, "lacks config.json, tokenizer.json or weights as safetensors.", "Give a revision that has them."
        )
    return sorted([file for file in there if SETTINGS.fullmatch(file)] + weights)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--repository", required=True, help="owner/name on the hub")
    parser.add_argument("--revision", help="commit or branch; the newest commit where it is not given")
    parser.add_argument("--licence", default="not stated")
    parser.add_argument(
        "--pickled",
        action="store_true",
        help="take pytorch_model.bin where there are no safetensors (read as data alone)",
    )
    parser.add_argument("--most-bytes", type=int, default=16 * 2**30, help="largest file to take")
    add_fetch_options(parser)
    run_program(parser, main)
