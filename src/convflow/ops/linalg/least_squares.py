"""Least squares (API: tf.matrix_solve_ls)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.eye import eye
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.control_flow import cond
from convflow.ops.linalg.shapes import FLOAT_TYPES, adjoint_of, at_least_matrix, batch_of, in_single, matrix_sizes
from convflow.ops.linalg.triangular import cholesky, cholesky_solve
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal
from convflow.ops.math.matmul import matmul


def matrix_solve_ls(
    matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """The output with the smallest |matrix @ output - rhs|^2 + l2_regularizer |output|^2 (API: tf.matrix_solve_ls).

    Args:
        matrix: [..., m, n]; where m < n and nothing regularizes, of all solutions the smallest.
        rhs: [..., m, k].
        fast: solve the normal equations; otherwise by an orthogonal decomposition, which takes any rank but no
            regularizer and has no gradient.

    Returns:
        [..., n, k].
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    if matrix.dtype.base_dtype is dtypes.complex128 and l2_regularizer != 0:
        raise NotImplementedError("matrix_solve_ls of complex128 takes no l2_regularizer. Use complex64.")
    if not fast or _is_one_node(matrix):
        return apply_op("MatrixSolveLs", matrix=matrix, rhs=rhs, l2_regularizer=l2_regularizer, fast=fast, name=name)
    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        rows, columns = (size.value for size in matrix_sizes(matrix.shape))
        if rows is not None and columns is not None:
            solve = _overdetermined if rows >= columns else _underdetermined
            return solve(matrix, rhs, l2_regularizer)
        sizes = shape_of(matrix)[-2:]
        return cond(
            greater_equal(sizes[-2], sizes[-1]),
            lambda: _overdetermined(matrix, rhs, l2_regularizer),
            lambda: _underdetermined(matrix, rhs, l2_regularizer),
        )


def _is_one_node(matrix: Tensor) -> bool:
    """Whether TensorFlow takes many small matrices to one node, by its estimate of a processor's cache."""
    if not matrix.shape.is_fully_defined():
        return False
    sizes = [int(size) for size in matrix.shape]
    is_large = math.prod(sizes) * matrix.dtype.size > 256_000
    return is_large and math.prod(sizes[:-2]) > min(sizes[-2:])


def _gramian_root(matrix: Tensor, l2_regularizer: Any, first_kind: bool) -> Tensor:
    """The Cholesky decomposition of A^H A (`first_kind`) or A A^H, plus the regularizer on the diagonal."""
    gramian = matmul(matrix, matrix, adjoint_a=first_kind, adjoint_b=not first_kind)
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        sizes = shape_of(matrix)
        batch = sizes[:-2]
        order = sizes[-1] if first_kind else sizes[-2]
        unit = eye(order, batch_shape=batch, dtype=matrix.dtype.base_dtype)
        gramian = gramian + l2_regularizer * unit
    return cholesky(gramian)


def _overdetermined(matrix: Tensor, rhs: Any, l2_regularizer: Any) -> Tensor:
    root = _gramian_root(matrix, l2_regularizer, first_kind=True)
    return cholesky_solve(root, matmul(matrix, rhs, adjoint_a=True))


def _underdetermined(matrix: Tensor, rhs: Any, l2_regularizer: Any) -> Tensor:
    root = _gramian_root(matrix, l2_regularizer, first_kind=False)
    return matmul(matrix, cholesky_solve(root, rhs), adjoint_a=True)


def _shape(ctx: Any) -> list[TensorShape]:
    matrix, rhs = at_least_matrix(ctx.input(0), "matrix"), at_least_matrix(ctx.input(1), "rhs")
    rules.with_rank(ctx.input(2), 0, "l2_regularizer")
    (rows, columns), (more, width) = matrix_sizes(matrix), matrix_sizes(rhs)
    rules.merge_dimension(rows, more, f"the rows of matrix, {matrix}, and rhs, {rhs}")
    try:
        batch = batch_of(matrix).merge_with(batch_of(rhs))
    except ValueError:
        raise ValueError(f"The leading axes of matrix, {matrix}, and rhs, {rhs}, must be equal.") from None
    return [batch.concatenate(TensorShape([columns, width]))]


def _kernel(op: Operation) -> Callable[..., torch.Tensor]:
    fast = op.attrs["fast"]

    def compute(matrix: torch.Tensor, rhs: torch.Tensor, l2_regularizer: torch.Tensor) -> torch.Tensor:
        if matrix.shape[:-1] != rhs.shape[:-1]:
            raise ValueError(f"matrix {list(matrix.shape)} and rhs {list(rhs.shape)} do not fit.")
        penalty = float(l2_regularizer)
        if penalty < 0:
            raise ValueError(f"l2_regularizer must be non-negative, got {penalty}.")
        if not fast:
            return torch.linalg.lstsq(matrix, rhs, driver="gelsd").solution.contiguous()
        wide = matrix.shape[-2] < matrix.shape[-1]
        gramian = matrix @ matrix.mH if wide else matrix.mH @ matrix
        gramian = gramian + penalty * torch.eye(gramian.shape[-1], dtype=matrix.dtype)
        root = torch.linalg.cholesky_ex(gramian)[0]
        if wide:
            return (matrix.mH @ torch.cholesky_solve(rhs, root)).contiguous()
        return torch.cholesky_solve(matrix.mH @ rhs, root).contiguous()

    return in_single(compute)


def _gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    if not op.attrs["fast"]:
        raise ValueError("Gradient not defined for fast=False. Call tf.matrix_solve_ls with fast=True.")
    matrix, rhs = op.inputs[:2]
    rows, columns = (size.value for size in matrix_sizes(matrix.shape))
    penalty = cast(op.inputs[2], matrix.dtype.base_dtype)
    if rows is not None and columns is not None:
        follow = _overdetermined_gradient if rows >= columns else _underdetermined_gradient
        return [*follow(matrix, rhs, op.outputs[0], penalty, grad), None]
    sizes = shape_of(matrix)[-2:]
    grads = cond(
        greater_equal(sizes[-2], sizes[-1]),
        lambda: _overdetermined_gradient(matrix, rhs, op.outputs[0], penalty, grad),
        lambda: _underdetermined_gradient(matrix, rhs, op.outputs[0], penalty, grad),
    )
    return [*grads, None]


def _overdetermined_gradient(matrix: Tensor, rhs: Tensor, x: Tensor, penalty: Tensor, grad: Tensor) -> list[Tensor]:
    z = cholesky_solve(_gramian_root(matrix, penalty, first_kind=True), grad)
    product = matmul(x, z, adjoint_b=True)
    by_matrix = matmul(rhs, z, adjoint_b=True) - matmul(matrix, product + adjoint_of(product))
    return [by_matrix, matmul(matrix, z)]


def _underdetermined_gradient(matrix: Tensor, rhs: Tensor, x: Tensor, penalty: Tensor, grad: Tensor) -> list[Tensor]:
    root = _gramian_root(matrix, penalty, first_kind=False)
    by_rhs = cholesky_solve(root, matmul(matrix, grad))
    solved = cholesky_solve(root, rhs)
    rest = grad - matmul(matrix, by_rhs, adjoint_a=True)
    by_matrix = matmul(solved, rest, adjoint_b=True) - matmul(by_rhs, matmul(solved, matrix, adjoint_a=True))
    return [by_matrix, by_rhs]


register_op(
    "MatrixSolveLs",
    inputs="matrix: T; rhs: T; l2_regularizer: double",
    outputs="output: T",
    attrs=f"T: type in {{{FLOAT_TYPES}}}; fast: bool = true",
    shape=_shape,
    kernel=_kernel,
    gradient=_gradient,
)
