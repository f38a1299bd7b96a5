"""Elements without repetition (API: tf.unique, tf.unique_with_counts)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.types import INDEX


class Unique(NamedTuple):
    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]  # TensorFlow's name, a tuple's method


def unique(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Unique:
    """The different elements of a vector, in the order of their first appearance (API: tf.unique).

    Args:
        x: a vector of n elements of any type.
        out_idx: int32 or int64, the type of `idx`.

    Returns:
        `y`, and `idx` of shape [n] with y[idx[i]] == x[i].

    Raises:
        ValueError: x is no vector.
    """
    return Unique(*apply_op("Unique", x=x, out_idx=out_idx, name=name))


def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> UniqueWithCounts:
    """`unique`, and how often each element stands in the vector (API: tf.unique_with_counts).

    Args:
        x: a vector of n elements of any type.
        out_idx: int32 or int64, the type of `idx` and `count`.

    Returns:
        `y`, the different elements; `idx` of shape [n] with y[idx[i]] == x[i]; `count`, one number for each of `y`.

    Raises:
        ValueError: `x` is no vector.
    """
    return UniqueWithCounts(*apply_op("UniqueWithCounts", x=x, out_idx=out_idx, name=name))


def unique_along(x: Any, axis: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> UniqueWithCounts:
    """The different slices along an axis, where they stand and how often (op UniqueWithCountsV2).

    Args:
        x: a tensor of any rank.
        axis: a vector with the axis, or an empty one for a vector `x`.
    """
    return UniqueWithCounts(*apply_op("UniqueWithCountsV2", x=x, axis=axis, out_idx=out_idx, name=name))


def slices_along(x: Any, axis: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Unique:
    """`unique_along` without the counts (op UniqueV2)."""
    return Unique(*apply_op("UniqueV2", x=x, axis=axis, out_idx=out_idx, name=name))


def _vector_shapes(ctx: Any) -> list[TensorShape]:
    if ctx.input(0).rank not in (None, 1):
        raise ValueError(f"x of tf.unique must be a vector but has shape {ctx.input(0)}; use tf.reshape(x, [-1]).")
    return [unknown_shape(1), ctx.input(0), unknown_shape(1)]


def _slices_shapes(ctx: Any) -> list[TensorShape]:
    x, axes = ctx.input(0), ctx.constant(1)
    rules.with_rank(ctx.input(1), 1, "axis")
    if axes is None or x.rank is None:
        return [unknown_shape(x.rank), unknown_shape(1), unknown_shape(1)]
    at = _axis(axes.tolist(), x.rank)
    y = TensorShape([Dimension(None) if axis == at else size for axis, size in enumerate(x)])
    return [y, TensorShape([x[at]]), unknown_shape(1)]


def _axis(axes: list[int], rank: int) -> int:
    if len(axes) > 1:
        raise ValueError(f"axis does not support input tensors larger than 1 elements, got {axes}.")
    if not axes and rank != 1:
        raise ValueError(f"unique without an axis expects a vector, got a tensor of rank {rank}.")
    axis = axes[0] if axes else 0
    if not -rank <= axis < rank:
        raise ValueError(f"axis must be between [{-rank}, {rank}), got {axis}.")
    return axis % rank


def _keys(x: Any) -> list[Any]:
    """A key for each slice of the first axis that is equal for equal slices."""
    if x.ndim == 1:
        # A NaN equals nothing, itself included: each is an object of its own.
        return [item if item == item else object() for item in x.tolist()]
    if isinstance(x, np.ndarray):
        return [tuple(row.reshape(-1).tolist()) for row in x]
    return [tuple(row) for row in x.reshape(x.shape[0], -1).tolist()]


def _found(x: Any) -> tuple[list[int], list[int], list[int]]:
    """First places, the number of each slice's group, and the groups' sizes."""
    groups: dict[Any, int] = {}
    firsts: list[int] = []
    numbers: list[int] = []
    counts: list[int] = []
    for place, key in enumerate(_keys(x)):
        group = groups.setdefault(key, len(groups))
        if group == len(firsts):
            firsts.append(place)
            counts.append(0)
        counts[group] += 1
        numbers.append(group)
    return firsts, numbers, counts


def _outputs(x: Any, axis: int, out_idx: torch.dtype) -> tuple[Any, torch.Tensor, torch.Tensor]:
    firsts, numbers, counts = _found(np.moveaxis(x, axis, 0) if isinstance(x, np.ndarray) else x.movedim(axis, 0))
    y = np.take(x, firsts, axis) if isinstance(x, np.ndarray) else x.index_select(axis, torch.tensor(firsts).long())
    return y, torch.tensor(numbers, dtype=out_idx), torch.tensor(counts, dtype=out_idx)


def _kernel(outputs: int) -> Callable[[Operation], Callable[..., Any]]:
    def kernel(op: Operation) -> Callable[..., Any]:
        out_idx = op.attrs["out_idx"].as_torch_dtype

        def compute(x: Any, axes: torch.Tensor | None = None) -> Any:
            if axes is None and x.ndim != 1:
                raise ValueError(f"x of tf.unique must be a vector but has shape {list(x.shape)}.")
            axis = 0 if axes is None else _axis(axes.tolist(), x.ndim)
            return _outputs(x, axis, out_idx)[:outputs]

        return compute

    return kernel


def _register(name: str, outputs: int, has_axis: bool) -> None:
    shapes = _slices_shapes if has_axis else _vector_shapes
    register_op(
        name,
        inputs="x: T; axis: Taxis" if has_axis else "x: T",
        outputs="; ".join(["y: T", "idx: out_idx", "count: out_idx"][:outputs]),
        attrs=(
            f"T: type; {f'Taxis: type = int64 in {{{INDEX}}}; ' if has_axis else ''}"
            f"out_idx: type = int32 in {{{INDEX}}}"
        ),
        shape=lambda ctx: shapes(ctx)[:outputs],
        kernel=_kernel(outputs),
        gradient=NO_GRADIENT,
    )


_register("Unique", 2, has_axis=False)
_register("UniqueV2", 2, has_axis=True)
_register("UniqueWithCounts", 3, has_axis=False)
_register("UniqueWithCountsV2", 3, has_axis=True)
