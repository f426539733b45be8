"""What all programs under workflow/scripts share: logging, progress and errors a person can read."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from mclner.common.exceptions import DamagedFileError, InputError

Item = TypeVar("Item")
log = logging.getLogger("mclner")


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser that already knows `--log`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, help="write the log to this file (default: standard error)")
    return parser


def add_fetch_options(parser: argparse.ArgumentParser) -> None:
    """What every program that fetches knows: patience, and the download's name and place."""
    parser.add_argument("--attempts", type=int, default=5, help="attempts at each file")
    parser.add_argument(
        "--silence", type=float, default=30.0, help="seconds after which a server that sends next to nothing is left"
    )
    parser.add_argument("--name", required=True, help="name of the download in the lock file")
    add_lock_options(parser)
    parser.add_argument("--folder", type=Path, required=True, help="folder to fill, record.json among the files")


def add_lock_options(parser: argparse.ArgumentParser) -> None:
    """`--lock` and `--policy`, for programs that fetch."""
    parser.add_argument("--lock", type=Path, required=True, help="the lock file: revisions and checksums")
    parser.add_argument(
        "--policy",
        choices=("check", "renew"),
        default="check",
        help="renew: what comes replaces what was locked",
    )


def start_log(path: Path | None) -> None:
    """Send log lines, with the time, to `path` or to standard error."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    is_first = os.environ.get("RANK", "0") == "0"  # of the processes of torchrun, the first one writes the log
    handler = logging.FileHandler(path, mode="w", encoding="utf-8") if path and is_first else logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO if is_first else logging.ERROR, handlers=[handler], force=True)
    logging.captureWarnings(True)


def run_program(parser: argparse.ArgumentParser, main: Callable[[argparse.Namespace], None]) -> None:
    """Parse the command line, run `main`, and end with status 1 and one line where the input is wrong."""
    arguments = parser.parse_args()
    start_log(arguments.log)
    begun = time.monotonic()
    try:
        main(arguments)
    except DamagedFileError as error:
        problem = set_aside(error)
        log.error("%s", problem)
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(1)
    except InputError as error:
        log.error("%s", error)
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        log.error("stopped by the user")
        sys.exit(128 + signal.SIGINT)
    except Exception as error:
        log.exception("ended by an error")
        where = f" (traceback in {arguments.log})" if arguments.log else ""
        print(f"error: {type(error).__name__}: {error}{where}", file=sys.stderr)
        sys.exit(1)
    log.info("done in %.1f s", time.monotonic() - begun)


def set_aside(error: DamagedFileError) -> str:
    """Move what is damaged to a name ending in `.damaged`, so that the pipeline makes it anew; what to say."""
    aside = error.path.with_name(f"{error.path.name}.damaged")
    try:
        if aside.is_dir() and error.path.exists():  # another process may have set it aside just now
            shutil.rmtree(aside)
        error.path.replace(aside)
    except OSError:
        return str(error)
    return f"{error.path}: is damaged ({error.problem}). It lies in {aside} now; run again: it is made anew."


class Progress:
    """A bar where a terminal watches, and a plain log line every `seconds`; `total` is None where nobody knows it."""

    def __init__(self, total: int | None, what: str, unit: str, seconds: float = 10.0) -> None:
        self.total, self.what, self.unit, self.seconds = total, what, unit, seconds
        self.done = 0
        self.begun = self.last = time.monotonic()
        self.bar = tqdm(total=total, desc=what, unit=unit, disable=not sys.stderr.isatty(), leave=False)

    def update(self, count: int = 1) -> None:
        self.done += count
        self.bar.update(count)
        now = time.monotonic()
        if now - self.last >= self.seconds:
            rate = self.done / (now - self.begun)
            done = f"{self.done} of {self.total}" if self.total is not None else str(self.done)
            log.info("%s: %s %s (%.1f a second)", self.what, done, self.unit, rate)
            self.last = now

    def close(self) -> None:
        self.bar.close()


def with_progress(items: Sequence[Item], what: str, unit: str) -> Iterator[Item]:
    """Pass `items` on, showing how far we are."""
    progress = Progress(len(items), what, unit)
    for item in items:
        yield item
        progress.update()
    progress.close()


def log_counts(counts: Iterable[tuple[str, int]], what: str) -> None:
    """One log line with the counts that are not zero."""
    shown = ", ".join(f"{name}: {number}" for name, number in counts if number)
    log.info("%s: %s", what, shown or "none")
