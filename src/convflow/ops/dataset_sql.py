"""The node behind tf.data.experimental.SqlDataset: the rows that a query of an SQLite database gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape, scalar
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation
from convflow.ops import rules
from convflow.ops.dataset_elements import Element, Values
from convflow.ops.dataset_streams import Recipe, Stream
from convflow.ops.sparse.parts import as_kernel_value
from convflow.ops.string import text_of

_DRIVER = "sqlite"
_WHOLE = (
    dtypes.int8,
    dtypes.int16,
    dtypes.int32,
    dtypes.int64,
    dtypes.uint8,
    dtypes.uint16,
)
_TYPES = (dtypes.string, *_WHOLE, dtypes.bool, dtypes.float64)


class _Rows(Iterator[Element]):
    def __init__(self, path: str, query: str, types: list[dtypes.DType]) -> None:
        self._types = types
        try:
            # Rows may be asked for by another thread than the one that began; they are asked for one at a time.
            self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
            self._connection.text_factory = bytes
            self._cursor = self._connection.execute(query)
        except sqlite3.Error as error:
            raise errors.UnknownError(
                None, None, f"Could not run the query {query!r} on the database {path}: {error}."
            ) from None
        width = len(self._cursor.description or ())
        if width != len(types):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The number of columns in query ({width}) must match the number of elements in output_types "
                f"({len(types)}).",
            )

    def __next__(self) -> Element:
        pairs = zip(next(self._cursor), self._types, strict=True)
        return Values(tuple(_column(value, dtype) for value, dtype in pairs))


def _column(value: Any, dtype: dtypes.DType) -> Any:
    """A column's value as SQLite converts it to the type that is asked for."""
    if dtype is dtypes.string:
        return np.array(_text(value), dtype=object)
    number = _number(value)
    if dtype is dtypes.float64:
        return as_kernel_value(np.array(number, np.float64))
    if dtype is dtypes.bool:
        return as_kernel_value(np.array(int(number) != 0))
    return as_kernel_value(np.array(int(number), np.int64).astype(dtype.as_numpy_dtype))


def _text(value: Any) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()


def _number(value: Any) -> float | int:
    if value is None:
        return 0
    if not isinstance(value, bytes):
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        return 0


def _kernel(op: Operation, store: Any) -> Callable[..., Recipe]:
    types = op.attrs["output_types"]

    def make(driver_name: Any, data_source_name: Any, query: Any) -> Recipe:
        driver, path, text = (text_of(value.item()) for value in (driver_name, data_source_name, query))
        if driver != _DRIVER:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The database type, {driver}, is not supported by SqlDataset. The set of supported "
                f"databases is: {{'{_DRIVER}'}}.",
            )
        return Recipe(lambda: Stream(lambda: _Rows(path, text, types)))

    return make


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    for index, name in enumerate(("driver_name", "data_source_name", "query")):
        rules.with_rank(ctx.input(index), 0, name)
    for dtype in ctx.attr("output_types"):
        if dtype not in _TYPES:
            raise ValueError(
                f"Each element of `output_types` must be one of {', '.join(item.name for item in _TYPES)}, got "
                f"{dtype.name}. Read one of these and use tf.cast."
            )
    return [scalar()]


register_op(
    "SqlDataset",
    inputs="driver_name: string; data_source_name: string; query: string",
    outputs="handle: variant",
    attrs="output_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
    stateful=True,
)
