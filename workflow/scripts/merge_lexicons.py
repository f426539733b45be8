"""Merge the lexicons of several sources, language by language; count what each brings and how much it covers."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from mclner.common.cli import log_counts, make_parser, run_program, with_progress
from mclner.common.files import write_tsv
from mclner.data.sentences import read_corpus
from mclner.lexicons.coverage import coverage
from mclner.lexicons.lexicon import lexicon_of, merge_pairs, read_pairs, write_pairs

COLUMNS = ("language", "source", "pairs", "added", "covered_words", "covered_entity_words")


def main(arguments: argparse.Namespace) -> None:
    repairs: Counter[str] = Counter()
    sentences = read_corpus(arguments.sentences)
    rows: list[dict[str, object]] = []
    folders = {folder.name: folder for folder in arguments.sources}
    orders = {language: names.split(",") for language, names in (order.split("=") for order in arguments.order)}
    for language in with_progress(arguments.languages, "merging", "languages"):
        files = {name: folders[name] / f"en-{language}.tsv" for name in orders.get(language, folders)}
        pairs = {name: read_pairs(path, repairs) for name, path in files.items() if path.exists()}
        merged, added = merge_pairs(pairs)
        write_pairs(merged, arguments.folder / f"en-{language}.tsv")
        for name, found in [*pairs.items(), ("all", merged)]:
            words, entity_words = coverage(sentences, lexicon_of(found))
            number = len(merged) if name == "all" else added[name]
            row = (language, name, len(found), number, f"{words:.4f}", f"{entity_words:.4f}")
            rows.append(dict(zip(COLUMNS, row, strict=True)))
    write_tsv(rows, COLUMNS, arguments.counts)
    log_counts(sorted(repairs.items()), "repairs")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the target languages")
    parser.add_argument(
        "--sources", type=Path, nargs="+", required=True, help="folders of en-<language>.tsv, best first"
    )
    parser.add_argument(
        "--order", nargs="*", default=[], help="<language>=<names of such folders, best first>, where it is another"
    )
    parser.add_argument("--sentences", type=Path, required=True, help="source sentences, for what is covered")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write en-<language>.tsv to")
    parser.add_argument("--counts", type=Path, required=True, help="table to write: pairs and coverage by source")
    run_program(parser, main)
