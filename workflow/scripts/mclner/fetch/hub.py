"""Fetching from the Hugging Face hub at a fixed revision, checked against the checksums that the hub itself states."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from mclner.common.exceptions import InputError
from mclner.common.files import stays_inside
from mclner.fetch.download import PASSING, GoneError, Limits, PassingError, Stated, download, pause_of, with_attempts

# Plain HTTP, which can be resumed and passes every proxy; nothing told to anybody.
os.environ.update(
    dict.fromkeys(("HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS"), "1")
)
os.environ["HF_UPDATE_DOWNLOAD_COUNTS"] = "0"

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url, set_client_factory
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # documented, but not marked so
from huggingface_hub.utils._http import default_client_factory

# The same where another module imported the library before: it reads the variables once.
constants.HF_HUB_DISABLE_XET = constants.HF_HUB_DISABLE_TELEMETRY = constants.HF_HUB_DISABLE_PROGRESS_BARS = True

logging.getLogger("httpx2").setLevel(logging.WARNING)  # one line a request says little to a person
log = logging.getLogger(__name__)
Result = TypeVar("Result")
SPLITS = {"train": "train", "validation": "dev", "test": "test"}  # the hub's names -> ours


class UndeclaredError(Exception):
    """The `datasets` library knows no such configuration of a repository."""


def impatient_client(silence: float) -> httpx2.Client:
    """The library's client, which gives up a server that says nothing for `silence` seconds: its own waits for ever."""

    def limit(request: httpx2.Request) -> None:
        given = request.extensions["timeout"]
        request.extensions["timeout"] = {what: silence if given[what] is None else given[what] for what in given}

    client = default_client_factory()
    client.event_hooks = {**client.event_hooks, "request": [*client.event_hooks["request"], limit]}
    return client


def asked(address: str, limits: Limits, work: Callable[[], Result]) -> Result:
    """The result of a call to the hub, tried again where the trouble may pass. Raises InputError, or GoneError."""
    set_client_factory(lambda: impatient_client(limits.silence))

    def attempt() -> Result:
        try:
            return work()
        except (httpx2.HTTPError, OSError, RuntimeError, json.JSONDecodeError) as error:
            raise meaning_of(error, address) from None

    return with_attempts(address, limits, attempt)


def meaning_of(error: Exception, address: str) -> PassingError | GoneError:
    """What trouble in the hub's library comes to: GoneError where the hub refused, else PassingError."""
    cause: BaseException = error
    while not isinstance(cause, HfHubHTTPError) and cause.__cause__ is not None:
        cause = cause.__cause__
    if not isinstance(cause, HfHubHTTPError):
        return PassingError(f"{type(cause).__name__}: {cause}".splitlines()[0])
    status = cause.response.status_code
    if status in PASSING or not 400 <= status < 500:
        return PassingError(f"answer {status}", pause_of(cause.response.headers))
    return GoneError(address, f"answers {status}.", "Check name and revision, and whether it needs a login.")


def address_of(repository: str, kind: str) -> str:
    """Where a person would look at the repository."""
    return f"{constants.ENDPOINT}/{'datasets/' if kind == 'dataset' else ''}{repository}"


def resolve_revision(repository: str, kind: str, revision: str | None, limits: Limits) -> str:
    """The commit that `revision`, a branch or a commit, stands for; the newest where it is None."""
    address = address_of(repository, kind)
    found = asked(address, limits, lambda: HfApi().repo_info(repository, repo_type=kind, revision=revision))
    if not found.sha:
        raise GoneError(address, "names no commit.", "Give a revision in the configuration.")
    return found.sha


def repository_files(repository: str, kind: str, revision: str, limits: Limits) -> list[str]:
    """Names of all files of a repository."""
    address = address_of(repository, kind)
    return asked(address, limits, lambda: HfApi().list_repo_files(repository, revision=revision, repo_type=kind))


def dataset_files(
    repository: str, configuration: str, revision: str, cache: Path, limits: Limits
) -> dict[str, list[str]]:
    """Parquet files of each split of a configuration; splits by our names, files by their names in the repository.

    As the `datasets` library resolves them; or, where it knows no such configuration, those that lie in a folder of its
    name, as in the branch refs/convert/parquet. Raises GoneError where there are none, and InputError where trouble on
    the way lasts: that says nothing of what there is.
    """
    address = f"{address_of(repository, 'dataset')} ({configuration})"
    gone = GoneError(address, "holds no Parquet files.", "Check its name, or try the revision refs/convert/parquet.")
    there = repository_files(repository, "dataset", revision, limits)
    if not any(file.endswith(".parquet") for file in there):
        raise gone  # the library would say the same of a listing that failed
    try:
        files = asked(address, limits, lambda: _declared_files(repository, configuration, revision, cache))
    except UndeclaredError:
        files = _files_in_folder(there, configuration)
    files = {split: [file for file in found if file.endswith(".parquet")] for split, found in files.items()}
    if not any(files.values()):
        raise gone
    return files


def _declared_files(repository: str, configuration: str, revision: str, cache: Path) -> dict[str, list[str]]:
    """The same as the `datasets` library resolves them. Raises UndeclaredError."""
    from datasets import DownloadConfig, load_dataset_builder

    download = DownloadConfig(cache_dir=cache, max_retries=1)
    try:
        builder = load_dataset_builder(
            repository, configuration, revision=revision, cache_dir=str(cache), download_config=download
        )
    except (RuntimeError, ValueError) as error:
        has_script = isinstance(error, RuntimeError) and "scripts are no longer supported" in str(error)
        if has_script or type(error) is ValueError:  # the library's word for a configuration that it does not know
            raise UndeclaredError(str(error)) from None
        raise
    prefix = f"hf://datasets/{repository}@{revision}/"
    return {
        SPLITS[split]: [str(file).removeprefix(prefix) for file in files]
        for split, files in (builder.config.data_files or {}).items()
        if split in SPLITS
    }


def _files_in_folder(there: Sequence[str], configuration: str) -> dict[str, list[str]]:
    pattern = re.compile(rf"{re.escape(configuration)}/(?:partial-)?({'|'.join(SPLITS)})[-/].*")
    found: dict[str, list[str]] = {}
    for file in sorted(there):
        match = pattern.fullmatch(file)
        if match:
            found.setdefault(SPLITS[match[1]], []).append(file)
    return found


def stated_files(repository: str, kind: str, revision: str, wanted: Sequence[str], limits: Limits) -> dict[str, Stated]:
    """What the hub states of the files `wanted`.

    Raises GoneError where it lacks one, InputError where one is large or its name leads elsewhere.
    """
    address = address_of(repository, kind)
    for name in wanted:
        if not stays_inside(name):
            raise InputError(f"{address}/{name}", "would be written outside of its folder.", "Use another repository.")
    infos = asked(
        address,
        limits,
        lambda: HfApi().get_paths_info(repository, list(wanted), revision=revision, repo_type=kind),
    )
    found = {info.path: stated_of(info) for info in infos if isinstance(info, RepoFile)}
    for name in wanted:
        if name not in found:
            raise GoneError(f"{address}/{name}", f"is not there at revision {revision}.", "Check the revision.")
        if found[name].size > limits.most_bytes:
            raise InputError(f"{address}/{name}", f"is larger than {limits.most_bytes} bytes.", "Check the name.")
    return {name: found[name] for name in wanted}


def fetch_files(repository: str, kind: str, revision: str, wanted: Sequence[str], folder: Path, limits: Limits) -> None:
    """Bring the files `wanted` to `folder`, each compared with the checksum that the hub states.

    A file that is there already and right is kept; one that an earlier call, or a killed process, left half is gone on
    with. Raises InputError, or GoneError.
    """
    for name, stated in stated_files(repository, kind, revision, wanted, limits).items():
        path = folder / name
        if not (path.exists() and stated.describes(path)):
            log.info("fetching %s of %s at %s", name, repository, revision)
            url = hf_hub_url(repository, name, repo_type=kind, revision=revision)
            download(url, path, limits, stated, build_hf_headers())


def stated_of(info: RepoFile) -> Stated:
    """What the hub states of a file: a sha256 of large files, the git blob number of small ones."""
    if info.lfs is not None:
        return Stated(info.size, info.lfs.sha256)
    return Stated(info.size, info.blob_id, is_blob=True)
