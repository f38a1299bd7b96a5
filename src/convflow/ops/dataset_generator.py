"""Datasets whose elements a function makes, one call for each (the node behind tf.data.Dataset.from_generator)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convflow.core import errors
from convflow.core.shape import scalar
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_map import Function, function_of
from convflow.ops.dataset_streams import Recipe, Stream


class _Generated(Iterator[Element]):
    """`start` gives the state; `make` the next element from it, until it says OutOfRange; then comes `finish`."""

    def __init__(self, start: Function, make: Function, finish: Function) -> None:
        self._state = start()
        self._make = make
        self._finish = finish
        self._is_over = False

    def __next__(self) -> Element:
        if not self._is_over:
            try:
                return Values(self._make(*self._state))
            except errors.OutOfRangeError:
                self.close()
        raise StopIteration

    def close(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._finish(*self._state)

    def __del__(self) -> None:
        # A reader may stop early.
        self.close()


def _kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    functions = [function_of(op, f"{part}_func", store) for part in ("init", "next", "finalize")]
    counts = [len(op.attrs[f"T{part}_func_args"]) for part in ("init", "next", "finalize")]

    def make(*captured: Any) -> Recipe:
        bound = []
        for function, count in zip(functions, counts, strict=True):
            bound.append(_with_captured(function, captured[:count]))
            captured = captured[count:]
        return Recipe(lambda: Stream(lambda: _Generated(*bound)), computes=True)

    return make


def _with_captured(function: Function, captured: tuple[Any, ...]) -> Function:
    return lambda *arguments: function(*arguments, *captured)


register_op(
    "GeneratorDataset",
    inputs="init_func_other_args: (Tinit_func_args...); next_func_other_args: (Tnext_func_args...); "
    "finalize_func_other_args: (Tfinalize_func_args...)",
    outputs="handle: variant",
    attrs="init_func: func; next_func: func; finalize_func: func; Tinit_func_args: list(type) >= 0; "
    "Tnext_func_args: list(type) >= 0; Tfinalize_func_args: list(type) >= 0; "
    "output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=lambda ctx: [scalar()],
    kernel=_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
