"""Inverses, determinants and linear equations (API: tf.matrix_inverse, tf.matrix_determinant, tf.matrix_solve)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.linalg.shapes import FLOAT_TYPES, batch_of, in_single, matrix_sizes, square, square_unchanged
from convflow.ops.math.arithmetic import multiply, negative
from convflow.ops.math.matmul import matmul


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverse of square matrices [..., n, n] (API: tf.matrix_inverse).

    Args:
        adjoint: invert the transposed and conjugated matrices.

    Raises:
        InvalidArgumentError: (when run) a matrix without an inverse.
    """
    return apply_op("MatrixInverse", input=input, adjoint=adjoint, name=name)


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """The determinant of square matrices: [..., n, n] becomes [...] (API: tf.matrix_determinant).

    Args:
        input: floating or complex [..., n, n].

    Returns:
        [...] of the type of `input`.

    Raises:
        ValueError: matrices that are not square.
    """
    return apply_op("MatrixDeterminant", input=input, name=name)


class LogMatrixDeterminant(NamedTuple):
    """What `tf.linalg.slogdet` returns."""

    sign: Tensor
    log_abs_determinant: Tensor


def slogdet(input: Any, name: str | None = None) -> LogMatrixDeterminant:
    """Sign and logarithm of the absolute value of the determinant (API: tf.linalg.slogdet).

    Args:
        input: floating or complex [..., n, n].

    Returns:
        `sign` and `log_abs_determinant`, each [...] of the type of `input`.

    Raises:
        ValueError: matrices that are not square.
    """
    return LogMatrixDeterminant(*apply_op("LogMatrixDeterminant", input=input, name=name))


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The solution of matrix @ output = rhs (API: tf.matrix_solve).

    Args:
        matrix: [..., n, n].
        rhs: [..., n, k], of the same leading sizes.
        adjoint: solve with the transposed and conjugated matrix.

    Raises:
        ValueError: shapes that do not fit.
        InvalidArgumentError: (when run) a matrix without an inverse.
    """
    return apply_op("MatrixSolve", matrix=matrix, rhs=rhs, adjoint=adjoint, name=name)


def _square_batch(ctx: Any, outputs: int) -> list[TensorShape]:
    return [batch_of(square(ctx.input(0), "input"))] * outputs


def _inverse_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    transposed = op.attrs["adjoint"]

    def compute(x: torch.Tensor) -> torch.Tensor:
        _check_square(x)
        result, failed = torch.linalg.inv_ex(x.mH if transposed else x)
        _check_invertible(failed, "Input")
        return result.contiguous()

    return in_single(compute)


def _check_square(x: torch.Tensor) -> None:
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"Input must be square matrices, got shape {list(x.shape)}.")


def _check_invertible(failed: torch.Tensor, what: str) -> None:
    if bool(failed.any()):
        raise ValueError(f"{what} is not invertible.")


def _inverse_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    inverse = op.outputs[0]
    if op.attrs["adjoint"]:
        return [negative(matmul(inverse, matmul(grad, inverse, adjoint_a=True)))]
    return [negative(matmul(inverse, matmul(grad, inverse, adjoint_b=True), adjoint_a=True))]


def _determinant(x: torch.Tensor) -> torch.Tensor:
    _check_square(x)
    return torch.linalg.det(x)


def _log_determinant(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    _check_square(x)
    sign, log = torch.linalg.slogdet(x)
    return sign, log.to(x.dtype)


def _times_inverse(factor: Tensor, op: Operation) -> Tensor:
    """`factor`, one number a matrix, times the inverse adjoint of the op's input."""
    spread = reshape(factor, concat([shape_of(op.outputs[-1]), [1, 1]], 0))
    return multiply(spread, matrix_inverse(op.inputs[0], adjoint=True))


def _determinant_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [_times_inverse(multiply(grad, op.outputs[0]), op)]


def _log_determinant_gradient(op: Operation, _: Tensor, grad: Tensor) -> list[Tensor | None]:
    # As in TensorFlow nothing is followed through the sign.
    return [_times_inverse(grad, op)]


def _solve_shape(ctx: Any) -> list[TensorShape]:
    matrix, rhs = square(ctx.input(0), "matrix"), ctx.input(1)
    if rhs.rank is not None and rhs.rank < 2:
        raise ValueError(f"Shape of rhs must be at least rank 2 but is rank {rhs.rank}: {rhs}.")
    size = rules.merge_dimension(
        matrix_sizes(matrix)[0], matrix_sizes(rhs)[0], f"the rows of matrix, {ctx.input(0)}, and rhs, {rhs}"
    )
    try:
        batch = batch_of(matrix).merge_with(batch_of(rhs))
    except ValueError:
        raise ValueError(f"The leading axes of matrix, {ctx.input(0)}, and rhs, {rhs}, must be equal.") from None
    return [batch.concatenate(TensorShape([size, matrix_sizes(rhs)[1]]))]


def _solve_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    transposed = op.attrs["adjoint"]

    def compute(matrix: torch.Tensor, rhs: torch.Tensor) -> torch.Tensor:
        _check_square(matrix)
        if rhs.ndim != matrix.ndim or rhs.shape[:-1] != matrix.shape[:-1]:
            raise ValueError(f"matrix {list(matrix.shape)} and rhs {list(rhs.shape)} do not fit.")
        result, failed = torch.linalg.solve_ex(matrix.mH if transposed else matrix, rhs)
        _check_invertible(failed, "Input matrix")
        return result.contiguous()

    return in_single(compute)


def _solve_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    matrix, result = op.inputs[0], op.outputs[0]
    grad_rhs = matrix_solve(matrix, grad, adjoint=not op.attrs["adjoint"])
    left, right = (result, grad_rhs) if op.attrs["adjoint"] else (grad_rhs, result)
    return [negative(matmul(left, right, adjoint_b=True)), grad_rhs]


register_op(
    "MatrixInverse",
    inputs="input: T",
    outputs="output: T",
    attrs=f"adjoint: bool = false; T: type in {{{FLOAT_TYPES}}}",
    shape=square_unchanged,
    kernel=_inverse_kernel,
    gradient=_inverse_gradient,
)
register_op(
    "MatrixDeterminant",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type in {half, float, double, complex64, complex128}",
    shape=lambda ctx: _square_batch(ctx, 1),
    kernel=lambda op: in_single(_determinant),
    gradient=_determinant_gradient,
)
register_op(
    "LogMatrixDeterminant",
    inputs="input: T",
    outputs="sign: T; log_abs_determinant: T",
    attrs="T: type in {half, float, double, complex64, complex128}",
    shape=lambda ctx: _square_batch(ctx, 2),
    kernel=lambda op: in_single(_log_determinant),
    gradient=_log_determinant_gradient,
)
register_op(
    "MatrixSolve",
    inputs="matrix: T; rhs: T",
    outputs="output: T",
    attrs=f"adjoint: bool = false; T: type in {{{FLOAT_TYPES}}}",
    shape=_solve_shape,
    kernel=_solve_kernel,
    gradient=_solve_gradient,
)
