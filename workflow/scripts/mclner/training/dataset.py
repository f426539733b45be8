"""What a model is trained on: source sentences with their views, and pseudo-labelled target sentences."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from mclner.configuration.run_settings import RunSettings
from mclner.data.sentences import Sentence
from mclner.data.tags import tag_names
from mclner.model.batch import CODESWITCHED, SOURCE, TRANSLATED, TrainingBatch
from mclner.model.batching import EncodedSentence, SentenceEncoder, slices_of_like_length
from mclner.model.mixed_precision import pass_overhead
from mclner.model.relation_grid import relation_grids, relation_names
from mclner.training.pseudo_labels import PseudoLabelled

Views = Mapping[str, Sequence[Sentence]]  # sentence id -> its views, one for each copy or language


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled sentence, its views, and the weight of its label loss."""

    sentence: EncodedSentence
    codeswitched: tuple[EncodedSentence, ...]
    translated: tuple[EncodedSentence, ...]
    weight: float

    def __len__(self) -> int:
        """The longest row that this example can bring into a batch, in subwords with the special ones."""
        return max(len(row) for row in (self.sentence, *self.codeswitched, *self.translated)) + 2


Row = tuple[EncodedSentence, int, float, int]  # sentence, view, weight of its label loss, example


def group_views(sentences: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    """Views by the id of their source sentence, in file order."""
    grouped: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        grouped.setdefault(sentence.id, []).append(sentence)
    return grouped


def build_examples(
    encoder: SentenceEncoder,
    source: Sequence[Sentence],
    codeswitched: Views,
    translated: Views,
    pseudo_labelled: Sequence[PseudoLabelled],
    pseudo_label_weight: float,
) -> list[Example]:
    """Encode everything once. Of a sentence longer than the window, later pieces become examples without views.

    A sentence without tags, source or view, brings no label loss: it serves the semantic contrast alone. A translation
    that has tags where its source has none (aligned text with projected labels) is an example of its own, so that an
    epoch sees all of them.
    """
    examples: list[Example] = []
    for sentence, pieces in zip(source, _encode(encoder, source), strict=True):
        codeswitches, translations = (
            tuple(view[0] for view in _encode(encoder, table.get(sentence.id, ())))
            for table in (codeswitched, translated)
        )
        if sentence.tags is None and any(view.tags is not None for view in translated.get(sentence.id, ())):
            examples += [Example(pieces[0], (), (view,), 1.0) for view in translations]
            continue
        if sentence.tags is None and not (codeswitches or translations):
            continue  # no loss would reach it
        examples.append(Example(pieces[0], codeswitches, translations, 1.0))
        examples += [Example(piece, (), (), 1.0) for piece in pieces[1:]]
    encoded = encoder.encode(
        [row.sentence.tokens for row in pseudo_labelled],
        [row.sentence.entities for row in pseudo_labelled],
        [row.weights for row in pseudo_labelled],
    )
    for row, pieces in zip(pseudo_labelled, encoded, strict=True):
        examples += [Example(piece, (), (), pseudo_label_weight) for piece in with_probabilities(pieces, row)]
    return examples


def with_probabilities(pieces: Sequence[EncodedSentence], row: PseudoLabelled) -> list[EncodedSentence]:
    """The pieces of a pseudo-labelled sentence, each with its part of the teacher's probabilities, if it has them."""
    if row.probabilities is None:
        return list(pieces)
    ends = list(accumulate(len(piece.word_starts) for piece in pieces))
    spans = [slice(first, last) for first, last in pairwise([0, *ends])]
    whole = row.probabilities
    parts = [whole[span, span] if whole.ndim == 3 else whole[span] for span in spans]
    return [replace(piece, probabilities=part) for piece, part in zip(pieces, parts, strict=True)]


def _encode(encoder: SentenceEncoder, sentences: Sequence[Sentence]) -> list[list[EncodedSentence]]:
    return encoder.encode(
        [sentence.tokens for sentence in sentences],
        [sentence.entities for sentence in sentences],
        [None if sentence.tags is not None else [0.0] * len(sentence.tokens) for sentence in sentences],
    )


class ViewDataset(Dataset[list[tuple[EncodedSentence, int, float]]]):
    """Rows (sentence, view, weight) of an example at a (position, epoch): views change from epoch to epoch.

    An epoch sees one translation of a sentence, drawn; where translations have a label loss, one with tags if it can.
    A sentence that no loss would reach is left out.
    """

    def __init__(self, examples: Sequence[Example], settings: RunSettings) -> None:
        self.examples, self.settings = examples, settings

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, key: tuple[int, int]) -> list[tuple[EncodedSentence, int, float]]:
        position, epoch = key
        example, objectives = self.examples[position], self.settings.objectives
        rows = [(example.sentence, SOURCE, example.weight)]
        if example.translated and not any(example.sentence.weights) and not objectives.semantic_contrast.weight:
            rows = []  # the English side of aligned text serves the semantic contrast alone
        if example.codeswitched:
            view = example.codeswitched[epoch % len(example.codeswitched)]
            rows.append((view, CODESWITCHED, objectives.codeswitched_weight))
        if example.translated:
            views = example.translated
            if objectives.translated_weight:  # one without tags would bring no label loss
                views = tuple(view for view in views if any(view.weights)) or views
            chosen = random.Random(f"{self.settings.seed}-{epoch}-{position}").randrange(len(views))
            rows.append((views[chosen], TRANSLATED, objectives.translated_weight))
        return rows


class ViewCollator:
    """Packs the rows of all views into one batch, longest first, so that one pass of the encoder serves them all."""

    def __init__(self, encoder: SentenceEncoder, settings: RunSettings) -> None:
        self.encoder, self.settings = encoder, settings
        self.tag_numbers = {tag: number for number, tag in enumerate(tag_names(settings.entity_types))}
        names = tag_names if settings.model.head == "tagger" else relation_names
        self.label_count = len(names(settings.entity_types))

    def __call__(self, examples: Sequence[Sequence[tuple[EncodedSentence, int, float]]]) -> TrainingBatch:
        rows: list[Row] = [(*row, group) for group, found in enumerate(examples) for row in found]
        rows.sort(key=lambda row: (-len(row[0]), row[1]))
        padded = self.encoder.pad([row[0] for row in rows])
        scored = [number for number, (sentence, _, weight, _) in enumerate(rows) if weight and any(sentence.weights)]
        width = max((len(rows[number][0].weights) for number in scored), default=1)
        scored_rows = torch.tensor(scored, dtype=torch.int64)
        cells = labels = None
        soft = {place: rows[number][0].probabilities for place, number in enumerate(scored)}
        if self.settings.model.head == "tagger":
            targets = self._tags([rows[number] for number in scored], width)
        else:
            grids = relation_grids(
                [row[0].entities for row in rows], padded.word_mask.shape[1], self.settings.entity_types
            )
            targets = torch.from_numpy(grids[scored, :width, :width])
            if self.settings.objectives.relation_contrast.weight:
                drawn = self._contrast_cells(grids, padded.word_weights.numpy() > 0)
                cells, labels = torch.from_numpy(drawn), torch.from_numpy(grids[tuple(drawn.T)])
        if any(probabilities is not None for probabilities in soft.values()):
            targets = self._probabilities(targets, soft)
        return TrainingBatch(
            input_ids=padded.input_ids,
            attention_mask=padded.attention_mask,
            word_starts=padded.word_starts,
            word_ends=padded.word_ends,
            word_mask=padded.word_mask,
            word_weights=padded.word_weights,
            slices=slices_of_like_length([len(row[0]) + 2 for row in rows], pass_overhead()),
            views=torch.tensor([row[1] for row in rows]),
            groups=torch.tensor([row[3] for row in rows]),
            scored=scored_rows,
            targets=targets,
            scored_words=padded.word_weights[scored_rows, :width],
            scored_rows=torch.tensor([rows[number][2] for number in scored]),
            contrast_cells=cells,
            contrast_labels=labels,
        )

    def _tags(self, rows: Sequence[Row], width: int) -> Tensor:
        tags = np.zeros((len(rows), width), dtype=np.int64)
        for number, (sentence, *_) in enumerate(rows):
            for entity in sentence.entities:
                tags[number, entity.start : entity.end] = self.tag_numbers[f"I-{entity.type}"]
                tags[number, entity.start] = self.tag_numbers[f"B-{entity.type}"]
        return torch.from_numpy(tags)

    def _probabilities(self, targets: Tensor, soft: Mapping[int, np.ndarray | None]) -> Tensor:
        """Label numbers [S, …] as probabilities [S, …, labels]; those of a teacher take the place of a row's own."""
        wanted = functional.one_hot(targets, self.label_count).float()
        for place, probabilities in soft.items():
            if probabilities is not None:
                cells = tuple(slice(length) for length in probabilities.shape[:-1])
                wanted[place][cells] = torch.from_numpy(probabilities.astype(np.float32))
        return wanted

    def _contrast_cells(self, grids: np.ndarray, believed: np.ndarray) -> np.ndarray:
        """Entity cells and NONE cells that could hold a relation, each half of `max_pairs` at most, drawn evenly."""
        contrast = self.settings.objectives.relation_contrast
        most = contrast.max_pairs // 2
        usable = believed[:, :, None] & believed[:, None, :]
        reachable = np.tri(grids.shape[1], k=1, dtype=bool)
        related = np.argwhere((grids > 0) & usable)
        unrelated = np.argwhere((grids == 0) & usable & reachable)
        generator = np.random.default_rng([self.settings.seed, len(related), len(unrelated), int(grids.sum())])
        related = related[_draw(generator, len(related), most)]
        wanted = round(contrast.none_pairs_per_related * len(related))
        unrelated = unrelated[_draw(generator, len(unrelated), min(wanted, most))]
        return np.concatenate([related, unrelated])


def _draw(generator: np.random.Generator, available: int, most: int) -> np.ndarray:
    """At most `most` positions out of `available`, in order."""
    return np.sort(generator.permutation(available)[:most])
