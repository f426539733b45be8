"""Fetching: what comes is whole and as locked, trouble passes or is named, and two at once do no harm."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import SCRIPTS
from helpers.fetching import PAGE, QUICK, fetch_swahili, model_options, run
from hub_content import panx_repository
from hub_standin import Repository, Standin, serve
from import_aligned_lines import main as import_aligned_lines
from import_parallel import read_rows
from mclner.common.exceptions import InputError
from mclner.common.files import write_json
from mclner.fetch.download import Limits, download
from mclner.fetch.lockfile import RECORD, Brought, make_record, read_lock, revision_to_fetch, update_lock, verify_folder
from mclner.lexicons.word2word import read_word2word


@pytest.fixture
def web() -> Iterator[Standin]:
    with serve(Standin(pages={"/dictionary.txt": PAGE})) as standin:
        yield standin


@pytest.fixture(scope="module")
def xtreme() -> Repository:
    return panx_repository(["sw"], "PAN-X.{language}")


@pytest.mark.parametrize("faults", [["500"], ["429", "503"], ["cut"], ["drip"]])
def test_trouble_that_passes_is_waited_for(web: Standin, tmp_path: Path, faults: list[str]) -> None:
    web.faults["dictionary"] = list(faults)
    download(f"{web.address}/dictionary.txt", tmp_path / "it", QUICK)
    assert (tmp_path / "it").read_bytes() == PAGE


def test_a_cut_download_is_resumed_where_it_broke(web: Standin, tmp_path: Path) -> None:
    web.faults["dictionary"] = ["cut"]
    download(f"{web.address}/dictionary.txt", tmp_path / "it", QUICK)
    (asked,) = web.ranges
    assert 0 < int(asked.removeprefix("bytes=").removesuffix("-")) <= len(PAGE) // 2
    assert (tmp_path / "it").read_bytes() == PAGE


@pytest.mark.parametrize(
    ("faults", "limits", "message"),
    [
        (["500"] * 9, QUICK, "in 3 attempts .answer 500"),
        (["cut"] * 9, QUICK, "in 3 attempts"),
        (["drip"] * 9, QUICK, r"in 3 attempts .only \d+ bytes in"),
        (["redirect"] * 99, QUICK, "redirects in a circle"),
        (["gzip"], QUICK, "is sent compressed"),
        (["chunked and cut"] * 9, QUICK, "in 3 attempts"),
        (["bare"], QUICK, "is sent without its length"),
        (["bare and cut"], QUICK, "is sent without its length"),
        ([], Limits(most_bytes=1000), "is larger than 1000 bytes"),
    ],
)
def test_trouble_that_stays_names_the_address_and_leaves_no_file(
    web: Standin, tmp_path: Path, faults: list[str], limits: Limits, message: str
) -> None:
    web.faults["dictionary"] = list(faults)
    with pytest.raises(InputError, match=rf"{web.address}/dictionary.txt: .*{message}"):
        download(f"{web.address}/dictionary.txt", tmp_path / "it", limits)
    assert {path.name for path in tmp_path.iterdir()} <= {".it.partial", ".it.partial.tag"}  # to go on from


def test_a_missing_page_is_said_at_once(web: Standin, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="answers 404"):
        download(f"{web.address}/nothing.txt", tmp_path / "it", QUICK)
    assert web.requests["/nothing.txt"] == 1


def test_the_first_source_is_taken_and_recorded(xtreme: Repository, tmp_path: Path) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub:
        done = fetch_swahili(hub, tmp_path)
    assert done.returncode == 0, done.stderr
    record = verify_folder(tmp_path / "sw")
    assert record["source"]["repository"] == "google/xtreme"
    assert record["source"]["revision"] == xtreme.revision
    assert set(record["files"]) == {"train/0.parquet", "dev/0.parquet", "test/0.parquet"}


def test_the_second_source_is_taken_where_the_first_is_gone(tmp_path: Path) -> None:
    with serve(Standin({("dataset", "unimelb-nlp/wikiann"): panx_repository(["sw"], "{language}")})) as hub:
        done = fetch_swahili(hub, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "datasets/google/xtreme: answers 404" in done.stderr
    assert verify_folder(tmp_path / "sw")["source"]["repository"] == "unimelb-nlp/wikiann"


def test_where_every_source_is_gone_the_last_is_named(tmp_path: Path) -> None:
    with serve(Standin()) as hub:
        done = fetch_swahili(hub, tmp_path)
    assert done.returncode == 1
    assert f"error: {hub.address}/datasets/unimelb-nlp/wikiann: answers 404" in done.stderr


@pytest.mark.parametrize("fault", ["500", "429", "cut", "drip", "bare and cut", "chunked and cut"])
def test_the_hub_may_stumble(xtreme: Repository, tmp_path: Path, fault: str) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme}, faults={"test-00000": [fault]})) as hub:
        done = fetch_swahili(hub, tmp_path, "--silence", "2")
    assert done.returncode == 0, done.stderr
    verify_folder(tmp_path / "sw")


def test_a_hub_that_only_drips_is_given_up(xtreme: Repository, tmp_path: Path) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme}, faults={"test-00000": ["drip"] * 9})) as hub:
        done = fetch_swahili(hub, tmp_path, "--silence", "1")
    assert done.returncode == 1
    assert re.search(
        r"error: .*test-00000-of-00001.parquet: could not be fetched in 2 attempts \(only \d+ bytes in", done.stderr
    )


def test_a_file_of_the_hub_with_a_wrong_checksum_is_refused_and_the_rest_is_kept(
    xtreme: Repository, tmp_path: Path
) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme}, faults={"validation-00000": ["wrong"]})) as hub:
        done = fetch_swahili(hub, tmp_path)
        assert done.returncode == 1
        assert "validation-00000-of-00001.parquet: came with a wrong checksum" in done.stderr
        assert not (tmp_path / "sw").exists()
        assert fetch_swahili(hub, tmp_path).returncode == 0
    verify_folder(tmp_path / "sw")


def test_two_that_fetch_the_same_at_once_leave_one_whole_download(xtreme: Repository, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub, ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: fetch_swahili(hub, tmp_path), range(2)))
    assert [done.returncode for done in both] == [0, 0]
    assert sum(count for path, count in hub.requests.items() if "train-00000" in path) <= 2  # a HEAD and a GET
    verify_folder(tmp_path / "sw")


def test_a_locked_download_comes_from_its_revision_or_not_at_all(xtreme: Repository, tmp_path: Path) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub:
        assert fetch_swahili(hub, tmp_path).returncode == 0
        record = verify_folder(tmp_path / "sw")
        changed = {**record, "files": {**record["files"], "test/0.parquet": {"bytes": 1, "sha256": "0" * 64}}}
        update_lock(tmp_path / "lock.json", {"corpora/panx/sw": changed}, renew=False)
        (tmp_path / "sw").rename(tmp_path / "before")
        done = fetch_swahili(hub, tmp_path)
        assert done.returncode == 1
        assert "corpora/panx/sw/test/0.parquet: has changed upstream" in done.stderr
        assert fetch_swahili(hub, tmp_path, "--policy", "renew").returncode == 0


def test_a_locked_source_that_is_gone_is_not_replaced_by_another(xtreme: Repository, tmp_path: Path) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub:
        assert fetch_swahili(hub, tmp_path).returncode == 0
    update_lock(tmp_path / "lock.json", {"corpora/panx/sw": verify_folder(tmp_path / "sw")}, renew=False)
    (tmp_path / "sw").rename(tmp_path / "before")
    with serve(Standin({("dataset", "unimelb-nlp/wikiann"): panx_repository(["sw"], "{language}")})) as hub:
        done = fetch_swahili(hub, tmp_path)
    assert done.returncode == 1
    assert "datasets/google/xtreme: answers 404" in done.stderr


def test_what_an_earlier_attempt_left_is_neither_recorded_nor_kept(xtreme: Repository, tmp_path: Path) -> None:
    left = [".raw/PAN-X.sw/old.parquet", "train/1.parquet", "extra/0.parquet", ".cache/.x.partial", "record.json"]
    for name in left:
        (tmp_path / ".sw.fetching" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ".sw.fetching" / name).write_bytes(b"of another revision")
    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub:
        assert fetch_swahili(hub, tmp_path).returncode == 0
    recorded = set(verify_folder(tmp_path / "sw")["files"])
    assert recorded == {"train/0.parquet", "dev/0.parquet", "test/0.parquet"}
    there = {path.relative_to(tmp_path / "sw").as_posix() for path in (tmp_path / "sw").rglob("*")}
    assert there == recorded | {"train", "dev", "test", "record.json"}


def test_the_lock_file_grows_and_refuses_what_differs(tmp_path: Path) -> None:
    lock = tmp_path / "lock.json"
    record = {"source": {"url": "u"}, "licence": "", "files": {"a": {"bytes": 1, "sha256": "x"}}}
    assert update_lock(lock, {"one": record}, renew=False) == ["one"]
    assert update_lock(lock, {"one": record, "two": record}, renew=False) == ["two"]
    other = record | {"files": {"a": {"bytes": 1, "sha256": "y"}}}
    with pytest.raises(InputError, match="one/a: has changed upstream"):
        update_lock(lock, {"one": other}, renew=False)
    assert update_lock(lock, {"one": other}, renew=True) == ["one"]
    assert read_lock(lock) == {"one": other, "two": record}


def test_a_configured_commit_that_is_not_the_locked_one_is_refused() -> None:
    locked = {"source": {"repository": "a/b", "revision": "1" * 40}, "licence": "", "files": {}}
    assert revision_to_fetch("encoders/b", None, "main") == "main"
    assert revision_to_fetch("encoders/b", locked, None) == "1" * 40
    assert revision_to_fetch("encoders/b", locked, "main") == "1" * 40  # what the branch was when it was locked
    with pytest.raises(InputError, match=f"encoders/b: is locked to revision {'1' * 40}, the configuration says 2222"):
        revision_to_fetch("encoders/b", locked, "2" * 40)


def test_a_model_without_safetensors_is_refused_unless_asked_for(tmp_path: Path) -> None:
    files = {"config.json": b"{}", "tokenizer.json": b"{}", "pytorch_model.bin": b"weights"}
    with serve(Standin({("model", "a/b"): Repository(files)})) as hub:
        done = run("fetch_model", hub, tmp_path, *model_options(tmp_path))
        assert done.returncode == 1
        assert "lacks config.json, tokenizer.json or weights as safetensors" in done.stderr
        assert run("fetch_model", hub, tmp_path, *model_options(tmp_path), "--pickled").returncode == 0
    assert set(verify_folder(tmp_path / "b")["files"]) == set(files)


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo taken over",)


def test_a_word2word_lexicon_is_read_as_data_and_code_is_refused(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pkl", tmp_path / "bad.pkl"
    good.write_bytes(pickle.dumps(({"cat": 0, "dog": 1}, {5: "paka", 6: "mbwa"}, {0: [5, 6], 1: [6]})))
    assert read_word2word(good, best=1) == [("cat", "paka"), ("dog", "mbwa")]
    bad.write_bytes(pickle.dumps(({"cat": Hostile()}, {}, {})))
    with pytest.raises(InputError, match=r"it asks for posix\.system"):
        read_word2word(bad, best=1)


def test_a_damaged_download_of_sentences_is_named(xtreme: Repository, tmp_path: Path) -> None:
    with serve(Standin({("dataset", "google/xtreme"): xtreme})) as hub:
        assert fetch_swahili(hub, tmp_path).returncode == 0
    options = ["--language", "sw", "--test", str(tmp_path / "sw" / "test"), "--folder", str(tmp_path / "corpus")]
    command = [sys.executable, str(SCRIPTS / "import_corpus.py"), *options, "--entity-types", "PER", "ORG", "LOC"]
    assert subprocess.run(command, capture_output=True).returncode == 0
    (file,) = (tmp_path / "sw" / "test").glob("*.parquet")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "is damaged: its sha256 is not the recorded one" in done.stderr


def fetched_lines(folder: Path, text: str) -> Path:
    """A download of one file, with its record."""
    folder.mkdir()
    (folder / "text.txt").write_text(text, encoding="utf-8")
    write_json(make_record(folder, Brought(["text.txt"], {"url": "http://somewhere/text.txt"}, "CC0")), folder / RECORD)
    return folder


def test_lines_of_two_downloads_become_aligned_text(tmp_path: Path) -> None:
    english = fetched_lines(tmp_path / "en", "Curie left .\n\nIt\trained .\n")
    german = fetched_lines(tmp_path / "de", "Curie ging .\nnichts\nEs regnete .\n")
    arguments = Namespace(english=english, translation=german, output=tmp_path / "en-de.tsv")
    import_aligned_lines(arguments)
    assert read_rows(tmp_path / "en-de.tsv") == [("Curie left .", "Curie ging ."), ("It rained .", "Es regnete .")]
    arguments.translation = fetched_lines(tmp_path / "sw", "Curie\n")
    with pytest.raises(InputError, match=r"text.txt: has 1 lines, and \S+ has 3"):
        import_aligned_lines(arguments)
