"""Measure label projection on the demo's test sentences, which have labels of their own in every language.

The labels of the English sentences are projected onto their translations and compared with the labels there. Prints
entity precision, recall and F1, the mean of the languages for each setting and by language for one of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch

from mclner.common.cli import make_parser, run_program
from mclner.demo.markup import MarkedSentence, read_markup
from mclner.lexicons.lexicon import read_lexicon
from mclner.model.recogniser import quiet_transformers
from mclner.views.label_projection import project_entities
from mclner.views.word_alignment import LexiconEvidence, Matrix, WordEncoder, align, centre

Vectors = dict[str, list[Matrix]]  # language -> for each sentence [layers, words, H]


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to project: which layer, less the mean of the language or not, what a lexicon adds, what is left out."""

    layer: int
    centred: bool
    bonus: float
    filtered: bool
    min_aligned_share: float


@dataclass(frozen=True, slots=True)
class Score:
    """What came of it in one language: entity counts, and how many of its sentences stayed."""

    correct: int
    found: int
    gold: int
    kept: int
    sentences: int

    def percentages(self) -> list[float]:
        """Precision, recall and F1 over the sentences that stayed, and the share that did, in per cent."""
        precision, recall = self.correct / max(self.found, 1), self.correct / max(self.gold, 1)
        f1 = 2 * self.correct / max(self.found + self.gold, 1)
        return [100 * value for value in (precision, recall, f1, self.kept / self.sentences)]


def main(arguments: argparse.Namespace) -> None:
    quiet_transformers()
    torch.set_num_threads(arguments.threads)
    paths = sorted((arguments.demo / "test").glob("*.txt"))
    texts = {path.stem: read_markup(path) for path in paths}
    encoder = WordEncoder(arguments.encoder, arguments.layers)
    plain = {code: encoder.vectors([row.tokens for row in rows], code) for code, rows in texts.items()}
    centred = {code: centre(vectors) for code, vectors in plain.items()}
    unit = {code: [matrix / np.linalg.norm(matrix, axis=-1, keepdims=True) for matrix in plain[code]] for code in plain}
    evidence = {code: find_evidence(texts, code, arguments.demo / "words") for code in texts if code != "en"}

    def score(setting: Setting) -> dict[str, Score]:
        layer = arguments.layers.index(setting.layer)
        vectors = centred if setting.centred else unit
        return {code: score_language(texts, vectors, layer, code, evidence[code], setting) for code in evidence}

    print("| layer | centred | lexicon bonus | filters | aligned share | precision | recall | F1 | kept |")
    print("| ---: | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for setting in settings(arguments.layers):
        rows = [found.percentages() for found in score(setting).values()]
        given = [str(getattr(setting, field.name)) for field in fields(setting)]
        print(f"| {' | '.join([*given, *in_columns(np.mean(rows, axis=0).tolist())])} |", flush=True)
    chosen = Setting(arguments.layer, True, arguments.lexicon_bonus, True, arguments.min_aligned_share)
    print(
        f"\nBy language, {chosen}\n\n| language | precision | recall | F1 | kept |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for code, found in score(chosen).items():
        print(f"| {code} | {' | '.join(in_columns(found.percentages()))} |")


def in_columns(values: Sequence[float]) -> list[str]:
    return [f"{value:.1f}" for value in values]


def settings(layers: Sequence[int]) -> Iterator[Setting]:
    """What is tried: every layer, centred or not, with lexicon evidence or not, with filters or not."""
    for layer in layers:
        for centred in (False, True):
            for bonus in (0.0, 0.1):
                for filtered, share in ((False, 0.0), (True, 0.0), (True, 0.7), (True, 1.0)):
                    yield Setting(layer, centred, bonus, filtered, share)


def find_evidence(texts: dict[str, list[MarkedSentence]], code: str, words: Path) -> list[Matrix]:
    """What the demo's lexicon says of each pair of sentences, 1 where it says that words translate each other."""
    evidence = LexiconEvidence(read_lexicon(words / f"en-{code}.tsv"), 1.0)
    return [evidence(source.tokens, target.tokens) for source, target in zip(texts["en"], texts[code], strict=True)]


def score_language(
    texts: dict[str, list[MarkedSentence]],
    vectors: Vectors,
    layer: int,
    code: str,
    evidence: list[Matrix],
    setting: Setting,
) -> Score:
    """Project every English sentence onto its translation; `layer` is its place in the vectors."""
    counts = np.zeros(5, dtype=int)
    for number, (source, target) in enumerate(zip(texts["en"], texts[code], strict=True)):
        english, translated = vectors["en"][number][layer], vectors[code][number][layer]
        alignment = align(english, translated, setting.bonus * evidence[number])
        projection = project_entities(source.entities, alignment, setting.min_aligned_share)
        found, gold = set(projection.entities), set(target.entities)
        kept = not setting.filtered or projection.fault is None
        counts += [*(kept * count for count in (len(found & gold), len(found), len(gold))), kept, 1]
    return Score(*counts.tolist())


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--demo", type=Path, required=True, help="folder of the hand-written sentences")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the pretrained encoder")
    parser.add_argument("--layers", type=int, nargs="+", default=list(range(4, 13)), help="layers to try")
    parser.add_argument("--layer", type=int, default=8, help="layer of the table by language")
    parser.add_argument("--lexicon-bonus", type=float, default=0.1, help="of the table by language")
    parser.add_argument("--min-aligned-share", type=float, default=0.7, help="of the table by language")
    parser.add_argument("--threads", type=int, default=2)
    run_program(parser, main)
