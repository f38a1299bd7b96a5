"""Where the extremum stands (API: tf.argmax, tf.argmin)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import INDEX, REAL


def argmax(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dtypes.int64
) -> Tensor:
    """The index of the largest element along `axis`, the first of equals (API: tf.argmax).

    Args:
        axis: the axis that disappears, 0 by default; `dimension` is its former name.
        output_type: int64 or int32.
    """
    return _arg("ArgMax", input, axis, name, dimension, output_type)


def argmin(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dtypes.int64
) -> Tensor:
    """The index of the smallest element along `axis`, the first of equals (API: tf.argmin).

    Args:
        input: a tensor of real numbers.
        axis: the axis that disappears, 0 by default; `dimension` is its former name.
        output_type: int64 or int32.

    Returns:
        Of type `output_type`, the shape of `input` without `axis`.

    Raises:
        ValueError: `axis` given under both its names, or outside of the rank.
    """
    return _arg("ArgMin", input, axis, name, dimension, output_type)


def arg_max(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Tensor:
    """`argmax` under its op's signature (API: tf.arg_max).

    Args:
        input: a tensor of real numbers.
        dimension: the axis that disappears.
        output_type: int64 or int32.

    Returns:
        Of type `output_type`, the shape of `input` without that axis.
    """
    return apply_op("ArgMax", input=input, dimension=dimension, output_type=output_type, name=name)


def arg_min(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Tensor:
    """`argmin` under its op's signature (API: tf.arg_min).

    Args:
        input: a tensor of real numbers.
        dimension: the axis that disappears.
        output_type: int64 or int32.

    Returns:
        Of type `output_type`, the shape of `input` without that axis.
    """
    return apply_op("ArgMin", input=input, dimension=dimension, output_type=output_type, name=name)


def _arg(op_type: str, input: Any, axis: Any, name: str | None, dimension: Any, output_type: Any) -> Tensor:
    if axis is not None and dimension is not None:
        raise ValueError("Cannot specify both 'dimension' and 'axis'.")
    axis = dimension if axis is None else axis
    axis = 0 if axis is None else axis
    return apply_op(op_type, input=input, dimension=axis, output_type=output_type, name=name)


def _arg_shape(ctx: Any) -> list[TensorShape]:
    shape, axis = ctx.input(0), ctx.constant(1)
    rules.with_rank(ctx.input(1), 0, "dimension")
    if shape.rank is None:
        return [unknown_shape()]
    if shape.rank <= 1:
        return [TensorShape(())] if axis is None else [_without(shape, int(axis))]
    return [unknown_shape(shape.rank - 1) if axis is None else _without(shape, int(axis))]


def _without(shape: TensorShape, axis: int) -> TensorShape:
    rank = len(shape)
    if not -max(rank, 1) <= axis < max(rank, 1):
        raise ValueError(
            f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} is the rank of {shape}."
        )
    return TensorShape([size for index, size in enumerate(shape) if index != axis % rank]) if rank else shape


def _arg_kernel(compute: Callable[..., Any], worst: float) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def make(op: Operation) -> Callable[..., torch.Tensor]:
        output_type = op.attrs["output_type"].as_torch_dtype

        def position(x: torch.Tensor, axis: torch.Tensor) -> torch.Tensor:
            if x.dtype in _NOT_COMPARED:
                x = x.to(_NOT_COMPARED[x.dtype])
            at = int(axis)
            if not -x.ndim <= at < x.ndim:
                raise ValueError(f"Expected dimension in the range [{-x.ndim}, {x.ndim}), but got {at}")
            extrema, positions = compute(x, at)
            if x.is_floating_point() and bool(torch.isnan(extrema).any()):
                # PyTorch takes a NaN for the extremum, TensorFlow passes it over.
                positions = compute(torch.where(torch.isnan(x), worst, x), at)[1]
            return positions.to(output_type)

        return position

    return make


_NOT_COMPARED = {
    torch.bool: torch.uint8,
    torch.uint16: torch.int32,
    torch.uint32: torch.int64,
    torch.uint64: torch.float64,
}


def _no_gradients(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None, None]


_AXIS_TYPES = {
    "ArgMax": "Tidx: type = int32 in {int16, int32, int64}; output_type: type = int64 in {int16, uint16, int32, int64}",
    "ArgMin": f"Tidx: type = int32 in {{{INDEX}}}; output_type: type = int64 in {{{INDEX}}}",
}
for _name, _compute, _worst in (("ArgMax", torch.max, -math.inf), ("ArgMin", torch.min, math.inf)):
    register_op(
        _name,
        inputs="input: T; dimension: Tidx",
        outputs="output: output_type",
        attrs=f"T: type in {{{REAL}, qint8, quint8, qint32, qint16, quint16, bool}}; {_AXIS_TYPES[_name]}",
        shape=_arg_shape,
        kernel=_arg_kernel(_compute, _worst),
        gradient=_no_gradients,
    )
