"""What all linear operators have (API: tf.linalg.LinearOperator).

An operator stands for a batch of matrices, [..., rows, columns]. A subclass gives `_shape`, `_shape_tensor` and
`_matmul`, and whatever it knows a cheaper way for than by the whole matrix. Public methods open the name scopes,
check hints and shapes, and call what the subclass gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.module import Module
from convflow.ops.array.constant import constant, zeros_like
from convflow.ops.array.eye import eye
from convflow.ops.array.matrix_diag import matrix_diag_part
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_less, assert_positive
from convflow.ops.linalg.inverse import matrix_determinant, matrix_solve, slogdet
from convflow.ops.linalg.matrix import adjoint as adjoint_of
from convflow.ops.linalg.svd import svd
from convflow.ops.linalg.triangular import cholesky
from convflow.ops.math.arithmetic import add
from convflow.ops.math.complex import real
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_max, reduce_min, reduce_sum

Hint = bool | None


class LinearOperator(Module):
    """A batch of matrices, known by what it does (API: tf.linalg.LinearOperator). A base class.

    Args:
        dtype: the type of the elements.
        graph_parents: tensors that it is made of.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: what the program promises: True or False,
            or None where it does not. Not checked but by the `assert_` methods; what the hints exclude is refused.
        name: begins the names of its nodes; by default the class's name.

    Raises:
        ValueError: hints that contradict each other.
    """

    def __init__(
        self,
        dtype: Any,
        graph_parents: list[Any] | None = None,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = None,
        name: str | None = None,
    ) -> None:
        if is_positive_definite and is_non_singular is False:
            raise ValueError("A positive definite matrix is always non-singular: leave is_non_singular out.")
        if (is_positive_definite or is_self_adjoint) and is_square is False:
            raise ValueError("A positive definite or self adjoint matrix is always square: leave is_square out.")
        if is_non_singular and is_square is False:
            raise ValueError("A non-singular matrix is always square: leave is_square out.")
        self._dtype = dtypes.as_dtype(dtype)
        self._graph_parents = list(graph_parents or [])
        self._is_non_singular = True if is_positive_definite else is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._is_square_hint = True if (is_positive_definite or is_self_adjoint or is_non_singular) else is_square
        self._name = name or type(self).__name__
        with name_scope(self._name) as scope:
            self._scope_name = scope

    # What subclasses give

    def _shape(self) -> TensorShape:
        raise NotImplementedError(f"{type(self).__name__} does not say its shape: give _shape.")

    def _shape_tensor(self) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not say its shape: give _shape_tensor.")

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not say what it does: give _matmul.")

    # What they may know better

    def _to_dense(self) -> Tensor:
        shape = self.batch_shape
        batch = shape.as_list() if shape.is_fully_defined() else self.batch_shape_tensor()
        columns = self.domain_dimension.value
        size = self.domain_dimension_tensor() if columns is None else columns
        return self._matmul(eye(size, batch_shape=batch, dtype=self._dtype), False, False)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        matrix = self._to_dense()
        if adjoint_arg:
            rhs = adjoint_of(rhs)
        return matrix_solve(*one_batch(matrix, rhs), adjoint=adjoint)

    def _determinant(self) -> Tensor:
        return matrix_determinant(self._to_dense())

    def _log_abs_determinant(self) -> Tensor:
        return slogdet(self._to_dense()).log_abs_determinant

    def _diag_part(self) -> Tensor:
        return matrix_diag_part(self._to_dense())

    def _trace(self) -> Tensor:
        return reduce_sum(self._diag_part(), axis=-1)

    def _add_to_tensor(self, x: Tensor) -> Tensor:
        return add(self._to_dense(), x)

    def _assert_non_singular(self) -> Operation:
        singular = svd(self._to_dense(), compute_uv=False)
        smallest, largest = reduce_min(singular, axis=-1), reduce_max(singular, axis=-1)
        epsilon = constant(_EPSILON[self._dtype.real_dtype.name], dtype=largest.dtype)
        return assert_less(largest * epsilon, smallest, message="Singular matrix up to precision epsilon.")

    def _assert_positive_definite(self) -> Operation:
        # A Cholesky factor has no positive diagonal, or cannot be made, otherwise.
        factor = matrix_diag_part(cholesky(self._to_dense()))
        return assert_positive(real_part(factor), message="Matrix was not positive definite.")

    def _assert_self_adjoint(self) -> Operation:
        matrix = self._to_dense()
        difference = absolute(matrix - adjoint_of(matrix))
        epsilon = constant(_EPSILON[self._dtype.real_dtype.name], dtype=difference.dtype)
        size = reduce_max(absolute(matrix)) * epsilon * 10 + constant(_TINY, dtype=difference.dtype)
        return assert_less(difference, size, message="Matrix was not equal to its adjoint.")

    # What everybody asks for

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def name(self) -> str:
        return self._name

    @property
    def graph_parents(self) -> list[Any]:
        """The tensors that it is made of."""
        return self._graph_parents

    @property
    def is_non_singular(self) -> Hint:
        return self._is_non_singular

    @property
    def is_self_adjoint(self) -> Hint:
        return self._is_self_adjoint

    @property
    def is_positive_definite(self) -> Hint:
        return self._is_positive_definite

    @property
    def is_square(self) -> Hint:
        """Whether there are as many rows as columns: as the shape says, else as the hint."""
        rows, columns = self.range_dimension.value, self.domain_dimension.value
        if rows is None or columns is None:
            return self._is_square_hint
        if self._is_square_hint is False and rows == columns:
            raise ValueError(f"is_square=False was given, but {self.name} has the shape {self.shape}.")
        return rows == columns

    @property
    def shape(self) -> TensorShape:
        """What is known of [..., rows, columns]."""
        return self._shape()

    @property
    def batch_shape(self) -> TensorShape:
        return self.shape[:-2]

    @property
    def tensor_rank(self) -> int | None:
        return self.shape.rank

    @property
    def domain_dimension(self) -> Any:
        """How many columns there are: a `Dimension`."""
        return TensorShape([None])[0] if self.shape.rank is None else self.shape[-1]

    @property
    def range_dimension(self) -> Any:
        """How many rows there are: a `Dimension`."""
        return TensorShape([None])[0] if self.shape.rank is None else self.shape[-2]

    @property
    def H(self) -> LinearOperator:
        """The adjoint."""
        return self.adjoint()

    def shape_tensor(self, name: str = "shape_tensor") -> Tensor:
        """The shape, when run: int32, [rank].

        Args:
            name: a name scope.
        """
        with self._scope(name):
            if self.shape.is_fully_defined():
                return constant(self.shape.as_list(), dtype=dtypes.int32)
            return self._shape_tensor()

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The shape of the batch, when run.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self.shape_tensor()[:-2]

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Tensor:
        """The number of dimensions, when run.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return shape_of(self.shape_tensor())[0]

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Tensor:
        """How many columns there are, when run.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self.shape_tensor()[-1]

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Tensor:
        """How many rows there are, when run.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self.shape_tensor()[-2]

    def to_dense(self, name: str = "to_dense") -> Tensor:
        """The matrices, [..., rows, columns].

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._to_dense()

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """The product with matrices, or with another operator, which is an operator.

        Args:
            x: [..., columns, n]; batches are broadcast. Or a `LinearOperator`.
            adjoint: take the adjoint of this operator.
            adjoint_arg: take the adjoint of `x`.
            name: a name scope.

        Returns:
            [..., rows, n].

        Raises:
            ValueError: the sizes do not fit.
        """
        if isinstance(x, LinearOperator):
            left = self.adjoint() if adjoint else self
            right = x.adjoint() if adjoint_arg else x
            _check_inner(left.domain_dimension, right.range_dimension, left, right)
            with self._scope(name):
                return Products.matmul(left, right)
        with self._scope(name):
            x = convert_to_tensor(x, dtype=self._dtype, name="x")
            own = self.range_dimension if adjoint else self.domain_dimension
            self._check_argument(own, x, -1 if adjoint_arg else -2, "x")
            return self._matmul(x, adjoint, adjoint_arg)

    def __matmul__(self, other: Any) -> Any:
        return self.matmul(other)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Tensor:
        """The product with vectors.

        Args:
            x: [..., columns].
            adjoint: take the adjoint of this operator.
            name: a name scope.

        Returns:
            [..., rows].
        """
        with self._scope(name):
            x = convert_to_tensor(x, dtype=self._dtype, name="x")
            return squeeze(self.matmul(expand_dims(x, -1), adjoint=adjoint), axis=[-1])

    def solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """What this operator makes `rhs` of.

        Args:
            rhs: [..., rows, n]; batches are broadcast. Or a `LinearOperator`.
            adjoint: take the adjoint of this operator.
            adjoint_arg: take the adjoint of `rhs`.
            name: a name scope.

        Returns:
            [..., columns, n], or an operator.

        Raises:
            NotImplementedError: a hint says that the operator is singular or not square.
            ValueError: the sizes do not fit.
        """
        self._check_solvable("Exact solve")
        if isinstance(rhs, LinearOperator):
            left = (self.adjoint() if adjoint else self).inverse()
            return left.matmul(rhs, adjoint_arg=adjoint_arg, name=name)
        with self._scope(name):
            rhs = convert_to_tensor(rhs, dtype=self._dtype, name="rhs")
            own = self.domain_dimension if adjoint else self.range_dimension
            self._check_argument(own, rhs, -1 if adjoint_arg else -2, "rhs")
            return self._solve(rhs, adjoint, adjoint_arg)

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Tensor:
        """`solve` for vectors.

        Args:
            rhs: [..., rows].
            adjoint: take the adjoint of this operator.
            name: a name scope.

        Returns:
            [..., columns].
        """
        with self._scope(name):
            rhs = convert_to_tensor(rhs, dtype=self._dtype, name="rhs")
            return squeeze(self.solve(expand_dims(rhs, -1), adjoint=adjoint), axis=[-1])

    def determinant(self, name: str = "det") -> Tensor:
        """The determinants, of the batch's shape.

        Args:
            name: a name scope.

        Raises:
            NotImplementedError: a hint says that the operator is not square.
        """
        self._check_square("Determinant")
        with self._scope(name):
            return self._determinant()

    def log_abs_determinant(self, name: str = "log_abs_det") -> Tensor:
        """The logarithms of the determinants' magnitudes, of the batch's shape.

        Args:
            name: a name scope.

        Raises:
            NotImplementedError: a hint says that the operator is not square.
        """
        self._check_square("Determinant")
        with self._scope(name):
            return self._log_abs_determinant()

    def diag_part(self, name: str = "diag_part") -> Tensor:
        """The diagonals, [..., the smaller of rows and columns].

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._diag_part()

    def trace(self, name: str = "trace") -> Tensor:
        """The sums of the diagonals, of the batch's shape.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._trace()

    def add_to_tensor(self, x: Any, name: str = "add_to_tensor") -> Tensor:
        """The matrices and `x` added.

        Args:
            x: [..., rows, columns]; batches are broadcast.
            name: a name scope.
        """
        with self._scope(name):
            return self._add_to_tensor(convert_to_tensor(x, dtype=self._dtype, name="x"))

    def adjoint(self, name: str = "adjoint") -> LinearOperator:
        """The operator whose matrices are conjugated and transposed.

        Args:
            name: a name scope.
        """
        if self.is_self_adjoint:
            return self
        with self._scope(name):
            return Products.adjoint(self)

    def inverse(self, name: str = "inverse") -> LinearOperator:
        """The operator that undoes this one.

        Args:
            name: a name scope.

        Raises:
            ValueError: a hint says that the operator is singular or not square.
        """
        if self.is_square is False:
            raise ValueError(f"Cannot take the inverse: {self.name} is not square, its shape is {self.shape}.")
        if self.is_non_singular is False:
            raise ValueError(f"Cannot take the inverse: {self.name} was said to be singular.")
        with self._scope(name):
            return Products.inverse(self)

    def cholesky(self, name: str = "cholesky") -> LinearOperator:
        """The lower triangular operator whose product with its adjoint this one is.

        Args:
            name: a name scope.

        Raises:
            ValueError: the operator was not said to be positive definite and self-adjoint.
        """
        if not (self.is_positive_definite and self.is_self_adjoint):
            raise ValueError(
                f"Cannot take the Cholesky decomposition: {self.name} was not said to be positive definite and self "
                "adjoint. Pass is_positive_definite=True and is_self_adjoint=True."
            )
        with self._scope(name):
            return Products.cholesky(self)

    def assert_non_singular(self, name: str = "assert_non_singular") -> Operation:
        """An operation that fails if a matrix is singular, as far as its type's precision tells.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._assert_non_singular()

    def assert_positive_definite(self, name: str = "assert_positive_definite") -> Operation:
        """An operation that fails unless all matrices are positive definite.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._assert_positive_definite()

    def assert_self_adjoint(self, name: str = "assert_self_adjoint") -> Operation:
        """An operation that fails unless all matrices are their own adjoints.

        Args:
            name: a name scope.
        """
        with self._scope(name):
            return self._assert_self_adjoint()

    # Helpers

    @contextmanager
    def _scope(self, name: str) -> Iterator[None]:
        with name_scope(self._scope_name), name_scope(name):
            yield

    def _check_argument(self, own: Any, x: Tensor, axis: int, what: str) -> None:
        if x.shape.rank is None:
            return
        if x.shape.rank < 2 or not own.is_compatible_with(x.shape[axis]):
            raise ValueError(
                f"{self.name} of the shape {self.shape} takes {what} with {own} in dimension {axis}, got the shape "
                f"{x.shape}."
            )

    def _check_square(self, what: str) -> None:
        if self.is_square is False:
            raise NotImplementedError(
                f"{what} not implemented for an operator that is expected to not be square: {self.name} has the shape "
                f"{self.shape}."
            )

    def _check_solvable(self, what: str) -> None:
        if self.is_non_singular is False:
            raise NotImplementedError(
                f"{what} not implemented for an operator that is expected to be singular: {self.name}."
            )
        self._check_square(what)


_EPSILON = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1.2e-7, "float64": 2.3e-16}
_TINY = 1e-30


class Products:
    """How operators are combined: `algebra.py` says it, which knows all classes."""

    matmul: Any = None
    adjoint: Any = None
    inverse: Any = None
    cholesky: Any = None


def hint_of(operators: Any, hint: str) -> Hint:
    """True if all operators have the hint, else None."""
    return True if all(getattr(operator, hint) for operator in operators) else None


def applied(matrix: Tensor, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
    """The product of matrices whose batches are broadcast."""
    if adjoint:
        matrix = adjoint_of(matrix)
    if adjoint_arg:
        x = adjoint_of(x)
    return matmul(matrix, x)


def one_batch(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Both with the batch that they have together, for functions that do not broadcast."""
    if left.shape.rank == right.shape.rank == 2:
        return left, right
    return left + zeros_like(right[..., :1, :1]), right + zeros_like(left[..., :1, :1])


def real_part(x: Tensor) -> Tensor:
    return real(x) if x.dtype.is_complex else x


def _check_inner(left: Any, right: Any, one: LinearOperator, other: LinearOperator) -> None:
    if not left.is_compatible_with(right):
        raise ValueError(
            f"Operators are incompatible. Expected `x` to have dimension {left} but got {right}: {one.name} has the "
            f"shape {one.shape}, {other.name} {other.shape}."
        )
