"""The node behind tf.data.experimental.group_by_reducer: elements of one key folded into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch

from convflow.core.shape import scalar
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_map import Function, function_of
from convflow.ops.dataset_streams import Recipe, Stream

_FUNCTIONS = ("key_func", "init_func", "reduce_func", "finalize_func")


class _Reduced(Iterator[Element]):
    """All elements are read before the first result; results come by growing keys."""

    def __init__(self, source: Iterator[Element], key: Function, init: Function, fold: Function, end: Function) -> None:
        self._source = source
        self._key, self._init, self._fold, self._end = key, init, fold, end
        self._results: Iterator[tuple[Any, ...]] | None = None

    def __next__(self) -> Element:
        if self._results is None:
            states = self._folded()
            self._results = iter([states[key] for key in sorted(states)])
        return Values(self._end(*next(self._results)))

    def _folded(self) -> dict[int, tuple[Any, ...]]:
        states: dict[int, tuple[Any, ...]] = {}
        for element in self._source:
            values = element.components()
            (key,) = self._key(*values)
            number = int(key)
            if number not in states:
                states[number] = tuple(self._init(torch.tensor(number)))
            states[number] = tuple(self._fold(*states[number], *values))
        return states


def _kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    functions = [function_of(op, name, store) for name in _FUNCTIONS]
    counts = [len(op.attrs[f"T{name}_other_arguments"]) for name in _FUNCTIONS]

    def make(source: Recipe, *captured: Any) -> Recipe:
        left = iter(captured)
        bound = [
            _bound(function, tuple(islice(left, count))) for function, count in zip(functions, counts, strict=True)
        ]
        return Recipe(lambda dataset: Stream(lambda: _Reduced(iter(dataset), *bound)), (source,), computes=True)

    return make


def _bound(function: Function, captured: tuple[Any, ...]) -> Function:
    return lambda *arguments: function(*arguments, *captured)


register_op(
    "ExperimentalGroupByReducerDataset",
    inputs="input_dataset: variant; "
    + "; ".join(f"{name}_other_arguments: (T{name}_other_arguments...)" for name in _FUNCTIONS),
    outputs="handle: variant",
    attrs="; ".join(
        [f"{name}: func" for name in _FUNCTIONS]
        + [f"T{name}_other_arguments: list(type) >= 0" for name in _FUNCTIONS]
        + ["output_types: list(type) >= 1", "output_shapes: list(shape) >= 1"]
    ),
    shape=lambda ctx: [scalar()],
    kernel=_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
