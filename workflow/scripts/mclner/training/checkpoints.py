"""Checkpoints of a training: which of them it may go on from."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

from mclner.common.checksums import damage_of
from mclner.common.files import write_json

log = logging.getLogger(__name__)
FINGERPRINT = "fingerprint.json"


def usable_checkpoint(checkpoints: Path, mark: str) -> str | None:
    """The newest whole checkpoint that this very configuration wrote; damaged ones and another's are removed."""
    noted = checkpoints / FINGERPRINT
    if any(checkpoints.glob("*")) and _read_mark(noted) != mark:
        log.info("removing checkpoints of another configuration in %s", checkpoints)
        shutil.rmtree(checkpoints)
    checkpoints.mkdir(parents=True, exist_ok=True)
    write_json({"run": mark}, noted)
    for folder in sorted(checkpoints.glob("checkpoint-*"), key=lambda path: int(path.name[11:]), reverse=True):
        problem = damage_of(folder) or _damage_of_best(folder)
        if problem is None:
            return str(folder)
        log.info("removing the checkpoint %s: %s", folder, problem)
        shutil.rmtree(folder)
    return None


def _read_mark(noted: Path) -> str | None:
    try:
        return json.loads(noted.read_text(encoding="utf-8"))["run"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _damage_of_best(checkpoint: Path) -> str | None:
    """What is wrong with the checkpoint of the best dev score so far, whose weights training ends with."""
    best = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))["best_model_checkpoint"]
    problem = damage_of(checkpoint.parent / Path(best).name) if best else None
    return problem and f"of the best one, {best}, {problem}"
