"""The nodes of datasets that call functions on their elements (API: tf.data.Dataset.map, filter, flat_map ...)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.ops import dataset_sizes as sizes
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_streams import Batches, Mapped, Recipe, Stream
from convflow.ops.dataset_threads import in_parallel, worker_count

Function = Callable[..., tuple[Any, ...]]

_STRUCTURE = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
_ARGUMENTS = "Targuments: list(type) >= 0"


def _scalar(ctx: InferenceContext) -> list[TensorShape]:
    return [scalar()]


def function_of(op: Operation, attr: str, store: Any) -> Function:
    """The function that an attribute names, compiled for the session of `store`."""
    return store.function(op.graph.function(op.attrs[attr].name))


def _applied(function: Function, captured: tuple[Any, ...]) -> Callable[[Element], Values]:
    return lambda element: Values(function(*element.components(), *captured))


def _flag(function: Function, captured: tuple[Any, ...]) -> Callable[[Element], bool]:
    return lambda element: bool(function(*element.components(), *captured)[0])


def _stream(
    source: Recipe, make: Callable[[Iterable[Element]], Iterator[Element]], size: sizes.Size = sizes.unknown
) -> Recipe:
    return Recipe(lambda dataset: Stream(lambda: make(dataset)), (source,), computes=True, size=size)


def _size(op: Operation) -> sizes.Size:
    """Of what has an element for each; TensorFlow counts on that only where the node says so."""
    return sizes.same if op.attrs["preserve_cardinality"] else sizes.unknown


def _register(name: str, inputs: str, attrs: str, kernel: Any) -> None:
    register_op(
        name,
        inputs=f"input_dataset: variant; {inputs}",
        outputs="handle: variant",
        attrs=f"{attrs}; {_ARGUMENTS}; {_STRUCTURE}",
        shape=_scalar,
        kernel=kernel,
        gradient=NO_GRADIENT,
    )


# One element for each


def _map_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *captured: Any) -> Recipe:
        call = _applied(function, captured)
        return _stream(source, lambda dataset: Mapped(call, iter(dataset)), _size(op))

    return make


_register(
    "MapDataset",
    "other_arguments: (Targuments...)",
    "f: func; use_inter_op_parallelism: bool = true; preserve_cardinality: bool = false; "
    "force_synchronous: bool = false",
    _map_kernel,
)


def _parallel_map_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *rest: Any) -> Recipe:
        *captured, calls = rest
        workers = worker_count(int(calls), "num_parallel_calls")
        call = _applied(function, tuple(captured))
        return _stream(source, lambda dataset: in_parallel(call, iter(dataset), workers), _size(op))

    return make


_register(
    "ParallelMapDatasetV2",
    "other_arguments: (Targuments...); num_parallel_calls: int64",
    "f: func; use_inter_op_parallelism: bool = true; deterministic: string = 'default'; "
    "preserve_cardinality: bool = false; use_unbounded_threadpool: bool = false",
    _parallel_map_kernel,
)


def _map_and_batch_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *rest: Any) -> Recipe:
        *captured, batch_size, calls, drop_remainder = rest
        workers, size, drop = worker_count(int(calls), "num_parallel_calls"), int(batch_size), bool(drop_remainder)
        if size < 1:
            raise errors.InvalidArgumentError(None, None, f"batch_size must be greater than zero, got {size}.")
        call = _applied(function, tuple(captured))
        count = sizes.batches(size, drop)
        return _stream(source, lambda dataset: Batches(in_parallel(call, iter(dataset), workers), size, drop), count)

    return make


_register(
    "MapAndBatchDataset",
    "other_arguments: (Targuments...); batch_size: int64; num_parallel_calls: int64; drop_remainder: bool",
    "f: func; preserve_cardinality: bool = false",
    _map_and_batch_kernel,
)


# Fewer elements


def _filter_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "predicate", store)

    def make(source: Recipe, *captured: Any) -> Recipe:
        keep = _flag(function, captured)
        return _stream(source, lambda dataset: filter(keep, dataset))

    return make


_register("FilterDataset", "other_arguments: (Targuments...)", "predicate: func", _filter_kernel)


class _While(Iterator[Element]):
    def __init__(self, source: Iterator[Element], keep: Callable[[Element], bool]) -> None:
        self._source = source
        self._keep = keep
        self._is_over = False

    def __next__(self) -> Element:
        if not self._is_over:
            element = next(self._source)
            if self._keep(element):
                return element
            self._is_over = True
        raise StopIteration


def _take_while_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "predicate", store)

    def make(source: Recipe, *captured: Any) -> Recipe:
        keep = _flag(function, captured)
        return _stream(source, lambda dataset: _While(iter(dataset), keep))

    return make


_register("TakeWhileDataset", "other_arguments: (Targuments...)", "predicate: func", _take_while_kernel)


# A dataset for each element


class _Interleaved(Iterator[Element]):
    """`block_length` elements in turn from each of `cycle_length` datasets that are open at a time."""

    def __init__(
        self,
        source: Iterator[Element],
        open_dataset: Callable[[Element], Iterator[Element]],
        cycle_length: int,
        block_length: int,
    ) -> None:
        self._source = source
        self._open_dataset = open_dataset
        self._slots: list[Iterator[Element] | None] = [None] * cycle_length
        self._block_length = block_length
        self._current = 0
        self._taken = 0
        self._source_is_over = False

    def __next__(self) -> Element:
        while not self._source_is_over or any(slot is not None for slot in self._slots):
            slot = self._slot()
            if slot is not None and self._taken < self._block_length:
                for element in islice(slot, 1):
                    self._taken += 1
                    return element
                self._slots[self._current] = None
            self._current = (self._current + 1) % len(self._slots)
            self._taken = 0
        raise StopIteration

    def _slot(self) -> Iterator[Element] | None:
        if self._slots[self._current] is None and not self._source_is_over:
            opened = [self._open_dataset(element) for element in islice(self._source, 1)]
            self._source_is_over = not opened
            self._slots[self._current] = opened[0] if opened else None
        return self._slots[self._current]


def _interleave(
    function: Function, source: Recipe, captured: tuple[Any, ...], cycle_length: int, block_length: int
) -> Recipe:
    for name, value in (("cycle_length", cycle_length), ("block_length", block_length)):
        if value < 1:
            raise errors.InvalidArgumentError(None, None, f"`{name}` must be > 0, got {value}.")

    def open_dataset(element: Element) -> Iterator[Element]:
        (inner,) = function(*element.components(), *captured)
        return iter(inner.dataset())

    return _stream(source, lambda dataset: _Interleaved(iter(dataset), open_dataset, cycle_length, block_length))


def _flat_map_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)
    return lambda source, *captured: _interleave(function, source, captured, 1, 1)


def _interleave_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *rest: Any) -> Recipe:
        *captured, cycle_length, block_length = rest
        return _interleave(function, source, tuple(captured), int(cycle_length), int(block_length))

    return make


def _parallel_interleave_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *rest: Any) -> Recipe:
        # The order is that of one thread, which is what readers count on; reading ahead is what prefetch is for.
        *captured, cycle_length, block_length, _, _, calls = rest
        workers = worker_count(int(calls), "num_parallel_calls")
        cycle = workers if int(cycle_length) < 1 else int(cycle_length)
        return _interleave(function, source, tuple(captured), cycle, int(block_length))

    return make


def _legacy_interleave_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function = function_of(op, "f", store)

    def make(source: Recipe, *rest: Any) -> Recipe:
        *captured, cycle_length, block_length, _, _ = rest
        return _interleave(function, source, tuple(captured), int(cycle_length), int(block_length))

    return make


_register("FlatMapDataset", "other_arguments: (Targuments...)", "f: func", _flat_map_kernel)
_register(
    "InterleaveDataset",
    "other_arguments: (Targuments...); cycle_length: int64; block_length: int64",
    "f: func",
    _interleave_kernel,
)
_register(
    "ParallelInterleaveDatasetV4",
    "other_arguments: (Targuments...); cycle_length: int64; block_length: int64; buffer_output_elements: int64; "
    "prefetch_input_elements: int64; num_parallel_calls: int64",
    "f: func; deterministic: string = 'default'",
    _parallel_interleave_kernel,
)
_register(
    "LegacyParallelInterleaveDatasetV2",
    "other_arguments: (Targuments...); cycle_length: int64; block_length: int64; buffer_output_elements: int64; "
    "prefetch_input_elements: int64",
    "f: func; deterministic: string = 'default'",
    _legacy_interleave_kernel,
)


# State from element to element


class _Scan(Iterator[Element]):
    def __init__(self, source: Iterator[Element], function: Function, state: list[Any], captured: Any) -> None:
        self._source = source
        self._function = function
        self._state = state
        self._captured = captured

    def __next__(self) -> Element:
        results = self._function(*self._state, *next(self._source).components(), *self._captured)
        self._state = list(results[: len(self._state)])
        return Values(results[len(self._state) :])


def _scan_kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    function, count = function_of(op, "f", store), len(op.attrs["Tstate"])

    def make(source: Recipe, *rest: Any) -> Recipe:
        state, captured = list(rest[:count]), rest[count:]
        return _stream(source, lambda dataset: _Scan(iter(dataset), function, state, captured), _size(op))

    return make


_register(
    "ScanDataset",
    "initial_state: (Tstate...); other_arguments: (Targuments...)",
    "f: func; Tstate: list(type) >= 1; preserve_cardinality: bool = false; use_default_device: bool = true",
    _scan_kernel,
)


def _reduce_kernel(op: Operation, store: Any) -> Callable[..., tuple[Any, ...]]:
    function, count = function_of(op, "f", store), len(op.attrs["Tstate"])

    def reduced(source: Recipe, *rest: Any) -> tuple[Any, ...]:
        state, captured = rest[:count], rest[count:]
        for element in source.dataset():
            state = function(*state, *element.components(), *captured)
        return tuple(value.clone() if isinstance(value, torch.Tensor) else value for value in state)

    return reduced


register_op(
    "ReduceDataset",
    inputs="input_dataset: variant; initial_state: (Tstate...); other_arguments: (Targuments...)",
    outputs="components: (output_types...)",
    attrs=f"f: func; Tstate: list(type) >= 1; {_ARGUMENTS}; {_STRUCTURE}; use_inter_op_parallelism: bool = true",
    shape=lambda ctx: ctx.attr("output_shapes"),
    kernel=_reduce_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
