"""Translate labelled source sentences into one target language, entities carried over."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from mclner.corpus import read_corpus, write_corpus
from mclner.lexicon import read_lexicon
from mclner.program import make_parser, run_program, with_progress
from mclner.translation import LexiconTranslator, Translator

log = logging.getLogger("mclner.translate")


def main(arguments: argparse.Namespace) -> None:
    sentences = read_corpus(arguments.sentences)
    translator: Translator = LexiconTranslator(arguments.language, read_lexicon(arguments.lexicon))
    shown = with_progress(sentences, f"translating into {arguments.language}", "sentences")
    translated = [sentence for sentence in translator.translate(shown) if sentence is not None]
    write_corpus(translated, arguments.output)
    log.info("%d of %d sentences translated", len(translated), len(sentences))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--sentences", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--language", required=True, help="code of the target language")
    parser.add_argument("--lexicon", type=Path, required=True, help="file en-<language>.tsv")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
