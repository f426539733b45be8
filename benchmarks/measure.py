"""Side-by-side timing: two ways of doing one thing, in turn, in one process; the last line printed is JSON."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Pair:
    """Median seconds of two things that were run in turn."""

    ours: float
    theirs: float

    @property
    def times_faster(self) -> float:
        return self.theirs / self.ours

    @property
    def share(self) -> float:
        return self.ours / self.theirs


def is_quick(description: str | None) -> bool:
    """Parse the command line of a benchmark: `--quick` asks for fewer rounds on smaller input."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="end within 50 seconds on two cores")
    return bool(parser.parse_args().quick)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> Pair:
    """Medians over `rounds` after one unmeasured call of each; A B A B …, so that a drifting machine hits both."""
    ours(), theirs()
    times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return Pair(statistics.median(a for a, _ in times), statistics.median(b for _, b in times))


def saved_bytes(work: Callable[[], object], model: torch.nn.Module) -> int:
    """Bytes that autograd keeps for the backward pass of `work`, each storage once, the weights of `model` left out."""
    storages: dict[int, int] = {}
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        work()
    return sum(storages.values())


def report(name: str, ratio: float, reach: float, holds: bool) -> None:
    """The line that other programs read."""
    print(json.dumps({"name": name, "ratio": round(ratio, 4), "reach": reach, "holds": bool(holds)}))
