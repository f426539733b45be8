"""Scores of a model on labelled files: by type, micro and macro, with intervals, and the kinds of its errors."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mclner.common.cli import log_counts
from mclner.common.exceptions import InputError
from mclner.data.corpus_parts import mapped_tags, unknown_types, with_tags
from mclner.data.sentences import Sentence
from mclner.data.tags import OUTSIDE, Entity
from mclner.evaluation.error_kinds import KINDS, count_error_kinds
from mclner.evaluation.scores import count_matches, precision_recall_f1
from mclner.evaluation.significance import FEWEST_SENTENCES, bootstrap_f1, interval
from mclner.model.recogniser import EntityRecogniser
from mclner.reading.readers import ReadingOptions, read_own

log = logging.getLogger(__name__)
MICRO, MACRO = "micro", "macro"
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Score:
    """In per cent, with the 95 % interval of F1 (low, high); `gold` and `found` count entities.

    `name` is a type, MICRO (over all entities) or MACRO (the mean over types).
    """

    name: str
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    gold: int
    found: int


@dataclass(frozen=True, slots=True)
class FileScores:
    """The scores of one file; `drawn` [resamples] is the micro F1 of the bootstrap over its sentences."""

    file: str
    sentences: int
    scores: list[Score]
    errors: dict[str, int]
    drawn: NDArray[np.float64] = field(repr=False)

    @property
    def micro(self) -> Score:
        return next(score for score in self.scores if score.name == MICRO)

    def as_dict(self) -> dict[str, Any]:
        """What JSON shows of it."""
        scores = [asdict(score) for score in self.scores]
        return {"file": self.file, "sentences": self.sentences, "scores": scores, "errors": self.errors}


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How intervals are drawn."""

    resamples: int = RESAMPLES
    seed: int = 1


def read_labelled(
    path: Path, options: ReadingOptions, mapping: Mapping[str, str | None], entity_types: Sequence[str]
) -> list[Sentence]:
    """Sentences of a labelled file, their types renamed by `mapping` (None: no entity).

    Raises InputError where there are none, and on types that the model does not know, all at once.
    """
    if not path.exists():
        raise InputError(path, "is not there.", "Give files of tokens with tags.")
    repairs: Counter[str] = Counter()
    sentences = read_own(path, "", repairs, options=options)
    log_counts(repairs.items(), f"{path}: mended")
    if not sentences:
        raise InputError(path, "holds no sentence.", "Give files of tokens with tags.")
    types = Counter(tag[2:] for sentence in sentences for tag in sentence.tags or () if tag != OUTSIDE)
    unknown = unknown_types(types, mapping, entity_types)
    if unknown:
        shown = ", ".join(f"{kind} ({count} tags)" for kind, count in sorted(unknown.items()))
        examples = " ".join(f"{kind}=" for kind in sorted(unknown))
        problem = f"has entity types that the model does not know: {shown}. It knows {', '.join(entity_types)}."
        raise InputError(path, problem, f"Say what they are (nothing: no entity): --tag-mapping {examples}")
    tags = mapped_tags(types, mapping, entity_types, path)
    return [with_tags(sentence, tags) for sentence in sentences]


def score_file(
    recogniser: EntityRecogniser, path: Path, sentences: Sequence[Sentence], bootstrap: Bootstrap
) -> FileScores:
    """How well the model does on labelled sentences."""
    labellings = recogniser.label([sentence.tokens for sentence in sentences], f"labelling {path.name}")
    gold = [sentence.entities for sentence in sentences]
    found = [labelling.entities for labelling in labellings]
    if len(sentences) < FEWEST_SENTENCES:
        log.warning("%s: %d sentences are too few for intervals to mean much", path, len(sentences))
    scores, drawn = score_entities(gold, found, recogniser.entity_types, bootstrap)
    kinds: Counter[str] = Counter()
    for labelled, guessed in zip(gold, found, strict=True):
        kinds += count_error_kinds(labelled, guessed)
    return FileScores(str(path), len(sentences), scores, {kind: kinds[kind] for kind in KINDS}, drawn)


def score_entities(
    gold: Sequence[Sequence[Entity]],
    found: Sequence[Sequence[Entity]],
    entity_types: Sequence[str],
    bootstrap: Bootstrap,
) -> tuple[list[Score], NDArray[np.float64]]:
    """A score for each type that occurs, MICRO and MACRO; and the micro F1 of each resample.

    All are drawn together: the same sentences for every type.
    """
    occurring = {entity.type for entities in [*gold, *found] for entity in entities}
    names = [name for name in entity_types if name in occurring]
    counts = [count_matches(_of_type(gold, name), _of_type(found, name)) for name in names]
    counts.append(count_matches(gold, found))
    _, drawn = bootstrap_f1([np.stack(counts, axis=1)[:, :, None, :]], bootstrap.resamples, bootstrap.seed)
    scores = [
        Score(name, *precision_recall_f1(each), *interval(samples), int(each[:, 2].sum()), int(each[:, 1].sum()))
        for name, each, samples in zip([*names, MICRO], counts, drawn[:, 0].T, strict=True)
    ]
    micro, of_types = scores[-1], scores[:-1]
    if of_types:
        precision, recall, f1 = np.mean(
            [(score.precision, score.recall, score.f1) for score in of_types], axis=0
        ).tolist()
        low, high = interval(drawn[:, 0, :-1].mean(axis=1))
        scores.append(Score(MACRO, precision, recall, f1, low, high, micro.gold, micro.found))
    return scores, drawn[:, 0, -1]


def _of_type(sentences: Sequence[Sequence[Entity]], name: str) -> list[list[Entity]]:
    return [[entity for entity in entities if entity.type == name] for entities in sentences]


def mean_of_files(files: Sequence[FileScores]) -> tuple[float, float, float]:
    """Mean micro F1 over files, and its interval, each file drawn by itself."""
    low, high = interval(np.mean([file.drawn for file in files], axis=0))
    return float(np.mean([file.micro.f1 for file in files])), low, high


def as_table(file: FileScores) -> str:
    """A table a person reads: scores, and below the kinds of errors."""
    lines = [f"{file.file}: {file.sentences} sentences, {file.micro.gold} entities", ""]
    width = max(len(score.name) for score in file.scores)
    lines.append(f"{'type':{width}}  precision  recall     F1  95 % interval   gold  found")
    for score in file.scores:
        numbers = f"{score.precision:9.1f}  {score.recall:6.1f}  {score.f1:5.1f}  {score.low:5.1f} to {score.high:5.1f}"
        lines.append(f"{score.name:{width}}  {numbers}  {score.gold:5d}  {score.found:5d}")
    width = max(map(len, KINDS))
    lines += ["", f"{'kind':{width}}  entities  per 100 that are there"]
    for kind, count in file.errors.items():
        share = f"{100 * count / file.micro.gold:8.1f}" if file.micro.gold else ""
        lines.append(f"{kind:{width}}  {count:8d}  {share}".rstrip())
    return "\n".join(lines) + "\n"
