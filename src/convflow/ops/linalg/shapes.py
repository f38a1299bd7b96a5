"""Shape rules and gradients' helpers that the ops on matrices share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import matrix_transpose
from convflow.ops.math.complex import conj

FLOAT_TYPES = "double, float, half, complex64, complex128"


def at_least_matrix(shape: TensorShape, what: str) -> TensorShape:
    """`shape` if it may be that of matrices; ValueError naming `what` if not."""
    if shape.rank is not None and shape.rank < 2:
        raise ValueError(f"Shape of {what} must be at least rank 2 but is rank {shape.rank}: {shape}.")
    return shape


def square(shape: TensorShape, what: str) -> TensorShape:
    """`shape` if it may be that of square matrices, with both sizes known if one is."""
    at_least_matrix(shape, what)
    if shape.rank is None:
        return shape
    size = rules.merge_dimension(shape[-2], shape[-1], f"{what} must be square, it has shape {shape}")
    return shape[:-2].concatenate(TensorShape([size, size]))


def square_unchanged(ctx: Any) -> list[TensorShape]:
    """One input of square matrices whose shape the output has."""
    return [square(ctx.input(0), "input")]


def matrix_sizes(shape: TensorShape) -> tuple[Dimension, Dimension]:
    """Rows and columns, unknown where the rank is."""
    return (Dimension(None), Dimension(None)) if shape.rank is None else (shape[-2], shape[-1])


def batch_of(shape: TensorShape) -> TensorShape:
    return unknown_shape() if shape.rank is None else shape[:-2]


def in_single(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute` with float16 calculated as float32; tuples of results are rounded one by one."""

    def computed(*values: torch.Tensor) -> Any:
        if values[0].dtype != torch.float16:
            return compute(*values)
        result = compute(*(value.float() if value.dtype == torch.float16 else value for value in values))
        return tuple(part.half() for part in result) if isinstance(result, tuple) else result.half()

    return computed


def adjoint_of(x: Tensor) -> Tensor:
    """The transposed and conjugated matrices, a step of gradients."""
    return matrix_transpose(conj(x) if x.dtype.is_complex else x)


def sum_batches_to(grad: Tensor, x: Tensor, other: Tensor) -> Tensor:
    """A gradient by matrices `x` whose batch may have been stretched to meet that of `other`."""
    if x.shape.is_fully_defined() and other.shape.is_fully_defined() and x.shape[:-2] == other.shape[:-2]:
        return grad
    sizes = shape_of(x)
    axes = apply_op("BroadcastGradientArgs", s0=sizes[:-2], s1=shape_of(other)[:-2])[0]
    return apply_op("Reshape", tensor=apply_op("Sum", input=grad, reduction_indices=axes), shape=sizes)
