"""On PYTHONPATH, this makes every Python process refuse to reach for a network: what works under it works offline.

Each refusal is a line in the file that NETWORK_ATTEMPTS names, since a library may swallow the error.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

LOCAL = (None, "", "localhost", "127.0.0.1", "::1")
resolve = socket.getaddrinfo


def refuse(what: str) -> None:
    """Raises PermissionError, after noting the attempt where it is asked for."""
    if "NETWORK_ATTEMPTS" in os.environ:
        with open(os.environ["NETWORK_ATTEMPTS"], "a", encoding="utf-8") as stream:
            stream.write(f"{what} by {sys.argv[:2]}\n")
    raise PermissionError(f"no network in this test: {what}")


class OfflineSocket(socket.socket):
    """A socket that connects to nothing but files of this machine."""

    def connect(self, address: Any, /) -> None:
        if self.family != socket.AF_UNIX:
            refuse(f"connection to {address}")
        super().connect(address)

    def connect_ex(self, address: Any, /) -> int:
        self.connect(address)
        return 0


def resolve_local(host: Any, *arguments: Any, **options: Any) -> Any:
    """`socket.getaddrinfo` for this machine alone: without a network a library gets no further than the name."""
    if host not in LOCAL:
        refuse(f"look-up of {host}")
    return resolve(host, *arguments, **options)


socket.socket = OfflineSocket  # type: ignore[misc]
socket.getaddrinfo = resolve_local
