"""How far a run finds the same entity types in unlabelled parallel text as in its English side: a label-free statistic.

Reads a folder with a file a language: the demo's unlabelled sentences (`<language>.txt`, parallel by line), or aligned
sentences that no run learnt from (`<language>.parquet`, parallel by the number at the end of the id; those of an
experiment lie in results/<experiment>/translated/<recipe>/held_out). For each language, the types found in a sentence
are matched with those found in the English one. Printed are the F1 of that match, in per cent, and how many entities
were found for each on the English side, which another run may label (--english), so that runs share one yardstick.
Nobody's labels take part, so settings may be tuned on it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from mclner.common.cli import make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.data.sentences import Sentence, read_corpus
from mclner.demo.markup import MarkedSentence, read_markup
from mclner.model.recogniser import EntityRecogniser, quiet_transformers

Found = Mapping[int, Counter[str]]  # number of a sentence -> how many entities of each type were found in it


def agreement(english: Sequence[Counter[str]], target: Sequence[Counter[str]]) -> float:
    """F1 in per cent between the types found in parallel sentences, order and place aside."""
    shared = sum(sum((here & there).values()) for here, there in zip(english, target, strict=True))
    total = sum(sum(found.values()) for found in (*english, *target))
    return 200.0 * shared / total if total else 0.0


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    files = {path.stem: path for path in sorted(arguments.parallel.iterdir()) if path.suffix in (".txt", ".parquet")}
    if "en" not in files:
        raise InputError(arguments.parallel, "has no en.txt or en.parquet.", "Name a folder of parallel sentences.")
    recogniser = EntityRecogniser.from_pretrained(arguments.model)
    other = EntityRecogniser.from_pretrained(arguments.english) if arguments.english else recogniser
    english = types_in(other, files.pop("en"), arguments.most)
    scores = []
    for language, path in files.items():
        found = types_in(recogniser, path, arguments.most)
        shared = sorted(english.keys() & found.keys())
        sides = [english[number] for number in shared], [found[number] for number in shared]
        numbers = [sum(sum(types.values()) for types in side) for side in sides]
        scores.append(agreement(*sides))
        print(f"{language}\t{scores[-1]:.1f}\t{numbers[1] / max(numbers[0], 1):.2f}", flush=True)
    print(f"mean\t{sum(scores) / max(len(scores), 1):.2f}")


def types_in(recogniser: EntityRecogniser, path: Path, most: int | None) -> Found:
    """The types found in the first `most` sentences of a file, by number."""
    sentences = numbered_sentences(path)[:most]
    labellings = recogniser.label([sentence.tokens for _, sentence in sentences])
    counted = [Counter(entity.type for entity in labelling.entities) for labelling in labellings]
    return {number: types for (number, _), types in zip(sentences, counted, strict=True)}


def numbered_sentences(path: Path) -> list[tuple[int, Sentence | MarkedSentence]]:
    """Sentences with what tells which of them translate each other: the line, or the number at the end of the id."""
    if path.suffix == ".txt":
        return list(enumerate(read_markup(path), start=1))
    return [(sentence.number, sentence) for sentence in read_corpus(path)]


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("model", type=Path, help="model folder of a run")
    parser.add_argument("--english", type=Path, help="model folder that labels the English side")
    parser.add_argument("--parallel", type=Path, default=Path("workflow/demo/unlabelled"), help="a file a language")
    parser.add_argument("--most", type=int, help="sentences of each language (default: all)")
    parser.add_argument("--threads", type=int, default=2)
    run_program(parser, main)
