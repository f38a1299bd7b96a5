"""Triangular equations and the Cholesky decomposition (API: tf.matrix_triangular_solve, tf.cholesky)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.diag import matrix_band_part
from convflow.ops.array.eye import eye
from convflow.ops.array.matrix_diag import matrix_diag_part, matrix_set_diag
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.linalg.shapes import (
    FLOAT_TYPES,
    adjoint_of,
    at_least_matrix,
    batch_of,
    in_single,
    matrix_sizes,
    square,
    square_unchanged,
    sum_batches_to,
)
from convflow.ops.math.arithmetic import negative
from convflow.ops.math.complex import real
from convflow.ops.math.elementwise import log
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_sum


def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The solution of matrix @ output = rhs for triangular matrices (API: tf.matrix_triangular_solve).

    Args:
        matrix: [..., n, n]; the other triangle is not read.
        rhs: [..., n, k]; leading axes are stretched to a common shape.
        lower: which triangle is used.
        adjoint: solve with the transposed and conjugated matrix.

    Raises:
        ValueError: shapes that do not fit.
    """
    with name_scope(name, "triangular_solve", [matrix, rhs]):
        return apply_op("MatrixTriangularSolve", matrix=matrix, rhs=rhs, lower=lower, adjoint=adjoint)


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The lower triangular L with L @ L^H = input (API: tf.cholesky).

    Args:
        input: [..., n, n], symmetric and positive definite; only the lower triangle is read. Others give NaN.
    """
    return apply_op("Cholesky", input=input, name=name)


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The solution of A @ output = rhs where `chol` is the Cholesky decomposition of A (API: tf.cholesky_solve).

    Args:
        chol: [..., n, n], `tf.cholesky(A)`.
        rhs: [..., n, k].
    """
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        half = apply_op("MatrixTriangularSolve", matrix=chol, rhs=rhs, adjoint=False, lower=True)
        return apply_op("MatrixTriangularSolve", matrix=chol, rhs=half, adjoint=True, lower=True)


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of positive definite matrices (API: tf.linalg.logdet).

    Args:
        matrix: floating or complex [..., n, n], symmetric (Hermitian) and positive definite; only the lower triangle is
            read. Others give NaN.

    Returns:
        [...], real numbers.

    Raises:
        ValueError: matrices that are not square.
    """
    with name_scope(name, "logdet", [matrix]):
        diagonal = matrix_diag_part(cholesky(matrix))
        return 2.0 * reduce_sum(log(real(diagonal)), axis=[-1])


def cholesky_grad(l: Any, grad: Any, name: str | None = None) -> Tensor:  # noqa: E741
    """The gradient of `cholesky` by its input, from its output l; TensorFlow offers it as an op only."""
    return apply_op("CholeskyGrad", l=l, grad=grad, name=name)


def _triangular_shape(ctx: Any) -> list[TensorShape]:
    matrix, rhs = square(ctx.input(0), "matrix"), at_least_matrix(ctx.input(1), "rhs")
    size = rules.merge_dimension(
        matrix_sizes(matrix)[0], matrix_sizes(rhs)[0], f"the rows of matrix, {ctx.input(0)}, and rhs, {rhs}"
    )
    batch = rules.broadcast_shapes(batch_of(matrix), batch_of(rhs))
    return [batch.concatenate(TensorShape([size, matrix_sizes(rhs)[1]]))]


def _triangular_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    lower, transposed = op.attrs["lower"], op.attrs["adjoint"]

    def compute(matrix: torch.Tensor, rhs: torch.Tensor) -> torch.Tensor:
        if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.shape[-1] != rhs.shape[-2]:
            raise ValueError(f"matrix {list(matrix.shape)} and rhs {list(rhs.shape)} do not fit.")
        if transposed:
            return torch.linalg.solve_triangular(matrix.mH, rhs, upper=lower).contiguous()
        return torch.linalg.solve_triangular(matrix, rhs, upper=not lower).contiguous()

    return _narrow(compute)


def _narrow(compute: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def computed(*values: torch.Tensor) -> torch.Tensor:
        if values[0].dtype == torch.bfloat16:
            return compute(*(value.float() for value in values)).bfloat16()
        return in_single(compute)(*values)

    return computed


def _triangular_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    matrix, rhs = op.inputs
    lower, transposed = op.attrs["lower"], op.attrs["adjoint"]
    result = op.outputs[0]
    grad_rhs = matrix_triangular_solve(matrix, grad, lower=lower, adjoint=not transposed)
    left, right = (result, grad_rhs) if transposed else (grad_rhs, result)
    grad_matrix = negative(matmul(left, right, adjoint_b=True))
    grad_matrix = matrix_band_part(grad_matrix, *((-1, 0) if lower else (0, -1)))
    return [sum_batches_to(grad_matrix, matrix, rhs), sum_batches_to(grad_rhs, rhs, matrix)]


def _cholesky(x: torch.Tensor) -> torch.Tensor:
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"Input must be square matrices, got shape {list(x.shape)}.")
    result, failed = torch.linalg.cholesky_ex(x)
    if not bool(failed.any()):
        return result.contiguous()
    # As in TensorFlow, where it does not exist it is not a number.
    lower = torch.full_like(result, torch.nan).tril()
    return torch.where((failed != 0)[..., None, None], lower, result)


def _cholesky_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [_symmetric_gradient(op.outputs[0], grad)]


def _symmetric_gradient(factor: Tensor, grad: Tensor) -> Tensor:
    """L^-H @ tril(L^H @ grad, its diagonal halved) @ L^-1, made symmetric (Murray 2016, arXiv:1602.07527)."""
    sizes = shape_of(factor)
    inverse = matrix_triangular_solve(factor, eye(sizes[-1], batch_shape=sizes[:-2], dtype=factor.dtype.base_dtype))
    middle = matmul(factor, grad, adjoint_a=True)
    middle = matrix_band_part(matrix_set_diag(middle, 0.5 * matrix_diag_part(middle)), -1, 0)
    whole = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
    return (whole + adjoint_of(whole)) * 0.5


def _cholesky_grad(factor: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
    middle = (factor.mT @ grad).tril()
    middle = middle - 0.5 * torch.diag_embed(middle.diagonal(dim1=-2, dim2=-1))
    whole = torch.linalg.solve_triangular(factor.mT, middle, upper=True)
    whole = torch.linalg.solve_triangular(factor, whole, upper=False, left=False)
    return ((whole + whole.mT) / 2).contiguous()


def _cholesky_grad_shape(ctx: Any) -> list[TensorShape]:
    return [square(rules.same_shapes(ctx)[0], "l")]


register_op(
    "MatrixTriangularSolve",
    inputs="matrix: T; rhs: T",
    outputs="output: T",
    attrs=f"lower: bool = true; adjoint: bool = false; T: type in {{bfloat16, {FLOAT_TYPES}}}",
    shape=_triangular_shape,
    kernel=_triangular_kernel,
    gradient=_triangular_gradient,
)
register_op(
    "Cholesky",
    inputs="input: T",
    outputs="output: T",
    attrs=f"T: type in {{{FLOAT_TYPES}}}",
    shape=square_unchanged,
    kernel=lambda op: in_single(_cholesky),
    gradient=_cholesky_gradient,
)
register_op(
    "CholeskyGrad",
    inputs="l: T; grad: T",
    outputs="output: T",
    attrs="T: type in {half, float, double}",
    shape=_cholesky_grad_shape,
    kernel=lambda op: in_single(_cholesky_grad),
    gradient=NO_GRADIENT,
)
