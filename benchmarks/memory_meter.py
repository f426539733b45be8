"""Counting the bytes of living tensors, and the answers that tensors without values cannot give."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

ATEN = torch.ops.aten


class MemoryMeter(TorchDispatchMode):
    """Bytes of all storages that operations made under it and that still live: `current`, and `peak`."""

    def __init__(self) -> None:
        super().__init__()
        self.current = self.peak = 0
        self.known: dict[int, weakref.finalize] = {}

    def add(self, *tensors: torch.Tensor) -> None:
        """Count the storages of `tensors` too, each once."""
        for tensor in tensors:
            storage = tensor.untyped_storage()
            if id(storage) not in self.known:
                self.current += storage.nbytes()
                self.known[id(storage)] = weakref.finalize(storage, self._release, id(storage), storage.nbytes())
        self.peak = max(self.peak, self.current)

    def restart(self) -> None:
        """Look for the peak from now on."""
        self.peak = self.current

    def _release(self, key: int, size: int) -> None:
        del self.known[key]
        self.current -= size

    def __torch_dispatch__(
        self, function: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = function(*args, **kwargs or {})
        self.add(*(leaf for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor)))
        return result


class Answers:
    """What operations answer whose result depends on values: numbers, and the sizes of what they find.

    Recorded in a real run, in order; replayed in a run of the same operations on tensors without values.
    """

    def __init__(self) -> None:
        self.recorded: list[tuple[Any, Any]] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        with _Recorder(self.recorded):
            yield

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Raises RuntimeError where the run asks for something else than what was recorded, or for less."""
        waiting = list(self.recorded)
        with _Replayer(waiting):
            yield
        if waiting:
            raise RuntimeError(f"{len(waiting)} recorded answers were not asked for, first of {waiting[0][0]}")


def depends_on_values(function: Any, args: tuple[Any, ...]) -> bool:
    if function in (ATEN.nonzero.default, ATEN._local_scalar_dense.default):
        return True
    return function is ATEN.index.Tensor and any(index is not None and index.dtype == torch.bool for index in args[1])


class _Recorder(TorchDispatchMode):
    def __init__(self, recorded: list[tuple[Any, Any]]) -> None:
        super().__init__()
        self.recorded = recorded

    def __torch_dispatch__(
        self, function: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = function(*args, **kwargs or {})
        if depends_on_values(function, args):
            self.recorded.append((function, result.shape if isinstance(result, torch.Tensor) else result))
        return result


class _Replayer(TorchDispatchMode):
    def __init__(self, waiting: list[tuple[Any, Any]]) -> None:
        super().__init__()
        self.waiting = waiting

    def __torch_dispatch__(
        self, function: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if not depends_on_values(function, args):
            return function(*args, **kwargs or {})
        if not self.waiting or self.waiting[0][0] is not function:
            raise RuntimeError(f"no answer is recorded for {function}: the run differs from that which was recorded")
        _, answer = self.waiting.pop(0)
        if not isinstance(answer, torch.Size):
            return answer
        kind = torch.int64 if function is ATEN.nonzero.default else args[0].dtype
        return torch.empty(answer, dtype=kind, device=args[0].device)


def allocated_peak(work: Callable[[], object]) -> int:
    """Highest sum of bytes that PyTorch's allocator gave out and had not taken back during `work`."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        work()
    found = profiled.profiler.kineto_results.events()  # type: ignore[union-attr]
    changes = sorted((event.start_ns(), event.nbytes()) for event in found if event.name() == "[memory]")
    current = peak = 0
    for _, change in changes:
        current += change
        peak = max(peak, current)
    return peak
