"""A download that has begun: the bytes that have come, and a note of what they are; both outlive the process."""

from __future__ import annotations

import os
from pathlib import Path

from mclner.files import flush


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
