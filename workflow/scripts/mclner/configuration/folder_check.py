"""Everything that is wrong with a user's own folder, found before anything runs and told at once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mclner.common.exceptions import InputError
from mclner.configuration.user_folder import EXPECTED, SPLITS, language_folders, split_file
from mclner.data.corpus_parts import mapping_to_paste, unknown_types
from mclner.data.languages import LanguageTable
from mclner.data.sentence_store import Survey
from mclner.reading.readers import AS_SEEN, ReadingNotes, ReadingOptions, doubts_of, iterate_own


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an experiment asks of the folder; no `targets` are all languages that have a test."""

    source: str
    entity_types: tuple[str, ...]
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    options: ReadingOptions = AS_SEEN


@dataclass(slots=True)
class Findings:
    """Problems stop the run; doubts are guesses and oddities; `seen` has a line for each file that could be read."""

    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    unknown_types: Counter[str] = field(default_factory=Counter)

    def raise_problems(self, folder: Path) -> None:
        """Raise one InputError with all problems, where there are any."""
        if self.problems:
            count = len(self.problems)
            problem = f"has {count} problem{'s' * (count > 1)}:\n  " + "\n  ".join(self.problems)
            raise InputError(folder, problem, "\nMend them all, and check again: check_folder.py")


def check_user_folder(folder: Path, expected: Expectation, languages: LanguageTable) -> Findings:
    """Look at every file under <folder>/ner that the experiment would read.

    All languages are looked at, whatever is wrong with those before; nothing is raised.
    """
    findings = Findings()
    home = folder / "ner"
    if not home.is_dir():
        findings.problems.append(f"{home}: is not there. {EXPECTED}")
        return findings
    here = [path.name for path in language_folders(home)]
    wanted = list(dict.fromkeys((expected.source, *(expected.targets or here))))
    try:
        languages.check(wanted, home)
    except InputError as error:
        findings.problems.append(str(error))
    for language in wanted:
        _check_language(home / language, expected, findings)
    if expected.targets == () and not set(here) - {expected.source}:
        findings.problems.append(f"{home}: holds no target, a folder with a test. {EXPECTED}")
    if findings.unknown_types:
        shown = ", ".join(f"{kind} ({count} tags)" for kind, count in sorted(findings.unknown_types.items()))
        paste = mapping_to_paste(findings.unknown_types, expected.entity_types)
        findings.problems.append(f"{home}: has entity types that are not known: {shown}. {paste}")
    return findings


def _check_language(folder: Path, expected: Expectation, findings: Findings) -> None:
    """Its files: all three of the source; of a target the test, and train as unlabelled text."""
    is_source = folder.name == expected.source
    for split in SPLITS:
        try:
            path = split_file(folder, split)
        except InputError as error:
            findings.problems.append(str(error))
            continue
        if path is None:
            if is_source or split == "test":
                there = ", ".join(sorted(file.name for file in folder.glob("*"))) or "nothing"
                findings.problems.append(f"{folder}: has no file for {split}, but {there}. {EXPECTED}")
        elif is_source or split != "dev":
            _check_file(path, is_source or split == "test", expected, findings)


def _check_file(path: Path, labelled: bool, expected: Expectation, findings: Findings) -> None:
    repairs, notes, survey = Counter[str](), ReadingNotes(), Survey()
    try:
        sentences = iterate_own(path, path.parent.name, repairs, labelled, expected.options, notes)
        deque(survey.of(sentences), maxlen=0)
        if not survey.sentences:
            raise InputError(path, "holds no sentences.", "Put some there, or take the file away.")
    except InputError as error:
        findings.problems.append(str(error))
        return
    findings.doubts += [f"{path}: {doubt}" for doubt in (*notes.guesses, *doubts_of(survey))]
    mended = "".join(f", {name}: {number}" for name, number in sorted(repairs.items()) if number)
    findings.seen.append(f"{path}: {survey.sentences} sentences; {notes.description}{mended}")
    if labelled:
        _check_entities(path, survey.types, expected, findings)


def _check_entities(path: Path, types: Mapping[str, int], expected: Expectation, findings: Findings) -> None:
    unknown = unknown_types(types, expected.mapping, expected.entity_types)
    findings.unknown_types += unknown  # told at the end, for all files
    if not unknown and not any(expected.mapping.get(kind, kind) for kind in types):
        kinds = ", ".join(expected.entity_types)
        findings.problems.append(
            f"{path}: holds no entity of the types {kinds}. Map its types, or leave the language out."
        )
