"""Numbers as they are, and numbers in ranges (API: tf.feature_column.numeric_column, bucketized_column)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor, is_sparse
from convflow.ops import operators  # noqa: F401  (tensors get their operators)
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.math.cast import cast
from convflow.ops.math.histogram import bucketize
from convflow.ops.parsing_features import FixedLenFeature
from convflow.training.feature_column.base import CategoricalColumn, DenseColumn, IdWeightPair, check_key
from convflow.training.feature_column.builder import LazyBuilder


class _NumericFields(NamedTuple):
    key: str
    shape: tuple[int, ...]
    default_value: Any
    dtype: dtypes.DType
    normalizer_fn: Callable[[Any], Any] | None


class NumericColumn(_NumericFields, DenseColumn):
    """What `numeric_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return self.key

    @property
    def var_scope_name(self) -> str:
        # tf.contrib.learn's features of one array have no name.
        return self.key or "features"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    def transform_feature(self, builder: LazyBuilder) -> Tensor:
        values = builder.get(self.key)
        if is_sparse(values):
            raise ValueError(
                "The corresponding Tensor of numerical column must be a Tensor. SparseTensor is not supported. "
                f"key: {self.key}. Make it dense with tf.sparse_tensor_to_dense."
            )
        if self.normalizer_fn is not None:
            values = self.normalizer_fn(values)
        return cast(values, dtypes.float32)

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape(self.shape)


def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = dtypes.float32,
    normalizer_fn: Callable[[Any], Any] | None = None,
) -> NumericColumn:
    """Numbers, as float32 (API: tf.feature_column.numeric_column).

    Args:
        key: the feature's key, and the column's name.
        shape: of an example's numbers: a whole number or several, each at least 1.
        default_value: of examples that are parsed and have none: a number, or numbers in that shape.
        dtype: the type in parsed examples.
        normalizer_fn: from the feature's tensor to another of its shape.

    Raises:
        TypeError: sizes that are not whole, a default of another type, a normalizer that cannot be called.
        ValueError: sizes below 1, a default of another shape, a type of no numbers.
    """
    sizes = _sizes(shape, key)
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    default_value = _default(sizes, default_value, dtype, key)
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    check_key(key)
    return NumericColumn(key, sizes, default_value, dtype, normalizer_fn)


def _sizes(shape: Any, key: str) -> tuple[int, ...]:
    sizes = tuple(shape) if isinstance(shape, (Sequence, np.ndarray, TensorShape)) else (shape,)
    for size in sizes:
        if not isinstance(size, (int, np.integer)):
            raise TypeError(f"shape dimensions must be integer. shape: {sizes}, key: {key}")
        if size < 1:
            raise ValueError(f"shape dimensions must be greater than 0. shape: {sizes}, key: {key}")
    return tuple(int(size) for size in sizes)


def _default(shape: tuple[int, ...], default: Any, dtype: dtypes.DType, key: str) -> Any:
    if default is None:
        return None
    array = np.asarray(default)
    whole = np.issubdtype(array.dtype, np.integer)
    if not whole and not (dtype.is_floating and np.issubdtype(array.dtype, np.floating)):
        raise TypeError(
            f"default_value must be compatible with dtype. default_value: {default}, dtype: {dtype}, key: {key}"
        )
    if array.ndim and array.shape != shape:
        raise ValueError(
            "The shape of default_value must be equal to given shape. "
            f"default_value: {default}, shape: {shape}, key: {key}"
        )
    return _nested(np.broadcast_to(array, shape).tolist())


def _nested(values: Any) -> Any:
    return tuple(map(_nested, values)) if isinstance(values, list) else values


class _BucketizedFields(NamedTuple):
    source_column: NumericColumn
    boundaries: tuple[float, ...]


class BucketizedColumn(_BucketizedFields, DenseColumn, CategoricalColumn):
    """What `bucketized_column` returns (API: tf.feature_column)."""

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.source_column.parse_example_spec

    def transform_feature(self, builder: LazyBuilder) -> Tensor:
        return bucketize(builder.get(self.source_column), boundaries=self.boundaries)

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([*self.source_column.shape, len(self.boundaries) + 1])

    def get_dense_tensor(self, builder: LazyBuilder, weight_collections: list[str], trainable: bool) -> Tensor:
        buckets = cast(builder.get(self), dtypes.int64)
        return one_hot(buckets, depth=len(self.boundaries) + 1, on_value=1.0, off_value=0.0)

    @property
    def num_buckets(self) -> int:
        return (len(self.boundaries) + 1) * self.source_column.shape[0]

    def get_sparse_tensors(self, builder: LazyBuilder) -> IdWeightPair:
        """Each number of an example has ids of its own."""
        buckets = builder.get(self)
        examples = shape_of(buckets)[0]
        width = self.source_column.shape[0]
        rows = reshape(tile(expand_dims(range_of(0, examples), 1), [1, width]), (-1,))
        columns = tile(range_of(0, width), [examples])
        ids = reshape(buckets, (-1,)) + (len(self.boundaries) + 1) * columns
        indices = cast(transpose(stack((rows, columns))), dtypes.int64)
        shape = cast(stack([examples, width]), dtypes.int64)
        return IdWeightPair(SparseTensor(indices, ids, shape), None)


def bucketized_column(source_column: NumericColumn, boundaries: Any) -> BucketizedColumn:
    """Which range a number is in (API: tf.feature_column.bucketized_column).

    Args:
        source_column: from `numeric_column`, of one dimension.
        boundaries: rising numbers; n of them make n + 1 ranges, each with its lower end.

    Raises:
        ValueError: another column, or boundaries that do not rise.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(f"source_column must be a column generated with numeric_column(). Given: {source_column}")
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if not boundaries:
        raise ValueError("boundaries must not be empty.")
    if not isinstance(boundaries, (list, tuple)) or any(first >= second for first, second in pairwise(boundaries)):
        raise ValueError(f"boundaries must be a sorted list. Given: {boundaries}")
    return BucketizedColumn(source_column, tuple(boundaries))
