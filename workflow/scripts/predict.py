"""Label your own text with a trained run.

The input is running text, one sentence per line, CoNLL columns (a token per line, blank lines between sentences), JSON
Lines or Parquet: seen from its content or told with --format. The output is CoNLL: token, tag, confidence.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from mclner.common.checksums import SUMS, damage_of
from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import read_lines, writing
from mclner.data.tags import tags_of
from mclner.data.tokenization import clean_token
from mclner.model.recogniser import EntityRecogniser, quiet_transformers
from mclner.reading.file_forms import chosen_form
from mclner.reading.readers import ReadingOptions, add_reading_options, read_own


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    if not arguments.input.exists():
        raise InputError(arguments.input, "is not there.", "Give a text file with one sentence a line.")
    if not (arguments.model / "model.safetensors").exists():
        raise InputError(arguments.model, "is no model folder.", "Train the run first, or name its folder 'model'.")
    problem = damage_of(arguments.model) if (arguments.model / SUMS).exists() else None
    if problem:
        raise InputError(arguments.model, f"is damaged ({problem}).", "Train the run again, or copy the folder anew.")
    recogniser = EntityRecogniser.from_pretrained(arguments.model)
    sentences = read_sentences(arguments, recogniser)
    labellings = recogniser.label([[clean_token(token) for token in sentence] for sentence in sentences])
    blocks = []
    for tokens, labelling in zip(sentences, labellings, strict=True):
        tags = tags_of(labelling.entities, len(tokens))
        rows = zip(tokens, tags, labelling.word_confidences, strict=True)
        blocks.append("".join(f"{token}\t{tag}\t{confidence:.3f}\n" for token, tag, confidence in rows))
    text = "\n".join(blocks)
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        with writing(arguments.output) as partial:
            partial.write_text(text, encoding="utf-8")


def read_sentences(arguments: argparse.Namespace, recogniser: EntityRecogniser) -> list[list[str]]:
    """Tokens of each sentence of the input."""
    if chosen_form(arguments.input, arguments.format) != "text":
        found = read_own(arguments.input, "", Counter(), labelled=False, options=ReadingOptions.of(arguments))
        return [list(sentence.tokens) for sentence in found]
    return [recogniser.split(line) for line in read_lines(arguments.input) if line.strip()]


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("model", type=Path, help="model folder of a run, such as results/demo/full/seed1/model")
    parser.add_argument("input", type=Path, help="your text")
    parser.add_argument("--output", type=Path, help="file to write (default: standard output)")
    add_reading_options(parser)
    run_program(parser, main)
