"""A folder of one's own is checked before anything runs: everything that is wrong with it is told at once."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ROOT, SCRIPTS, snakemake, write_overlay
from mclner.common.exceptions import InputError
from mclner.configuration.folder_check import Expectation, Findings, check_user_folder
from mclner.configuration.user_folder import found_languages, split_file
from mclner.data.languages import read_languages
from mclner.reading.readers import ReadingOptions

LANGUAGES = read_languages(ROOT / "config" / "languages.tsv")
EXPECTED = Expectation("en", ("PER", "ORG", "LOC"))
GOOD = "Acme\tB-ORG\nleft\tO\nOslo\tB-LOC\n\n" * 3


def folder(path: Path, **files: str) -> Path:
    """A folder with a good source and German test, and `files` by language__split__ending on top."""
    named = {f"en__{split}__conll": GOOD for split in ("train", "dev", "test")} | {"de__test__txt": GOOD} | files
    for name, text in named.items():
        language, split, ending = name.split("__")
        file = path / "ner" / language / f"{split}.{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    return path


def check(path: Path, expected: Expectation = EXPECTED) -> Findings:
    return check_user_folder(path, expected, LANGUAGES)


def test_a_folder_in_order_has_no_problems_and_says_what_each_file_is(tmp_path: Path) -> None:
    findings = check(folder(tmp_path, de__train__jsonl='{"tokens": ["a", "b"]}\n'))
    assert findings.problems == []
    assert len(findings.seen) == 5
    assert any("de/test.txt: 3 sentences; 2 columns parted by tabs" in line for line in findings.seen)
    findings.raise_problems(tmp_path)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        de__test__txt="Bonn\tB-GPE\nist\tO\nAnna\tB-PERSON\n",
        nl__test__conll="Malta\tB-LOC\nis\tX\n",
        fr__test__conll="il\tO\npleut\tO\n",
        es__test__jsonl="{",
        sw__train__txt="Ana anasafiri kwenda Nairobi.\nMvua ilinyesha jana.\n",
        hau__test__conll=GOOD,
        swa__test__conll=GOOD,
        en__dev__tsv=GOOD,
    )
    found = "\n".join(check(path).problems)
    for part in (
        "has hau, swa",
        "Rename hau to ha, rename swa to sw",
        "en: has several files for dev: dev.conll, dev.tsv",
        "nl/test.conll:2: 'X' is no tag",
        "fr/test.conll: holds no entity",
        "es/test.jsonl:1: is no JSON",
        "sw: has no file for test, but train.txt",
        "sw/train.txt: looks like running text",
        "GPE (1 tags), PERSON (1 tags)",
        "corpus: {tag_mapping: {GPE: LOC, PERSON: PER}}",
    ):
        assert part in found, part
    with pytest.raises(InputError, match="has 8 problems"):
        check(path).raise_problems(path)


def test_only_the_named_targets_are_looked_at(tmp_path: Path) -> None:
    path = folder(tmp_path, swa__test__conll=GOOD)
    assert check(path).problems
    assert check(path, Expectation("en", EXPECTED.entity_types, targets=("de",))).problems == []


def test_guesses_and_samples_that_are_none_are_doubts(tmp_path: Path) -> None:
    findings = check(folder(tmp_path, de__test__txt="Oslo LOC\n\nis O\n\n. O\n"))
    assert findings.problems == []
    assert len(findings.doubts) == 2
    assert "types alone" in findings.doubts[0]
    assert "has one token" in findings.doubts[1]


def test_a_folder_without_sentences_says_what_is_expected(tmp_path: Path) -> None:
    assert "is not there. Expected <language>/train.conll" in check(tmp_path).problems[0]
    (tmp_path / "ner").mkdir()
    assert sum("has no file for" in problem for problem in check(tmp_path).problems) == 3


@pytest.mark.parametrize("name", ["test.conll", "test.txt", "test", "test.iob2", "test.json"])
def test_a_split_is_found_whatever_it_ends_in(tmp_path: Path, name: str) -> None:
    for other in (name, "test.conll.md5", "test.bak", "tests.conll", "test.txt~", ".test.conll.swp"):
        (tmp_path / "de" / other).parent.mkdir(exist_ok=True)
        (tmp_path / "de" / other).write_text("")
    assert split_file(tmp_path / "de", "test") == tmp_path / "de" / name
    assert split_file(tmp_path / "de", "dev") is None
    assert found_languages(tmp_path, "en") == ["de"]


def test_the_program_ends_with_all_problems_or_with_none(tmp_path: Path) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPTS / "check_folder.py"), str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True)

    (tmp_path / "lexicons" / "muse").mkdir(parents=True)
    lexicon = tmp_path / "lexicons" / "muse" / "en-de.tsv"
    lexicon.write_text("one\n", encoding="utf-8")
    folder(tmp_path, nl__test__conll="Malta\tB-LOC\nis\tX\n")
    done = run()
    assert done.returncode == 1
    assert "has 2 problems" in done.stderr
    assert "nl/test.conll:2" in done.stderr
    assert "en-de.tsv:1: has one column" in done.stderr
    lexicon.write_text("one\teins\n", encoding="utf-8")
    folder(tmp_path, nl__test__conll=GOOD)
    done = run()
    assert done.returncode == 0, done.stderr
    assert "no problems in 6 files" in done.stdout


def pipeline(path: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """What the pipeline does to have the sentences of the folder `mine` beside it."""
    if not (path / "config").exists():
        shutil.copytree(ROOT / "config", path / "config")
    wanted = [f"resources/corpora/folder/{name}.parquet" for name in ("en/train", "de/test")]
    overlay = [str(file) for file in path.glob("overlay.yaml")]
    files = ["--configfile", "config/folder.yaml", *overlay, "--config", "folder=mine"]
    return snakemake(path, *wanted, *arguments, "--cores", "1", *files, check=check)


def jobs(done: subprocess.CompletedProcess[str]) -> set[str]:
    return set(re.findall(r"^(\w+) +\d+$", done.stdout + done.stderr, re.M)) - {"total"}


def test_the_pipeline_tells_all_problems_before_it_reads_anything(tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine", de__test__txt=GOOD.replace("LOC", "GPE"), fr__test__conll="il\tO\n")
    (mine / "ner" / "en" / "dev.conll").unlink()
    (mine / "ner" / "sw").mkdir()
    (mine / "parallel" / "own").mkdir(parents=True)
    (mine / "parallel" / "own" / "en-de.tsv").write_text("Oslo\n", encoding="utf-8")
    done = pipeline(tmp_path, check=False)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    for part in (
        "mine: has 5 problems",
        "en: has no file for dev",
        "sw: has no file for test, but nothing",
        "fr/test.conll: holds no entity",
        "GPE (3 tags)",
        "tag_mapping: {GPE: LOC}",
        "en-de.tsv:1",
    ):
        assert part in said, part
    assert not list(tmp_path.glob("resources/corpora/**/*.parquet")), "something was read before"
    shutil.rmtree(mine)
    folder(mine, de__test__txt=GOOD.replace("LOC", "GPE"))
    write_overlay(tmp_path / "overlay.yaml", {"corpus": {"tag_mapping": {"GPE": "LOC"}, "tag_column": 1}})
    pipeline(tmp_path)
    report = json.loads((tmp_path / "results/folder/folder_check.json").read_text(encoding="utf-8"))
    assert (len(report["seen"]), report["problems"]) == (4, [])
    write_overlay(tmp_path / "overlay.yaml", {"corpus": {"tag_mapping": {"GPE": "LOC"}, "tag_column": 0}})
    done = pipeline(tmp_path, check=False)  # every key of reading reaches the check
    assert "test.txt:1: 'Acme' is no tag" in done.stdout + done.stderr


def test_the_pipeline_checks_a_changed_folder_again_and_reads_only_what_changed(tmp_path: Path) -> None:
    mine = folder(tmp_path / "mine")
    pipeline(tmp_path, "results/folder/tables/corpora.md")
    table = (tmp_path / "results" / "folder" / "tables" / "corpora.md").read_text(encoding="utf-8")
    named = re.findall(r"\| (\w+) +\| (\w+) +\| (\S+\.\S+) ", table)
    english = [("en", split, f"{split}.conll") for split in ("test", "train", "dev")]
    assert named == [*english, ("de", "test", "test.txt")]
    assert table.count("2 columns parted by tabs, token_column 0, tag_column 1 (prefix: LOC, ORG)") == 4
    assert jobs(pipeline(tmp_path, "--dry-run")) == set()
    german = mine / "ner" / "de" / "test.txt"
    german.write_text(GOOD + "Bonn\tX\n", encoding="utf-8")
    assert "test.txt:13: 'X' is no tag" in pipeline(tmp_path, check=False).stderr
    german.write_text(GOOD * 2, encoding="utf-8")
    assert jobs(pipeline(tmp_path)) == {"target_corpus"}
    (mine / "ner" / "fr").mkdir()
    (mine / "ner" / "fr" / "test.conll").write_text(GOOD, encoding="utf-8")
    assert jobs(pipeline(tmp_path, "--dry-run")) == set()  # another target makes nothing stale


def test_a_report_holds_for_the_same_files_and_options_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import check_folder

    mine, times, look = folder(tmp_path / "mine"), list[Path](), check_folder.look

    def counted(folder: Path, expected: Expectation, languages: Path) -> Findings:
        times.append(folder)
        return look(folder, expected, languages)

    monkeypatch.setattr(check_folder, "look", counted)
    expected = Expectation("en", ("PER", "ORG", "LOC"))
    given = Namespace(report=tmp_path / "report.json", languages=ROOT / "config" / "languages.tsv")

    def reported(expected: Expectation = expected) -> Findings:
        return check_folder.reported(mine, expected, given)

    first = reported()
    assert reported() == first
    assert len(times) == 1
    (mine / "ner" / "de" / "test.txt").write_text(GOOD.replace("LOC", "GPE"), encoding="utf-8")
    assert "GPE" in reported().problems[0]
    assert reported().problems == reported().problems  # problems are kept as well
    assert len(times) == 2
    assert not reported(replace(expected, mapping={"GPE": "LOC"})).problems
    assert reported(replace(expected, options=ReadingOptions(tag_column=0))).problems
    (mine / "ner" / "fr").mkdir()
    assert any("fr: has no file for test" in problem for problem in reported().problems)
    given.report.write_text("{", encoding="utf-8")
    assert reported().problems
    assert len(times) == 6
