"""What is known of each language before training: test size, subwords a word, what the lexicons cover, and how far its
syntax is from English.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from tokenizers import Tokenizer

from mclner.common.checksums import check_folder, check_tsv
from mclner.common.cli import make_parser, run_program
from mclner.common.files import write_tsv
from mclner.data.languages import read_languages
from mclner.data.sentences import Sentence, count_entities, read_corpus
from mclner.data.tokenization import load_tokenizer, subwords_of
from mclner.lexicons.coverage import coverage
from mclner.lexicons.lexicon import read_lexicon

COLUMNS = (
    "language", "name", "script", "family", "sentences", "entities", "subwords_a_word", "unknown_subwords",
    "lexicon_pairs", "covered_words", "covered_entity_words", "muse_covered_words", "syntactic_distance",
)  # fmt: skip


def main(arguments: argparse.Namespace) -> None:
    known = read_languages(arguments.table)
    check_folder(arguments.encoder)
    tokenizer = load_tokenizer(arguments.encoder)
    training = read_corpus(arguments.train)
    distances = pd.read_csv(arguments.distances, sep="\t", dtype=str).set_index("code")["syntactic"].to_dict()
    muse = muse_coverage(arguments.counts)
    rows = []
    for path in arguments.tests:
        code = path.parent.name
        sentences = read_corpus(path)
        subwords, unknown = fertility(sentences, tokenizer)
        row: dict[str, object] = {
            "language": code,
            "name": known[code].name,
            "script": known[code].script,
            "family": known[code].family,
            "sentences": len(sentences),
            "entities": sum(count_entities(sentences).values()),
            "syntactic_distance": distances.get(code, ""),
            "subwords_a_word": f"{subwords:.3f}",
            "unknown_subwords": f"{unknown:.4f}",
        }
        file = arguments.lexicons / f"en-{code}.tsv"
        if file.exists():  # the source language has none
            lexicon = read_lexicon(file)
            row["lexicon_pairs"] = sum(len(translations) for translations in lexicon.values())
            words, entity_words = coverage(training, lexicon)
            row["covered_words"], row["covered_entity_words"] = f"{words:.4f}", f"{entity_words:.4f}"
            row["muse_covered_words"] = muse.get(code, 0) if muse else ""
        rows.append(row)
    write_tsv(rows, COLUMNS, arguments.output)


def muse_coverage(counts: Path) -> dict[str, str]:
    """Share of the source words that MUSE's dictionary covers, of each language that has one; empty without MUSE."""
    check_tsv(counts, ("language", "source", "covered_words"))
    rows = pd.read_csv(counts, sep="\t", dtype=str, keep_default_na=False).to_dict("records")
    return {row["language"]: row["covered_words"] for row in rows if row["source"] == "muse"}


def fertility(sentences: Iterable[Sentence], tokenizer: Tokenizer) -> tuple[float, float]:
    """Subwords a word, and the share of unknown ones among the subwords."""
    words = [token for sentence in sentences for token in sentence.tokens]
    pieces = subwords_of(words, tokenizer)
    total = sum(len(ids) for ids in pieces)
    stand_ins = {tokenizer.token_to_id(name) for name in ("<unk>", "[UNK]")}  # as XLM-R and as BERT call it
    unknown = sum(identifier in stand_ins for ids in pieces for identifier in ids)
    return total / max(len(words), 1), unknown / max(total, 1)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--distances", type=Path, required=True, help="the table of distances from English")
    parser.add_argument("--encoder", type=Path, required=True, help="encoder whose tokenizer counts subwords")
    parser.add_argument("--train", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="files <language>/test.parquet")
    parser.add_argument("--lexicons", type=Path, required=True, help="folder of the merged lexicons")
    parser.add_argument("--counts", type=Path, required=True, help="what each source brought to the lexicons")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
