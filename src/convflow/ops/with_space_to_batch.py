"""Windows with gaps, by moving positions that lie apart next to each other (API: tf.nn.with_space_to_batch)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.space_to_batch import batch_to_space_nd, required_space_to_batch_paddings, space_to_batch_nd
from convflow.ops.window import padding_attrs


def with_space_to_batch(
    input: Any,
    dilation_rate: Any,
    padding: Any,
    op: Callable[[Tensor, int, Any], Tensor],
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Tensor:
    """`op` with gaps of `dilation_rate` between what its windows see (API: tf.nn.with_space_to_batch).

    Args:
        input: at least as many axes as `spatial_dims` speak of.
        dilation_rate: a vector of N rates of at least 1.
        padding: "SAME", "VALID", or pairs (before, after) for all axes.
        op: called as op(tensor, N, padding); it works with stride 1. Where a rate is above 1 its padding is "VALID"
            and it sees every n-th position, gathered by `space_to_batch_nd`.
        filter_shape: the window's size, wanted for "SAME".
        spatial_dims: the N axes, ascending; by default those behind batch (and channels, for "NC...").

    Raises:
        ValueError: rates, axes or a padding of another form.
    """
    input = convert_to_tensor(input, name="input")
    return spread_out(
        input, dilation_rate, padding, op, lambda: filter_shape, spatial_dims=spatial_dims, data_format=data_format
    )


def spread_out(
    input: Tensor,
    dilation_rate: Any,
    padding: Any,
    op: Callable[[Tensor, int, Any], Tensor],
    filter_shape: Callable[[], Any],
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
    batch_dims: int = 1,
) -> Tensor:
    """`with_space_to_batch` behind its conversion of `input`; `filter_shape` is asked when "SAME" needs it."""
    rates = convert_to_tensor(dilation_rate, dtype="int32", name="dilation_rate")
    count = _count(rates)
    first = (data_format or "").startswith("NC")
    axes = _checked_axes(spatial_dims, batch_dims + int(first), count)
    _check_rank(input.shape, axes[-1] + (0 if first else 1))
    known = constant_value(rates)
    if known is not None and (known < 1).any():
        raise ValueError(f"`dilation_rate` must be positive. Received: dilation_rate={known}")
    if known is not None and (known == 1).all():
        return op(input, count, padding)
    base = _base_paddings(padding, filter_shape, count, rates if known is None else known, first)
    paddings, crops = required_space_to_batch_paddings(_spatial_sizes(input, axes), rates, base)
    block_shape, paddings, crops = (
        _over_axes(tensor, fill, axes) for tensor, fill in ((rates, 1), (paddings, 0), (crops, 0))
    )
    small = space_to_batch_nd(input, block_shape, paddings)
    result = op(small, count, "VALID")
    return batch_to_space_nd(result, block_shape, crops)


def _count(rates: Tensor) -> int:
    if rates.shape.rank not in (None, 1):
        raise ValueError(
            f"`dilation_rate.shape.rank` must be 1. Received: dilation_rate={rates} of rank {rates.shape.rank}"
        )
    count = rates.shape[0].value if rates.shape.rank == 1 else None
    if count is None:
        raise ValueError(
            f"`dilation_rate.shape` must be fully defined. Received: dilation_rate={rates} with shape {rates.shape}"
        )
    return count


def _checked_axes(given: Sequence[int] | None, start: int, count: int) -> list[int]:
    axes = [int(axis) for axis in (range(start, start + count) if given is None else given)]
    if axes != sorted(set(axes)) or any(axis < 1 for axis in axes) or len(axes) != count:
        raise ValueError(
            "`spatial_dims` must be a monotonically increasing sequence of positive integers, one for each of the "
            f"{count} rates. Received: spatial_dims={axes}"
        )
    return axes


def _check_rank(shape: TensorShape, least: int) -> None:
    if shape.rank is not None and shape.rank < least:
        raise ValueError(f"`input.shape.rank` must be at least {least}. Received: input.shape={shape}")


def _base_paddings(padding: Any, filter_shape: Callable[[], Any], count: int, rates: Any, first: bool) -> Any:
    """What the padding adds to each spatial axis, before the sizes are rounded up to multiples of the rates."""
    if padding == "SAME":
        return _same_paddings(filter_shape(), count, rates)
    if padding == "VALID":
        return np.zeros([count, 2], np.int32)
    kind, pairs = padding_attrs(padding, count + 2)
    if kind != "EXPLICIT":
        raise ValueError(f"`padding` must be one of 'SAME' or 'VALID'. Received: padding={padding}")
    explicit = np.array(pairs, np.int32).reshape(count + 2, 2)
    return explicit[2:] if first else explicit[1:-1]


def _same_paddings(filter_shape: Any, count: int, rates: Any) -> Any:
    if filter_shape is None:
        raise ValueError("`filter_shape` must be specified for `padding='SAME'`. Received: filter_shape=None")
    tensor = convert_to_tensor(filter_shape, dtype="int32", name="filter_shape")
    known = constant_value(tensor)
    sizes: Any = tensor if known is None else known
    extra = (sizes[:count] - 1) * rates
    start = extra // 2
    end = extra - start
    return stack([[start[index], end[index]] for index in range(count)])


def _spatial_sizes(input: Tensor, axes: list[int]) -> Any:
    if input.shape.rank is not None:
        known = [input.shape[axis].value for axis in axes]
        if None not in known:
            return known
    sizes: Any = shape_of(input)
    return stack([sizes[axis] for axis in axes])


def _over_axes(tensor: Any, fill: int, axes: list[int]) -> Any:
    """Rows for the spatial axes as rows for all axes between batch and the last spatial one."""
    known = constant_value(tensor)
    rows = tensor if known is None else known
    parts: list[Any] = []
    done = 0
    index = 0
    while index < len(axes):
        start = index
        if axes[index] > 1:
            parts.append(np.full([axes[index] - 1 - done, *tensor.shape.as_list()[1:]], fill, np.int32))
        while index + 1 < len(axes) and axes[index + 1] == axes[index] + 1:
            index += 1
        parts.append(rows[start : index + 1])
        done = axes[index]
        index += 1
    return concat(parts, 0) if known is None else np.concatenate(parts)
