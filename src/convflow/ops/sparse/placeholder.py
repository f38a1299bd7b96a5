"""Sparse values that a run supplies (API: tf.sparse_placeholder)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor
from convflow.graph.static_value import constant_value_as_shape
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder, placeholder_with_default


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor that every run must feed (API: tf.sparse_placeholder).

    Feed it a `tf.SparseTensorValue` or a tuple (indices, values, dense_shape).

    Args:
        dtype: the element type of the values.
        shape: the dense shape: sizes with None where they vary, or a vector of type int64; None allows any.
        name: the beginning of the names of the three placeholders.
    """
    parts = {part: None if name is None else f"{name}/{part}" for part in ("shape", "values", "indices")}
    default_name = None if name is None else f"{name}/shape_default"
    sizes, rank, known = _dense_shape(shape, parts["shape"], default_name)
    values = placeholder(dtype, shape=[None], name=parts["values"])
    indices = placeholder(dtypes.int64, shape=[None, rank], name=parts["indices"])
    result = SparseTensor(indices=indices, values=values, dense_shape=sizes)
    result.set_shape(known)
    return result


def _dense_shape(shape: Any, name: str | None, default_name: str | None) -> tuple[Tensor, int | None, TensorShape]:
    """The node of the sizes, how many they are, and what is known of them."""
    if shape is None:
        return placeholder(dtypes.int64, shape=[None], name=name), None, TensorShape(None)
    if isinstance(shape, Tensor):
        rank = shape.shape[0].value if shape.shape.rank is not None else None
        known, default = constant_value_as_shape(shape), shape
    else:
        known = TensorShape([_size(size) for size in shape])
        rank = known.rank
        default = _constant([-1 if size.value is None else size.value for size in known], default_name)
    return placeholder_with_default(default, shape=default.shape, name=name), rank, known


def _size(size: Any) -> int | None:
    size = size.value if isinstance(size, Dimension) else size
    return None if size is None or size == -1 else int(size)


def _constant(sizes: list[int], name: str | None) -> Tensor:
    return constant(np.array(sizes, np.int64), name=name or "Const")
