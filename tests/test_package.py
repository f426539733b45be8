"""The package: from a built wheel, outside the checkout, with nothing but what it declares."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from transformers import AutoTokenizer

from conftest import ROOT, SCRIPTS
from mclner.data.tokenization import Span
from mclner.inference import inputs
from mclner.inference.inputs import Item, read_items, read_lines_of
from mclner.inference.output_formats import as_brat, as_conll, as_jsonl
from mclner.model.entity_model import EntityModelConfig, new_model
from mclner.model.recogniser import FoundEntity

TEXT = "Ada Lovelace bodde i London.\r\n\r\nΑθήνα 👨‍👩‍👧 東京\n"


def needed_by(requirement: str, found: dict[str, Path]) -> None:
    """Add what a requirement needs, and its own requirements, to `found`: top-level name -> where it lies."""
    parsed = Requirement(requirement)
    if parsed.marker and not parsed.marker.evaluate({"extra": ""}):
        return
    package = distribution(parsed.name)
    tops = {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "bin", "__pycache__")}
    places = {top: Path(str(package.locate_file(top))) for top in tops}
    if tops <= found.keys():
        return
    found.update(places)
    for further in package.requires or ():
        needed_by(further, found)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the built wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    shutil.copytree(SCRIPTS / "mclner", source / "workflow" / "scripts" / "mclner")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", str(source), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("mclner-*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    python = folder / "env" / "bin" / "python"
    install = [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    (metadata,) = site.glob("mclner-*.dist-info/METADATA")
    declared = [
        line.partition(": ")[2] for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist")
    ]
    packages: dict[str, Path] = {}
    for requirement in declared:
        needed_by(requirement, packages)
    for top, place in packages.items():
        if place.exists() and not (site / top).exists():
            (site / top).symlink_to(place)
    return folder / "env"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Path:
    """A model that calls every word a person: enough to see what comes out."""
    import torch

    folder = tmp_path_factory.mktemp("model")
    untrained = new_model(tiny_encoder, EntityModelConfig(settings={"head": "tagger"}, entity_types=["PER"]))
    with torch.no_grad():
        untrained.classifier.bias[1] += 100
    untrained.save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
    return folder


def run(environment: Path, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    program = str(environment / "bin" / command[0])
    return subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, input=given, env=clean, cwd=environment
    )


@pytest.mark.slow
def test_the_wheel_labels_text_with_what_it_declares_alone(environment: Path, model: Path) -> None:
    program = (
        "import importlib.util, mclner, sys\n"
        "assert 'torch' not in sys.modules\n"
        "from mclner import EntityRecogniser\n"
        f"found = EntityRecogniser.from_pretrained({str(model)!r})('Ada is here')\n"
        "print([entity['text'] for entity in found], mclner.__file__)\n"
        "print([name for name in ('pyarrow', 'pandas', 'datasets', 'snakemake') if importlib.util.find_spec(name)])\n"
    )
    done = run(environment, "python", "-c", program)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith(f"['Ada', 'is', 'here'] {environment}")
    assert second == "[]"


@pytest.mark.slow
def test_the_command_labels_files_and_standard_input_in_every_form(environment: Path, model: Path) -> None:
    text = environment / "mine.txt"
    text.write_text(TEXT, encoding="utf-8", newline="")
    columns = environment / "mine.conll"
    columns.write_text("Ada\tO\nis\tO\n\nhere\tO\n")
    done = run(environment, "mclner", "label", str(model), str(text), str(columns))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("text") for line in lines] == ["Ada Lovelace bodde i London.", "", "Αθήνα 👨‍👩‍👧 東京", None, None]
    assert [line.get("tokens") for line in lines[3:]] == [["Ada", "is"], ["here"]]
    for line in lines[:3]:
        assert all(line["text"][e["start"] : e["end"]] == e["text"] for e in line["entities"])
    brat = run(environment, "mclner", "label", str(model), str(text), "--output-format", "brat", "--output", "out")
    assert brat.returncode == 0, brat.stderr
    for line in (environment / "out" / "mine.ann").read_text(encoding="utf-8").splitlines():
        _, place, piece = line.split("\t")
        kind, start, end = place.split(" ")
        assert (kind, TEXT[int(start) : int(end)]) == ("PER", piece)
    given = run(environment, "mclner", "label", str(model), "-", "--output-format", "conll", given="Ada left\n\nBonn\n")
    assert given.stdout == "Ada\tB-PER\nleft\tB-PER\n\nBonn\tB-PER\n\n"


@pytest.mark.slow
def test_the_command_scores_and_tells_what_a_model_is(environment: Path, model: Path) -> None:
    (environment / "gold.conll").write_text("Ada\tB-PER\nis\tO\n\nhere\tO\n")
    done = run(environment, "mclner", "score", str(model), "gold.conll", "--json", "--resamples", "10")
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout)["files"]
    assert file["errors"]["right"] == 1
    assert file["errors"]["spurious"] == 2
    card = run(environment, "mclner", "card", str(model))
    assert card.stdout.startswith("# "), card.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("absent", "mine.txt"), "absent: is no model folder"),
        (("MODEL", "absent.txt"), "absent.txt: is not there"),
        (("MODEL", "mine.conll", "--output-format", "brat"), "has tokens and no characters to point to"),
        (("MODEL", "mine.txt", "mine.txt", "--output", "out"), "would be written twice"),
        (("MODEL", "latin1.txt"), "latin1.txt:1: is not UTF-8"),
        (("MODEL", "mine.txt", "--threshold", "7"), "the threshold: is 7.0"),
    ],
)
def test_the_command_says_what_is_wrong_in_a_line(
    environment: Path, model: Path, arguments: tuple[str, ...], message: str
) -> None:
    for name in ("mine.txt", "mine.conll"):
        (environment / name).write_text("Ada\n")
    (environment / "latin1.txt").write_bytes("Malmö".encode("latin-1"))
    done = run(environment, "mclner", "label", *(str(model) if word == "MODEL" else word for word in arguments))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def entity(start: int, end: int, text: str) -> FoundEntity:
    return FoundEntity(start=start, end=end, text=text, label="LOC", score=0.5)


def test_every_form_of_output_says_where_entities_are() -> None:
    labelled = [
        (Item("In Bonn.", 0), [entity(3, 7, "Bonn")]),
        (Item("", 9), []),
        (Item("Bonn", 10), [entity(0, 4, "Bonn")]),
        (Item(("New", "York"), 0), [entity(0, 2, "New York")]),
    ]

    def places(text: str) -> list[Span]:
        return [Span(0, 2), Span(3, 7), Span(7, 8)] if len(text) > 4 else [Span(0, 4)][: len(text)]

    assert "".join(as_conll(labelled, places)) == (
        "In\tO\nBonn\tB-LOC\n.\tO\n\nBonn\tB-LOC\n\nNew\tB-LOC\nYork\tI-LOC\n\n"
    )
    assert "".join(as_brat(labelled[:3])) == "T1\tLOC 3 7\tBonn\nT2\tLOC 10 14\tBonn\n"
    assert [json.loads(line)["entities"] for line in as_jsonl(labelled)] == [found for _, found in labelled]


def test_lines_end_at_line_feeds_and_have_their_places(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffa\r\n\nb\u2028c\x85d\ne".encode())
    assert list(read_items(path, "text")) == [Item("a", 0), Item("", 3), Item("b\u2028c\x85d", 4), Item("e", 10)]


def test_a_line_without_end_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "LONGEST_LINE", 10)
    text = "one two three four five\n" + "x" * 25 + "\nsix"
    parts = list(read_lines_of(io.StringIO(text, newline="\n")))
    assert all(text[offset:].startswith(part) for offset, part in parts)
    assert max(len(part) for _, part in parts) <= 20
    assert "".join(part for _, part in parts) == text.replace("\n", "")
    assert not any(part.startswith(" ") for _, part in parts)
