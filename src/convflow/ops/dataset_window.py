"""The nodes behind tf.data.Dataset.window: datasets, or batches, of neighbouring elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import torch

from convflow.core import errors
from convflow.core.shape import scalar
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_sizes as sizes
from convflow.ops.dataset_elements import Element, Values, batched, kept
from convflow.ops.dataset_streams import Recipe, Stream


class Part(NamedTuple):
    """One component of an element."""

    element: Element
    place: int

    def components(self) -> tuple[Any, ...]:
        return (self.element.components()[self.place],)


class _Windows(Iterator[list[Element]]):
    def __init__(self, source: Iterator[Element], size: int, shift: int, stride: int, drop: bool) -> None:
        self._source = source
        self._span = (size - 1) * stride + 1
        self._shift = shift
        self._stride = stride
        self._drop_remainder = drop
        self._buffer: list[Element] = []

    def __next__(self) -> list[Element]:
        missing = self._span - len(self._buffer)
        self._buffer.extend(map(kept, islice(self._source, max(missing, 0))))
        window = self._buffer[: self._span : self._stride]
        if not window or (self._drop_remainder and len(self._buffer) < self._span):
            raise StopIteration
        skipped = self._shift - len(self._buffer)
        del self._buffer[: self._shift]
        if skipped > 0:
            next(islice(self._source, skipped - 1, None), None)
        return window


def _checked(size: torch.Tensor, shift: torch.Tensor, stride: torch.Tensor) -> tuple[int, int, int]:
    numbers = {"size": int(size), "shift": int(shift), "stride": int(stride)}
    for name, number in numbers.items():
        if number < 1:
            raise errors.InvalidArgumentError(
                None, None, f"Window {name} must be greater than zero, got {number}. Pass 1 or more."
            )
    return numbers["size"], numbers["shift"], numbers["stride"]


def _kernel(op: Operation) -> Callable[..., Recipe]:
    parts = len(op.attrs["output_types"])

    def make(source: Recipe, size: Any, shift: Any, stride: Any, drop_remainder: torch.Tensor) -> Recipe:
        numbers, drop = _checked(size, shift, stride), bool(drop_remainder)

        def windows(dataset: Iterable[Element]) -> Iterator[Element]:
            found = _Windows(iter(dataset), *numbers, drop)
            return map(partial(_datasets, parts), found)

        return Recipe(lambda dataset: Stream(lambda: windows(dataset)), (source,), size=sizes.windows(*numbers, drop))

    return make


def _datasets(parts: int, window: list[Element]) -> Values:
    return Values(tuple(_dataset(window, place, parts) for place in range(parts)))


def _dataset(window: list[Element], place: int, parts: int) -> Recipe:
    elements = window if parts == 1 else [Part(element, place) for element in window]
    return Recipe(lambda: elements, size=sizes.fixed(len(elements)))


def _sliding_kernel(op: Operation) -> Callable[..., Recipe]:
    drop = op.attrs["drop_remainder"]

    def make(source: Recipe, window_size: Any, window_shift: Any, window_stride: Any) -> Recipe:
        numbers = _checked(window_size, window_shift, window_stride)
        return Recipe(
            lambda dataset: Stream(lambda: map(batched, _Windows(iter(dataset), *numbers, drop))),
            (source,),
            size=sizes.windows(*numbers, drop),
        )

    return make


register_op(
    "WindowDataset",
    inputs="input_dataset: variant; size: int64; shift: int64; stride: int64; drop_remainder: bool",
    outputs="handle: variant",
    attrs="output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=lambda ctx: [scalar()],
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "SlidingWindowDataset",
    inputs="input_dataset: variant; window_size: int64; window_shift: int64; window_stride: int64",
    outputs="handle: variant",
    attrs="drop_remainder: bool = true; output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=lambda ctx: [scalar()],
    kernel=_sliding_kernel,
    gradient=NO_GRADIENT,
)
