"""`mclner label` over long inputs: interrupted and gone on with, in bounded memory, with progress."""

from __future__ import annotations

import io
import json
import logging
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from helpers.models import save_person_tagger
from mclner.common import cli
from mclner.common.exceptions import InputError
from mclner.inference import label_command, resumable
from mclner.inference.command_line import command_parser
from mclner.model import recogniser
from mclner.model.recogniser import FoundEntity

TEXT = "".join(f"Marie Curie saw {'Bonn ' * (number % 7)}{number}.\n" for number in range(60))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    return save_person_tagger(tiny_encoder, tmp_path_factory.mktemp("run") / "model")


@pytest.fixture(scope="module")
def loaded(model: Path) -> recogniser.EntityRecogniser:
    return recogniser.EntityRecogniser.from_pretrained(model)


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch, loaded: recogniser.EntityRecogniser) -> None:
    monkeypatch.setattr(recogniser, "CHARACTERS_AT_ONCE", 400)
    monkeypatch.setattr(recogniser.EntityRecogniser, "from_pretrained", lambda folder: loaded)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    text, columns = tmp_path / "one.txt", tmp_path / "two.conll"
    text.write_text(TEXT, encoding="utf-8")
    columns.write_text("".join(f"Ada\tO\nn{number}\tO\n\n" for number in range(120)))
    return [text, columns]


def label(*arguments: object) -> None:
    parsed = command_parser().parse_args(["label", *map(str, arguments)])
    parsed.main(parsed)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class StoppedError(Exception):
    """Stands for whatever ends a program."""


def interrupt(monkeypatch: pytest.MonkeyPatch, place: object, name: str, call: int) -> None:
    """Have the call numbered `call`, from 0, of a function fail before it does anything."""
    work = getattr(place, name)
    calls = iter(range(10_000))

    def failing(*arguments: Any) -> Any:
        if next(calls) == call:
            raise StoppedError
        return work(*arguments)

    monkeypatch.setattr(place, name, failing)


@pytest.mark.parametrize("output_format", ["jsonl", "conll", "brat"])
@pytest.mark.parametrize(
    ("place", "name", "call"),
    [
        (label_command.Labelling, "lines", 0),
        (label_command.Labelling, "lines", 4),
        (resumable.RunState, "save", 1),  # after it is written, before that is noted
        (resumable.RunState, "save", 5),
    ],
)
def test_an_interrupted_run_goes_on_to_the_same_bytes(
    model: Path,
    files: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    output_format: str,
    place: object,
    name: str,
    call: int,
) -> None:
    given = files[:1] if output_format == "brat" else files
    options = ("--output-format", output_format, "--output")
    label(model, *given, *options, tmp_path / "whole")
    expected = content(tmp_path / "whole")
    assert len(expected) == len(given)
    if output_format == "brat":
        names = [line.split("\t")[0] for line in expected["one.ann"].decode().splitlines()]
        assert names == [f"T{number}" for number in range(1, len(names) + 1)]
    with monkeypatch.context() as patched:
        interrupt(patched, place, name, call)
        with pytest.raises(StoppedError):
            label(model, *given, *options, tmp_path / "parts")
    assert content(tmp_path / "parts") != expected
    label(model, *given, *options, tmp_path / "parts", "--resume")
    assert content(tmp_path / "parts") == expected


def test_what_is_labelled_is_not_labelled_again(
    model: Path, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, label_command.Labelling, "lines", 6)
    with pytest.raises(StoppedError):
        label(model, *files, "--output", tmp_path / "out")
    groups: list[Any] = []
    lines = label_command.Labelling.lines

    def counted(*given: Any) -> tuple[str, int]:
        groups.append(given)
        return lines(*given)

    monkeypatch.setattr(label_command.Labelling, "lines", counted)
    label(model, *files, "--output", tmp_path / "out", "--resume")
    resumed = len(groups)
    label(model, *files, "--output", tmp_path / "new")
    assert len(groups) - resumed == resumed + 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("threshold", "was begun with another threshold. Give the same, or: Label anew, without --resume"),
        ("input", "was begun with another input than this"),
        ("output", "is not there, or shorter than it was"),
        ("note", "cannot be read"),
    ],
)
def test_a_run_does_not_go_on_with_something_else(
    model: Path, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, message: str
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        interrupt(patched, label_command.Labelling, "lines", 3)
        with pytest.raises(StoppedError):
            label(model, files[0], "--output", out)
    if change == "input":
        files[0].write_text(TEXT.replace("Marie", "Maria", 1))
    if change == "output":
        (out / "one.jsonl.partial").write_bytes(b"{")
    if change == "note":
        (out / resumable.NOTE).write_text("{")
    options = ("--threshold", "0.5") if change == "threshold" else ()
    with pytest.raises(InputError, match=message):
        label(model, files[0], "--output", out, "--resume", *options)
    label(model, files[0], "--output", out, *options)
    assert list(content(out)) == ["one.jsonl"]


def test_going_on_needs_a_file(model: Path, files: list[Path]) -> None:
    with pytest.raises(InputError, match="--resume: needs a file that it can go on with"):
        label(model, files[0], "--resume")


class EveryLine:
    """Stands in for a recogniser: one entity in each text."""

    def stream(self, contents: Iterable[str], threshold: float) -> Iterator[list[FoundEntity]]:
        for text in contents:
            yield [FoundEntity(start=0, end=1, text=text[:1], label="PER", score=1.0)]


def peak_bytes(path: Path, lines: int) -> int:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(f"{number} is a line of a long text\n" for number in range(lines))
    labelling = label_command.Labelling(cast(Any, EveryLine()), 0.0, "jsonl")
    run = resumable.open_run(path.parent / "out", {}, resume=False)
    tracemalloc.start()
    items = label_command.shown(path, "text")
    resumable.label_to_file(run, items, labelling.groups, labelling.lines, path.parent / "out" / f"{lines}.jsonl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_ten_times_the_text_takes_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recogniser, "CHARACTERS_AT_ONCE", 10_000)
    short, long = peak_bytes(tmp_path / "a.txt", 3_000), peak_bytes(tmp_path / "b.txt", 30_000)
    assert (tmp_path / "out" / "30000.jsonl").stat().st_size > 3_000_000
    assert long < short + 100_000


def test_progress_is_told_in_bytes_on_the_log_alone(
    model: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(cli.Progress.__init__, "__defaults__", (0.0,))
    with caplog.at_level(logging.INFO):
        label(model, *files)
    size = files[0].stat().st_size
    assert f"{files[0]}: {size} of {size} bytes" in caplog.text
    assert f"{files[1]}: 120 items" in caplog.text
    assert len([json.loads(line) for line in io.StringIO(capsys.readouterr().out)]) == 180
