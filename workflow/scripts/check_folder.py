"""Check a folder of your own before anything runs: every file, all problems at once, and what was seen and guessed.

What is expected is the default of config/folder.yaml; other sources, targets and entity types are options here as they
are keys there.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from import_parallel import read_rows
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import write_json
from mclner.configuration.folder_check import Expectation, Findings, check_user_folder
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
    findings = check_user_folder(folder, expected, read_languages(arguments.languages))
    check_pairs(folder, findings)
    for line in findings.seen:
        print(line)
    for line in findings.doubts:
        print(f"look at this: {line}")
    findings.raise_problems(folder)
    print(f"{folder}: no problems in {len(findings.seen)} files")
    if arguments.output:
        write_json({"seen": findings.seen, "doubts": findings.doubts}, arguments.output)


def check_pairs(folder: Path, findings: Findings) -> None:
    """Look at every lexicon and every file of aligned text."""
    for kind, read in (("lexicons", read_lexicon), ("parallel", read_rows)):
        for path in sorted((folder / kind).glob("*/en-*.tsv")):
            try:
                findings.seen.append(f"{path}: {len(read(path))} {'head words' if kind == 'lexicons' else 'pairs'}")
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
    parser.add_argument("--output", type=Path, help="JSON to write where there are no problems")
    add_reading_options(parser)
    run_program(parser, main)
