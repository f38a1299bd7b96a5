"""Diagonals of a tensor with itself, and bands of matrices (API: tf.diag, tf.diag_part, tf.matrix_band_part)."""

from __future__ import annotations

import math
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import FLOATING_OR_COMPLEX, INDEX


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor of shape diagonal.shape * 2 with `diagonal` on its diagonal (API: tf.diag, tf.linalg.tensor_diag).

    Args:
        diagonal: a tensor of a number type and rank 1 or more.

    Returns:
        Of the type of `diagonal`, its axes twice; zeros beside the diagonal.

    Raises:
        ValueError: a scalar.
    """
    return apply_op("Diag", diagonal=diagonal, name=name)


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The diagonal of a tensor whose shape is some shape twice (API: tf.diag_part, tf.linalg.tensor_diag_part).

    Args:
        input: a tensor of a number type and even rank.

    Returns:
        Of the type of `input`, the first half of its axes.

    Raises:
        ValueError: an odd rank, or halves of the shape that differ.
    """
    return apply_op("DiagPart", input=input, name=name)


def _diag_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.input(0)
    if shape.rank == 0:
        raise ValueError("Shape must be at least rank 1 but is rank 0: tf.diag needs a diagonal, got a scalar.")
    return [shape if shape.rank is None else shape.concatenate(shape)]


def _diag_part_shape(ctx: Any) -> list[TensorShape]:
    shape = ctx.input(0)
    if shape.rank is None:
        return [shape]
    if shape.rank == 0 or shape.rank % 2:
        raise ValueError(f"Input must have even and non-zero rank: tf.diag_part of shape {shape}.")
    half = shape.rank // 2
    try:
        return [shape[:half].merge_with(shape[half:])]
    except ValueError:
        raise ValueError(f"The halves of the shape must be equal, got {shape[:half]} and {shape[half:]}.") from None


def _diag_compute(diagonal: torch.Tensor) -> torch.Tensor:
    if diagonal.ndim == 0:
        raise ValueError("tf.diag needs a diagonal, got a scalar.")
    return diagonal.reshape(-1).diag().reshape(*diagonal.shape, *diagonal.shape)


def _diag_part_compute(input: torch.Tensor) -> torch.Tensor:
    half = input.ndim // 2
    if input.ndim % 2 or not half or input.shape[:half] != input.shape[half:]:
        raise ValueError(f"tf.diag_part of shape {list(input.shape)} is not possible.")
    count = math.prod(input.shape[:half])
    return input.reshape(count, count).diagonal().reshape(input.shape[:half]).contiguous()


_TYPES = f"T: type in {{{FLOATING_OR_COMPLEX}, int32, int64}}"
register_op(
    "Diag",
    inputs="diagonal: T",
    outputs="output: T",
    attrs=_TYPES,
    shape=_diag_shape,
    kernel=lambda op: _diag_compute,
    gradient=lambda op, grad: [diag_part(grad)],
)
register_op(
    "DiagPart",
    inputs="input: T",
    outputs="diagonal: T",
    attrs=_TYPES,
    shape=_diag_part_shape,
    kernel=lambda op: _diag_part_compute,
    gradient=lambda op, grad: [diag(grad)],
)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Matrices with everything outside of a band round the diagonal set to zero (API: tf.matrix_band_part).

    Args:
        input: [..., rows, columns].
        num_lower, num_upper: how many diagonals below and above to keep, integer scalars; negative keeps all.
    """
    return apply_op("MatrixBandPart", input=input, num_lower=num_lower, num_upper=num_upper, name=name)


def _band_shape(ctx: Any) -> list[TensorShape]:
    for index, what in ((1, "num_lower"), (2, "num_upper")):
        rules.with_rank(ctx.input(index), 0, what)
    return [ctx.input(0) if ctx.input(0).rank is not None else unknown_shape()]


def _band_compute(input: torch.Tensor, num_lower: torch.Tensor, num_upper: torch.Tensor) -> torch.Tensor:
    if input.ndim < 2:
        raise ValueError(f"input must be at least 2-dim, received shape: {list(input.shape)}")
    rows, columns = input.shape[-2:]
    lower, upper = int(num_lower), int(num_upper)
    if lower > rows or upper > columns:
        raise ValueError(
            f"num_lower must be negative or at most {rows}, num_upper at most {columns}, got {lower} and {upper}."
        )
    above = torch.arange(columns) - torch.arange(rows).reshape(-1, 1)
    inside = torch.ones(rows, columns, dtype=torch.bool)
    if lower >= 0:
        inside &= above >= -lower
    if upper >= 0:
        inside &= above <= upper
    return torch.where(inside, input, torch.zeros((), dtype=input.dtype))


def _band_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [matrix_band_part(grad, op.inputs[1], op.inputs[2]), None, None]


register_op(
    "MatrixBandPart",
    inputs="input: T; num_lower: Tindex; num_upper: Tindex",
    outputs="band: T",
    attrs=f"T: type; Tindex: type = int64 in {{{INDEX}}}",
    shape=_band_shape,
    kernel=lambda op: _band_compute,
    gradient=_band_gradient,
)
