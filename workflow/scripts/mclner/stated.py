"""What a source says of a file before it is fetched, by which the file is known to be whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mclner.files import content_hash


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
