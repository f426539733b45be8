"""Make code-switched copies of labelled source sentences with bilingual lexicons."""

from __future__ import annotations

import argparse
import logging
import random
from pathlib import Path

from mclner.common.cli import make_parser, run_program
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.lexicons.lexicon import read_lexicon
from mclner.lexicons.phrases import PhraseTable
from mclner.views.codeswitch import code_switch

log = logging.getLogger("mclner.codeswitch")


def main(arguments: argparse.Namespace) -> None:
    sentences = read_corpus(arguments.sentences)
    lexicons = {path.stem.removeprefix("en-"): read_lexicon(path) for path in arguments.lexicons}
    table = PhraseTable.of(lexicons)
    log.info("%d sentences, %d phrases, %d languages", len(sentences), len(table.index), len(lexicons))
    switched: list[Sentence] = []
    changed = 0
    for copy in range(arguments.copies_per_sentence):
        for sentence in sentences:
            generator = random.Random(f"{arguments.seed}-{copy}-{sentence.id}")
            tags = sentence.tags_or_outside
            tokens, new_tags = code_switch(
                sentence.tokens, tags, table, arguments.ratio, arguments.mixing, sorted(lexicons), generator
            )
            changed += tuple(tokens) != sentence.tokens
            switched.append(Sentence(sentence.id, "mixed", tuple(tokens), tuple(new_tags)))
    write_corpus(switched, arguments.output)
    log.info("%d of %d copies differ from their source", changed, len(switched))


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--sentences", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--lexicons", type=Path, nargs="+", required=True, help="files en-<language>.tsv")
    parser.add_argument("--ratio", type=float, required=True, help="share of the phrases found that are replaced")
    parser.add_argument("--mixing", choices=("word", "sentence"), required=True, help="where the language is drawn")
    parser.add_argument("--copies-per-sentence", type=int, required=True, help="code-switched copies of each sentence")
    parser.add_argument("--seed", required=True)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
