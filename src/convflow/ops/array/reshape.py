"""The same elements in the same order under another shape (API: tf.reshape, tf.expand_dims, tf.squeeze)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convflow.core.shape import TensorShape, unknown_shape
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


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """`input` with a new axis of size 1 (API: tf.expand_dims).

    Args:
        axis: where the axis goes; negative ones are counted from the end of the result. `dim` is its former name.
    """
    if axis is not None and dim is not None:
        raise ValueError("Cannot specify both 'dim' and 'axis'.")
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return apply_op("ExpandDims", input=input, dim=axis, name=name)


def _new_axis(axis: int, rank: int) -> int:
    if not -rank - 1 <= axis <= rank:
        raise ValueError(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")
    return axis % (rank + 1)


def _expand_dims_shape(ctx: Any) -> list[TensorShape]:
    shape, axis = ctx.input(0), ctx.constant(1)
    if shape.rank is None:
        return [unknown_shape()]
    if axis is None:
        return [unknown_shape()]
    at = _new_axis(int(axis.reshape(())), shape.rank)
    return [shape[:at].concatenate(TensorShape([1])).concatenate(shape[at:])]


def _expand_dims_compute(input: Any, dim: Any) -> Any:
    at = _new_axis(int(dim), input.ndim)
    return input.reshape((*input.shape[:at], 1, *input.shape[at:]))


def _expand_dims_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [reshape(grad, shape_of(op.inputs[0])), None]


register_op(
    "ExpandDims",
    inputs="input: T; dim: Tdim",
    outputs="output: T",
    attrs=f"T: type; Tdim: type = int32 in {{{INDEX}}}",
    shape=_expand_dims_shape,
    kernel=lambda op: _expand_dims_compute,
    gradient=_expand_dims_gradient,
)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """`input` without axes of size 1 (API: tf.squeeze).

    Args:
        axis: the axis or axes to take out, all of size 1 by default. `squeeze_dims` is its former name.

    Raises:
        ValueError: an axis that is not of size 1, or outside of the rank.
    """
    if axis is not None and squeeze_dims is not None:
        raise ValueError("Cannot specify both 'squeeze_dims' and 'axis'.")
    axis = squeeze_dims if axis is None else axis
    if axis is not None and not hasattr(axis, "__len__"):
        axis = [axis]
    return apply_op("Squeeze", input=input, squeeze_dims=axis, name=name)


def _squeezed(sizes: list[int | None], axes: list[int]) -> list[int | None]:
    rank = len(sizes)
    for position, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise ValueError(f"squeeze_dims[{position}] not in [{-rank},{rank}): {axis}.")
        if sizes[axis] not in (None, 1):
            raise ValueError(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {sizes[axis]}.")
    wanted = {axis % rank for axis in axes} if axes else {axis for axis in range(rank) if sizes[axis] == 1}
    return [size for axis, size in enumerate(sizes) if axis not in wanted]


def _squeeze_shape(ctx: Any) -> list[TensorShape]:
    shape, axes = ctx.input(0), ctx.attr("squeeze_dims")
    if shape.rank is None or (not axes and not shape.is_fully_defined()):
        return [unknown_shape()]
    return [TensorShape(_squeezed(shape.as_list(), axes))]


def _squeeze_kernel(op: Operation) -> Callable[[Any], Any]:
    axes = op.attrs["squeeze_dims"]
    return lambda input: input.reshape(tuple(_squeezed(list(input.shape), axes)))


def _squeeze_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [reshape(grad, shape_of(op.inputs[0]))]


register_op(
    "Squeeze",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type; squeeze_dims: list(int) = [] >= 0",
    shape=_squeeze_shape,
    kernel=_squeeze_kernel,
    gradient=_squeeze_gradient,
)
