"""Tensors that are mostly zero, as the places and values of the rest (API: tf.SparseTensor)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor, register_tensor_conversion_function
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value_as_shape

if TYPE_CHECKING:
    from convflow.graph.graph import Graph

    def _binary_operator(sp_x: SparseTensor, y: Any) -> SparseTensor: ...


class SparseTensorValue(NamedTuple):
    """A sparse tensor's value, as sessions return it and take it in feeds (API: tf.SparseTensorValue).

    Attributes:
        indices: places, int64, shape (N, rank).
        values: what stands there, shape (N,).
        dense_shape: sizes of the whole, int64, shape (rank,).
    """

    indices: Any
    values: Any
    dense_shape: Any


class SparseTensor:
    """A tensor given by the places and values of its elements that are not zero (API: tf.SparseTensor).

    Args:
        indices: places, int64, shape (N, rank); most functions want them in row-major order (tf.sparse_reorder).
        values: what stands there, any type, shape (N,).
        dense_shape: sizes of the whole, int64, shape (rank,).

    Raises:
        ValueError: the three do not go together.
    """

    # Above NumPy's, so that `np.array * sparse` asks the sparse tensor.
    __array_priority__ = 100

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            self._indices = convert_to_tensor(indices, name="indices", dtype=dtypes.int64)
            self._values = convert_to_tensor(values, name="values")
            self._dense_shape = convert_to_tensor(dense_shape, name="dense_shape", dtype=dtypes.int64)
        _check_parts(self._indices.shape, self._values.shape, self._dense_shape.shape)
        self._static_shape = constant_value_as_shape(self._dense_shape)

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A sparse tensor of a `SparseTensorValue`; a sparse tensor is copied."""
        if not isinstance(sparse_tensor_value, (SparseTensor, SparseTensorValue)):
            raise TypeError(
                f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value!r}. "
                "Pass what Session.run returned for a sparse tensor."
            )
        return cls(sparse_tensor_value.indices, sparse_tensor_value.values, sparse_tensor_value.dense_shape)

    @property
    def indices(self) -> Tensor:
        return self._indices

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        return self._dense_shape

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other values in the same places."""
        return SparseTensor(self._indices, new_values, self._dense_shape)

    def _composite_parts(self) -> list[Tensor]:
        return [self._indices, self._values, self._dense_shape]

    def _of_composite_parts(self, parts: list[Any]) -> SparseTensor:
        return SparseTensor(*parts)

    @property
    def op(self) -> Operation:
        """The operation that makes the values."""
        return self._values.op

    @property
    def dtype(self) -> dtypes.DType:
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        return self._indices.graph

    @property
    def shape(self) -> TensorShape:
        """What is known of the whole's shape."""
        return self._static_shape

    def get_shape(self) -> TensorShape:
        return self._static_shape

    def set_shape(self, shape: Any) -> None:
        """Narrow the static shape; ValueError on contradiction."""
        self._static_shape = self._static_shape.merge_with(as_shape(shape))

    def consumers(self) -> list[Operation]:
        """The operations that take one of the three parts."""
        parts = (self._indices, self._values, self._dense_shape)
        return list(dict.fromkeys(op for part in parts for op in part.consumers()))

    def eval(self, feed_dict: Any = None, session: Any = None) -> SparseTensorValue:
        """The value in `session` or the default one."""
        return self.graph.session_for(session, "SparseTensor.eval").run(self, feed_dict)

    def __str__(self) -> str:
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"

    __repr__ = __str__

    if TYPE_CHECKING:
        # The ops room adds the operators, as they are ops themselves; here they are declared.
        __div__ = __mul__ = __truediv__ = _binary_operator


def _check_parts(indices: TensorShape, values: TensorShape, dense_shape: TensorShape) -> None:
    received = f"The sparse tensor got indices {indices}, values {values}, dense_shape {dense_shape}"
    wanted = "expected (N, rank), (N,) and (rank,): one row of indices per value, one size per column."
    try:
        indices = indices.with_rank(2)
        count = values.with_rank(1)[0]
        rank = dense_shape.with_rank(1)[0]
        indices[0].assert_is_compatible_with(count)
        indices[1].assert_is_compatible_with(rank)
    except ValueError as error:
        raise ValueError(f"{error}. {received}; {wanted}") from None


def is_sparse(value: Any) -> bool:
    """Whether `value` is a sparse tensor or a sparse tensor's value."""
    return isinstance(value, (SparseTensor, SparseTensorValue))


def convert_to_tensor_or_sparse_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """`value` as a `SparseTensor` if it is sparse, else as a tensor (API: tf.convert_to_tensor_or_sparse_tensor).

    Args:
        value: a `SparseTensor`, a `SparseTensorValue`, or what `tf.convert_to_tensor` takes.
        dtype: the element type that it must have; None for any.

    Returns:
        A `SparseTensor` or `Tensor`.

    Raises:
        RuntimeError: a sparse value is of another type than `dtype`.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype)
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert_to_tensor(value, dtype=wanted, name=name)
    if wanted is not None and not wanted.is_compatible_with(value.dtype):
        raise RuntimeError(
            f"Sparse dtype mismatch. Requested: {wanted.name},  Actual: {value.dtype.name}. Use tf.cast on it."
        )
    return value


def convert_to_sparse(value: Any) -> SparseTensor:
    """`value`, a sparse tensor or its value, as a `SparseTensor`; TypeError for anything else."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError(f"Input must be a SparseTensor, got {value!r} of type {type(value).__name__}.")
    return value


def _refuse(value: Any, dtype: Any, name: str | None, as_ref: bool) -> Any:
    raise TypeError(
        f"Failed to convert {value} to a Tensor: it is sparse, a dense tensor was expected here. "
        "Use tf.sparse_tensor_to_dense, or one of the tf.sparse functions."
    )


register_tensor_conversion_function((SparseTensor, SparseTensorValue), _refuse, 50)
