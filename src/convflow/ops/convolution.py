"""Convolutions of pictures with filters spread out over space (API: tf.nn.convolution)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.conv import conv2d
from convflow.ops.space_to_batch import batch_to_space_nd, required_space_to_batch_paddings, space_to_batch_nd
from convflow.ops.window import either

_AXES = {"NHWC": (1, 2), "NCHW": (2, 3)}


def convolution(
    input: Any,
    filter: Any = None,
    padding: str | None = None,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The correlation of pictures with filters whose elements lie `dilation_rate` apart (API: tf.nn.convolution).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        filter: shape (height, width, channels, filters).
        padding: "SAME" or "VALID".
        strides: steps (vertical, horizontal) or one number; 1 by default.
        dilation_rate: steps (vertical, horizontal) between a filter's elements, or one number; 1 by default.
        filters, dilations: other names of `filter` and `dilation_rate`.

    Raises:
        ValueError: strides and dilations above 1 together, an unknown padding or data format.
        NotImplementedError: pictures of other than two spatial axes.
    """
    filter = either("filters", filters, "filter", filter)
    rate = _pair(either("dilations", dilations, "dilation_rate", dilation_rate), "dilation_rate")
    steps = _pair(strides, "strides")
    data_format = data_format or "NHWC"
    if data_format not in _AXES:
        raise ValueError(f"`data_format` must be one of {', '.join(_AXES)} for two spatial axes. Got {data_format}.")
    padding = str(padding).upper()
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"`padding` must be 'SAME' or 'VALID'. Received: {padding}")
    with name_scope(name, "convolution", [input, filter]) as scope:
        input = convert_to_tensor(input, name="input")
        filter = convert_to_tensor(filter, name="filter", dtype=input.dtype.base_dtype)
        if filter.shape.rank not in (None, 4):
            raise NotImplementedError(f"Filters of shape {filter.shape}: only two spatial axes are supported.")
        if rate == [1, 1]:
            return conv2d(input, filter, steps, padding, data_format=data_format, name=scope)
        if steps != [1, 1]:
            raise ValueError(f"strides > 1 not supported in conjunction with dilation_rate > 1: {steps} and {rate}.")
        return _spread_out(input, filter, padding, rate, data_format, scope)


def _pair(value: Any, name: str) -> list[int]:
    pair = [1, 1] if value is None else [value] * 2 if isinstance(value, int) else [int(item) for item in value]
    if len(pair) == 1:
        pair *= 2
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"`{name}` must be one or two integers of at least 1. Received: {value}")
    return pair


def _spread_out(input: Tensor, filter: Tensor, padding: str, rate: list[int], data_format: str, scope: str) -> Tensor:
    axes = _AXES[data_format]
    blocks = convert_to_tensor(rate, dtype="int32", name="dilation_rate")
    base = _base_paddings(filter, rate) if padding == "SAME" else np.zeros([2, 2], np.int32)
    paddings, crops = required_space_to_batch_paddings(_spatial_sizes(input, axes), blocks, base)
    block_shape, paddings, crops = (
        _over_axes(tensor, fill, axes) for tensor, fill in ((blocks, 1), (paddings, 0), (crops, 0))
    )
    small = space_to_batch_nd(input, block_shape, paddings)
    result = conv2d(small, filter, 1, "VALID", data_format=data_format, name=scope)
    return batch_to_space_nd(result, block_shape, crops)


def _base_paddings(filter: Tensor, rate: list[int]) -> Any:
    if filter.shape.is_fully_defined():
        sizes: Any = convert_to_tensor(filter.shape.as_list(), dtype="int32", name="filter_shape")
        sizes = constant_value(sizes)
    else:
        sizes = shape_of(filter)
    extra = [(sizes[axis] - 1) * step for axis, step in enumerate(rate)]
    return stack([[size // 2, size - size // 2] for size in extra])


def _spatial_sizes(input: Tensor, axes: tuple[int, int]) -> Any:
    if input.shape.rank is not None:
        known = [input.shape[axis].value for axis in axes]
        if None not in known:
            return known
    sizes: Any = shape_of(input)
    return stack([sizes[axis] for axis in axes])


def _over_axes(tensor: Any, fill: int, axes: tuple[int, int]) -> Any:
    """Rows for the spatial axes as rows for all axes between batch and the last spatial one."""
    known = constant_value(tensor)
    rows = tensor if known is None else known
    parts = [rows[0:2]]
    if axes[0] > 1:
        parts.insert(0, np.full([axes[0] - 1, *tensor.shape.as_list()[1:]], fill, np.int32))
    return concat(parts, 0) if known is None else np.concatenate(parts)
