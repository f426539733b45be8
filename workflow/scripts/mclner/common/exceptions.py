"""The errors that every program turns into a single readable line."""

from __future__ import annotations

from pathlib import Path


class InputError(ValueError):
    """Something a person gave us is wrong: says where, what, and what to do about it."""

    def __init__(self, where: str | Path, problem: str, remedy: str, line: int | None = None) -> None:
        place = f"{where}:{line}" if line is not None else str(where)
        super().__init__(f"{place}: {problem} {remedy}")
        self.where = str(where)
        self.line = line


class DamagedFileError(InputError):
    """A file or folder that the pipeline wrote is not as it was written; the pipeline can make it anew."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, f"is damaged ({problem}).", "Delete it and run again: it is made anew.")
        self.path, self.problem = path, problem
