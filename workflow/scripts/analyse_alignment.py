"""Measure how far one model brings the languages together, and project its vectors to a plane.

Scores, one row a language and measure, in per cent:
- sentences_from_source: source sentences whose nearest sentence of the language is their translation,
- sentences_to_source: the same the other way,
- pairs: related pairs of words in the language whose nearest pair in the source language holds the same relation; the
  vectors are those of both words side by side, which every model has.
Points, one row a vector: `kind` is sentence, words (both words of a pair side by side) or relation (the pair vector
that the relation contrast compares, where the model has it).

Sentences are told by the number at the end of their ids, which translations share; what the pairs hold is read from the
labels of test sentences. This looks at models that are finished: nothing here is used to choose one.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from transformers import AutoTokenizer

from mclner.common.checksums import check_folder, write_parquet
from mclner.common.cli import make_parser, run_program
from mclner.common.files import write_tsv
from mclner.data.corpus_parts import sample
from mclner.data.sentences import read_corpus
from mclner.evaluation.embedding_alignment import (
    PairVectors,
    Vectors,
    load_any,
    neighbour_agreement,
    pair_vectors,
    project,
    retrieval_accuracy,
    sentence_vectors,
)
from mclner.evaluation.schemas import POINTS
from mclner.model.batching import SentenceEncoder
from mclner.model.entity_model import EntityModel, EntityModelConfig
from mclner.model.recogniser import quiet_transformers
from mclner.model.relation_grid import relation_names

log = logging.getLogger("mclner.alignment")
COLUMNS = ("model", "seed", "language", "measure", "value", "vectors")
SEED = 1  # of the drawing
SENTENCES = 100  # test sentences of a language that pairs are drawn from
PAIRS = 2400  # related pairs drawn, of all languages together

Numbered = dict[int, np.ndarray]  # number of the sentence -> its vector


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    config = EntityModelConfig(settings=json.loads(arguments.settings), entity_types=arguments.entity_types)
    check_folder(arguments.model)
    model = load_any(arguments.model, config)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model, trust_remote_code=False)
    encoder = SentenceEncoder(tokenizer, model.settings.max_length, model.settings.long_sentences)
    aligned = dict(zip(arguments.languages, arguments.aligned, strict=True)) if arguments.aligned else {}
    sentences = {language: numbered_vectors(model, encoder, path) for language, path in aligned.items()}
    most = PAIRS // len(arguments.languages)
    pairs = {
        language: labelled_pairs(model, encoder, path, most)
        for language, path in zip(arguments.languages, arguments.tests, strict=True)
    }
    run = {"model": arguments.name, "seed": arguments.seed}
    source = arguments.languages[0]
    scores = [run | row for row in (*sentence_scores(sentences, source), *pair_scores(pairs, source))]
    write_tsv(scores, COLUMNS, arguments.scores)
    tables = [sentence_points(sentences)] if any(sentences.values()) else []
    tables += pair_points(pairs, relation_names(arguments.entity_types))
    write_parquet(pa.concat_tables([POINTS.empty_table(), *(table.cast(POINTS) for table in tables)]), arguments.points)


def numbered_vectors(model: EntityModel, encoder: SentenceEncoder, path: Path) -> Numbered:
    """Vectors of the sentences of a file by the number at the end of their ids."""
    rows = read_corpus(path)
    vectors = sentence_vectors(model, encoder, [row.tokens for row in rows])
    return {row.number: vector for row, vector in zip(rows, vectors, strict=True)}


def labelled_pairs(model: EntityModel, encoder: SentenceEncoder, path: Path, most: int) -> PairVectors:
    """Vectors of some pairs of words of the labelled sentences of a file."""
    rows = sample(read_corpus(path), SENTENCES, SEED)
    encoded = encoder.encode([row.tokens for row in rows], [row.entities for row in rows])
    return pair_vectors(model, encoder, [pieces[0] for pieces in encoded], most, SEED)


def sentence_scores(sentences: Mapping[str, Numbered], source: str) -> Iterator[dict[str, Any]]:
    for language, found in sentences.items():
        shared = sorted(found.keys() & sentences[source].keys())
        if language == source or not shared:
            continue
        here = np.stack([sentences[source][number] for number in shared])
        there = np.stack([found[number] for number in shared])
        for measure, value in (
            ("sentences_from_source", retrieval_accuracy(here, there)),
            ("sentences_to_source", retrieval_accuracy(there, here)),
        ):
            yield {"language": language, "measure": measure, "value": f"{value:.4f}", "vectors": len(shared)}


def pair_scores(pairs: Mapping[str, PairVectors], source: str) -> Iterator[dict[str, Any]]:
    home = pairs[source]
    for language, found in pairs.items():
        related = int((found.labels > 0).sum())
        if language != source and related and len(home.labels):
            value = neighbour_agreement(found.words, found.labels, home.words, home.labels)
            yield {"language": language, "measure": "pairs", "value": f"{value:.4f}", "vectors": related}


def sentence_points(sentences: Mapping[str, Numbered]) -> pa.Table:
    rows = [(language, number) for language, found in sentences.items() for number in found]
    vectors = np.stack([sentences[language][number] for language, number in rows])
    return points("sentence", vectors, [language for language, _ in rows], [str(number) for _, number in rows])


def pair_points(pairs: Mapping[str, PairVectors], names: list[str]) -> Iterator[pa.Table]:
    languages = [language for language, found in pairs.items() for _ in found.labels]
    labels = [names[label] for found in pairs.values() for label in found.labels]
    if not labels:
        return
    yield points("words", np.concatenate([found.words for found in pairs.values()]), languages, labels)
    relations = [found.relations for found in pairs.values() if found.relations is not None]
    if relations:
        yield points("relation", np.concatenate(relations), languages, labels)


def points(kind: str, vectors: Vectors, languages: list[str], groups: list[str]) -> pa.Table:
    """Rows of kind, language, group (sentence number or relation), x, y, and the share of variance along each."""
    places, shares = project(vectors)
    log.info("%s: %d vectors, variance %.3f and %.3f", kind, len(vectors), *shares)
    columns = {
        "kind": [kind] * len(places),
        "language": languages,
        "group": groups,
        "x": places[:, 0],
        "y": places[:, 1],
    }
    return pa.table(columns | {"x_share": [shares[0]] * len(places), "y_share": [shares[1]] * len(places)})


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder of a run, or of a pretrained encoder")
    parser.add_argument("--settings", required=True, help="model settings as JSON, for a pretrained encoder")
    parser.add_argument("--entity-types", nargs="+", required=True)
    parser.add_argument("--name", required=True, help="variant, or what else the model is called")
    parser.add_argument("--seed", default="", help="seed of the run")
    parser.add_argument("--languages", nargs="+", required=True, help="codes of the languages, the source first")
    parser.add_argument("--aligned", type=Path, nargs="*", default=[], help="aligned sentences, a file a language")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="labelled sentences, a file a language")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--scores", type=Path, required=True, help="table of scores, to write")
    parser.add_argument("--points", type=Path, required=True, help="projected vectors, to write")
    run_program(parser, main)
