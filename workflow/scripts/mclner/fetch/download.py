"""Fetching one file by its address: whole or not at all, resumed after a break, bounded in size and time."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from mclner.common.exceptions import InputError
from mclner.common.files import content_hash, flush

log = logging.getLogger(__name__)
Result = TypeVar("Result")
PASSING = {408, 425, 429, 500, 502, 503, 504}  # answers that may be better a moment later


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may cost; sizes in bytes, times in seconds."""

    most_bytes: int = 512 * 2**20
    attempts: int = 5
    first_pause: float = 1.0
    longest_pause: float = 60.0
    silence: float = 30.0
    slowest: float = 1000.0  # bytes a second, on average over each `silence` seconds


@dataclass(frozen=True, slots=True)
class Stated:
    """Size in bytes, and the SHA-256 of the content or, where `is_blob`, its number as a blob of git (SHA-1)."""

    size: int
    checksum: str
    is_blob: bool = False

    def describes(self, path: Path) -> bool:
        """True where the file at `path` has this size and this checksum."""
        if path.stat().st_size != self.size:
            return False
        return (blob_number(path) if self.is_blob else content_hash(path)) == self.checksum


def blob_number(path: Path) -> str:
    """The SHA-1 that git gives a file's content, in hexadecimal; for small files: it is read as a whole."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Partial:
    """What there is of the file `target`, in a file beside it; one process at a time may work on it.

    The note holds a tag that stands for the content, such as an ETag. Bytes of which nobody knows the content have an
    empty tag, and count as none.
    """

    def __init__(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        self.target = target
        self.path = target.with_name(f".{target.name}.partial")
        self.note = target.with_name(f".{target.name}.partial.tag")

    def tag(self) -> str:
        """The tag of the bytes held; empty where there is none."""
        return self.note.read_text(encoding="utf-8") if self.note.exists() else ""

    def held(self) -> int:
        """How many bytes there are to go on from."""
        return self.path.stat().st_size if self.tag() and self.path.exists() else 0

    def begin(self, tag: str) -> None:
        """Start at no bytes, of the content that `tag` stands for."""
        self.drop()  # first, so that a kill never leaves bytes beside the tag of others
        self.note.write_text(tag, encoding="utf-8")
        self.path.write_bytes(b"")

    def drop(self) -> None:
        """Forget all that came."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the bytes the place of `target`."""
        flush(self.path)
        os.replace(self.path, self.target)
        self.note.unlink(missing_ok=True)


class GoneError(InputError):
    """A repository, revision or file that a server does not have, or does not give us."""


class PassingError(Exception):
    """Something that another attempt may mend; `pause` is what the server asked for, in seconds."""

    def __init__(self, problem: str, pause: float | None = None) -> None:
        super().__init__(problem)
        self.pause = pause


class Pace:
    """Gives up a stream that goes on, but too slowly to ever end."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.begun, self.received = time.monotonic(), 0

    def count(self, received: int) -> None:
        """Take note of `received` more bytes. Raises PassingError where the last `silence` seconds brought too few."""
        self.received += received
        now = time.monotonic()
        elapsed = now - self.begun
        if elapsed <= self.limits.silence:
            return
        if self.received < self.limits.slowest * elapsed:
            raise PassingError(f"only {self.received} bytes in {elapsed:.1f} s")
        self.begun, self.received = now, 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: its address, its limits, what is stated of it, and headers to send to that host alone."""

    url: str
    limits: Limits
    stated: Stated | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def most_bytes(self) -> int:
        return self.limits.most_bytes if self.stated is None else min(self.limits.most_bytes, self.stated.size)


def download(
    url: str,
    path: Path,
    limits: Limits | None = None,
    stated: Stated | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Write the file at `url` to `path`, as it is `stated` to be. `headers` go to the host of `url` alone.

    A break is resumed where it happened, by this process or a later one, if the server can do that and the content is
    known to be the same: by what is stated, or by the server's ETag. Only one process at a time may work on a `path`.

    Raises GoneError on a refusal, and InputError on a file sent compressed, larger than allowed or other than stated,
    on one of which nothing tells its end, on a redirect that leaves encryption, and where every attempt failed. All
    name the address.
    """
    wanted = Wanted(url, limits or Limits(), stated, headers or {})
    partial = Partial(path)
    with_attempts(url, wanted.limits, lambda: _fetch_rest(wanted, partial))
    partial.finish()


def with_attempts(what: str, limits: Limits, work: Callable[[], Result]) -> Result:
    """The result of `work`, tried again with growing pauses while it raises PassingError. Raises InputError."""
    for attempt in range(1, limits.attempts + 1):
        try:
            return work()
        except PassingError as trouble:
            if attempt == limits.attempts:
                raise InputError(
                    what, f"could not be fetched in {attempt} attempts ({trouble}).", "Check the network and try again."
                ) from None
            wanted = trouble.pause if trouble.pause is not None else limits.first_pause * 2 ** (attempt - 1)
            pause = min(wanted, limits.longest_pause)
            log.warning("%s: %s; attempt %d in %.1f s", what, trouble, attempt + 1, pause)
            time.sleep(pause)
    raise AssertionError("at least one attempt is made")


def pause_of(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks us to wait, where it says so as a number; `headers` know no upper and lower case."""
    after = headers.get("Retry-After", "").strip()
    return float(after) if after.isdecimal() else None


def _fetch_rest(wanted: Wanted, partial: Partial) -> None:
    """Bring what `partial` lacks; it is whole, and as stated, where nothing is raised."""
    stated = wanted.stated
    if stated is not None and (partial.tag() != stated.checksum or partial.held() > stated.size):
        partial.begin(stated.checksum)
    held = partial.held()
    if stated is None or held < stated.size:
        _receive_rest(wanted, partial, held)
    if stated is None or stated.describes(partial.path):
        return
    partial.drop()
    if held:
        raise PassingError(f"with the {held} bytes of an earlier attempt it has a wrong checksum")
    raise InputError(wanted.url, "came with a wrong checksum.", "Try again; else the server is at fault.")


def _receive_rest(wanted: Wanted, partial: Partial, held: int) -> None:
    """Ask for what comes after the `held` bytes, and add it to them; or to none, where all comes again."""
    headers = {**wanted.headers, "Accept-Encoding": "identity"}
    if held:
        headers |= {"Range": f"bytes={held}-"}
    if held and wanted.stated is None:
        headers |= {"If-Range": partial.tag()}
    try:
        with requests.get(wanted.url, headers=headers, stream=True, timeout=wanted.limits.silence) as response:
            _check(wanted, response, partial)
            if response.status_code == 200:
                partial.begin(wanted.stated.checksum if wanted.stated else _strong_tag(response))
            elif not _goes_on(wanted, response, partial, held):
                partial.drop()
                raise PassingError("other bytes came than were asked for")
            _receive(wanted, response, partial)
    except requests.TooManyRedirects:
        raise InputError(wanted.url, "redirects in a circle.", "Correct the address in the configuration.") from None
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:  # HTTPError: urllib3's, while reading
        raise PassingError(f"{type(error).__name__}: {error}") from None


def _check(wanted: Wanted, response: requests.Response, partial: Partial) -> None:
    """Refuse what can be told from the head of an answer."""
    url, status = wanted.url, response.status_code
    if status in PASSING:
        raise PassingError(f"answer {status}", pause_of(response.headers))
    if status == 403 and _host(response.url) != _host(url):  # the signed address it was sent on to has run out
        raise PassingError(f"answer {status} of {_host(response.url)}")
    if status == 416:
        partial.drop()
        raise PassingError(f"answer {status}: there is nothing after the bytes that we hold")
    if status not in (200, 206):
        raise GoneError(url, f"answers {status} {response.reason}.", "Check the address, and whether it needs a login.")
    if url.startswith("https:") and not response.url.startswith("https:"):
        raise InputError(url, f"redirects to {response.url}, without encryption.", "Use another address.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise InputError(url, "is sent compressed, though plain was asked for.", "Use another address.")
    if wanted.stated is None and _length(response) is None and not _is_chunked(response):
        raise InputError(url, "is sent without its length: nobody could tell a part from all.", "Use another address.")


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _length(response: requests.Response) -> int | None:
    """Bytes in the body of an answer, where its head says so."""
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _is_chunked(response: requests.Response) -> bool:
    return "chunked" in response.headers.get("Transfer-Encoding", "").lower()  # sent with a mark at the end


def _strong_tag(response: requests.Response) -> str:
    """The ETag of an answer; empty where it has none that stands for these very bytes."""
    tag = response.headers.get("ETag", "")
    return "" if tag.startswith("W/") else tag


def _goes_on(wanted: Wanted, response: requests.Response, partial: Partial, held: int) -> bool:
    """True where a partial answer (206) begins after the `held` bytes, and is of the same content."""
    begins = response.headers.get("Content-Range", "").startswith(f"bytes {held}-")
    return held > 0 and begins and (wanted.stated is not None or response.headers.get("ETag") == partial.tag())


def _receive(wanted: Wanted, response: requests.Response, partial: Partial) -> None:
    """Add the body of an answer to what there is."""
    pace, length = Pace(wanted.limits), _length(response)
    with partial.path.open("ab") as stream:
        begin = total = stream.tell()
        if length is None and wanted.stated is not None:
            length = wanted.stated.size - begin
        _refuse_more(wanted, partial, begin + (length or 0))
        while chunk := response.raw.read1(64 * 1024):  # what has come; read() would wait for all of it
            total += len(chunk)
            _refuse_more(wanted, partial, total)
            stream.write(chunk)
            pace.count(len(chunk))
    if length is not None and total - begin != length:
        raise PassingError(f"{total - begin} of {length} bytes came")


def _refuse_more(wanted: Wanted, partial: Partial, size: int) -> None:
    if size > wanted.most_bytes:
        partial.drop()
        raise InputError(wanted.url, f"is larger than {wanted.most_bytes} bytes.", "Check the address.")
