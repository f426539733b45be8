"""Bundles: what is unpacked is what was packed, lies where downloads may lie, and agrees with the lock file there."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from conftest import SCRIPTS
from mclner.common.files import write_json


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of two files, made in one folder and ready to be unpacked in another."""
    (tmp_path / "here" / "resources" / "downloads").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (tmp_path / "here" / "resources" / "downloads" / name).write_text(name)
    command = [sys.executable, str(SCRIPTS / "bundle.py"), "--items", "resources/downloads", "--bundle", "it.tar"]
    subprocess.run(command, cwd=tmp_path / "here", check=True, capture_output=True)
    (tmp_path / "there").mkdir()
    return tmp_path / "here" / "it.tar"


def unpack(bundle: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "unpack_bundle.py"), str(bundle), "--into", str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_bundle_is_unpacked_and_verified(bundle: Path, tmp_path: Path) -> None:
    assert unpack(bundle, tmp_path / "there").returncode == 0
    assert (tmp_path / "there" / "resources" / "downloads" / "b.txt").read_text() == "b.txt"
    assert "2 were there already" in unpack(bundle, tmp_path / "there").stderr


def test_a_damaged_bundle_is_named(bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    place = data.rindex(b"b.txt")  # the content, not the header
    data[place : place + 1] = b"B"
    bundle.write_bytes(bytes(data))
    done = unpack(bundle, tmp_path / "there")
    assert done.returncode == 1
    assert "holds a damaged resources/downloads/b.txt" in done.stderr
    assert not (tmp_path / "there" / "resources" / "downloads" / "b.txt").exists()


@pytest.mark.parametrize(
    "name", ["../out.txt", "/tmp/out.txt", "workflow/x.py", "resources/../../out.txt", "config/config.yaml"]
)
def test_a_bundle_writes_nothing_outside_its_folders(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        for member, content in (("manifest.json", json.dumps({name: "0" * 64}).encode()), (name, b"x")):
            header = tarfile.TarInfo(member)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
    done = unpack(tmp_path / "bad.tar", tmp_path / "there")
    assert done.returncode == 1
    assert "has no place here" in done.stderr


def test_a_bundle_with_a_file_of_holes_is_refused(tmp_path: Path) -> None:
    """Such a file takes no room in the archive and, written out, a whole disk."""
    (tmp_path / "manifest.json").write_text(json.dumps({"resources/holes": "0" * 64}))
    (tmp_path / "resources").mkdir()
    with (tmp_path / "resources" / "holes").open("wb") as stream:
        stream.truncate(2**33)
    command = ["tar", "--sparse", "--format=gnu", "-cf", "bad.tar", "manifest.json", "resources/holes"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "bad.tar").stat().st_size < 100_000
    done = unpack(tmp_path / "bad.tar", tmp_path / "there")
    assert done.returncode == 1
    assert "has no place here" in done.stderr
    assert not (tmp_path / "there" / "resources").exists()


def record(name: str, revision: str) -> dict[str, dict[str, object]]:
    return {name: {"source": {"repository": "a/b", "revision": revision}, "licence": "MIT", "files": {}}}


def unpack_with_lock(tmp_path: Path, brought: dict[str, dict[str, object]]) -> subprocess.CompletedProcess[str]:
    """Pack a download and a lock file with the entries `brought`, and unpack both in the folder `there`."""
    write_json(brought, tmp_path / "here" / "config" / "lock.json")
    write_json({}, tmp_path / "here" / "resources" / "x.json")
    command = [sys.executable, str(SCRIPTS / "bundle.py"), "--items", "config/lock.json", "resources"]
    subprocess.run([*command, "--bundle", "it.tar"], cwd=tmp_path / "here", check=True, capture_output=True)
    return unpack(tmp_path / "here" / "it.tar", tmp_path / "there")


def test_a_lock_file_that_disagrees_with_the_bundle_is_kept_and_the_entry_named(tmp_path: Path) -> None:
    lock = tmp_path / "there" / "config" / "lock.json"
    write_json(record("encoders/x", "1" * 40), lock)
    before = lock.read_bytes()
    done = unpack_with_lock(tmp_path, record("encoders/a", "3" * 40) | record("encoders/x", "2" * 40))
    assert done.returncode == 1
    assert "lock.json: locks another encoders/x than the bundle." in done.stderr
    assert "Move this lock file away" in done.stderr
    assert lock.read_bytes() == before
    assert not (tmp_path / "there" / "resources").exists()


def test_what_is_no_lock_file_is_refused(tmp_path: Path) -> None:
    write_json({}, tmp_path / "there" / "config" / "lock.json")
    done = unpack_with_lock(tmp_path, [1])  # type: ignore[arg-type]
    assert done.returncode == 1
    assert "holds no lock file as config/lock.json. Do not use this bundle." in done.stderr


def test_entries_that_only_one_side_has_stand_side_by_side(tmp_path: Path) -> None:
    write_json(record("encoders/x", "1" * 40), tmp_path / "there" / "config" / "lock.json")
    assert unpack_with_lock(tmp_path, record("encoders/y", "2" * 40)).returncode == 0
    lock = json.loads((tmp_path / "there" / "config" / "lock.json").read_text())
    assert lock == record("encoders/x", "1" * 40) | record("encoders/y", "2" * 40)
    assert (tmp_path / "there" / "resources" / "x.json").exists()


def test_a_bundle_brings_its_lock_file_where_there_is_none(tmp_path: Path) -> None:
    assert unpack_with_lock(tmp_path, record("encoders/y", "2" * 40)).returncode == 0
    assert (tmp_path / "there" / "config" / "lock.json").read_bytes() == (
        tmp_path / "here" / "config" / "lock.json"
    ).read_bytes()
