"""The documents: README stays short, links lead somewhere, and what a command names is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import ROOT, SCRIPTS, snakemake

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *(ROOT / name / "README.md" for name in ("config", "workflow/demo")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
MADE_BY_RUNS = ("config/lock.json",)
REPOSITORY_PATH = re.compile(r"(?:workflow|config|tests|benchmarks|profiles|envs|docs|\.ci)/[\w./*-]*[\w*/]|\.ci/\w+")
PROGRAM = re.compile(r"[\w/]+\.py")  # in code: a module of the library, a program, a test
PROGRAM_PLACES = (ROOT, SCRIPTS, SCRIPTS / "mclner", ROOT / "tests")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", flags=re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
INLINE_CODE = re.compile(r"`[^`\n]+`")
HEREDOC = re.compile(r"^cat > (\S+) <<'END'\n(.*?)^END$", flags=re.M | re.S)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """A document without its code blocks."""
    return FENCE.sub("", text_of(path))


def blocks_of(path: Path, language: str) -> list[str]:
    return [block for kind, block in FENCE.findall(text_of(path)) if kind == language]


def anchors_of(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose_of(path), flags=re.M):
        plain = re.sub(r"[^\w\- ]", "", LINK.sub("", heading).lower()).strip().replace(" ", "-")
        number = sum(re.fullmatch(rf"{re.escape(plain)}(-\d+)?", anchor) is not None for anchor in found)
        found.add(f"{plain}-{number}" if number else plain)
    return found


def broken_links(path: Path) -> Iterator[str]:
    """Relative links of a document that lead to no file, or to no heading of it."""
    for link in LINK.findall(INLINE_CODE.sub("", prose_of(path))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            yield link


def overlays_written_in(path: Path) -> dict[str, str]:
    """Overlays that a document tells its reader to write: path -> text."""
    return dict(found for block in blocks_of(path, "sh") for found in HEREDOC.findall(block))


def commands_of(path: Path) -> list[list[str]]:
    """The words of every command in the shell blocks of a document."""
    lines = (
        line for block in blocks_of(path, "sh") for line in HEREDOC.sub("", block).replace("\\\n", " ").splitlines()
    )
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def missing_files(path: Path) -> Iterator[str]:
    """Files of the repository that a command or a word in code names, and that are not there."""
    code = [code.strip("`") for code in INLINE_CODE.findall(prose_of(path))]
    named = {word for text in code for word in REPOSITORY_PATH.findall(text)}
    for words in commands_of(path):
        named |= {word for word in words if REPOSITORY_PATH.fullmatch(word)}
        if "--configfile" in words:
            after = words[words.index("--configfile") + 1 :]
            named |= {word for word in after if word.endswith(".yaml")}
    for name in sorted(named - set(MADE_BY_RUNS) - overlays_written_in(path).keys()):
        if not list(ROOT.glob(name.rstrip("/"))):
            yield name
    for name in filter(PROGRAM.fullmatch, code):
        if not any((place / name).exists() for place in PROGRAM_PLACES):
            yield name


def test_readme_fits_a_page() -> None:
    text = text_of(ROOT / "README.md")
    assert len(text.split()) <= 900
    assert len(text.splitlines()) <= 130


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    assert not list(broken_links(path))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    assert not list(missing_files(path))


def test_every_document_is_reached_from_the_readme() -> None:
    reached, left = set(), [ROOT / "README.md"]
    while left:
        path = left.pop()
        reached.add(path)
        links = (link.partition("#")[0] for link in LINK.findall(prose_of(path)))
        targets = {(path.parent / link).resolve() for link in links if link.endswith(".md") and ":" not in link}
        left += [target for target in targets - reached if target.exists() and target not in left]
    assert not {name_of(path) for path in DOCUMENTS} - {name_of(path) for path in reached}


def test_links_and_files_that_are_not_there_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    links = "# A page\n[here](#a-page) [no heading](#another) [no file](no.md)\n"
    page.write_text(links + "`config/no.yaml` `data/no.py`\n```sh\n./run x --configfile no.yaml\n```\n")
    assert list(broken_links(page)) == ["#another", "no.md"]
    assert list(missing_files(page)) == ["config/no.yaml", "no.yaml", "data/no.py"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_code_in_the_documents_can_be_read(path: Path) -> None:
    for block in blocks_of(path, "python"):
        compile(block, str(path), "exec")
    for block in blocks_of(path, "yaml"):
        assert yaml.safe_load(block)


def test_the_overlay_of_getting_started_is_a_valid_configuration(tmp_path: Path) -> None:
    (name, text), *others = overlays_written_in(ROOT / "docs" / "getting-started.md").items()
    assert not others
    overlay = tmp_path / Path(name).name
    overlay.write_text(text, encoding="utf-8")
    (tmp_path / "config").symlink_to(ROOT / "config")
    done = snakemake(tmp_path, "--dry-run", "--configfile", str(overlay))
    assert "warmer" in done.stdout + done.stderr


def test_the_pictures_are_what_their_program_draws(tmp_path: Path) -> None:
    program = ROOT / "docs" / "draw_pictures.py"
    subprocess.run([sys.executable, str(program), str(tmp_path)], env={"PYTHONPATH": str(SCRIPTS)}, check=True)
    drawn = {path.name: path.read_bytes() for path in tmp_path.glob("*.svg")}
    assert drawn == {path.name: path.read_bytes() for path in (ROOT / "docs" / "pictures").iterdir()}


def test_the_citation_has_what_its_form_asks_for() -> None:
    citation = yaml.safe_load(text_of(ROOT / "CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    (paper,) = citation["references"]
    assert paper["title"] in re.sub(r"\s*\n> ", " ", text_of(ROOT / "README.md"))
