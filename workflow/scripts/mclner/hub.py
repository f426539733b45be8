"""Fetching from the Hugging Face hub at a fixed revision, checked against the checksums that the hub itself states."""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from mclner.download import PASSING, Limits, Pace, PassingError, with_attempts
from mclner.errors import InputError
from mclner.files import content_hash

os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # plain HTTP: resumable, and passes every proxy
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import httpx2
from huggingface_hub import HfApi, constants, get_session, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.hf_api import RepoFile

logging.getLogger("httpx2").setLevel(logging.WARNING)  # one line a request says little to a person
log = logging.getLogger(__name__)
Result = TypeVar("Result")
SPLITS = {"train": "train", "validation": "dev", "test": "test"}  # the hub's names -> ours


class GoneError(InputError):
    """A repository, revision or file that the hub does not have, or does not give us."""


def asked(address: str, limits: Limits, work: Callable[[], Result]) -> Result:
    """The result of a call to the hub, tried again where the trouble may pass. Raises InputError, or GoneError."""

    def attempt() -> Result:
        try:
            return work()
        except HfHubHTTPError as error:
            status = error.response.status_code if error.response is not None else None
            if status in PASSING or status is None:
                raise PassingError(f"answer {status}") from None
            raise GoneError(
                address, f"answers {status}.", "Check name and revision, and whether it needs a login."
            ) from None
        except LocalEntryNotFoundError as error:
            raise PassingError(f"{error.__cause__ or error}".splitlines()[0]) from None
        except (httpx2.HTTPError, OSError, RuntimeError) as error:
            raise PassingError(f"{type(error).__name__}: {error}".splitlines()[0]) from None

    return with_attempts(address, limits, attempt)


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


def dataset_files(
    repository: str, configuration: str, revision: str, cache: Path, limits: Limits
) -> dict[str, list[str]]:
    """Parquet files of each split of a configuration; splits by our names, files by their names in the repository.

    As the `datasets` library resolves them; or, where it knows no such configuration, those that lie in a folder of its
    name, as in the branch refs/convert/parquet. Raises GoneError where there are none.
    """
    address = f"{address_of(repository, 'dataset')} ({configuration})"
    try:
        files = asked(address, limits, lambda: _declared_files(repository, configuration, revision, cache))
    except ValueError:  # the library's word for a configuration that it does not know
        there = asked(
            address, limits, lambda: HfApi().list_repo_files(repository, revision=revision, repo_type="dataset")
        )
        files = _files_in_folder(there, configuration)
    files = {split: [file for file in found if file.endswith(".parquet")] for split, found in files.items()}
    if not any(files.values()):
        raise GoneError(address, "holds no Parquet files.", "Check its name, or try the revision refs/convert/parquet.")
    return files


def _declared_files(repository: str, configuration: str, revision: str, cache: Path) -> dict[str, list[str]]:
    from datasets import DownloadConfig, load_dataset_builder

    download = DownloadConfig(cache_dir=cache, max_retries=1)
    builder = load_dataset_builder(
        repository, configuration, revision=revision, cache_dir=str(cache), download_config=download
    )
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


def fetch_files(repository: str, kind: str, revision: str, wanted: Sequence[str], folder: Path, limits: Limits) -> None:
    """Bring the files `wanted` to `folder`, each compared with the checksum that the hub states.

    A file that is there already and right is kept, a half one is gone on with.
    """
    address = address_of(repository, kind)
    infos = asked(
        address,
        limits,
        lambda: HfApi().get_paths_info(repository, list(wanted), revision=revision, repo_type=kind),
    )
    stated = {info.path: info for info in infos if isinstance(info, RepoFile)}
    for name in wanted:
        if name not in stated:
            raise GoneError(f"{address}/{name}", f"is not there at revision {revision}.", "Check the revision.")
        if stated[name].size > limits.most_bytes:
            raise InputError(f"{address}/{name}", f"is larger than {limits.most_bytes} bytes.", "Check the name.")
        if not (folder / name).exists() or not is_as_stated(folder / name, stated[name]):
            fetch_file(repository, kind, revision, name, folder, limits)
        if not is_as_stated(folder / name, stated[name]):
            (folder / name).unlink()
            raise InputError(f"{address}/{name}", "came with a wrong checksum.", "Try again; else the hub is at fault.")
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub library's notes on the download


class MeasuredStream(httpx2.SyncByteStream):
    """A stream of the hub that is given up where it becomes too slow."""

    def __init__(self, stream: httpx2.SyncByteStream, limits: Limits) -> None:
        self.stream, self.limits = stream, limits

    def __iter__(self) -> Iterator[bytes]:
        pace = Pace(self.limits)
        for chunk in self.stream:
            pace.count(len(chunk))
            yield chunk

    def close(self) -> None:
        self.stream.close()


@contextmanager
def measured_streams(limits: Limits) -> Iterator[None]:
    """Within the block, what the hub's library receives comes through a MeasuredStream."""

    def measure(response: httpx2.Response) -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = MeasuredStream(response.stream, limits)

    session = get_session()
    hooks = session.event_hooks
    session.event_hooks = {**hooks, "response": [*hooks.get("response", []), measure]}
    try:
        yield
    finally:
        session.event_hooks = hooks


def fetch_file(repository: str, kind: str, revision: str, name: str, folder: Path, limits: Limits) -> None:
    """One file, by the hub's own library, which goes on with a half one."""
    log.info("fetching %s of %s at %s", name, repository, revision)

    def work() -> None:
        with measured_streams(limits):
            hf_hub_download(
                repository, name, repo_type=kind, revision=revision, local_dir=folder, etag_timeout=limits.silence
            )

    asked(f"{address_of(repository, kind)}/{name}", limits, work)


def is_as_stated(path: Path, info: RepoFile) -> bool:
    """True where a file has the sha256 (large files) or the git blob number (small ones) that the hub states."""
    if path.stat().st_size != info.size:
        return False
    if info.lfs is not None:
        return content_hash(path) == info.lfs.sha256
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == info.blob_id
