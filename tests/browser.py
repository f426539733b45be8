"""A headless Chromium, where one is installed: what a page looks like after its scripts have run."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--enable-logging=stderr", "--window-size=1280,1000",
)  # fmt: skip
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here; Debian's is `apt-get install chromium`")


def look_at(page: Path, fragment: str = "", expression: str = "null") -> tuple[Any, list[str]]:
    """Value of a JavaScript `expression` in the opened `page`, and what the browser wrote to its console."""
    asked = f"<script>document.body.dataset.answer = JSON.stringify({expression});</script></body>"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "page.html"
        copy.write_text(page.read_text(encoding="utf-8").replace("</body>", asked), encoding="utf-8")
        command = [
            str(CHROMIUM),
            *OPTIONS,
            f"--user-data-dir={folder}/profile",
            "--dump-dom",
            f"{copy.as_uri()}{fragment}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<body[^>]* data-answer="([^"]*)"', done.stdout)
    assert found, done.stderr
    return json.loads(html.unescape(found[1])), [line for line in done.stderr.splitlines() if "CONSOLE" in line]
