"""A stand-in for the Hugging Face hub and for a web server of lexicons, on this machine's loopback.

Speaks enough of the hub's interface for `huggingface_hub` and `datasets` to work with it unchanged, and misbehaves on
request.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LARGE = (".parquet", ".safetensors", ".bin")  # kept by the hub in LFS, with a sha256
BARE: dict[str, Callable[[bytes], bytes]] = {  # faults in which no length is sent, and what is sent
    "bare": lambda body: body,
    "bare and cut": lambda body: body[: len(body) // 2],
    "bare and endless": lambda body: body + b"\0" * 50_000_000,
}
KINDS = {"models": "model", "datasets": "dataset"}


@dataclass
class Repository:
    """Files of one repository at one revision."""

    files: dict[str, bytes]

    @property
    def revision(self) -> str:
        names = "\n".join(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(self.files.items()))
        return hashlib.sha1(names.encode(), usedforsecurity=False).hexdigest()

    def entry(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        entry: dict[str, Any] = {"type": "file", "path": name, "size": len(data), "oid": blob}
        if name.endswith(LARGE):
            entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return entry


@dataclass
class Standin:
    """What is served, by kind and name or by path, and the faults to show next, by a part of the path.

    A part of the path stands for GET; `HEAD config` and `POST paths-info` for other methods.
    """

    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    pages: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    authorised: list[str] = field(default_factory=list)  # paths that were asked for with a token
    address: str = ""
    storage: str = ""  # address of another stand-in, to which large files are redirected, as to a CDN
    retry_after: str = "0"
    piece: int = 2**20  # bytes sent at a time, with a pause of so many seconds after each
    pause: float = 0.0

    def next_fault(self, method: str, path: str) -> str | None:
        for name, faults in self.faults.items():
            wanted, _, part = name.rpartition(" ")
            if method == (wanted or "GET") and part in path and faults:
                return faults.pop(0)
        return None

    def store(self) -> dict[str, bytes]:
        """The large files as pages of the storage."""
        return {
            f"/lfs/{hashlib.sha256(data).hexdigest()}": data
            for repository in self.repositories.values()
            for name, data in repository.files.items()
            if name.endswith(LARGE)
        }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    standin: Standin
    fault: str | None = None

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def answer(self, status: int, body: bytes = b"", /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value: Any) -> None:
        self.answer(200, json.dumps(value).encode(), Content_Type="application/json")

    def missing(self, code: str = "EntryNotFound") -> None:
        self.answer(404, b"{}", X_Error_Code=code)

    def do_HEAD(self) -> None:
        self.do_GET()

    def stumbles(self, path: str) -> bool:
        """Show the next fault in place of an answer, where it is one that any answer can have."""
        self.fault = self.standin.next_fault(self.command, path)
        if self.fault == "silence":
            self.connection.settimeout(150)  # longer than any test waits
            with suppress(OSError):
                self.rfile.read(1)  # comes back when the other side has given up
            self.close_connection = True
            return True
        if self.fault is None or not self.fault.isdecimal():
            return False
        self.answer(int(self.fault), b"not now", Retry_After=self.standin.retry_after)
        return True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.stumbles(unquote(urlsplit(self.path).path)):
            return
        asked = json.loads(body)["paths"] if body.startswith("{") else parse_qs(body).get("paths", [])
        _, _, kind, owner, name, *_ = urlsplit(self.path).path.split("/")
        repository = self.standin.repositories.get((KINDS[kind], f"{owner}/{name}"))
        if repository is None:
            self.missing("RepoNotFound")
        else:
            self.answer_json([repository.entry(path) for path in asked if path in repository.files])

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.standin.requests[path] += 1
        self.standin.authorised += [path] if "Authorization" in self.headers else []
        if self.stumbles(path):
            return
        if path.startswith("/api/"):
            self.describe(path.split("/")[2:])
        elif path in self.standin.pages:
            body = self.standin.pages[path]
            self.send(path, body, {"ETag": f'"{hashlib.sha256(body).hexdigest()}"'})
        elif "/resolve/" in path:
            self.resolve(path)
        else:
            self.missing()

    def describe(self, parts: list[str]) -> None:
        if len(parts) < 3:
            self.missing()
            return
        kind, owner, name, *rest = parts
        repository = self.standin.repositories.get((KINDS[kind], f"{owner}/{name}"))
        if repository is None:
            self.missing("RepoNotFound")
        elif rest[:1] == ["tree"]:
            self.tree(repository, "/".join(rest[2:]))
        else:
            siblings = [{"rfilename": file} for file in sorted(repository.files)]
            facts = {"id": f"{owner}/{name}", "sha": repository.revision, "siblings": siblings, "tags": []}
            dates = dict.fromkeys(("lastModified", "createdAt"), "2026-01-01T00:00:00.000Z")
            self.answer_json(facts | dates | {"private": False, "gated": False, "disabled": False})

    def tree(self, repository: Repository, folder: str) -> None:
        prefix = f"{folder}/" if folder else ""
        recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() in ("true", "1")
        entries, folders = [], set()
        for file in sorted(repository.files):
            below = file.removeprefix(prefix)
            if not file.startswith(prefix):
                continue
            if recursive or "/" not in below:
                entries.append(repository.entry(file))
            elif "/" in below:
                folders.add(prefix + below.split("/")[0])
        if prefix and not entries and not folders:
            self.missing()
        else:
            self.answer_json(entries + [{"type": "directory", "path": path, "oid": "0", "size": 0} for path in folders])

    def resolve(self, path: str) -> None:
        before, _, after = path.partition("/resolve/")
        kind = "dataset" if before.startswith("/datasets/") else "model"
        name = before.removeprefix("/datasets").strip("/")
        repository = self.standin.repositories.get((kind, name))
        file = after.partition("/")[2]
        if repository is None:
            self.missing("RepoNotFound")
        elif file not in repository.files:
            self.missing()
        else:
            entry = repository.entry(file)
            tag = entry.get("lfs", entry)["oid"]
            if "lfs" in entry and self.standin.storage:
                linked = {"X_Linked_Etag": f'"{tag}"', "X_Linked_Size": str(entry["size"])}
                linked |= {"X_Repo_Commit": repository.revision, "Location": f"{self.standin.storage}/lfs/{tag}"}
                self.answer(302, **linked)
                return
            self.send(path, repository.files[file], {"ETag": f'"{tag}"', "X-Repo-Commit": repository.revision})

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        fault = self.fault
        if fault == "redirect":
            self.answer(302, Location=f"{self.standin.address}{path}")
            return
        if fault == "gzip":
            bomb = gzip.compress(b"\0" * 50_000_000)
            self.answer(200, bomb, Content_Encoding="gzip", **headers)
            return
        if fault in BARE:
            self.send_bare(BARE[fault](body))
            return
        if fault == "chunked and cut":
            self.send_cut_chunks(body)
            return
        if fault == "wrong":
            body = bytes(reversed(body))
        begin = 0
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes="):
            self.standin.ranges.append(asked)
            same = self.headers.get("If-Range", headers["ETag"]) == headers["ETag"]
            begin = int(asked[6:].split("-")[0]) if same else 0
        if begin and begin >= len(body):
            self.answer(416)
            return
        self.send_response(206 if begin else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body) - begin))
        self.end_headers()
        if self.command == "HEAD":
            return
        rest = body[begin:]
        if fault == "cut":
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
        elif fault == "drip":
            with suppress(OSError):  # until the other side gives up, for a minute at most
                for byte in rest[:600]:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.1)
            self.close_connection = True
        else:
            with suppress(OSError):  # the other side was killed
                for begin in range(0, len(rest), self.standin.piece):
                    self.wfile.write(rest[begin : begin + self.standin.piece])
                    time.sleep(self.standin.pause)

    def send_bare(self, body: bytes) -> None:
        """As HTTP/1.0 did: no length, and the end of the connection is the end of the body."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        with suppress(OSError):  # the other side has had enough
            self.wfile.write(body)

    def send_cut_chunks(self, body: bytes) -> None:
        """One chunk of two, and no end."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        half = body[: len(body) // 2]
        self.wfile.write(b"%x\r\n%b\r\n" % (len(half), half))


@contextmanager
def serve(standin: Standin, port: int = 0) -> Iterator[Standin]:
    """Serve on a port of the loopback (0: any free one) until the block ends; the address is put into `standin`."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"standin": standin}))
    server.daemon_threads = True
    standin.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
