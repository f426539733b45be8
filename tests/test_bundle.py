"""A bundle that meets a lock file on the receiving side."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import SCRIPTS
from mclner.files import write_json


def record(name: str, revision: str) -> dict[str, dict[str, object]]:
    return {name: {"source": {"repository": "a/b", "revision": revision}, "licence": "MIT", "files": {}}}


def unpack(tmp_path: Path, brought: dict[str, dict[str, object]]) -> subprocess.CompletedProcess[str]:
    """Pack a download and a lock file with the entries `brought`, and unpack both in the folder `there`."""
    write_json(brought, tmp_path / "here" / "config" / "lock.json")
    write_json({}, tmp_path / "here" / "resources" / "x.json")
    command = [sys.executable, str(SCRIPTS / "bundle.py"), "--items", "config/lock.json", "resources"]
    subprocess.run([*command, "--bundle", "it.tar"], cwd=tmp_path / "here", check=True, capture_output=True)
    command = [sys.executable, str(SCRIPTS / "unpack_bundle.py"), str(tmp_path / "here" / "it.tar")]
    return subprocess.run([*command, "--into", str(tmp_path / "there")], capture_output=True, text=True)


def test_a_lock_file_that_disagrees_with_the_bundle_is_kept_and_the_entry_named(tmp_path: Path) -> None:
    lock = tmp_path / "there" / "config" / "lock.json"
    write_json(record("encoders/x", "1" * 40), lock)
    before = lock.read_bytes()
    done = unpack(tmp_path, record("encoders/a", "3" * 40) | record("encoders/x", "2" * 40))
    assert done.returncode == 1
    assert "lock.json: locks another encoders/x than the bundle." in done.stderr
    assert "Move this lock file away" in done.stderr
    assert lock.read_bytes() == before
    assert not (tmp_path / "there" / "resources").exists()


def test_what_is_no_lock_file_is_refused(tmp_path: Path) -> None:
    write_json({}, tmp_path / "there" / "config" / "lock.json")
    done = unpack(tmp_path, [1])  # type: ignore[arg-type]
    assert done.returncode == 1
    assert "holds no lock file as config/lock.json. Do not use this bundle." in done.stderr


def test_entries_that_only_one_side_has_stand_side_by_side(tmp_path: Path) -> None:
    write_json(record("encoders/x", "1" * 40), tmp_path / "there" / "config" / "lock.json")
    assert unpack(tmp_path, record("encoders/y", "2" * 40)).returncode == 0
    lock = json.loads((tmp_path / "there" / "config" / "lock.json").read_text())
    assert lock == record("encoders/x", "1" * 40) | record("encoders/y", "2" * 40)
    assert (tmp_path / "there" / "resources" / "x.json").exists()


def test_a_bundle_brings_its_lock_file_where_there_is_none(tmp_path: Path) -> None:
    assert unpack(tmp_path, record("encoders/y", "2" * 40)).returncode == 0
    assert (tmp_path / "there" / "config" / "lock.json").read_bytes() == (
        tmp_path / "here" / "config" / "lock.json"
    ).read_bytes()
