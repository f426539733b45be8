"""Let a trained teacher label unlabelled target text, and keep what it is sure of."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch
from mclner.corpus import count_entities, read_corpus
from mclner.integrity import check_folder
from mclner.labelling import EntityRecogniser, quiet_transformers
from mclner.program import make_parser, run_program
from mclner.pseudolabel import PseudoLabelled, Selection, choose_pseudo_labels, write_pseudo_labels

log = logging.getLogger("mclner.pseudolabel")


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    check_folder(arguments.teacher)
    teacher = EntityRecogniser.from_pretrained(arguments.teacher)
    corpora = [read_corpus(path) for path in arguments.unlabelled]
    sentences = [sentence for corpus in corpora for sentence in corpus]
    labellings = iter(teacher.label([sentence.tokens for sentence in sentences], "pseudo-labelling"))
    selection = Selection(
        arguments.entity_threshold,
        arguments.outside_threshold,
        arguments.believed,
        arguments.without_entities,
        arguments.most,
    )
    kept: list[PseudoLabelled] = []
    for corpus in corpora:
        found = [next(labellings) for _ in corpus]
        chosen = choose_pseudo_labels(corpus, found, selection)
        words = [weight for row in chosen for weight in row.weights]
        believed = sum(words) / max(len(words), 1)
        language = corpus[0].lang if corpus else "?"
        entities = sum(count_entities(row.sentence for row in chosen).values())
        log.info(
            "%s: %d of %d sentences kept, %.2f of their words, %d entities",
            language, len(chosen), len(corpus), believed, entities,
        )  # fmt: skip
        kept += chosen
    write_pseudo_labels(kept, arguments.output)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--teacher", type=Path, required=True, help="model folder of the teacher")
    parser.add_argument("--unlabelled", type=Path, nargs="+", required=True, help="unlabelled target corpora")
    parser.add_argument("--entity-threshold", type=float, required=True, help="probability that an entity needs")
    parser.add_argument("--outside-threshold", type=float, required=True, help="probability that another word needs")
    parser.add_argument("--believed", type=float, required=True, help="share of believed words a sentence needs")
    parser.add_argument(
        "--without-entities", type=float, required=True, help="largest share of sentences without a believed entity"
    )
    parser.add_argument("--most", type=int, required=True, help="sentences kept a language")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
