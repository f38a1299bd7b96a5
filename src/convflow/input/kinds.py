"""The kinds of components by their names of 1.15 (API: tf.data.experimental.TensorStructure, SparseTensorStructure)."""

from __future__ import annotations

from typing import Any

from convflow.graph.type_spec import TensorSpec
from convflow.ops.sparse.spec import SparseTensorSpec


def TensorStructure(dtype: Any, shape: Any) -> TensorSpec:
    """`tf.TensorSpec(shape, dtype)` (API: tf.data.experimental.TensorStructure).

    Args:
        dtype: the element type.
        shape: what is known of the shape.

    Returns:
        A `tf.TensorSpec`.
    """
    return TensorSpec(shape, dtype)


def SparseTensorStructure(dtype: Any, shape: Any) -> SparseTensorSpec:
    """`tf.SparseTensorSpec(shape, dtype)` (API: tf.data.experimental.SparseTensorStructure).

    Args:
        dtype: of the values.
        shape: what is known of the dense shape.

    Returns:
        A `tf.SparseTensorSpec`.
    """
    return SparseTensorSpec(shape, dtype)
