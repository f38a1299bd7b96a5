"""The decomposition into orthogonal and triangular matrices (API: tf.qr)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import Dimension, TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.concat import concat
from convflow.ops.array.diag import matrix_band_part
from convflow.ops.array.matrix_diag import matrix_diag_part, matrix_set_diag
from convflow.ops.linalg.shapes import FLOAT_TYPES, adjoint_of, at_least_matrix, batch_of, in_single, matrix_sizes
from convflow.ops.linalg.triangular import matrix_triangular_solve
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import real
from convflow.ops.math.matmul import matmul


class Qr(NamedTuple):
    """What `tf.qr` returns."""

    q: Tensor
    r: Tensor


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Qr:
    """Matrices [..., m, n] as q @ r, q with orthonormal columns, r upper triangular (API: tf.qr).

    Args:
        full_matrices: make q [..., m, m] and r [..., m, n], otherwise [..., m, p] and [..., p, n] with p the smaller
            of m and n.
    """
    return Qr(*apply_op("Qr", input=input, full_matrices=full_matrices, name=name))


def _qr_shape(ctx: Any) -> list[TensorShape]:
    shape = at_least_matrix(ctx.input(0), "input")
    batch, (rows, columns) = batch_of(shape), matrix_sizes(shape)
    inner = rows
    if not ctx.attr("full_matrices"):
        known = rows.value is not None and columns.value is not None
        inner = Dimension(min(int(rows), int(columns)) if known else None)
    return [batch.concatenate(TensorShape([rows, inner])), batch.concatenate(TensorShape([inner, columns]))]


def _qr_kernel(op: Operation) -> Callable[..., Any]:
    mode = "complete" if op.attrs["full_matrices"] else "reduced"

    def compute(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if x.ndim < 2:
            raise ValueError(f"Shape must be at least rank 2 but is {list(x.shape)}.")
        q, r = torch.linalg.qr(x, mode=mode)
        return q.contiguous(), r.contiguous()

    return in_single(compute)


# The gradient (Walter, Lehmann and Lamour 2012; for wide matrices Roberts and Roberts 2020, arXiv:2009.10071).


def _qr_gradient(op: Operation, grad_q: Tensor, grad_r: Tensor) -> list[Tensor | None]:
    q, r = op.outputs
    sizes = [size.value for size in matrix_sizes(r.shape)]
    rows, columns = sizes
    if rows is None or columns is None:
        raise NotImplementedError(f"QrGrad not implemented with dynamic shapes. Received r.shape: {r.shape}.")
    if rows > columns and q.shape[-2].value == q.shape[-1].value:
        raise NotImplementedError(
            "QrGrad not implemented when nrows > ncols and full_matrices is true. Received r.shape="
            f"{r.shape} with nrows={rows} and ncols={columns}."
        )
    if rows >= columns:
        return [_deep_gradient(q, r, grad_q, grad_r)]
    # A wide A = (X, Y) has q from X alone; Y = q @ V.
    right = op.inputs[0][..., :, rows:]
    grad_left, grad_right = grad_r[..., :, :rows], grad_r[..., :, rows:]
    left = _deep_gradient(q, r[..., :, :rows], grad_q + matmul(right, grad_right, adjoint_b=True), grad_left)
    return [concat([left, matmul(q, grad_right)], axis=-1)]


def _deep_gradient(q: Tensor, r: Tensor, grad_q: Tensor, grad_r: Tensor) -> Tensor:
    both = matmul(r, grad_r, adjoint_b=True) - matmul(grad_q, q, adjoint_a=True)
    lower = matrix_band_part(both, -1, 0)
    diagonal = matrix_diag_part(both)
    strict = matrix_set_diag(lower, diagonal - diagonal)
    diagonal = cast(real(diagonal), diagonal.dtype.base_dtype) if diagonal.dtype.is_complex else diagonal
    mirrored = matrix_set_diag(strict + adjoint_of(strict), diagonal)
    inner = grad_q + matmul(q, mirrored)
    return adjoint_of(matrix_triangular_solve(r, adjoint_of(inner), lower=False))


register_op(
    "Qr",
    inputs="input: T",
    outputs="q: T; r: T",
    attrs=f"full_matrices: bool = false; T: type in {{{FLOAT_TYPES}}}",
    shape=_qr_shape,
    kernel=_qr_kernel,
    gradient=_qr_gradient,
)
