"""Circulant operators: convolutions over a ring, or over a torus of two or three dimensions
(API: tf.linalg.LinearOperatorCirculant and its kin). They are diagonal in the basis of Fourier's transform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Tensor
from convflow.modeling.linear_operators.base import Hint, LinearOperator
from convflow.modeling.linear_operators.dense import must_be_square, tensor_of
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.linalg.matrix import adjoint as adjoint_of
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import conj, real
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log
from convflow.ops.math.fourier import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from convflow.ops.math.reduce import reduce_mean, reduce_prod, reduce_sum

_TRANSFORMS: dict[int, tuple[Callable[..., Tensor], Callable[..., Tensor]]] = {
    1: (fft, ifft),
    2: (fft2d, ifft2d),
    3: (fft3d, ifft3d),
}


class LinearOperatorCirculant(LinearOperator):
    """A circulant matrix: each row is the one above, moved by one (API: tf.linalg.LinearOperatorCirculant).

    Args:
        spectrum: [..., n], of a floating or complex type: the discrete Fourier transform of the first column.
        input_output_dtype: the type of the operator, and of what it is applied to: a complex or real one.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.

    Raises:
        ValueError: is_square=False, too few dimensions, or a real spectrum that is said not to be self adjoint.
    """

    _block_depth = 1

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dtypes.complex64,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = True,
        name: str = "LinearOperatorCirculant",
    ) -> None:
        must_be_square(is_square, "circulant")
        given = tensor_of(spectrum, "spectrum", self._block_depth)
        if not given.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A real spectrum always corresponds to a self-adjoint operator.")
            is_self_adjoint = True
        wide = given.dtype.real_dtype == dtypes.float64
        self._complex = dtypes.complex128 if wide else dtypes.complex64
        self._spectrum = cast(given, self._complex)
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, True)
        super().__init__(input_output_dtype, [given], *hints, name)

    @property
    def spectrum(self) -> Tensor:
        """The transform of the first column, complex."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """How many dimensions the ring or torus has."""
        return self._block_depth

    @property
    def block_shape(self) -> TensorShape:
        """The sizes of the ring or torus."""
        return self._spectrum.shape[-self._block_depth :]

    def _shape(self) -> TensorShape:
        if self._spectrum.shape.rank is None:
            return TensorShape(None)
        size = self.block_shape.num_elements()
        return self._spectrum.shape[: -self._block_depth].concatenate(TensorShape([size, size]))

    def _block(self) -> Tensor:
        return shape_of(self._spectrum)[-self._block_depth :]

    def _shape_tensor(self) -> Tensor:
        size = reduce_prod(self._block())
        return concat([shape_of(self._spectrum)[: -self._block_depth], stack([size, size])], 0)

    def _filtered(self, x: Tensor, spectrum: Tensor) -> Tensor:
        """The columns of `x`, each transformed, multiplied by a spectrum and transformed back."""
        there, back = _TRANSFORMS[self._block_depth]
        columns = matrix_transpose(cast(x, self._complex))
        blocks = reshape(columns, concat([shape_of(columns)[:-1], self._block()], 0))
        filtered = back(there(blocks) * expand_dims(spectrum, -self._block_depth - 1))
        shape = shape_of(filtered)[: -self._block_depth]
        result = matrix_transpose(reshape(filtered, concat([shape, shape_of(columns)[-1:]], 0)))
        return self._as_own(result)

    def _as_own(self, value: Tensor) -> Tensor:
        return cast(value if self.dtype.is_complex else real(value), self.dtype)

    def _matmul(self, x: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        x = adjoint_of(x) if adjoint_arg else x
        return self._filtered(x, conj(self._spectrum) if adjoint else self._spectrum)

    def _solve(self, rhs: Tensor, adjoint: bool, adjoint_arg: bool) -> Tensor:
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return self._filtered(rhs, 1 / (conj(self._spectrum) if adjoint else self._spectrum))

    def _axes(self) -> list[int]:
        return list(range(-self._block_depth, 0))

    def _determinant(self) -> Tensor:
        return self._as_own(reduce_prod(self._spectrum, axis=self._axes()))

    def _log_abs_determinant(self) -> Tensor:
        total = reduce_sum(log(absolute(self._spectrum)), axis=self._axes())
        return cast(total, self.dtype)

    def _trace(self) -> Tensor:
        return self._as_own(reduce_sum(self._spectrum, axis=self._axes()))

    def _diag_part(self) -> Tensor:
        first = self._as_own(reduce_mean(self._spectrum, axis=self._axes()))
        return expand_dims(first, -1) * ones(expand_dims(reduce_prod(self._block()), 0), self.dtype)


class LinearOperatorCirculant2D(LinearOperatorCirculant):
    """A circulant operator on a torus of two dimensions (API: tf.linalg.LinearOperatorCirculant2D).

    Args:
        spectrum: [..., n0, n1]; the operator's size is n0 n1.
        input_output_dtype: the type of the operator, and of what it is applied to: a complex or real one.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.
    """

    _block_depth = 2

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dtypes.complex64,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = True,
        name: str = "LinearOperatorCirculant2D",
    ) -> None:
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        super().__init__(spectrum, input_output_dtype, *hints, name)


class LinearOperatorCirculant3D(LinearOperatorCirculant):
    """A circulant operator on a torus of three dimensions (API: tf.linalg.LinearOperatorCirculant3D).

    Args:
        spectrum: [..., n0, n1, n2]; the operator's size is n0 n1 n2.
        input_output_dtype: the type of the operator, and of what it is applied to: a complex or real one.
        is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints, as for `tf.linalg.LinearOperator`.
        name: begins the names of its nodes.
    """

    _block_depth = 3

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = dtypes.complex64,
        is_non_singular: Hint = None,
        is_self_adjoint: Hint = None,
        is_positive_definite: Hint = None,
        is_square: Hint = True,
        name: str = "LinearOperatorCirculant3D",
    ) -> None:
        hints = (is_non_singular, is_self_adjoint, is_positive_definite, is_square)
        super().__init__(spectrum, input_output_dtype, *hints, name)
