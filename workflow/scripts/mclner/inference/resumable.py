"""Labelling that may be interrupted: what is written so far, noted so that it can go on with the same bytes.

Items come in groups. After each group the output is on the disk, and how far input and output have come is noted in one
file in the output folder. Going on begins with the group that was interrupted, so batches are those of a run that
nothing interrupted.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from mclner.common.checksums import SUMS
from mclner.common.exceptions import InputError
from mclner.common.files import content_hash, write_json
from mclner.inference.inputs import Item

NOTE = ".mclner-label.json"  # in the output folder while a run is not at its end
ANEW = "Label anew, without --resume."
Grouping = Callable[[Iterable[Item]], Iterator[list[Item]]]
LabelGroup = Callable[[Sequence[Item], int], tuple[str, int]]  # items, entities before -> lines, entities in them


@dataclass(slots=True)
class FileState:
    """How far one output has come: items read, a digest of them, entities and bytes written."""

    items: int = 0
    digest: str = ""
    entities: int = 0
    bytes: int = 0
    done: bool = False


@dataclass(slots=True)
class RunState:
    """How far a run over several files has come, and the settings that it must go on with."""

    note: Path
    settings: Mapping[str, Any]
    files: dict[str, FileState] = field(default_factory=dict)

    def save(self) -> None:
        files = {name: asdict(state) for name, state in self.files.items()}
        write_json({"settings": self.settings, "files": files}, self.note)

    def end(self) -> None:
        """Forget the run, which is at its end."""
        self.note.unlink(missing_ok=True)


def open_run(folder: Path, settings: Mapping[str, Any], resume: bool) -> RunState:
    """A new run, or with `resume` the one that was interrupted in `folder`, if any.

    Raises InputError where that one had other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / NOTE
    if not resume or not note.exists():
        return RunState(note, settings)
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        files = {name: FileState(**state) for name, state in noted["files"].items()}
        before = noted["settings"]
        others = [name for name in settings if before[name] != settings[name]]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise InputError(note, "cannot be read.", ANEW) from None
    if others:
        raise InputError(folder, f"was begun with another {', '.join(others)}.", f"Give the same, or: {ANEW}")
    return RunState(note, settings, files)


def model_identity(folder: Path) -> str:
    """What tells a model folder from another: its check sums; of one without, its configuration and sizes."""
    if (folder / SUMS).is_file():
        return content_hash(folder / SUMS)
    sizes = sorted((path.name, path.stat().st_size) for path in folder.iterdir() if path.is_file())
    return hashlib.sha256(f"{content_hash(folder / 'config.json')} {sizes}".encode()).hexdigest()


def label_to_file(run: RunState, items: Iterator[Item], groups: Grouping, label: LabelGroup, output: Path) -> None:
    """Label `items` to `output`, from where the run stands; nothing where the output is done.

    Raises InputError where the items read before, or what was written of them, are not what they were.
    """
    state = run.files.setdefault(output.name, FileState())
    partial = output.with_name(f"{output.name}.partial")
    if state.done:
        if partial.is_file():  # noted before it took the output's place
            os.replace(partial, output)
        return
    digest = hashlib.sha256()
    for item in islice(items, state.items):
        digest.update(_bytes_of(item))
    if state.items and digest.hexdigest() != state.digest:
        raise InputError(output, "was begun with another input than this.", ANEW)
    with _opened(partial, state.bytes) as stream:
        for group in groups(items):
            lines, entities = label(group, state.entities)
            written = lines.encode("utf-8")
            stream.write(written)
            stream.flush()
            os.fsync(stream.fileno())
            for item in group:
                digest.update(_bytes_of(item))
            state.items += len(group)
            state.digest = digest.hexdigest()
            state.entities += entities
            state.bytes += len(written)
            run.save()
    state.done = True
    run.save()
    os.replace(partial, output)


def _opened(partial: Path, length: int) -> BinaryIO:
    """The output so far, to be written on from its byte `length`, where it was when that was noted."""
    if not length:
        return partial.open("wb")
    if not partial.is_file() or partial.stat().st_size < length:
        raise InputError(partial, "is not there, or shorter than it was.", ANEW)
    stream = partial.open("r+b")
    stream.truncate(length)
    stream.seek(length)
    return stream


def _bytes_of(item: Item) -> bytes:
    return json.dumps(item.content).encode() + b"\n"
