"""The kind of a sparse tensor (API: tf.SparseTensorSpec)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.dtypes import DType, as_dtype
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.sparse_tensor import SparseTensor, SparseTensorValue
from convflow.graph.static_value import constant_value_as_shape
from convflow.graph.type_spec import FlatTypes, TypeSpec, register_type_spec
from convflow.ops.array.constant import constant
from convflow.ops.array.stack import stack, unstack
from convflow.ops.sparse.serialize import serialize_many_sparse, serialize_sparse


class SparseTensorSpec(TypeSpec):
    """The dense shape and type of a sparse tensor (API: tf.SparseTensorSpec).

    Args:
        shape: what is known of the whole's shape; None for nothing.
        dtype: of the values.
    """

    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)

    @property
    def value_type(self) -> type:
        return SparseTensor

    @property
    def shape(self) -> TensorShape:
        return self._shape

    @property
    def dtype(self) -> DType:
        return self._dtype

    @classmethod
    def from_value(cls, value: Any) -> SparseTensorSpec:
        """Of a sparse tensor or its value.

        Args:
            value: a `SparseTensor` or `SparseTensorValue`.

        Raises:
            TypeError: it is neither.
        """
        if isinstance(value, SparseTensorValue):
            if isinstance(value.values, np.ndarray):
                return cls(TensorShape([int(size) for size in np.asarray(value.dense_shape)]), value.values.dtype)
            value = SparseTensor.from_value(value)
        if not isinstance(value, SparseTensor):
            raise TypeError(f"Expected SparseTensor or SparseTensorValue, got {value!r} of {type(value).__name__}.")
        return cls(value.shape, value.dtype)

    def _serialize(self) -> tuple[Any, ...]:
        return (self._shape, self._dtype)

    @property
    def _flat_tensors(self) -> FlatTypes:
        # A vector of three for one tensor, with more dimensions before it for a batch.
        return [(dtypes.variant, TensorShape(None))]

    def _to_tensors(self, value: Any) -> list[Tensor]:
        return [serialize_sparse(SparseTensor.from_value(value), out_type=dtypes.variant)]

    def _to_batched_tensors(self, value: Any) -> list[Tensor]:
        given = SparseTensor.from_value(value) if isinstance(value, SparseTensorValue) else value
        known = constant_value_as_shape(given.dense_shape)
        if self._shape.merge_with(known).rank == 0:
            raise ValueError(f"Unbatching a sparse tensor is only supported for rank >= 1, got {value}.")
        return [serialize_many_sparse(given, out_type=dtypes.variant)]

    def _from_tensors(self, tensors: list[Tensor]) -> SparseTensor:
        indices, values, shape = apply_op("DeserializeSparse", serialized_sparse=tensors[0], dtype=self._dtype)
        indices.set_shape([None, self._shape.rank])
        return SparseTensor(indices, values, self._with_known_sizes(shape))

    def _with_known_sizes(self, shape: Tensor) -> Tensor:
        sizes = None if self._shape.rank is None else self._shape.as_list()
        if sizes is not None and None not in sizes:
            return convert_to_tensor(sizes, dtypes.int64, name="shape")
        if sizes is None or not any(size is not None for size in sizes):
            shape.set_shape([self._shape.rank])
            return shape
        pairs = zip(sizes, unstack(shape, num=len(sizes)), strict=True)
        return stack([found if size is None else constant(size, shape.dtype) for size, found in pairs])

    def _batch(self, rows: int | None) -> SparseTensorSpec:
        return SparseTensorSpec(TensorShape([rows]).concatenate(self._shape), self._dtype)

    def _unbatch(self) -> SparseTensorSpec:
        if self._shape.rank == 0:
            raise ValueError("Unbatching a tensor is only supported for rank >= 1, got a scalar.")
        return SparseTensorSpec(self._shape[1:], self._dtype)

    @property
    def _legacy_type(self) -> DType:
        return self._dtype

    @property
    def _legacy_shape(self) -> TensorShape:
        return self._shape

    @property
    def _legacy_class(self) -> type:
        return SparseTensor


register_type_spec((SparseTensor, SparseTensorValue), SparseTensorSpec.from_value)
