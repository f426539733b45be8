"""On PYTHONPATH, this makes every Python process refuse to reach for a network: what works under it works offline."""

from __future__ import annotations

import socket
from typing import Any


class OfflineSocket(socket.socket):
    """A socket that connects to nothing but files of this machine."""

    def connect(self, address: Any, /) -> None:
        if self.family != socket.AF_UNIX:
            raise PermissionError(f"no network in this test: connection to {address}")
        super().connect(address)

    def connect_ex(self, address: Any, /) -> int:
        self.connect(address)
        return 0


socket.socket = OfflineSocket  # type: ignore[misc]
