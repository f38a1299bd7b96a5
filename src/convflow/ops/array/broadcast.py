"""The shape that two tensors have together (API: tf.broadcast_static_shape, tf.broadcast_dynamic_shape)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core.shape import TensorShape, as_shape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Tensor
from convflow.ops import rules
from convflow.ops.types import INDEX


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape of what an operation on tensors of the two shapes gives (API: tf.broadcast_static_shape).

    Args:
        shape_x, shape_y: `TensorShape`s, or lists of sizes; None for unknown ones.

    Returns:
        The common shape, sizes unknown where they cannot be told.

    Raises:
        ValueError: sizes that differ and of which none is 1.
    """
    return rules.broadcast_shapes(as_shape(shape_x), as_shape(shape_y))


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """`broadcast_static_shape` of shapes given as integer vectors, in the run (API: tf.broadcast_dynamic_shape).

    Args:
        shape_x, shape_y: int32 or int64 vectors of one type.

    Returns:
        A vector of their type, as long as the longer of them.

    Raises:
        InvalidArgumentError: (when run) sizes that differ and of which none is 1.
    """
    return apply_op("BroadcastArgs", s0=shape_x, s1=shape_y)


def _args_shape(ctx: Any) -> list[TensorShape]:
    first, second = (rules.with_rank(ctx.input(index), 1, what) for index, what in enumerate(("s0", "s1")))
    lengths = (first[0].value, second[0].value)
    known = [ctx.constant(0), ctx.constant(1)]
    if known[0] is not None and known[1] is not None:
        rules.broadcast_shapes(TensorShape(known[0].tolist()), TensorShape(known[1].tolist()))
    return [unknown_shape(1) if None in lengths else TensorShape([max(size or 0 for size in lengths)])]


def _args_compute(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    if first.ndim != 1 or second.ndim != 1:
        raise ValueError(f"s0 and s1 must be vectors, have shapes {list(first.shape)} and {list(second.shape)}.")
    shape = rules.broadcast_shapes(TensorShape(first.tolist()), TensorShape(second.tolist()))
    return torch.tensor(shape.as_list(), dtype=first.dtype)


register_op(
    "BroadcastArgs",
    inputs="s0: T; s1: T",
    outputs="r0: T",
    attrs=f"T: type = int32 in {{{INDEX}}}",
    shape=_args_shape,
    kernel=lambda op: _args_compute,
    gradient=NO_GRADIENT,
)
