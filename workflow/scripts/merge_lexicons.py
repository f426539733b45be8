"""Merge the lexicons of several sources, language by language, and count what each source brings."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from mclner.files import write_tsv
from mclner.lexicon import merge_pairs, read_pairs, write_pairs
from mclner.program import log_counts, make_parser, run_program


def main(arguments: argparse.Namespace) -> None:
    repairs: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    for language in arguments.languages:
        files = {folder.name: folder / f"en-{language}.tsv" for folder in arguments.sources}
        merged, added = merge_pairs({name: read_pairs(path, repairs) for name, path in files.items() if path.exists()})
        write_pairs(merged, arguments.folder / f"en-{language}.tsv")
        rows += [{"language": language, "source": name, "pairs": added[name]} for name in files]
    write_tsv(rows, ["language", "source", "pairs"], arguments.counts)
    log_counts(sorted(repairs.items()), "repairs")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the target languages")
    parser.add_argument(
        "--sources", type=Path, nargs="+", required=True, help="folders of en-<language>.tsv, best first"
    )
    parser.add_argument("--folder", type=Path, required=True, help="folder to write en-<language>.tsv to")
    parser.add_argument("--counts", type=Path, required=True, help="table to write: pairs that each source adds")
    run_program(parser, main)
