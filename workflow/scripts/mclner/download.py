"""Fetching one file by its address: whole or not at all, resumed after a break, bounded in size and time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError

from mclner.errors import InputError
from mclner.files import writing

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


def download(url: str, path: Path, limits: Limits | None = None) -> None:
    """Write the file at `url` to `path`. A break is resumed where it happened, if the server can do that.

    Raises InputError, naming the address, on a refusal, on a file sent compressed or larger than allowed, on a redirect
    that leaves encryption, and where every attempt failed.
    """
    limits = limits or Limits()
    with writing(path) as partial:
        tag: list[str] = []  # the ETag of the bytes we hold, once known
        with_attempts(url, limits, lambda: _fetch_rest(url, partial, tag, limits))


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


def _fetch_rest(url: str, partial: Path, tag: list[str], limits: Limits) -> None:
    held = partial.stat().st_size if partial.exists() and tag else 0
    headers = {"Accept-Encoding": "identity"}
    if held:
        headers |= {"Range": f"bytes={held}-", "If-Range": tag[0]}
    try:
        with requests.get(url, headers=headers, stream=True, timeout=limits.silence) as response:
            _check(url, response, limits)
            resumed = response.status_code == 206
            tag[:] = [response.headers["ETag"]] if "ETag" in response.headers else []
            _receive(url, response, partial, held if resumed else 0, limits)
    except requests.TooManyRedirects:
        raise InputError(url, "redirects in a circle.", "Correct the address in the configuration.") from None
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:  # HTTPError: urllib3's, while reading
        raise PassingError(f"{type(error).__name__}: {error}") from None


def _check(url: str, response: requests.Response, limits: Limits) -> None:
    """Refuse what can be told from the head of an answer."""
    if response.status_code in PASSING:
        after = response.headers.get("Retry-After", "")
        raise PassingError(f"answer {response.status_code}", float(after) if after.isdigit() else None)
    if response.status_code not in (200, 206):
        raise InputError(
            url, f"answers {response.status_code} {response.reason}.", "Correct the address in the configuration."
        )
    if url.startswith("https:") and not response.url.startswith("https:"):
        raise InputError(url, f"redirects to {response.url}, without encryption.", "Use another address.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise InputError(url, "is sent compressed, though plain was asked for.", "Use another address.")
    if int(response.headers.get("Content-Length", 0)) > limits.most_bytes:
        raise InputError(url, f"is larger than {limits.most_bytes} bytes.", "Check the address.")


def _receive(url: str, response: requests.Response, partial: Path, held: int, limits: Limits) -> None:
    pace, received = Pace(limits), 0
    expected = response.headers.get("Content-Length")
    with partial.open("r+b" if held else "wb") as stream:
        stream.seek(held)
        while chunk := response.raw.read1(64 * 1024):  # what has come; read() would wait for all of it
            stream.write(chunk)
            received += len(chunk)
            pace.count(len(chunk))
            if held + received > limits.most_bytes:
                raise InputError(url, f"is larger than {limits.most_bytes} bytes.", "Check the address.")
    if expected is not None and received != int(expected):
        raise PassingError(f"{received} of {expected} bytes came")
