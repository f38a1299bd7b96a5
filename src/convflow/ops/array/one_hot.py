"""Indices as vectors with one element on (API: tf.one_hot)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """`indices` with a new axis of size `depth`: `on_value` at the index, `off_value` elsewhere (API: tf.one_hot).

    Args:
        indices: integers; one outside of [0, depth) gives a vector that is off everywhere.
        depth: an int32 scalar.
        on_value, off_value: 1 and 0 by default.
        axis: where the new axis goes, -1 (the default) for last.
        dtype: the element type; that of the values given, else float32.

    Raises:
        TypeError: the types of on_value, off_value and dtype contradict each other.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as scope:
        on_given, off_given = on_value is not None, off_value is not None
        wanted = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
        if on_given:
            on_value = convert_to_tensor(on_value, dtype_hint=wanted)
        if off_given:
            off_value = convert_to_tensor(off_value, dtype_hint=wanted)
        kind = _common_type(on_value, off_value, wanted)
        if not on_given:
            on_value = convert_to_tensor(1, kind, name="on_value")
        if not off_given:
            off_value = convert_to_tensor(0, kind, name="off_value")
        return apply_op(
            "OneHot",
            indices=indices,
            depth=depth,
            on_value=on_value,
            off_value=off_value,
            axis=-1 if axis is None else axis,
            name=scope,
        )


def _common_type(on_value: Tensor | None, off_value: Tensor | None, wanted: Any) -> Any:
    for what, value in (("on_value", on_value), ("off_value", off_value)):
        if value is not None and wanted is not None and value.dtype.base_dtype is not wanted:
            raise TypeError(f"dtype {value.dtype.base_dtype!r} of {what} does not match dtype parameter {wanted!r}")
    if on_value is not None and off_value is not None and on_value.dtype.base_dtype is not off_value.dtype.base_dtype:
        raise TypeError(
            f"dtype {on_value.dtype.base_dtype!r} of on_value does not match dtype "
            f"{off_value.dtype.base_dtype!r} of off_value"
        )
    for value in (on_value, off_value):
        if value is not None:
            return value.dtype.base_dtype
    return dtypes.float32 if wanted is None else wanted


def _one_hot_shape(ctx: Any) -> list[TensorShape]:
    for index, what in ((1, "depth"), (2, "on_value"), (3, "off_value")):
        rules.with_rank(ctx.input(index), 0, what)
    depth, indices, axis = ctx.constant(1), ctx.input(0), ctx.attr("axis")
    if depth is not None and depth < 0:
        raise ValueError(f"depth must be non-negative, got {int(depth)}.")
    if indices.rank is None:
        return [unknown_shape()]
    if not -1 <= axis <= indices.rank:
        raise ValueError(f"Expected axis to be -1 or between 0 and {indices.rank}, got {axis} for indices {indices}.")
    at = indices.rank if axis == -1 else axis
    new = TensorShape([Dimension(None if depth is None else int(depth))])
    return [indices[:at].concatenate(new).concatenate(indices[at:])]


def _one_hot_kernel(op: Operation) -> Callable[..., Any]:
    axis = op.attrs["axis"]

    def compute(indices: torch.Tensor, depth: torch.Tensor, on: Any, off: Any) -> Any:
        at = indices.ndim if axis == -1 else axis
        count = int(depth)
        classes = torch.arange(count).reshape([count] + [1] * (indices.ndim - at))
        hot = indices.long().unsqueeze(at) == classes
        return torch.where(hot, on, off) if isinstance(on, torch.Tensor) else np.where(hot.numpy(), on, off)

    return compute


register_op(
    "OneHot",
    inputs="indices: TI; depth: int32; on_value: T; off_value: T",
    outputs="output: T",
    attrs="axis: int = -1; T: type; TI: type = int64 in {uint8, int8, int32, int64}",
    shape=_one_hot_shape,
    kernel=_one_hot_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
