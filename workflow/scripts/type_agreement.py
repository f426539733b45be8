"""How far a run finds the same entity types in unlabelled parallel text as in its English side: a label-free statistic.

Reads the demo's unlabelled sentences, which are parallel by line. For each language, the types found in a target
sentence are matched with those found in the English line of the same number; printed is the F1 of that match, in per
cent, by language and on average. The English side can be labelled by another run (--english), so that runs share one
yardstick. Nobody's labels take part, so settings may be tuned on it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mclner.labelling import EntityRecogniser, quiet_transformers
from mclner.markup import read_markup
from mclner.program import make_parser, run_program


def agreement(english: Sequence[Counter[str]], target: Sequence[Counter[str]]) -> float:
    """F1 in per cent between the types found in parallel sentences, order and place aside."""
    shared = sum(sum((here & there).values()) for here, there in zip(english, target, strict=True))
    total = sum(sum(found.values()) for found in (*english, *target))
    return 200.0 * shared / total if total else 0.0


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    recogniser = EntityRecogniser.from_pretrained(arguments.model)
    other = EntityRecogniser.from_pretrained(arguments.english) if arguments.english else recogniser
    english = types_in(other, arguments.unlabelled / "en.txt")
    scores = {
        path.stem: agreement(english, types_in(recogniser, path))
        for path in sorted(arguments.unlabelled.glob("*.txt"))
        if path.stem != "en"
    }
    for language, score in scores.items():
        print(f"{language}\t{score:.1f}")
    print(f"mean\t{sum(scores.values()) / len(scores):.2f}")


def types_in(recogniser: EntityRecogniser, path: Path) -> list[Counter[str]]:
    """Counts of the types found in each line of a file."""
    labellings = recogniser.label([sentence.tokens for sentence in read_markup(path)])
    return [Counter(entity.type for entity in labelling.entities) for labelling in labellings]


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("model", type=Path, help="model folder of a run")
    parser.add_argument("--english", type=Path, help="model folder that labels the English side")
    parser.add_argument("--unlabelled", type=Path, default=Path("workflow/demo/unlabelled"))
    run_program(parser, main)
