"""What a traced run did: when each step of its plan ran, what it made, and what memory that took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation

Kernel = Callable[..., Any]


class Watcher(Protocol):
    """What looks on while a plan runs."""

    def watched(self, op: Operation, kernel: Kernel) -> Kernel:
        """The kernel of a node, which now also tells what the watcher wants to know."""


@dataclass(frozen=True)
class Made:
    """One value that a step made.

    Attributes:
        dtype: as it was computed, which a rewrite may have chosen.
        shape: its sizes.
        size: bytes of its elements.
        place: where its memory begins; 0 if that is not known.
    """

    dtype: dtypes.DType
    shape: tuple[int, ...]
    size: int
    place: int


@dataclass(frozen=True)
class Event:
    """One step of a run. Times are nanoseconds of `time.perf_counter_ns`."""

    op: Operation
    start: int
    end: int
    made: tuple[Made | None, ...]
    taken: tuple[Made | None, ...]


class Trace:
    """The events of one run, in the order in which they ended."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        # Traces of several runs are laid side by side, so their times are those of the clock on the wall.
        self._offset = time.time_ns() - time.perf_counter_ns()

    def wall(self, moment: int) -> int:
        """Nanoseconds since 1970 of a moment of an event."""
        return moment + self._offset

    def watched(self, op: Operation, kernel: Kernel) -> Kernel:
        """The kernel, which now leaves an event at each call."""

        def call(*values: Any) -> Any:
            taken = tuple(map(_description, values))
            start = time.perf_counter_ns()
            result = kernel(*values)
            end = time.perf_counter_ns()
            made = tuple(map(_description, _results(op, result)))
            self.events.append(Event(op, start, end, made, taken))
            return result

        return call


def _results(op: Operation, result: Any) -> Iterable[Any]:
    if isinstance(result, (tuple, list)):
        return result
    return (result,) if op.outputs else ()


def _description(value: Any) -> Made | None:
    """What there is to say of a value; None for what is no array, such as a variable's place."""
    if isinstance(value, torch.Tensor):
        dtype = dtypes.as_dtype(str(value.dtype).removeprefix("torch."))
        place = value.untyped_storage().data_ptr() if value.layout == torch.strided else 0
        return Made(dtype, tuple(value.shape), value.numel() * value.element_size(), place)
    if isinstance(value, np.ndarray) and value.dtype == object:
        size = sum(len(item) for item in value.flat if isinstance(item, bytes))
        return Made(dtypes.string, value.shape, size, value.ctypes.data)
    return None
