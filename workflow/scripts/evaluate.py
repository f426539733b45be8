"""Score one trained run on the test sentences of every language: predictions, metrics and counts by sentence."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pyarrow as pa
import torch

from mclner.common.checksums import check_folder, seal_folder, write_parquet
from mclner.common.cli import make_parser, run_program
from mclner.common.files import write_tsv, writing_folder
from mclner.data.sentences import read_corpus
from mclner.data.tags import tags_of
from mclner.evaluation.schemas import COUNTS, PREDICTIONS
from mclner.evaluation.scores import COLUMNS, count_matches, precision_recall_f1
from mclner.model.recogniser import EntityRecogniser, quiet_transformers

log = logging.getLogger("mclner.evaluate")


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    check_folder(arguments.model)
    recogniser = EntityRecogniser.from_pretrained(arguments.model)
    metrics, counted = [], []
    with writing_folder(arguments.predictions) as folder:
        for path in arguments.tests:
            sentences = read_corpus(path)
            language = path.parent.name
            labellings = recogniser.label([sentence.tokens for sentence in sentences], f"evaluating {language}")
            gold = [sentence.entities for sentence in sentences]
            counts = count_matches(gold, [labelling.entities for labelling in labellings])
            precision, recall, f1 = precision_recall_f1(counts)
            log.info("%s: F1 %.2f", language, f1)
            scores = (f"{precision:.4f}", f"{recall:.4f}", f"{f1:.4f}", int(counts[:, 2].sum()), len(sentences))
            run = (arguments.experiment, arguments.variant, arguments.seed, language)
            metrics.append(dict(zip(COLUMNS, (*run, *scores), strict=True)))
            ids = [sentence.id for sentence in sentences]
            counted.append(
                pa.table(
                    {
                        "language": [language] * len(ids),
                        "id": ids,
                        "correct": counts[:, 0],
                        "predicted": counts[:, 1],
                        "gold": counts[:, 2],
                    },
                    schema=COUNTS,
                )
            )
            predicted = [
                tags_of(labelling.entities, len(sentence.tokens))
                for sentence, labelling in zip(sentences, labellings, strict=True)
            ]
            columns = {
                "id": ids,
                "tokens": [list(sentence.tokens) for sentence in sentences],
                "tags": [list(sentence.tags or ()) for sentence in sentences],
                "predicted": predicted,
            }
            write_parquet(pa.table(columns, schema=PREDICTIONS), folder / f"{language}.parquet")
        seal_folder(folder)
    write_parquet(pa.concat_tables(counted), arguments.counts)
    write_tsv(metrics, COLUMNS, arguments.metrics)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder of the run")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="files <language>/test.parquet")
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--predictions", type=Path, required=True, help="folder to write <language>.parquet to")
    parser.add_argument("--counts", type=Path, required=True, help="counts by sentence, to write")
    parser.add_argument("--metrics", type=Path, required=True, help="table of scores, to write")
    run_program(parser, main)
