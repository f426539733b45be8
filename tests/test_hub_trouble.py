"""Trouble with the hub: what may pass is waited for, and never taken for a repository that is gone."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import SCRIPTS
from helpers.fetching import fetch_swahili, model_options, variables
from hub_content import panx_repository
from hub_standin import Repository, Standin, serve
from mclner.common.exceptions import InputError
from mclner.fetch import hub
from mclner.fetch.download import GoneError, Limits
from mclner.fetch.lockfile import verify_folder

MODEL = Repository({"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": bytes(range(256)) * 2000})
SETTINGS = """
import runpy, sys
{first}
sys.path.insert(0, {folder!r})
runpy.run_path({program!r})
import datasets, huggingface_hub.constants as constants
print(constants.HF_HUB_DISABLE_XET, constants.HF_HUB_DISABLE_TELEMETRY, datasets.config.HF_UPDATE_DOWNLOAD_COUNTS)
"""


@pytest.fixture(scope="module")
def both() -> dict[tuple[str, str], Repository]:
    """The two sources of Swahili."""
    return {
        ("dataset", "google/xtreme"): panx_repository(["sw"], "PAN-X.{language}"),
        ("dataset", "unimelb-nlp/wikiann"): panx_repository(["sw"], "{language}"),
    }


def fetched(standin: Standin, home: Path) -> str:
    """Fetch Swahili from a hub, which ends well; what was said."""
    with serve(standin):
        done = fetch_swahili(standin, home)
    assert done.returncode == 0, done.stderr
    return done.stderr


def source_of(folder: Path) -> str:
    return verify_folder(folder)["source"]["repository"]


@pytest.mark.slow
@pytest.mark.parametrize("first", ["", "import huggingface_hub.constants"])
@pytest.mark.parametrize("program", ["fetch_model", "fetch_corpus"])
def test_programs_that_fetch_use_plain_http_and_tell_nobody(program: str, first: str) -> None:
    code = SETTINGS.format(first=first, folder=str(SCRIPTS), program=str(SCRIPTS / f"{program}.py"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=kept | {"HF_HUB_DISABLE_XET": "0"}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "False"]


def test_a_dictionary_is_fetched_without_the_library_of_the_hub() -> None:
    program = str(SCRIPTS / "fetch_file.py")
    code = f"import runpy, sys; sys.path.insert(0, {str(SCRIPTS)!r}); runpy.run_path({program!r})"
    code += "; print('huggingface_hub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    ["/revision/", "/tree/", "POST paths-info", "HEAD README.md", "README.md"],
)
@pytest.mark.parametrize("trouble", ["500", "429", "silence"])
def test_a_call_that_fails_once_is_made_again(
    both: dict[tuple[str, str], Repository], tmp_path: Path, fault: str, trouble: str
) -> None:
    revision = both["dataset", "google/xtreme"].revision
    sources = [{"repository": "google/xtreme", "configuration": "PAN-X.{language}", "revision": revision}]
    with serve(Standin(both, faults={fault: [trouble]})) as standin:
        done = fetch_swahili(standin, tmp_path, "--sources", json.dumps(sources), "--silence", "1.5")
    assert done.returncode == 0, done.stderr
    assert not standin.faults[fault]
    assert set(verify_folder(tmp_path / "sw")["files"]) == {"train/0.parquet", "dev/0.parquet", "test/0.parquet"}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["api/datasets/google", "POST paths-info", "HEAD google/xtreme", "xtreme/resolve"])
def test_trouble_that_lasts_does_not_lead_to_another_source(
    both: dict[tuple[str, str], Repository], tmp_path: Path, fault: str
) -> None:
    with serve(Standin(both, faults={fault: ["503"] * 99})) as standin:
        done = fetch_swahili(standin, tmp_path)
    assert done.returncode == 1
    assert "could not be fetched in 2 attempts (" in done.stderr
    assert not [path for path in standin.requests if "wikiann" in path]


def test_lasting_trouble_within_the_library_is_no_unknown_configuration(
    monkeypatch: pytest.MonkeyPatch, both: dict[tuple[str, str], Repository], tmp_path: Path
) -> None:
    def unreachable(*_: Any) -> dict[str, list[str]]:
        raise ConnectionError("unreachable")

    monkeypatch.setattr(hub, "_declared_files", unreachable)
    monkeypatch.setattr(hub, "repository_files", lambda *_: ["PAN-X.sw/train-0.parquet"])
    with pytest.raises(InputError, match=r"in 1 attempts .*unreachable") as raised:
        hub.dataset_files("google/xtreme", "PAN-X.sw", "0", tmp_path, Limits(attempts=1))
    assert not isinstance(raised.value, GoneError)


@pytest.mark.slow
def test_a_repository_with_a_script_is_listed_at_once(tmp_path: Path) -> None:
    files = panx_repository(["sw"], "PAN-X.{language}").files | {"xtreme.py": b"raise SystemExit"}
    said = fetched(Standin({("dataset", "google/xtreme"): Repository(files)}), tmp_path)
    assert "attempt" not in said
    assert source_of(tmp_path / "sw") == "google/xtreme"


@pytest.mark.slow
def test_a_repository_without_data_is_left_for_the_next_source(
    both: dict[tuple[str, str], Repository], tmp_path: Path
) -> None:
    emptied = both | {("dataset", "google/xtreme"): Repository({"README.md": b"moved"})}
    assert "attempt" not in fetched(Standin(emptied), tmp_path)
    assert source_of(tmp_path / "sw") == "unimelb-nlp/wikiann"


@pytest.mark.slow
def test_a_file_that_the_hub_refuses_leads_to_the_next_source(
    both: dict[tuple[str, str], Repository], tmp_path: Path
) -> None:
    fetched(Standin(both, faults={"PAN-X.sw/test-00000": ["403"] * 99}), tmp_path)
    assert source_of(tmp_path / "sw") == "unimelb-nlp/wikiann"


@pytest.mark.slow
def test_a_signed_address_that_has_run_out_is_asked_for_again(
    both: dict[tuple[str, str], Repository], tmp_path: Path
) -> None:
    with (
        serve(Standin(pages=Standin(both).store(), faults={"/lfs/": ["403"]})) as storage,
        serve(Standin(both, storage=storage.address)) as standin,
    ):
        done = fetch_swahili(standin, tmp_path)
    assert done.returncode == 0, done.stderr
    assert source_of(tmp_path / "sw") == "google/xtreme"
    assert storage.requests.total() == 4  # three splits, one of them twice


@pytest.mark.parametrize(("after", "pause"), [("0", "0.0"), ("7", "0.2"), ("a moment", "0.1")])
def test_the_pause_that_the_hub_asks_for_is_kept_within_bounds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, after: str, pause: str
) -> None:
    limits = Limits(attempts=2, first_pause=0.1, longest_pause=0.2)
    faults = {"POST paths-info": ["429"]}
    with serve(Standin({("model", "a/b"): MODEL}, faults=faults, retry_after=after)) as standin:
        monkeypatch.setattr(hub, "HfApi", lambda: hub_of(standin))
        hub.stated_files("a/b", "model", MODEL.revision, ["config.json"], limits)
    assert f"answer 429; attempt 2 in {pause} s" in caplog.text


def hub_of(standin: Standin) -> Any:
    from huggingface_hub import HfApi

    return HfApi(endpoint=standin.address)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "message"), [("gzip", "is sent compressed"), ("bare and endless", r"is larger than \d+ bytes")]
)
def test_a_file_that_grows_beyond_what_is_stated_is_refused_unwritten(tmp_path: Path, fault: str, message: str) -> None:
    most = 2**20  # bytes; more than is stated, and far less than comes

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    with serve(Standin({("model", "a/b"): MODEL}, faults={"model.safetensors": [fault] * 2})) as standin:
        done = subprocess.run(
            [sys.executable, str(SCRIPTS / "fetch_model.py"), *model_options(tmp_path)],
            env=os.environ | variables(standin, tmp_path), preexec_fn=bound, capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.search(rf"error: .*model.safetensors: {message}", done.stderr)
    assert not [path for path in tmp_path.rglob("*model.safetensors*") if path.suffix != ".tag" and path.stat().st_size]
