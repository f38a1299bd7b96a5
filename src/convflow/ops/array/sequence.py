"""Evenly spaced numbers (API: tf.range, tf.lin_space)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.math.cast import cast
from convflow.ops.types import FLOATING, INDEX

# Without a dtype the operands meet at the widest of these.
_WIDENING = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """start, start + delta, ... up to but without `limit` (API: tf.range).

    Args:
        start: the first number; with `limit` left out it is the limit and the first number is 0.
        delta: the step, negative to count down.
        dtype: the element type; by default the widest of the operands' types.

    Raises:
        ValueError: delta is 0, or points away from the limit.
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as scope:
        given = {"start": start, "limit": limit, "delta": delta}
        ends = [
            value if isinstance(value, Tensor) else convert_to_tensor(value, dtype=dtype, name=key)
            for key, value in given.items()
        ]
        ends = _widened(ends) if dtype is None else [cast(end, dtype) for end in ends]
        return apply_op("Range", start=ends[0], limit=ends[1], delta=ends[2], name=scope)


def _widened(ends: list[Tensor]) -> list[Tensor]:
    for end in ends:
        if end.dtype.base_dtype not in _WIDENING:
            raise TypeError(
                f"tf.range got {end} of type {end.dtype.name}; without dtype= it counts in "
                f"{', '.join(kind.name for kind in _WIDENING)}."
            )
    widest = max((end.dtype.base_dtype for end in ends), key=_WIDENING.index)
    return [cast(end, widest) for end in ends]


def _range_length(start: Any, limit: Any, delta: Any) -> int:
    if delta == 0:
        raise ValueError(f"Requires delta != 0: got start {start}, limit {limit}, delta {delta}.")
    if delta > 0 and start > limit:
        raise ValueError(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise ValueError(f"Requires start >= limit when delta < 0: {start}/{limit}")
    if isinstance(start, int):
        return -((start - limit) // delta)
    return math.ceil(abs((limit - start) / delta))


def _range_shape(ctx: Any) -> list[TensorShape]:
    for index, what in enumerate(("start", "limit", "delta")):
        rules.with_rank(ctx.input(index), 0, what)
    ends = [ctx.constant(index) for index in (0, 1, 2)]
    if any(end is None for end in ends):
        return [unknown_shape(1)]
    return [TensorShape([_range_length(*(end.item() for end in ends))])]


def _range_compute(start: torch.Tensor, limit: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
    first, step = start.item(), delta.item()
    count = _range_length(first, limit.item(), step)
    # TensorFlow adds the step again and again in the element type, so rounding errors accumulate alike.
    if start.is_floating_point():
        steps = torch.full((count,), step, dtype=start.dtype)
        if count:
            steps[0] = first
        array = np.cumsum(steps.double().numpy()) if start.dtype not in _NUMPY_FLOATS else steps.numpy().cumsum()
        return torch.from_numpy(array).to(start.dtype)
    return (torch.arange(count, dtype=torch.int64) * step + first).to(start.dtype)


_NUMPY_FLOATS = (torch.float32, torch.float64)

register_op(
    "Range",
    inputs="start: Tidx; limit: Tidx; delta: Tidx",
    outputs="output: Tidx",
    attrs=("Tidx: type = int32 in {bfloat16, half, float, double, int8, int16, int32, int64, uint16, uint32, uint64}"),
    shape=_range_shape,
    kernel=lambda op: _range_compute,
    gradient=NOT_DIFFERENTIABLE,
)


def lin_space(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """`num` numbers from `start` to `stop`, both included (API: tf.lin_space, tf.linspace).

    Args:
        start: the first number, a scalar of a float type.
        stop: the last number, a scalar of the same type.
        num: how many, an int32 or int64 scalar from 1 on.

    Returns:
        A vector of `num` elements of the type of `start`.

    Raises:
        ValueError: `num` is known and not positive.
    """
    return apply_op("LinSpace", start=start, stop=stop, num=num, name=name)


def _lin_space_shape(ctx: Any) -> list[TensorShape]:
    for index, what in enumerate(("start", "stop", "num")):
        rules.with_rank(ctx.input(index), 0, what)
    count = ctx.constant(2)
    if count is None:
        return [unknown_shape(1)]
    if count <= 0:
        raise ValueError(f"Requires num > 0: {count}")
    return [TensorShape([int(count)])]


def _lin_space_compute(start: torch.Tensor, stop: torch.Tensor, num: torch.Tensor) -> torch.Tensor:
    count = int(num)
    if count <= 0:
        raise ValueError(f"Requires num > 0: {count}")
    step = (stop - start) / max(count - 1, 1)
    result = start + step * torch.arange(count, dtype=start.dtype)
    if count > 1:
        result[-1] = stop
    return result


register_op(
    "LinSpace",
    inputs="start: T; stop: T; num: Tidx",
    outputs="output: T",
    attrs=f"T: type in {{{FLOATING}}}; Tidx: type = int32 in {{{INDEX}}}",
    shape=_lin_space_shape,
    kernel=lambda op: _lin_space_compute,
    gradient=NOT_DIFFERENTIABLE,
)
