"""Operators known by their size: identities and zeros (API: tf.linalg.LinearOperatorIdentity and its kin)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.modeling.linear_operators.base import Hint, LinearOperator
from convflow.modeling.linear_operators.dense import must_be_square, tensor_of
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones, zeros
from convflow.ops.array.eye import eye
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.linalg.matrix import adjoint as adjoint_of
from convflow.ops.math.arithmetic import pow as power
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log


class _Sized(LinearOperator):
    """An operator whose sizes are given as numbers or integer tensors."""

    _rows: Tensor
    _columns: Tensor
    _batch: Tensor

    def _set_sizes(self, rows: Any, columns: Any, batch_shape: Any) -> None:
        self._rows = _size(rows, "num_rows")
        self._columns = self._rows if columns is None else _size(columns, "num_columns")
        batch = [] if batch_shape is None else batch_shape
        batch = batch.as_list() if isinstance(batch, TensorShape) else batch
        self._batch = convert_to_tensor(batch, dtype=dtypes.int32, name="batch_shape")
        if self._batch.shape.rank not in (None, 1):
            raise ValueError(f"Argument batch_shape must be a 1-D Tensor. Found: {self._batch.shape}.")

    def _shape(self) -> TensorShape:
        sizes = [constant_value(size) for size in (self._rows, self._columns)]
        matrix = TensorShape([None if size is None else int(size) for size in sizes])
        return constant_value_as_shape(self._batch).concatenate(matrix)

    def _shape_tensor(self) -> Tensor:
        return concat([self._batch, stack([self._rows, self._columns])], 0)

    def _broadcast(self, x: Tensor) -> Tensor:
        """`x` with this operator's batch."""
        return x if self._batch.shape.as_list() == [0] else x + zeros(concat([self._batch, [1, 1]], 0), x.dtype)


def _size(value: Any, what: str) -> Tensor:
    size = convert_to_tensor(value, name=what)
    if not size.dtype.is_integer:
        raise TypeError(f"Argument {what} must be integer type. Found: {size.dtype.name}.")
    if size.shape.rank not in (None, 0):
        raise ValueError(f"Argument {what} must be a 0-D Tensor. Found: {size.shape}.")
    known = constant_value(size)
    if known is not None and int(known) < 0:
        raise ValueError(f"Argument {what} must be non-negative. Found: {int(known)}.")
    return cast(size, dtypes.int32)


class LinearOperatorIdentity(_Sized):
    """Matrices that change nothing (API: tf.linalg.LinearOperatorIdentity).

    Args:
        num_rows: the size, an integer or integer scalar tensor.
        batch_shape: of the batch; None for a single matrix.
        dtype: float32 if None.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; none may be False.
        assert_proper_shapes: accepted; shapes are checked when nodes run.
        name: begins the names of its nodes.

    Raises:
        ValueError: a hint is False, or a size is below 0.
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: Hint = True,
        is_self_adjoint: Hint = True,
        is_positive_definite: Hint = True,
        is_square: Hint = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ) -> None:
        if not (is_self_adjoint and is_square and is_non_singular and is_positive_definite):
            raise ValueError("An identity operator is always self adjoint, square, non-singular, positive definite.")
        self._set_sizes(num_rows, None, batch_shape)
        super().__init__(dtype or dtypes.float32, None, True, True, True, True, name)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._broadcast(adjoint_of(x) if adjoint_arg else x)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self) -> Tensor:
        return eye(self._rows, batch_shape=self._batch, dtype=self.dtype)

    def _diag_part(self) -> Tensor:
        return ones(concat([self._batch, expand_dims(self._rows, 0)], 0), self.dtype)

    def _trace(self) -> Tensor:
        return cast(self._rows, self.dtype) * ones(self._batch, self.dtype)

    def _determinant(self) -> Tensor:
        return ones(self._batch, self.dtype)

    def _log_abs_determinant(self) -> Tensor:
        return zeros(self._batch, self.dtype)


class LinearOperatorScaledIdentity(LinearOperator):
    """Matrices that multiply by a number (API: tf.linalg.LinearOperatorScaledIdentity).

    Args:
        num_rows: the size, an integer or integer scalar tensor.
        multiplier: of the batch's shape, of a floating or complex type.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        assert_proper_shapes: accepted; shapes are checked when nodes run.
        name: begins the names of its nodes.

    Raises:
        ValueError: is_square=False, or a size below 0.
    """

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ) -> None:
        must_be_square(is_square, "scaled identity")
        self._multiplier = tensor_of(multiplier, "multiplier", 0)
        self._rows = _size(num_rows, "num_rows")
        if not self._multiplier.dtype.is_complex and is_self_adjoint is None:
            is_self_adjoint = True
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, True)
        super().__init__(self._multiplier.dtype, [self._multiplier], *hints, name)

    @property
    def multiplier(self) -> Tensor:
        return self._multiplier

    def _shape(self) -> TensorShape:
        known = constant_value(self._rows)
        size = None if known is None else int(known)
        return self._multiplier.shape.concatenate(TensorShape([size, size]))

    def _shape_tensor(self) -> Tensor:
        return concat([shape_of(self._multiplier), stack([self._rows, self._rows])], 0)

    def _factor(self, adjoint: bool) -> Tensor:
        factor = conj(self._multiplier) if adjoint else self._multiplier
        return expand_dims(expand_dims(factor, -1), -1)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return (adjoint_of(x) if adjoint_arg else x) * self._factor(adjoint)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return (adjoint_of(rhs) if adjoint_arg else rhs) / self._factor(adjoint)

    def _diag_part(self) -> Tensor:
        return expand_dims(self._multiplier, -1) * ones(expand_dims(self._rows, 0), self.dtype)

    def _to_dense(self) -> Tensor:
        return self._factor(False) * eye(self._rows, dtype=self.dtype)

    def _determinant(self) -> Tensor:
        return power(self._multiplier, cast(self._rows, self.dtype))

    def _log_abs_determinant(self) -> Tensor:
        magnitude = log(absolute(self._multiplier))
        return magnitude * cast(self._rows, magnitude.dtype)


class LinearOperatorZeros(_Sized):
    """Matrices of zeros (API: tf.linalg.LinearOperatorZeros).

    Args:
        num_rows, num_columns: the sizes, integers or integer scalar tensors; as many columns as rows if None.
        batch_shape: of the batch; None for a single matrix.
        dtype: float32 if None.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints; the first and third may not be True.
        assert_proper_shapes: accepted; shapes are checked when nodes run.
        name: begins the names of its nodes.

    Raises:
        ValueError: a hint that zeros do not have, or a size below 0.
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: Hint = False,
        is_self_adjoint: Hint = True,
        is_positive_definite: Hint = False,
        is_square: Hint = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ) -> None:
        if is_non_singular or is_positive_definite:
            raise ValueError("A zero operator is always singular and never positive definite.")
        self._set_sizes(num_rows, num_columns, batch_shape)
        same = num_columns is None or is_square
        super().__init__(dtype or dtypes.float32, None, False, is_self_adjoint and same, False, is_square, name)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        x = adjoint_of(x) if adjoint_arg else x
        rows = self._columns if adjoint else self._rows
        shape = shape_of(self._broadcast(x))
        return zeros(concat([shape[:-2], stack([rows, shape[-1]])], 0), self.dtype)

    def _to_dense(self) -> Tensor:
        return zeros(self._shape_tensor(), self.dtype)

    def _determinant(self) -> Tensor:
        return zeros(self._batch, self.dtype)

    def _log_abs_determinant(self) -> Tensor:
        return fill(self._batch, log(zeros([], self.dtype)))
