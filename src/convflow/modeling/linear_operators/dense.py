"""Operators made of one tensor: whole matrices, diagonals, triangles (API: tf.linalg.LinearOperatorFullMatrix...)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.linear_operators.base import Hint, LinearOperator, applied, one_batch
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones, zeros_like
from convflow.ops.array.diag import matrix_band_part
from convflow.ops.array.gather import gather
from convflow.ops.array.matrix_diag import matrix_diag, matrix_diag_part
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.reverse import reverse
from convflow.ops.array.sequence import range as range_
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.linalg.matrix import adjoint as adjoint_of
from convflow.ops.linalg.triangular import matrix_triangular_solve
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_prod, reduce_sum


class LinearOperatorFullMatrix(LinearOperator):
    """Any matrices (API: tf.linalg.LinearOperatorFullMatrix).

    Args:
        matrix: [..., rows, columns], of a floating or complex type.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: `matrix` has fewer than two dimensions.
    """

    def __init__(
        self,
        matrix: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorFullMatrix",
    ) -> None:
        self._matrix = tensor_of(matrix, "matrix", 2)
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        super().__init__(self._matrix.dtype, [self._matrix], *hints, name)

    def _shape(self) -> TensorShape:
        return self._matrix.shape

    def _shape_tensor(self) -> Tensor:
        return shape_of(self._matrix)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return applied(self._matrix, x, adjoint, adjoint_arg)

    def _to_dense(self) -> Tensor:
        return self._matrix


class LinearOperatorLowerTriangular(LinearOperatorFullMatrix):
    """Matrices with zeros above the diagonal (API: tf.linalg.LinearOperatorLowerTriangular).

    Args:
        tril: [..., n, n]; what is above the diagonal does not matter.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: is_square=False, or `tril` has fewer than two dimensions.
    """

    def __init__(
        self,
        tril: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorLowerTriangular",
    ) -> None:
        must_be_square(is_square, "lower triangular")
        lower = matrix_band_part(tensor_of(tril, "tril", 2), -1, 0)
        super().__init__(lower, is_non_singular, is_self_adjoint, is_positive_definite, True, name)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return matrix_triangular_solve(*one_batch(self._matrix, rhs), lower=True, adjoint=adjoint)

    def _determinant(self) -> Tensor:
        return reduce_prod(matrix_diag_part(self._matrix), axis=-1)

    def _log_abs_determinant(self) -> Tensor:
        return reduce_sum(log(absolute(matrix_diag_part(self._matrix))), axis=-1)


class LinearOperatorDiag(LinearOperator):
    """Matrices with zeros beside the diagonal (API: tf.linalg.LinearOperatorDiag).

    Args:
        diag: [..., n], of a floating or complex type.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: hints that no such operator has, or `diag` is a scalar.
    """

    def __init__(
        self,
        diag: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorDiag",
    ) -> None:
        must_be_square(is_square, "diagonal")
        self._diag = tensor_of(diag, "diag", 1)
        if not self._diag.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A real diagonal operator is always self adjoint: leave is_self_adjoint out.")
            is_self_adjoint = True
        super().__init__(
            self._diag.dtype, [self._diag], is_non_singular, is_self_adjoint, is_positive_definite, True, name
        )

    @property
    def diag(self) -> Tensor:
        """The diagonals, [..., n]."""
        return self._diag

    def _shape(self) -> TensorShape:
        shape = self._diag.shape
        return shape if shape.rank is None else shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Tensor:
        shape = shape_of(self._diag)
        return concat([shape, shape[-1:]], 0)

    def _factors(self, adjoint: bool) -> Tensor:
        return expand_dims(conj(self._diag) if adjoint else self._diag, -1)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._factors(adjoint) * (adjoint_of(x) if adjoint_arg else x)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return (adjoint_of(rhs) if adjoint_arg else rhs) / self._factors(adjoint)

    def _to_dense(self) -> Tensor:
        return matrix_diag(self._diag)

    def _diag_part(self) -> Tensor:
        return self._diag

    def _determinant(self) -> Tensor:
        return reduce_prod(self._diag, axis=-1)

    def _log_abs_determinant(self) -> Tensor:
        return reduce_sum(log(absolute(self._diag)), axis=-1)


class LinearOperatorHouseholder(LinearOperator):
    """Reflections: the identity less twice the projection on an axis (API: tf.linalg.LinearOperatorHouseholder).

    Args:
        reflection_axis: [..., n], of a floating or complex type, not zero; need not be of length one.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: hints that no reflection has, or `reflection_axis` is a scalar.
    """

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorHouseholder",
    ) -> None:
        self._reflection_axis = tensor_of(reflection_axis, "reflection_axis", 1)
        if is_self_adjoint is False or is_non_singular is False or is_square is False or is_positive_definite:
            raise ValueError(
                "A Householder operator is always self adjoint, non-singular, square and never positive definite: "
                "leave the hints out."
            )
        super().__init__(self._reflection_axis.dtype, [self._reflection_axis], True, True, False, True, name)

    @property
    def reflection_axis(self) -> Tensor:
        return self._reflection_axis

    def _shape(self) -> TensorShape:
        shape = self._reflection_axis.shape
        return shape if shape.rank is None else shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Tensor:
        shape = shape_of(self._reflection_axis)
        return concat([shape, shape[-1:]], 0)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        x = adjoint_of(x) if adjoint_arg else x
        axis = expand_dims(self._reflection_axis, -1)
        length = reduce_sum(axis * conj(axis), axis=-2, keepdims=True)
        return x - 2 * axis * matmul(adjoint_of(axis), x) / length

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _determinant(self) -> Tensor:
        return fill(self.batch_shape_tensor(), -ones([], self.dtype))

    def _log_abs_determinant(self) -> Tensor:
        return zeros_like(self._reflection_axis[..., 0])


class LinearOperatorToeplitz(LinearOperator):
    """Matrices that are constant along their diagonals (API: tf.linalg.LinearOperatorToeplitz).

    Args:
        col: [..., n]: the first column.
        row: [..., n]: the first row; its first element does not matter.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: is_square=False, a scalar, or other sizes.
    """

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str = "LinearOperatorToeplitz",
    ) -> None:
        must_be_square(is_square, "Toeplitz")
        self._col = tensor_of(col, "col", 1)
        self._row = convert_to_tensor(row, dtype=self._col.dtype, name="row")
        if not self._col.shape[-1:].is_compatible_with(self._row.shape[-1:]):
            raise ValueError(f"Expected square matrices, got col of {self._col.shape} and row of {self._row.shape}.")
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, True)
        super().__init__(self._col.dtype, [self._col, self._row], *hints, name)

    @property
    def col(self) -> Tensor:
        return self._col

    @property
    def row(self) -> Tensor:
        return self._row

    def _both(self) -> tuple[Tensor, Tensor]:
        return self._col + zeros_like(self._row), self._row + zeros_like(self._col)

    def _shape(self) -> TensorShape:
        shape = self._both()[0].shape
        return shape if shape.rank is None else shape.concatenate(shape[-1:])

    def _shape_tensor(self) -> Tensor:
        shape = shape_of(self._both()[0])
        return concat([shape, shape[-1:]], 0)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        return applied(self._to_dense(), x, adjoint, adjoint_arg)

    def _to_dense(self) -> Tensor:
        col, row = self._both()
        # All diagonals, from the upper right corner to the lower left one.
        diagonals = concat([reverse(row[..., 1:], axis=[-1]), col], -1)
        size = shape_of(col)[-1]
        places = expand_dims(range_(size), 1) - expand_dims(range_(size), 0) + size - 1
        return gather(diagonals, places, axis=-1)

    def _diag_part(self) -> Tensor:
        col, _ = self._both()
        return col[..., :1] + zeros_like(col)


def tensor_of(value: Any, what: str, rank: int) -> Tensor:
    """A tensor of a floating or complex type with at least `rank` dimensions."""
    tensor = convert_to_tensor(value, name=what)
    if not (tensor.dtype.is_floating or tensor.dtype.is_complex):
        raise TypeError(f"Argument {what} must have a floating or complex type, got {tensor.dtype.name}. Cast it.")
    if tensor.shape.rank is not None and tensor.shape.rank < rank:
        raise ValueError(f"Argument {what} must have at least {rank} dimensions. Found: {tensor.shape}.")
    return tensor


def must_be_square(is_square: Hint, kind: str) -> None:
    """ValueError for a hint that an operator is not square which always is."""
    if is_square is False:
        raise ValueError(f"Only square {kind} operators currently supported: leave is_square out.")
