"""Translate labelled source sentences into one target language, entities carried over.

Works in pieces that are kept until the end, so that a job that was stopped goes on where it was. What the quality guard
turns away, and why, is counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

from mclner.common.checksums import SUMS, check_folder
from mclner.common.cli import make_parser, run_program, with_progress
from mclner.common.exceptions import DamagedFileError
from mclner.common.files import content_hash, write_json, write_tsv
from mclner.configuration.fields import from_mapping
from mclner.configuration.recipes import QualityBounds
from mclner.data.languages import Language, read_languages
from mclner.data.sentences import Sentence, read_corpus, write_corpus
from mclner.data.tokenization import load_tokenizer
from mclner.lexicons.lexicon import read_lexicon
from mclner.views.quality import FAULTS, fault_of
from mclner.views.translation import LexiconTranslator, Translation, Translator

log = logging.getLogger("mclner.translate")
SENTENCES_A_PIECE = 512
COUNTS = ("sentences", "translated", "labelled", "without_tags", "untranslated", *FAULTS)


def main(arguments: argparse.Namespace) -> None:
    sentences = read_corpus(arguments.sentences)
    languages = read_languages(arguments.table)
    guard = from_mapping(QualityBounds, json.loads(arguments.guard)) if arguments.guard else None
    folder = pieces_folder(arguments, guard)
    pieces = [sentences[start : start + SENTENCES_A_PIECE] for start in range(0, len(sentences), SENTENCES_A_PIECE)]
    translator: Translator | None = None
    translated: list[Sentence] = []
    counts: Counter[str] = Counter(sentences=len(sentences))
    for number, piece in enumerate(with_progress(pieces, f"translating into {arguments.language}", "pieces")):
        kept, noted = folder / f"{number}.parquet", folder / f"{number}.json"
        if not (kept.exists() and noted.exists()):
            translator = translator or make_translator(arguments, languages)
            good, found = translate_piece(piece, translator, guard, languages[arguments.language])
            write_corpus(good, kept)
            write_json(found, noted)
        translated += read_corpus(kept)
        counts.update(read_counts(noted))
    write_tsv(
        [{"language": arguments.language} | {name: counts[name] for name in COUNTS}],
        ["language", *COUNTS],
        arguments.counts,
    )
    write_corpus(translated, arguments.output)
    log.info("%s", ", ".join(f"{name}: {counts[name]}" for name in COUNTS))
    shutil.rmtree(arguments.pieces)


def read_counts(path: Path) -> dict[str, int]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DamagedFileError(path, str(error)) from None


def pieces_folder(arguments: argparse.Namespace, guard: QualityBounds | None) -> Path:
    """Where pieces are kept; empty unless they are of this very job."""
    parts = [content_hash(arguments.sentences), arguments.backend, arguments.language, str(arguments.beams)]
    parts += [str(guard and asdict(guard)), str(arguments.lexicon and content_hash(arguments.lexicon))]
    model, encoder = arguments.model, arguments.encoder
    for file in (model and model / SUMS, encoder and encoder / "tokenizer.json"):
        parts.append(content_hash(file) if file and file.exists() else "none")
    mark = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder: Path = arguments.pieces / mark
    for other in arguments.pieces.glob("*") if arguments.pieces.exists() else ():
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def make_translator(arguments: argparse.Namespace, languages: dict[str, Language]) -> Translator:
    """The back end asked for; only what it needs is imported."""
    if arguments.backend == "lexicon":
        return LexiconTranslator(arguments.language, read_lexicon(arguments.lexicon))
    check_folder(arguments.encoder)
    splitter = load_tokenizer(arguments.encoder)
    if arguments.backend == "apertium":
        from mclner.views.apertium import ApertiumTranslator

        return ApertiumTranslator(arguments.language, splitter)
    from mclner.views.nllb import NeuralModel, NeuralTranslator

    source, target = languages[arguments.source], languages[arguments.language]
    check_folder(arguments.model)
    model = NeuralModel(arguments.model, source, target, arguments.beams, arguments.threads)
    return NeuralTranslator(model, arguments.language, splitter)


def translate_piece(
    piece: list[Sentence], translator: Translator, guard: QualityBounds | None, language: Language
) -> tuple[list[Sentence], dict[str, int]]:
    """The good translations of a piece, and how many had which fault."""
    counts: Counter[str] = Counter()
    good: list[Sentence] = []
    translations = list(translator.translate(piece))
    usual = usual_ratio(translations)
    for source, translation in zip(piece, translations, strict=True):
        target = translation.sentence
        if target is None:
            counts["untranslated"] += 1
            continue
        fault = fault_of(source, target, translation.length_ratio, language.script, guard, usual) if guard else None
        if fault is not None:
            counts[fault] += 1
            continue
        counts["translated"] += 1
        counts["labelled" if target.tags is not None else "without_tags"] += 1
        good.append(replace(target, id=source.id))
    return good, dict(counts)


def usual_ratio(translations: Sequence[Translation], fewest: int = 30) -> float:
    """The median of the length ratios; 1 where there are too few to tell."""
    ratios = [translation.length_ratio for translation in translations if translation.sentence is not None]
    return median(ratios) if len(ratios) >= fewest else 1.0


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--backend", choices=("lexicon", "nllb", "apertium"), required=True)
    parser.add_argument("--sentences", type=Path, required=True, help="labelled source sentences")
    parser.add_argument("--source", default="en", help="code of the source language")
    parser.add_argument("--language", required=True, help="code of the target language")
    parser.add_argument("--table", type=Path, required=True, help="the table of languages")
    parser.add_argument("--lexicon", type=Path, help="file en-<language>.tsv, for lexicon")
    parser.add_argument("--model", type=Path, help="folder of the converted translator, for nllb")
    parser.add_argument("--encoder", type=Path, help="encoder whose tokenizer cuts unspaced scripts")
    parser.add_argument("--beams", type=int, default=1, help="hypotheses kept while translating, for nllb")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--guard", help="JSON: bounds of the quality guard; none where it is not given")
    parser.add_argument("--pieces", type=Path, required=True, help="folder for finished pieces, removed at the end")
    parser.add_argument("--counts", type=Path, required=True, help="table of counts to write")
    parser.add_argument("--output", type=Path, required=True)
    run_program(parser, main)
