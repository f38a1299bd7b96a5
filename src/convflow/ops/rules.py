"""Shape rules that many ops share."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import Dimension, TensorShape, as_dimension, scalar, unknown_shape
from convflow.graph.inference import InferenceContext


def unchanged(ctx: InferenceContext) -> list[TensorShape]:
    """The output has the shape of the first input."""
    return [ctx.input(0)]


def scalar_output(ctx: InferenceContext) -> list[TensorShape]:
    return [scalar()]


def no_output(ctx: InferenceContext) -> list[TensorShape]:
    return []


def unknown_output(ctx: InferenceContext) -> list[TensorShape]:
    return [unknown_shape()]


def same_shapes(ctx: InferenceContext) -> list[TensorShape]:
    """All inputs have one shape, the output's."""
    shape = ctx.input(0)
    for index in range(1, ctx.num_inputs):
        try:
            shape = shape.merge_with(ctx.input(index))
        except ValueError:
            raise ValueError(
                f"Shapes must be equal, but input 0 is {shape} and input {index} is {ctx.input(index)}."
            ) from None
    return [shape]


def broadcast(ctx: InferenceContext) -> list[TensorShape]:
    """The inputs are stretched to a common shape by NumPy's rules."""
    shape = ctx.input(0)
    for index in range(1, ctx.num_inputs):
        shape = broadcast_shapes(shape, ctx.input(index))
    return [shape]


def broadcast_shapes(left: TensorShape, right: TensorShape) -> TensorShape:
    """The common shape of two inputs; ValueError where sizes differ and neither is 1."""
    if left.rank is None or right.rank is None:
        return unknown_shape()
    rank = max(left.rank, right.rank)
    padded_left = [Dimension(1)] * (rank - left.rank) + list(left)
    padded_right = [Dimension(1)] * (rank - right.rank) + list(right)
    try:
        return TensorShape([_broadcast_sizes(a, b) for a, b in zip(padded_left, padded_right, strict=True)])
    except ValueError as error:
        raise ValueError(f"{error} The shapes {left} and {right} cannot be broadcast together.") from None


def _broadcast_sizes(left: Dimension, right: Dimension) -> Dimension:
    if left.value == 1:
        return right
    if right.value == 1:
        return left
    if left.value is None:
        # An unknown size must turn out to be 1 or the other one.
        return right if right.value is not None else left
    if right.value is None or left.value == right.value:
        return left
    raise ValueError(f"Dimensions must be equal or 1, but are {left} and {right}.")


def with_rank(shape: TensorShape, rank: int, what: str) -> TensorShape:
    """`shape` known to have `rank`; ValueError naming `what` if it has another."""
    if shape.rank not in (None, rank):
        raise ValueError(f"Shape of {what} must be rank {rank} but is rank {shape.rank}: {shape}.")
    return unknown_shape(rank) if shape.rank is None else shape


def merge_dimension(left: Any, right: Any, what: str) -> Dimension:
    """One size from two that must agree; ValueError naming `what`."""
    left, right = as_dimension(left), as_dimension(right)
    if not left.is_compatible_with(right):
        raise ValueError(f"Dimensions must be equal, but are {left} and {right}: {what}.")
    return left.merge_with(right)
