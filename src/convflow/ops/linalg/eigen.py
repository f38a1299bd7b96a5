"""Eigenvalues of symmetric matrices (API: tf.self_adjoint_eig, tf.self_adjoint_eigvals)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.diag import matrix_band_part
from convflow.ops.array.matrix_diag import matrix_diag, matrix_diag_part, matrix_set_diag
from convflow.ops.array.reshape import expand_dims
from convflow.ops.linalg.shapes import FLOAT_TYPES, adjoint_of, batch_of, in_single, matrix_sizes, square
from convflow.ops.linalg.svd import safe_reciprocal
from convflow.ops.math.matmul import matmul


class SelfAdjointEigV2(NamedTuple):
    """What `tf.self_adjoint_eig` returns."""

    e: Tensor
    v: Tensor


def self_adjoint_eig(tensor: Any, name: str | None = None) -> SelfAdjointEigV2:
    """Eigenvalues and eigenvectors of self-adjoint matrices (API: tf.self_adjoint_eig).

    Args:
        tensor: [..., n, n]; only the lower triangle is read.

    Returns:
        e [..., n], rising, and v [..., n, n], the vectors in its columns.
    """
    return SelfAdjointEigV2(*apply_op("SelfAdjointEigV2", input=tensor, compute_v=True, name=name))


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of self-adjoint matrices, rising (API: tf.self_adjoint_eigvals).

    Args:
        tensor: [..., n, n]; only the lower triangle is read.
    """
    return apply_op("SelfAdjointEigV2", input=tensor, compute_v=False, name=name)[0]


def _eig_shape(ctx: Any) -> list[TensorShape]:
    shape = square(ctx.input(0), "input")
    size = matrix_sizes(shape)[0]
    values = batch_of(shape).concatenate(TensorShape([size]))
    vectors = batch_of(shape).concatenate(TensorShape([size, size])) if ctx.attr("compute_v") else TensorShape([0])
    return [values, vectors]


def _eig_kernel(op: Operation) -> Callable[..., Any]:
    with_vectors = op.attrs["compute_v"]

    def compute(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
            raise ValueError(f"Input must be square matrices, got shape {list(x.shape)}.")
        if not with_vectors:
            return torch.linalg.eigvalsh(x).to(x.dtype), torch.zeros(0, dtype=x.dtype)
        values, vectors = torch.linalg.eigh(x)
        return values.to(x.dtype), vectors.contiguous()

    return in_single(compute)


def _eig_gradient(op: Operation, grad_e: Tensor, grad_v: Tensor) -> list[Tensor | None]:
    if op.attrs["compute_v"]:
        e, v = op.outputs
        gaps = expand_dims(e, -2) - expand_dims(e, -1)
        f = matrix_set_diag(safe_reciprocal(gaps), zeros_like(e))
        inner = matrix_diag(grad_e) + f * matmul(v, grad_v, adjoint_a=True)
        whole = matmul(v, matmul(inner, v, adjoint_b=True))
    else:
        v = self_adjoint_eig(op.inputs[0]).v
        whole = matmul(v, matmul(matrix_diag(grad_e), v, adjoint_b=True))
    # The upper triangle is not read: its share belongs to the lower one.
    lower = matrix_band_part(whole + adjoint_of(whole), -1, 0)
    return [matrix_set_diag(lower, 0.5 * matrix_diag_part(lower))]


register_op(
    "SelfAdjointEigV2",
    inputs="input: T",
    outputs="e: T; v: T",
    attrs=f"compute_v: bool = true; T: type in {{{FLOAT_TYPES}}}",
    shape=_eig_shape,
    kernel=_eig_kernel,
    gradient=_eig_gradient,
)
