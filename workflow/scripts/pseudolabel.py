"""Let one trained teacher, or several that vote, label unlabelled target text, and keep what they are sure of."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import torch

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.configuration.recipes import SelfTrainingRecipe
from mclner.data.predictions import Labelling
from mclner.data.sentences import Sentence, count_entities, read_corpus
from mclner.model.recogniser import EntityRecogniser, quiet_transformers
from mclner.training.pseudo_labels import PseudoLabelled, choose_pseudo_labels, write_pseudo_labels
from mclner.training.voting import vote

log = logging.getLogger("mclner.pseudo_labels")


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    corpora = [read_corpus(path) for path in arguments.unlabelled]
    sentences = [sentence for corpus in corpora for sentence in corpus]
    of_each_teacher = [label_with(teacher, sentences) for teacher in arguments.teachers]
    labellings = map(vote, zip(*of_each_teacher, strict=True))
    recipe = SelfTrainingRecipe(
        entity_threshold=arguments.entity_threshold,
        outside_threshold=arguments.outside_threshold,
        min_believed_share=arguments.min_believed_share,
        max_share_without_entities=arguments.max_share_without_entities,
        max_sentences_per_language=arguments.max_sentences_per_language,
    )
    kept: list[PseudoLabelled] = []
    for corpus in corpora:
        found = [next(labellings) for _ in corpus]
        chosen = choose_pseudo_labels(corpus, found, recipe)
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


def label_with(folder: Path, sentences: Sequence[Sentence]) -> list[Labelling]:
    """What the teacher in a model folder finds. Raises DamagedFileError where the model is no longer as written."""
    check_folder(folder)
    teacher = EntityRecogniser.from_pretrained(folder)
    return teacher.label([sentence.tokens for sentence in sentences], "pseudo-labelling")


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument(
        "--teachers", type=Path, nargs="+", required=True, help="model folder of the teacher; several vote"
    )
    parser.add_argument("--unlabelled", type=Path, nargs="+", required=True, help="unlabelled target corpora")
    parser.add_argument("--entity-threshold", type=float, required=True, help="probability that an entity needs")
    parser.add_argument("--outside-threshold", type=float, required=True, help="probability that another word needs")
    parser.add_argument(
        "--min-believed-share", type=float, required=True, help="share of believed words a sentence needs"
    )
    parser.add_argument(
        "--max-share-without-entities",
        type=float,
        required=True,
        help="largest share of sentences without a believed entity",
    )
    parser.add_argument("--max-sentences-per-language", type=int, required=True, help="sentences kept a language")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
