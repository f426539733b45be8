"""Fetch the Parquet files of one language of a corpus from the Hugging Face hub, at a fixed revision.

Sources are tried in order; the next one only where the hub does not have the one before, and never where the lock file
names the one to take. What was taken, and from where, stands in record.json beside the files, which are named
<split>/<number>.parquet.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
from pathlib import Path
from typing import Any

from mclner.common.cli import add_fetch_options, make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.fetch.download import GoneError, Limits
from mclner.fetch.hub import dataset_files, fetch_files, resolve_revision
from mclner.fetch.lockfile import Brought, Record, fetch_once, revision_to_fetch

log = logging.getLogger("mclner.fetch")


def main(arguments: argparse.Namespace) -> None:
    sources = json.loads(arguments.sources)
    if not sources:
        problem = f"no repository under corpus: sources has {arguments.language}."
        raise InputError("configuration", problem, "Add one, name a folder of yours, or leave the language out.")

    def fill(staging: Path, locked: Record | None) -> Brought:
        for source in allowed(sources, locked, arguments.name):
            try:
                return fetch_source(source, arguments, locked, staging)
            except GoneError as error:
                log.warning("%s", error)
                last = error
        raise last

    fetch_once(arguments.folder, arguments.name, arguments.lock, arguments.policy == "renew", fill)


def allowed(sources: list[dict[str, Any]], locked: Record | None, name: str) -> list[dict[str, Any]]:
    """All sources; or, where the download is locked, the one that it came from."""
    if locked is None:
        return sources
    found = [source for source in sources if source["repository"] == locked["source"]["repository"]]
    if not found:
        raise InputError(
            name, f"is locked to {locked['source']['repository']}.", "Name that source, or fetch with lock=renew."
        )
    return found


def fetch_source(
    source: dict[str, Any], arguments: argparse.Namespace, locked: Record | None, staging: Path
) -> Brought:
    """Bring the splits of one source to `<staging>/<split>/`."""
    limits = Limits(attempts=arguments.attempts, silence=arguments.silence)
    language = arguments.language
    repository, configuration = source["repository"], source["configuration"].format(language=language)
    wanted = revision_to_fetch(arguments.name, locked, source.get("revision"))
    revision = resolve_revision(repository, "dataset", wanted, limits)
    raw = staging / ".raw"
    files = dataset_files(repository, configuration, revision, raw / "cache", limits)
    fetch_files(repository, "dataset", revision, [file for found in files.values() for file in found], raw, limits)
    brought = []
    for split, found in files.items():
        (staging / split).mkdir(exist_ok=True)
        for number, file in enumerate(found):
            name = f"{split}/{number}.parquet"
            os.replace(raw / file, staging / name)
            brought.append(name)
        log.info("%s %s: %d file(s)", language, split, len(found))
    origin = {"repository": repository, "revision": revision, "configuration": configuration}
    return Brought(brought, origin, source.get("licence", "not stated"))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--sources", required=True, help="JSON list of repository, configuration, revision, licence")
    parser.add_argument("--language", required=True)
    add_fetch_options(parser)
    run_program(parser, main)
