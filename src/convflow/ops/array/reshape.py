"""The same elements in the same order under another shape (API: tf.reshape, tf.expand_dims, tf.squeeze)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.types import INDEX


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The elements of `tensor` in row-major order under another shape (API: tf.reshape).

    Args:
        shape: the sizes; one of them may be -1 and follows from the number of elements.
    """
    return apply_op("Reshape", tensor=tensor, shape=shape, name=name)


def _reshape_shape(ctx: Any) -> list[TensorShape]:
    wanted = ctx.constant_shape(1)
    if ctx.input(1).rank not in (None, 1):
        raise ValueError(f"Shape of shape must be rank 1 but is rank {ctx.input(1).rank}.")
    if wanted.rank is None:
        return [wanted]
    count = ctx.input(0).num_elements()
    sizes = wanted.as_list()
    unknown = [axis for axis, size in enumerate(sizes) if size is None]
    if count is None or len(unknown) > 1:
        return [wanted]
    known = math.prod(size for size in sizes if size is not None)
    if not unknown:
        if known != count:
            raise ValueError(
                f"Cannot reshape a tensor with {count} elements to shape {sizes} ({known} elements): "
                f"the tensor has shape {ctx.input(0)}."
            )
    elif known:
        if count % known:
            raise ValueError(
                f"Dimension size must be evenly divisible by {known} but is {count}: cannot reshape {ctx.input(0)} "
                f"to {[-1 if size is None else size for size in sizes]}."
            )
        sizes[unknown[0]] = count // known
    return [TensorShape(sizes)]


def _reshape_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [reshape(grad, sizes_of(op.inputs[0])), None]


def sizes_of(tensor: Tensor) -> Any:
    """What to reshape to for the shape of `tensor`: known but for one size, it needs no node that looks."""
    static = tensor.shape
    if static.rank is not None and not static.is_fully_defined():
        sizes = [-1 if size is None else size for size in static.as_list()]
        if sizes.count(-1) == 1 and 0 not in sizes:
            return sizes
    return shape_of(tensor)


register_op(
    "Reshape",
    inputs="tensor: T; shape: Tshape",
    outputs="output: T",
    attrs=f"T: type; Tshape: type = int32 in {{{INDEX}}}",
    shape=_reshape_shape,
    kernel=lambda op: lambda tensor, shape: tensor.reshape(shape.tolist()),
    gradient=_reshape_gradient,
)
