"""The singular value decomposition (API: tf.svd)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.eye import eye
from convflow.ops.array.matrix_diag import matrix_diag, matrix_set_diag
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.linalg.shapes import FLOAT_TYPES, adjoint_of, at_least_matrix, batch_of, in_single, matrix_sizes
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import real
from convflow.ops.math.elementwise import square
from convflow.ops.math.matmul import matmul


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """The decomposition of matrices into u @ diag(s) @ v^H (API: tf.svd).

    Args:
        tensor: [..., m, n]; let p be the smaller of m and n.
        full_matrices: make u and v square.
        compute_uv: whether u and v are wanted.

    Returns:
        s [..., p], falling; u [..., m, p] and v [..., n, p] (v, not its adjoint) if `compute_uv`.
    """
    s, u, v = apply_op("Svd", input=tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    s = real(s)
    return (s, u, v) if compute_uv else s


def _smaller(rows: Dimension, columns: Dimension) -> Dimension:
    if rows.value is None or columns.value is None:
        return Dimension(0) if 0 in (rows.value, columns.value) else Dimension(None)
    return Dimension(min(rows.value, columns.value))


def _svd_shape(ctx: Any) -> list[TensorShape]:
    shape = at_least_matrix(ctx.input(0), "input")
    batch, (rows, columns) = batch_of(shape), matrix_sizes(shape)
    rank = _smaller(rows, columns)
    values = batch.concatenate(TensorShape([rank]))
    if not ctx.attr("compute_uv"):
        return [values, TensorShape([0]), TensorShape([0])]
    if ctx.attr("full_matrices"):
        sizes = ([rows, rows], [columns, columns])
    else:
        sizes = ([rows, rank], [columns, rank])
    return [values, *(batch.concatenate(TensorShape(size)) for size in sizes)]


def _svd_kernel(op: Operation) -> Callable[..., Any]:
    full, with_vectors = op.attrs["full_matrices"], op.attrs["compute_uv"]

    def compute(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if x.ndim < 2:
            raise ValueError(f"Shape must be at least rank 2 but is {list(x.shape)}.")
        if not bool(torch.isfinite(x).all()):
            return _not_numbers(x)
        if not with_vectors:
            nothing = torch.zeros(0, dtype=x.dtype)
            return torch.linalg.svdvals(x).to(x.dtype), nothing, nothing
        u, s, vh = torch.linalg.svd(x, full_matrices=full)
        return s.to(x.dtype), u.contiguous(), vh.mH.resolve_conj().contiguous()

    def _not_numbers(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        batch, (rows, columns) = list(x.shape[:-2]), x.shape[-2:]
        rank = min(rows, columns)
        wanted = [[*batch, rank], [0], [0]]
        if with_vectors:
            wanted[1:] = [[*batch, rows, rows if full else rank], [*batch, columns, columns if full else rank]]
        return tuple(torch.full(sizes, torch.nan, dtype=x.dtype) for sizes in wanted)

    return in_single(compute)


# The gradient, for A = U S V^H (Townsend 2016, "Differentiating the singular value decomposition"; for complex
# matrices Wan and Zhang 2019, arXiv:1909.02659).


def safe_reciprocal(x: Tensor, epsilon: float = 1e-20) -> Tensor:
    """x / (x^2 + epsilon): 1 / x, and 0 for 0."""
    return x / (x * x + epsilon)


def _svd_gradient(op: Operation, grad_s: Tensor, grad_u: Tensor, grad_v: Tensor) -> list[Tensor | None]:
    a = op.inputs[0]
    kind = a.dtype.base_dtype
    grad_diagonal = matrix_diag(cast(grad_s, kind))
    if not op.attrs["compute_uv"]:
        _, u, v = svd(a)
        result = matmul(u, matmul(grad_diagonal, v, adjoint_b=True))
        result.set_shape(a.shape)
        return [result]
    rows, columns = (size.value for size in matrix_sizes(a.shape))
    if rows is None or columns is None:
        raise NotImplementedError(
            "SVD gradient has not been implemented for input with unknown inner matrix shape. Set the shape of "
            f"{a.name}, {a.shape}."
        )
    if op.attrs["full_matrices"] and abs(rows - columns) > 1:
        raise NotImplementedError(
            "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True, got a matrix of "
            f"{rows} by {columns}."
        )
    s, u, v = op.outputs
    s = cast(s, kind)
    if rows > columns:
        # A^H = V S U^H: the rule is needed for wide matrices only.
        wide = _wide_gradient(s, v, u, grad_diagonal, grad_v, grad_u, columns, rows, op.attrs["full_matrices"])
        result = adjoint_of(wide)
    else:
        result = _wide_gradient(s, u, v, grad_diagonal, grad_u, grad_v, rows, columns, op.attrs["full_matrices"])
    result.set_shape(a.shape)
    return [result]


def _wide_gradient(
    s: Tensor,
    u: Tensor,
    v: Tensor,
    grad_diagonal: Tensor,
    grad_u: Tensor,
    grad_v: Tensor,
    rows: int,
    columns: int,
    full: bool,
) -> Tensor:
    s_matrix, squares = matrix_diag(s), square(s)
    gaps = expand_dims(squares, -2) - expand_dims(squares, -1)
    f = matrix_set_diag(safe_reciprocal(gaps), zeros_like(s))
    inverse = matrix_diag(safe_reciprocal(s))
    first, grad_first = v[..., :, :rows], grad_v[..., :, :rows]
    by_v = matmul(first, grad_first, adjoint_a=True)
    turned_u, turned_v = f * matmul(u, grad_u, adjoint_a=True), f * by_v
    inner = grad_diagonal + matmul(turned_u + adjoint_of(turned_u), s_matrix)
    inner = inner + matmul(s_matrix, turned_v + adjoint_of(turned_v))
    result = matmul(u, matmul(inner, first, adjoint_b=True))
    if rows != columns:
        rest = adjoint_of(grad_first)
        rest = rest - matmul(matmul(rest, first), first, adjoint_b=True)
        if full:
            second, grad_second = v[..., :, rows:columns], grad_v[..., :, rows:columns]
            rest = rest - matmul(matmul(first, grad_second, adjoint_a=True), second, adjoint_b=True)
        result = result + matmul(matmul(u, inverse), rest)
    if s.dtype.is_complex:
        # The phases of u and v are free together: what moves them apart has no gradient of its own.
        sizes = shape_of(s)
        diagonal = eye(sizes[-1], batch_shape=sizes[:-1], dtype=s.dtype.base_dtype) * by_v
        phases = matmul(inverse, adjoint_of(diagonal) - diagonal)
        result = result + 0.5 * matmul(u, matmul(phases, first, adjoint_b=True))
    return result


register_op(
    "Svd",
    inputs="input: T",
    outputs="s: T; u: T; v: T",
    attrs=f"compute_uv: bool = true; full_matrices: bool = false; T: type in {{{FLOAT_TYPES}}}",
    shape=_svd_shape,
    kernel=_svd_kernel,
    gradient=_svd_gradient,
)
