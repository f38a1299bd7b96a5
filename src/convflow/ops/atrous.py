"""Convolution with holes and its transpose (API: tf.nn.atrous_conv2d, tf.nn.atrous_conv2d_transpose)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.conv import conv2d_backprop_input
from convflow.ops.conv_transpose import conv2d_transpose
from convflow.ops.convolution import convolution
from convflow.ops.space_to_batch import batch_to_space, space_to_batch


def atrous_conv2d(value: Any, filters: Any, rate: Any, padding: Any, name: str | None = None) -> Tensor:
    """The correlation of pictures with filters whose elements lie `rate` apart (API: tf.nn.atrous_conv2d).

    Args:
        value: shape (batch, height, width, channels).
        filters: shape (height, width, channels, filters).
        rate: steps between the filter's elements, vertically and horizontally; a number or a pair.
        padding: "SAME" or "VALID".

    Raises:
        ValueError: shapes or a rate that cannot work.
    """
    return convolution(value, filters, padding, dilation_rate=np.broadcast_to(rate, (2,)), name=name)


def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: int, padding: str, name: str | None = None
) -> Tensor:
    """The transpose of `atrous_conv2d` (API: tf.nn.atrous_conv2d_transpose).

    Args:
        value: shape (batch, height, width, in_channels).
        filters: shape (height, width, output_channels, in_channels).
        output_shape: the four sizes of the result, which `atrous_conv2d` turns into the shape of `value`.
        rate: steps between the filter's elements.
        padding: "SAME" or "VALID".

    Raises:
        ValueError: shapes or a rate that cannot work, another padding.
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]):
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        _check_channels("`value`", value, 3, filters, 3)
        if rate < 1:
            raise ValueError(f"`rate` cannot be less than one. Received: rate={rate}")
        if rate == 1:
            return conv2d_transpose(value, filters, output_shape, strides=[1, 1, 1, 1], padding=padding)
        sizes: Any = _checked_output_shape(output_shape, filters)
        (top, bottom), (left, right) = _paddings(filters, rate, padding)
        height = sizes[1] + top + bottom
        width = sizes[2] + left + right
        below = (rate - height % rate) % rate
        behind = (rate - width % rate) % rate
        value = space_to_batch(value, [[0, below], [0, behind]], rate)
        input_sizes = [rate * rate * sizes[0], (height + below) // rate, (width + behind) // rate, sizes[3]]
        value = conv2d_backprop_input(input_sizes, filters, value, [1, 1, 1, 1], "VALID")
        return batch_to_space(value, [[top, bottom + below], [left, right + behind]], rate)


def _check_channels(what: str, tensor: Tensor, axis: int, filters: Tensor, filter_axis: int) -> None:
    for name, shape in ((what, tensor.shape), ("`filters`", filters.shape)):
        if shape.rank not in (None, 4):
            raise ValueError(f"{name} must have rank 4, not the shape {shape}.")
    if tensor.shape.rank is None or filters.shape.rank is None:
        return
    if not tensor.shape[axis].is_compatible_with(filters.shape[filter_axis]):
        raise ValueError(
            f"{what} channel count must be compatible with `filters` input channel count. Received: "
            f"shape {tensor.shape} and filters.shape={filters.shape}."
        )


def _checked_output_shape(output_shape: Any, filters: Tensor) -> Any:
    tensor = convert_to_tensor(output_shape, name="output_shape")
    if not tensor.shape.is_compatible_with([4]):
        raise ValueError(f"`output_shape` must have shape (4,). Received: output_shape={tensor.shape}")
    if isinstance(output_shape, Tensor):
        return output_shape
    sizes = list(output_shape)
    depth = filters.shape[2].value if filters.shape.rank is not None else None
    if depth is not None and isinstance(sizes[3], int | np.integer) and sizes[3] != depth:
        raise ValueError(
            "`output_shape` channel count must be compatible with `filters` output channel count. "
            f"Received: output_shape={output_shape} and filters.shape={filters.shape}."
        )
    return sizes


def _paddings(filters: Tensor, rate: int, padding: str) -> Any:
    if padding == "VALID":
        return (0, 0), (0, 0)
    if padding != "SAME":
        raise ValueError(f"`padding` must be either 'VALID' or 'SAME'. Received: padding={padding}")
    known = filters.shape.is_fully_defined()
    sizes: Any = filters.shape.as_list() if known else shape_of(filters)
    height, width = sizes[0], sizes[1]
    spans = height + (height - 1) * (rate - 1), width + (width - 1) * (rate - 1)
    vertical, horizontal = spans[0] - 1, spans[1] - 1
    top = vertical // 2
    bottom = vertical - top
    left = horizontal // 2
    return (top, bottom), (left, horizontal - left)
