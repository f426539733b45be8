"""Let trained teachers label unlabelled target text: by what they are sure of, or by all their probabilities."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import torch

from mclner.common.checksums import check_folder
from mclner.common.cli import make_parser, run_program
from mclner.configuration.recipes import SelfTrainingRecipe
from mclner.data.predictions import Labelling
from mclner.data.sentences import Sentence, count_entities, read_corpus
from mclner.model.entity_model import EntityModel
from mclner.model.recogniser import EntityRecogniser, quiet_transformers
from mclner.training.pseudo_labels import (
    PseudoLabelled,
    choose_pseudo_labels,
    soft_pseudo_labels,
    write_pseudo_labels,
)
from mclner.training.soft_labels import label_probabilities, mean_probabilities
from mclner.training.voting import vote

log = logging.getLogger("mclner.pseudo_labels")


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    corpora = [read_corpus(path) for path in arguments.unlabelled]
    teachers = [load_teacher(folder) for folder in arguments.teachers]
    recipe = SelfTrainingRecipe(
        labels=arguments.labels,
        entity_threshold=arguments.entity_threshold,
        outside_threshold=arguments.outside_threshold,
        min_believed_share=arguments.min_believed_share,
        max_share_without_entities=arguments.max_share_without_entities,
        max_sentences_per_language=arguments.max_sentences_per_language,
    )
    label = soft_labels if recipe.labels == "soft" else hard_labels
    kept: list[PseudoLabelled] = []
    for corpus, chosen in zip(corpora, label(teachers, corpora, recipe), strict=True):
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


def hard_labels(
    teachers: Sequence[EntityRecogniser], corpora: Sequence[Sequence[Sentence]], recipe: SelfTrainingRecipe
) -> Iterator[list[PseudoLabelled]]:
    """Of each corpus the sentences whose entities, after a vote, are to be believed."""
    labellings = voted(teachers, corpora)
    for corpus in corpora:
        yield choose_pseudo_labels(corpus, [next(labellings) for _ in corpus], recipe)


def soft_labels(
    teachers: Sequence[EntityRecogniser], corpora: Sequence[Sequence[Sentence]], recipe: SelfTrainingRecipe
) -> Iterator[list[PseudoLabelled]]:
    """Of each corpus the first sentences, with the mean of the teachers' probabilities."""
    labellings, tokens = voted(teachers, corpora), tokens_of(corpora)
    of_each = [label_probabilities(cast(EntityModel, teacher.model), teacher.encoder, tokens) for teacher in teachers]
    means = map(mean_probabilities, zip(*of_each, strict=True))
    for corpus in corpora:
        found, probabilities = [next(labellings) for _ in corpus], [next(means) for _ in corpus]
        yield soft_pseudo_labels(corpus, found, probabilities, recipe.max_sentences_per_language)


def voted(teachers: Sequence[EntityRecogniser], corpora: Sequence[Sequence[Sentence]]) -> Iterator[Labelling]:
    """What the teachers find in each sentence by their votes."""
    tokens = tokens_of(corpora)
    return map(vote, zip(*(teacher.label(tokens, "pseudo-labelling") for teacher in teachers), strict=True))


def tokens_of(corpora: Sequence[Sequence[Sentence]]) -> list[Sequence[str]]:
    return [sentence.tokens for corpus in corpora for sentence in corpus]


def load_teacher(folder: Path) -> EntityRecogniser:
    """The teacher in a model folder. Raises DamagedFileError where the model is no longer as written."""
    check_folder(folder)
    return EntityRecogniser.from_pretrained(folder)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument(
        "--teachers", type=Path, nargs="+", required=True, help="model folder of the teacher; several vote"
    )
    parser.add_argument("--unlabelled", type=Path, nargs="+", required=True, help="unlabelled target corpora")
    parser.add_argument("--labels", choices=("hard", "soft"), required=True, help="entities, or probabilities")
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
