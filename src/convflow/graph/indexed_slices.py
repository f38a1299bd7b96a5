"""Rows of a tensor and where they belong (API: tf.IndexedSlices): what gradients of lookups are made of."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value

# From this many elements on, making the slices dense is worth a warning.
_LARGE = 100_000_000


class IndexedSlices:
    """The slices `values[i]` of a larger tensor's rows `indices[i]`; rows listed twice add up (API: tf.IndexedSlices).

    Args:
        values: a tensor [n, ...].
        indices: an integer tensor [n].
        dense_shape: the shape of the whole tensor as a 1-D integer tensor; without it the slices cannot be made dense.
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Any:
        return self._values

    @property
    def indices(self) -> Any:
        return self._indices

    @property
    def dense_shape(self) -> Any:
        return self._dense_shape

    @property
    def components(self) -> list[Any]:
        """Values, indices and, where there is one, the dense shape."""
        parts = [self._values, self._indices]
        return parts if self._dense_shape is None else [*parts, self._dense_shape]

    def _composite_parts(self) -> list[Any]:
        return self.components

    def _of_composite_parts(self, parts: list[Any]) -> IndexedSlices:
        return IndexedSlices(*parts)

    @property
    def shape(self) -> TensorShape:
        """What is known of the shape of the whole tensor."""
        known = None if self._dense_shape is None else constant_value(self._dense_shape)
        return unknown_shape() if known is None else TensorShape([int(size) for size in known])

    @property
    def name(self) -> str:
        return self._values.name

    @property
    def device(self) -> str:
        return self._values.device

    @property
    def op(self) -> Operation:
        return self._values.op

    @property
    def dtype(self) -> dtypes.DType:
        return self._values.dtype

    @property
    def graph(self) -> Any:
        return self._values.graph

    def consumers(self) -> list[Operation]:
        """The operations that take one of the parts."""
        return list(dict.fromkeys(op for part in self.components for op in part.consumers()))

    def with_values(self, values: Any) -> IndexedSlices:
        """Other values for the same rows."""
        return IndexedSlices(values, self._indices, self._dense_shape)

    def __neg__(self) -> IndexedSlices:
        return self.with_values(-self._values)

    def __str__(self) -> str:
        dense_shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{dense_shape})"


class IndexedSlicesValue(NamedTuple):
    """What a session returns for an `IndexedSlices`: arrays in place of tensors (API: tf.IndexedSlicesValue)."""

    values: np.ndarray
    indices: np.ndarray
    dense_shape: np.ndarray | None


def convert_to_tensor_or_indexed_slices(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """`value` itself if it is a tensor or slices of one, else a tensor (API: tf.convert_to_tensor_or_indexed_slices).

    Args:
        value: a tensor, `IndexedSlices`, or what `tf.convert_to_tensor` takes.
        dtype: the element type that it must have; None for any.

    Returns:
        A `Tensor` or `IndexedSlices`.

    Raises:
        ValueError: slices of another type than `dtype`.
    """
    if not isinstance(value, IndexedSlices):
        return convert_to_tensor(value, dtype=dtype, name=name)
    _check_type(value, dtype)
    return value


def _check_type(slices: IndexedSlices, dtype: Any) -> None:
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(slices.dtype):
        raise ValueError(
            f"Incompatible tensor conversion requested to `dtype` {dtypes.as_dtype(dtype).name} for IndexedSlices "
            f"({slices}) with dtype {slices.dtype.name}. Use tf.cast."
        )


def _converted(value: IndexedSlices, dtype: Any, name: str | None, as_ref: bool) -> Tensor:
    _check_type(value, dtype)
    if value.dense_shape is None:
        raise ValueError(
            f"Tensor conversion requested for IndexedSlices for argument `{name or 'value'}` without dense_shape: "
            f"{value}. Say the shape of the whole tensor: tf.IndexedSlices(values, indices, dense_shape)."
        )
    _warn_of_size(value)
    return to_dense(value, name)


def to_dense(slices: IndexedSlices, name: str | None = None) -> Tensor:
    """The whole tensor, however large: zeros with the slices added."""
    return apply_op(
        "UnsortedSegmentSum",
        data=slices.values,
        segment_ids=slices.indices,
        num_segments=slices.dense_shape[0],
        name=name,
    )


def _warn_of_size(slices: IndexedSlices) -> None:
    sizes = constant_value(slices.dense_shape)
    if sizes is None:
        message = "Converting sparse IndexedSlices to a dense Tensor of unknown shape."
    elif np.prod(sizes, dtype=np.int64) >= _LARGE:
        message = f"Converting sparse IndexedSlices to a dense Tensor with {np.prod(sizes, dtype=np.int64)} elements."
    else:
        return
    warnings.warn(f"{message} This may consume a large amount of memory.", stacklevel=2)


register_tensor_conversion_function(IndexedSlices, _converted)
