"""Bring a fetched bilingual lexicon into MUSE's form, without pairs whose translation is not in the target's script.

MUSE's Thai and Chinese files, for one, are largely copied English.
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from pathlib import Path

from mclner.common.cli import log_counts, make_parser, run_program
from mclner.data.languages import read_languages
from mclner.data.writing_systems import script_share
from mclner.fetch.lockfile import only_file
from mclner.lexicons.lexicon import clean_phrase, read_pairs, write_pairs
from mclner.lexicons.word2word import read_word2word

log = logging.getLogger("mclner.lexicon")


def main(arguments: argparse.Namespace) -> None:
    language = read_languages(arguments.table)[arguments.language]
    repairs: Counter[str] = Counter()
    pairs = read_form(arguments.format, only_file(arguments.download), arguments.max_translations, repairs)
    kept = [pair for pair in pairs if script_share(pair[1], language.script) >= arguments.min_script_share]
    repairs["pairs in another script"] = len(pairs) - len(kept)
    write_pairs(kept, arguments.output)
    log.info("%s: %d pairs", language.code, len(kept))
    log_counts(sorted(repairs.items()), "left out")


def read_form(form: str, path: Path, max_translations: int, repairs: Counter[str]) -> list[tuple[str, str]]:
    if form == "muse":
        return read_pairs(path, repairs)
    pairs = [(clean_phrase(english), clean_phrase(word)) for english, word in read_word2word(path, max_translations)]
    return [pair for pair in pairs if all(pair)]


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--download", type=Path, required=True, help="folder of the download")
    parser.add_argument("--format", choices=("muse", "word2word"), required=True)
    parser.add_argument("--max-translations", type=int, required=True, help="of a word that word2word has")
    parser.add_argument("--min-script-share", type=float, required=True, help="letters in the target's script")
    parser.add_argument("--language", required=True)
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
