"""Programs that fetch, against the hub's stand-in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import SCRIPTS
from hub_standin import Standin
from mclner.fetch.download import Limits

QUICK = Limits(attempts=3, first_pause=0.01, silence=3.0, slowest=1000)
PAGE = bytes(range(256)) * 400


def variables(hub: Standin, home: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": hub.address, "HF_HOME": str(home / "cache"), "HF_HUB_OFFLINE": "0"}


def run(program: str, hub: Standin, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / f"{program}.py"), "--attempts", "2", *options]
    environment = os.environ | variables(hub, home)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def model_options(home: Path) -> list[str]:
    """Options of fetch_model.py for the model a/b, which goes to the folder `b`."""
    paths = ["--lock", str(home / "lock.json"), "--folder", str(home / "b")]
    return ["--repository", "a/b", "--name", "encoders/b", *paths]


def fetch_swahili(hub: Standin, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    sources: list[dict[str, Any]] = [
        {"repository": "google/xtreme", "configuration": "PAN-X.{language}"},
        {"repository": "unimelb-nlp/wikiann", "configuration": "{language}"},
    ]
    options = ("--sources", json.dumps(sources), "--language", "sw", "--name", "corpora/panx/sw", *options)
    return run("fetch_corpus", hub, home, *options, "--lock", str(home / "lock.json"), "--folder", str(home / "sw"))
