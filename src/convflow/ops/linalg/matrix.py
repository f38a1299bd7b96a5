"""Simple functions of matrices and vectors (API: tf.linalg.adjoint, tf.trace, tf.cross)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.matrix_diag import matrix_diag_part
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.types import REAL


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """Matrices transposed and conjugated (API: tf.linalg.adjoint).

    Args:
        matrix: [..., m, n] of any number type.

    Returns:
        [..., n, m] of the type of `matrix`.

    Raises:
        ValueError: a rank below 2.
    """
    with name_scope(name, "adjoint", [matrix]):
        return matrix_transpose(convert_to_tensor(matrix, name="matrix"), conjugate=True)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of each matrix' diagonal: [..., m, n] becomes [...] (API: tf.trace).

    Args:
        x: [..., m, n] of any number type.

    Returns:
        [...] of the type of `x`.

    Raises:
        ValueError: a rank below 2.
    """
    with name_scope(name, "Trace", [x]) as scope:
        return reduce_sum(matrix_diag_part(convert_to_tensor(x, name="x")), [-1], name=scope)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross product of vectors along the last axis, which has size 3 (API: tf.cross).

    Args:
        a, b: real numbers of one type, shape [..., 3].

    Returns:
        Of their type and shape.

    Raises:
        ValueError: shapes that differ, or a last axis of another size.
    """
    return apply_op("Cross", a=a, b=b, name=name)


def _cross_shape(ctx: Any) -> list[TensorShape]:
    shape = rules.same_shapes(ctx)[0]
    if shape.rank == 0:
        raise ValueError("Shape of a must be at least rank 1 but is rank 0: expected vectors of 3 elements.")
    if shape.rank is not None:
        rules.merge_dimension(shape[-1], 3, f"cross products are of vectors of 3 elements, not of shape {shape}")
    return [shape]


def _cross(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    if a.shape != b.shape:
        raise ValueError(f"Both inputs must be of same shape: {list(a.shape)} vs. {list(b.shape)}")
    if not a.ndim or a.shape[-1] != 3:
        raise errors.FailedPreconditionError(
            None, None, f"Cross-products are only defined for 3-element vectors of one shape, got {list(a.shape)}."
        )
    return on_wide_unsigned(lambda x, y: torch.linalg.cross(x, y, dim=-1))(a, b)


def _cross_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    a, b = op.inputs
    return [cross(b, grad), cross(grad, a)]


register_op(
    "Cross",
    inputs="a: T; b: T",
    outputs="product: T",
    attrs=f"T: type in {{{REAL}}}",
    shape=_cross_shape,
    kernel=lambda op: _cross,
    gradient=_cross_gradient,
)
