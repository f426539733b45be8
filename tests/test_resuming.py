"""Resuming: bytes that came are kept over cuts, failures and kills, and never mixed with those of another content."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SCRIPTS
from helpers.fetching import PAGE, QUICK, model_options, run, variables
from hub_standin import Repository, Standin, serve
from mclner.common.exceptions import InputError
from mclner.fetch.download import Limits, Stated, download
from mclner.fetch.lockfile import verify_folder

ONCE = Limits(attempts=1, silence=3.0)
WEIGHTS = bytes(range(256)) * 2000
MODEL = Repository({"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": WEIGHTS})
STATED = Stated(len(PAGE), hashlib.sha256(PAGE).hexdigest())


@pytest.fixture
def web() -> Iterator[Standin]:
    with serve(Standin(pages={"/page": PAGE})) as standin:
        yield standin


@pytest.fixture
def storage() -> Iterator[Standin]:
    """Where the hub keeps the weights, on another port."""
    with serve(Standin(pages=Standin({("model", "a/b"): MODEL}).store())) as standin:
        yield standin


@pytest.fixture
def hub(storage: Standin) -> Iterator[Standin]:
    """A hub that sends who asks for weights on to its storage, as the real one does."""
    with serve(Standin({("model", "a/b"): MODEL}, storage=storage.address)) as standin:
        yield standin


def half(folder: Path, web: Standin, stated: Stated | None = None) -> int:
    """Have a download of the page cut once and given up; how many bytes came."""
    web.faults["page"] = ["cut"]
    with pytest.raises(InputError, match="in 1 attempts"):
        download(f"{web.address}/page", folder / "it", ONCE, stated)
    return (folder / ".it.partial").stat().st_size


@pytest.mark.parametrize("stated", [None, STATED])
def test_what_a_failed_call_left_is_gone_on_with(web: Standin, tmp_path: Path, stated: Stated | None) -> None:
    held = half(tmp_path, web, stated)
    assert 0 < held < len(PAGE)
    download(f"{web.address}/page", tmp_path / "it", ONCE, stated)
    assert web.ranges == [f"bytes={held}-"]
    assert (tmp_path / "it").read_bytes() == PAGE
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


@pytest.mark.parametrize("has_stated", [False, True])
def test_what_came_of_another_content_is_not_gone_on_with(web: Standin, tmp_path: Path, has_stated: bool) -> None:
    half(tmp_path, web, STATED if has_stated else None)
    web.pages["/page"] = PAGE[::-1]
    stated = Stated(len(PAGE), hashlib.sha256(PAGE[::-1]).hexdigest()) if has_stated else None
    download(f"{web.address}/page", tmp_path / "it", ONCE, stated)
    assert (tmp_path / "it").read_bytes() == PAGE[::-1]


def test_bytes_without_an_etag_are_not_gone_on_with(web: Standin, tmp_path: Path) -> None:
    half(tmp_path, web)
    (tmp_path / ".it.partial.tag").write_text("")
    download(f"{web.address}/page", tmp_path / "it", ONCE)
    assert web.ranges == []
    assert (tmp_path / "it").read_bytes() == PAGE


def test_bytes_that_were_damaged_meanwhile_are_fetched_again(web: Standin, tmp_path: Path) -> None:
    held = half(tmp_path, web, STATED)
    (tmp_path / ".it.partial").write_bytes(b"?" * held)
    download(f"{web.address}/page", tmp_path / "it", QUICK, STATED)
    assert (tmp_path / "it").read_bytes() == PAGE


@pytest.mark.parametrize("surplus", [0, 1])
def test_a_file_killed_before_it_had_its_name_gets_it(web: Standin, tmp_path: Path, surplus: int) -> None:
    half(tmp_path, web, STATED)
    (tmp_path / ".it.partial").write_bytes(PAGE + b"?" * surplus)
    download(f"{web.address}/page", tmp_path / "it", ONCE, STATED)
    assert (tmp_path / "it").read_bytes() == PAGE
    assert web.requests["/page"] == 1 + surplus


def test_a_range_that_the_server_does_not_have_begins_anew(web: Standin, tmp_path: Path) -> None:
    half(tmp_path, web)
    (tmp_path / ".it.partial").write_bytes(PAGE)
    download(f"{web.address}/page", tmp_path / "it", QUICK)
    assert web.ranges == [f"bytes={len(PAGE)}-"]
    assert (tmp_path / "it").read_bytes() == PAGE


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (Stated(len(PAGE), "0" * 64), "came with a wrong checksum"),
        (Stated(len(PAGE) + 1, STATED.checksum), "came with a wrong checksum"),
        (Stated(len(PAGE) - 1, STATED.checksum), f"is larger than {len(PAGE) - 1} bytes"),
        (Stated(len(PAGE), "0" * 40, is_blob=True), "came with a wrong checksum"),
    ],
)
def test_a_file_other_than_stated_is_refused(web: Standin, tmp_path: Path, stated: Stated, message: str) -> None:
    with pytest.raises(InputError, match=rf"{web.address}/page: {message}"):
        download(f"{web.address}/page", tmp_path / "it", ONCE, stated)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_weights_cut_on_the_way_are_resumed_by_the_next_job(hub: Standin, storage: Standin, tmp_path: Path) -> None:
    storage.faults["/lfs/"] = ["cut", "cut"]
    assert run("fetch_model", hub, tmp_path, *model_options(tmp_path), "--attempts", "1").returncode == 1
    held = (tmp_path / ".b.fetching" / ".model.safetensors.partial").stat().st_size
    done = run("fetch_model", hub, tmp_path, *model_options(tmp_path))
    assert done.returncode == 0, done.stderr
    assert 0 < held < len(WEIGHTS)
    assert storage.ranges[0] == f"bytes={held}-"
    assert len(storage.ranges) == 2  # the second cut was resumed within the job
    assert set(verify_folder(tmp_path / "b")["files"]) == set(MODEL.files)
    assert hub.requests[f"/a/b/resolve/{MODEL.revision}/config.json"] == 1  # what was whole was kept


@pytest.mark.slow
def test_weights_are_resumed_after_a_kill(hub: Standin, storage: Standin, tmp_path: Path) -> None:
    storage.piece, storage.pause = 4096, 0.02
    command = [sys.executable, str(SCRIPTS / "fetch_model.py"), *model_options(tmp_path)]
    process = subprocess.Popen(command, env=os.environ | variables(hub, tmp_path))
    partial = tmp_path / ".b.fetching" / ".model.safetensors.partial"
    while process.poll() is None and not (partial.exists() and partial.stat().st_size):
        time.sleep(0.01)
    process.kill()
    process.wait()
    held = partial.stat().st_size
    storage.piece = 2**20
    done = run("fetch_model", hub, tmp_path, *model_options(tmp_path))
    assert done.returncode == 0, done.stderr
    assert storage.ranges == [f"bytes={held}-"]
    assert 0 < held < len(WEIGHTS)
    verify_folder(tmp_path / "b")


@pytest.mark.slow
def test_a_token_goes_to_the_hub_and_not_to_its_storage(
    hub: Standin, storage: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "0")
    done = run("fetch_model", hub, tmp_path, *model_options(tmp_path))
    assert done.returncode == 0, done.stderr
    resolved = [path for path in hub.authorised if "/resolve/" in path]
    assert len(resolved) == len(MODEL.files)
    assert storage.requests.total() == 1
    assert storage.authorised == []
