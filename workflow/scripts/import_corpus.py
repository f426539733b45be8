"""Bring one language of a user's own folder into the pipeline: labelled splits, and text without its labels.

Files are gone through one sentence at a time, and lie beside the output until it is known what becomes of all of them:
of 1 GB as much is in memory as of 10 MB, but for 100 bytes per test sentence.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from mclner.common.cli import log_counts, make_parser, run_program
from mclner.common.exceptions import InputError
from mclner.common.files import write_tsv
from mclner.data.corpus_parts import drawn, mapped_tags, with_tags, without_prefix
from mclner.data.sentence_store import SentenceStore, Survey, stored, token_hash
from mclner.data.sentences import Sentence, write_corpus
from mclner.data.tags import OUTSIDE
from mclner.fetch.lockfile import RECORD, verify_folder
from mclner.reading.readers import ReadingNotes, ReadingOptions, add_reading_options, doubts_of, iterate_own

log = logging.getLogger("mclner.import")
COLUMNS = ("language", "split", "file", "sentences", "read_as", "guessed", "mended")  # of the table of readings


def main(arguments: argparse.Namespace) -> None:
    for download in {path.parent for path in given(arguments) if (path.parent / RECORD).exists()}:
        verify_folder(download)
    job = Import(arguments)
    for split, path in (("test", arguments.test), ("train", arguments.train), ("dev", arguments.dev)):
        if path is not None:
            job.bring_labelled(split, path)
    if arguments.unlabelled is not None:
        job.bring_unlabelled(arguments.unlabelled)
    log_counts(sorted(job.repairs.items()), "repairs")
    write_tsv(job.readings, COLUMNS, arguments.folder / "readings.tsv")


def given(arguments: argparse.Namespace) -> list[Path]:
    """Every file or folder to read; those of a download lie beside its record."""
    named = [arguments.train, arguments.dev, arguments.test, *(arguments.unlabelled or ())]
    return [path for path in named if path is not None]


@dataclass(slots=True)
class FileRead:
    """One file: its sentences, on the disk, and what they hold."""

    store: SentenceStore
    survey: Survey
    tags: Mapping[str, str] = field(default_factory=dict)  # what becomes of each, of a labelled file

    def __iter__(self) -> Iterator[Sentence]:
        """Its sentences as the pipeline has them: without prefixes, with its own entity types."""
        prefix = self.survey.prefix if self.survey.prefixed else ""
        for sentence in self.store:
            plain = without_prefix(sentence, prefix) if prefix else sentence
            yield with_tags(plain, self.tags) if plain.tags is not None else plain


@dataclass(slots=True)
class Import:
    """All files of a language; nothing is learnt from a sentence that was `scored`."""

    arguments: argparse.Namespace
    repairs: Counter[str] = field(default_factory=Counter)
    readings: list[dict[str, str]] = field(default_factory=list)
    scored: set[bytes] = field(default_factory=set)

    def bring_labelled(self, split: str, path: Path) -> None:
        """Write a labelled split. Raises InputError where a type is not known, and where nothing is left to find."""
        arguments, most = self.arguments, self.arguments.most if split == "train" else None
        with self.read(split, path, True) as file:
            types = file.survey.types
            file.tags = mapped_tags(types, json.loads(arguments.tag_mapping), arguments.entity_types, path)
            if not set(file.tags.values()) - {OUTSIDE}:
                remedy = (
                    "Map its types under corpus: tag_mapping, or leave the language out: there is nothing to score."
                )
                raise InputError(path, f"holds no entity of the types {', '.join(arguments.entity_types)}.", remedy)
            if split == "test":
                self.scored = {token_hash(sentence) for sentence in file}
            if split == "train":
                known = sum(token_hash(sentence) in self.scored for sentence in file)
                self.repairs["training sentences that stand in the test, too"] += known
            chosen = drawn(file.survey.sentences, most, arguments.seed)
            self.save(split, picked(file, chosen))

    def bring_unlabelled(self, paths: list[Path]) -> None:
        """Write the sentences of all `paths` without tags, those that are scored left out."""
        with ExitStack() as stack:
            files = [stack.enter_context(self.read("train", path, False, number)) for number, path in enumerate(paths)]
            flags = bytearray(token_hash(sentence) in self.scored for sentence in chain(*files))
            self.repairs["unlabelled sentences that stand in the test, too"] += sum(flags)
            unseen = (row for row, is_scored in zip(chain(*files), flags, strict=True) if not is_scored)
            self.save("unlabelled", picked(unseen, drawn(flags.count(0), self.arguments.most, self.arguments.seed)))

    @contextmanager
    def read(self, split: str, path: Path, with_tags: bool, number: int = 0) -> Iterator[FileRead]:
        """A file. Raises InputError where its sentences, empty ones included, are not as many as expected."""
        arguments, notes, repairs = self.arguments, ReadingNotes(), Counter[str]()
        survey, options = Survey(f"{arguments.language}:"), ReadingOptions.of(arguments)
        sentences = iterate_own(path, arguments.language, repairs, with_tags, options, notes)
        name = split if with_tags else "unlabelled"
        with stored(survey.of(sentences), arguments.folder / f"{name}.{number}.read") as store:
            doubts = doubts_of(survey)
            for doubt in doubts:
                log.warning("%s: %s", path, doubt)
            rows = survey.sentences + repairs["empty sentences"]
            expected = json.loads(arguments.expected).get(split, rows)
            if rows != expected:
                remedy = "Fetch it again, or correct `sizes`."
                raise InputError(path, f"holds {rows} sentences instead of {expected}.", remedy)
            self.repairs += repairs
            self.readings.append(
                {
                    "language": arguments.language,
                    "split": name,
                    "file": path.name,
                    "sentences": str(survey.sentences),
                    "read_as": notes.description,
                    "guessed": "; ".join((*notes.guesses, *doubts)),
                    "mended": ", ".join(f"{what}: {count}" for what, count in sorted(repairs.items()) if count),
                }
            )
            yield FileRead(store, survey)

    def save(self, split: str, sentences: Iterator[Sentence]) -> None:
        """Write a split of the pipeline, and say what it holds."""
        written = Survey()
        write_corpus(written.of(sentences), self.arguments.folder / f"{split}.parquet")
        begun = {tag[2:]: count for tag, count in sorted(written.tags.items()) if tag.startswith("B-")}
        log.info("%s %s: %d sentences, entities %s", self.arguments.language, split, written.sentences, begun)


def picked(sentences: Iterable[Sentence], places: Iterable[int]) -> Iterator[Sentence]:
    """The sentences at `places`, which go up."""
    wanted = iter(places)
    place = next(wanted, None)
    for number, sentence in enumerate(sentences):
        if number == place:
            yield sentence
            place = next(wanted, None)


if __name__ == "__main__":
    parser = make_parser(__doc__)
    parser.add_argument("--language", required=True)
    parser.add_argument("--train", type=Path, help="labelled training sentences")
    parser.add_argument("--dev", type=Path, help="labelled sentences that choose the epoch")
    parser.add_argument("--test", type=Path, help="labelled sentences that are scored")
    parser.add_argument("--unlabelled", type=Path, nargs="*", help="sentences of which no tag is read; none will do")
    parser.add_argument("--most", type=int, help="sentences kept for training, or of unlabelled text")
    parser.add_argument("--expected", default="{}", help="JSON: split -> number of sentences that it must have")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw where there are more")
    add_reading_options(parser)
    parser.add_argument("--entity-types", nargs="+", required=True)
    parser.add_argument("--tag-mapping", default="{}", help="JSON: entity type of the file -> ours, or null for none")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write <split>.parquet to")
    run_program(parser, main)
