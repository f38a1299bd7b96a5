"""Datasets from Python generators (API: tf.data.Dataset.from_generator)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape, scalar
from convflow.graph.operation import Tensor
from convflow.input import mapped, structure
from convflow.input.nested import Node
from convflow.input.structure import ElementSpec
from convflow.ops.script import py_func


class _Running:
    """The Python iterators that readers have open, each with a number that nodes can carry."""

    def __init__(self, generator: Callable[..., Any]) -> None:
        self._generator = generator
        self._open: dict[int, Iterator[Any]] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    def start(self, *arguments: Any) -> np.ndarray:
        iterator = iter(self._generator(*arguments))
        with self._lock:
            number = next(self._numbers)
            self._open[number] = iterator
        return np.array(number, np.int64)

    def next(self, number: np.ndarray) -> Any:
        return next(self._open[int(number)])

    def finish(self, number: np.ndarray) -> np.ndarray:
        self._open.pop(int(number), None)
        return np.array(0, np.int64)


def from_generator(generator: Callable[..., Any], spec: ElementSpec, args: list[Tensor]) -> Node:
    """The dataset that one call of `generator` iterates over."""
    running = _Running(generator)

    def init() -> list[Tensor]:
        number = py_func(running.start, args, dtypes.int64)
        number.set_shape([])
        return [number]

    def make(number: Tensor) -> list[Tensor]:
        flat = py_func(lambda state: _components(running.next(state), spec), [number], spec.flat_types)
        for tensor, shape in zip(flat, spec.flat_shapes, strict=True):
            tensor.set_shape(shape)
        return flat

    def finish(number: Tensor) -> list[Tensor]:
        return [py_func(running.finish, [number], dtypes.int64)]

    return mapped.generated(init, make, finish, (dtypes.int64, scalar()), spec)


def _components(element: Any, spec: ElementSpec) -> list[np.ndarray]:
    flat = _flat(element, spec)
    pairs = zip(flat, spec.flat_types, spec.flat_shapes, strict=True)
    return [_component(value, dtype, shape) for value, dtype, shape in pairs]


def _flat(element: Any, spec: ElementSpec) -> list[Any]:
    try:
        return structure.flatten_up_to(spec.types, element)
    except (TypeError, ValueError) as error:
        raise TypeError(
            "`generator` yielded an element that did not match the expected structure. The expected structure was "
            f"{spec.types!r}, but the yielded element was {element!r}."
        ) from error


def _component(value: Any, dtype: dtypes.DType, shape: TensorShape) -> np.ndarray:
    try:
        array = np.asarray(value, dtype=object if dtype is dtypes.string else dtype.as_numpy_dtype)
    except (TypeError, ValueError) as error:
        raise TypeError(
            "`generator` yielded an element that could not be converted to the expected type. The expected type was "
            f"{dtype.name}, but the yielded element was {value!r}."
        ) from error
    if not shape.is_compatible_with(array.shape):
        raise TypeError(
            f"`generator` yielded an element of shape {array.shape} where an element of shape {shape} was expected."
        )
    return array
