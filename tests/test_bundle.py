"""Bundles: what is unpacked is what was packed, and lies where downloads may lie."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from conftest import SCRIPTS


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
    import io

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
