"""A folder of one's own is checked before anything runs: everything that is wrong with it is told at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, SCRIPTS
from mclner.common.exceptions import InputError
from mclner.configuration.folder_check import Expectation, Findings, check_user_folder
from mclner.configuration.user_folder import found_languages, split_file
from mclner.data.languages import read_languages

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
