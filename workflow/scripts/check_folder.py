"""Check a folder of your own before anything runs: every file, all problems at once, and what was seen and guessed.

What is expected is the default of config/folder.yaml; other sources, targets and entity types are options here as they
are keys there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from import_parallel import read_rows
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import one_at_a_time, write_json
from mclner.configuration.folder_check import Expectation, Findings, check_user_folder
from mclner.configuration.user_folder import files_of, language_folders
from mclner.data.languages import read_languages
from mclner.lexicons.lexicon import read_lexicon
from mclner.reading.readers import ReadingOptions, add_reading_options

LANGUAGES = Path(__file__).resolve().parents[2] / "config" / "languages.tsv"


def main(arguments: argparse.Namespace) -> None:
    folder = arguments.folder.expanduser()
    expected = Expectation(
        arguments.source,
        tuple(arguments.entity_types),
        json.loads(arguments.tag_mapping),
        tuple(arguments.targets),
        ReadingOptions.of(arguments),
    )
    if arguments.report is not None:
        logging.getLogger().setLevel(logging.CRITICAL)  # the report has it, and each import says it of its own files
        with one_at_a_time(arguments.report):
            findings = reported(folder, expected, arguments)
        findings.raise_problems(folder)
        return
    findings = look(folder, expected, arguments.languages)
    for line in findings.seen:
        print(line)
    for line in findings.doubts:
        print(f"look at this: {line}")
    findings.raise_problems(folder)
    print(f"{folder}: no problems in {len(findings.seen)} files")


def look(folder: Path, expected: Expectation, languages: Path) -> Findings:
    """Read everything in the folder."""
    findings = check_user_folder(folder, expected, read_languages(languages))
    check_pairs(folder, expected.targets, findings)
    return findings


def reported(folder: Path, expected: Expectation, arguments: argparse.Namespace) -> Findings:
    """What the report says, where it is of the same files and options; else the folder is read, and the report written.

    Files are the same by size and time.
    """
    here = [path.name for path in language_folders(folder / "ner")]
    files = [arguments.languages, *files_of(folder, dict.fromkeys((expected.source, *expected.targets, *here)))]
    stats = {str(path): [(stat := path.stat()).st_size, stat.st_mtime_ns] for path in files}
    subject = json.loads(json.dumps({"expected": asdict(expected), "languages": here, "files": stats}))
    if arguments.report.exists():
        with contextlib.suppress(ValueError, LookupError, TypeError):  # a damaged report is written anew
            report = json.loads(arguments.report.read_text(encoding="utf-8"))
            if report["of"] == subject:
                return Findings(report["problems"], report["doubts"], report["seen"])
    findings = look(folder, expected, arguments.languages)
    said = {"problems": findings.problems, "doubts": findings.doubts, "seen": findings.seen}
    write_json({"of": subject, **said}, arguments.report)
    return findings


def check_pairs(folder: Path, targets: Collection[str], findings: Findings) -> None:
    """Look at every lexicon and every file of aligned text, of `targets` alone where some are named."""
    for path in files_of(folder, []):
        if targets and path.stem.removeprefix("en-") not in targets:
            continue
        try:
            if path.parents[1].name == "lexicons":
                findings.seen.append(f"{path}: {len(read_lexicon(path))} head words")
            else:
                findings.seen.append(f"{path}: {len(read_rows(path))} pairs")
        except InputError as error:
            findings.problems.append(str(error))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("folder", type=Path, help="the folder: ner/<language>/{train,dev,test}, lexicons/, parallel/")
    parser.add_argument("--source", default="en", help="code of the source language")
    parser.add_argument("--targets", nargs="*", default=(), help="codes of the targets (default: all that are there)")
    parser.add_argument("--entity-types", nargs="+", default=("PER", "ORG", "LOC"))
    parser.add_argument("--tag-mapping", default="{}", help="JSON: entity type of the files -> ours, or null for none")
    parser.add_argument("--languages", type=Path, default=LANGUAGES, help="the table of languages")
    parser.add_argument("--report", type=Path, help="JSON to write instead of printing; of the same files, it is read")
    add_reading_options(parser)
    run_program(parser, main)
