"""Transposed convolutions: from a convolution's output shape to its input's (API: tf.nn.conv2d_transpose)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.conv import conv2d_backprop_input
from convflow.ops.conv3d import conv3d_backprop_input_v2
from convflow.ops.window import either, spread


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of `conv1d` (API: tf.nn.conv1d_transpose).

    Args:
        input: shape (batch, length, in_channels), or (batch, in_channels, length) for "NCW".
        filters: shape (length, output_channels, in_channels).
        output_shape: the three sizes of the result, which a `conv1d` with these strides and this padding turns
            into the shape of `input`.
        strides: a number, or three in the order of `data_format`.
        dilations: steps between the filter's elements, in the forms of `strides`.

    Raises:
        ValueError: shapes that no convolution has together, or another data format.
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        formats = {None: ("NHWC", 1), "NWC": ("NHWC", 1), "NCW": ("NCHW", 2)}
        if data_format not in formats:
            raise ValueError(f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}")
        picture_format, axis = formats[data_format]
        strides = [1, *spread(strides, picture_format, "stride", spatial=1)]
        dilations = [1, *spread(dilations, picture_format, "dilations", spatial=1)]
        input = expand_dims(input, axis)
        filters = expand_dims(filters, 0)
        sizes: Any = output_shape if isinstance(output_shape, Tensor) else list(output_shape)
        result = apply_op(
            "Conv2DBackpropInput",
            input_sizes=concat([sizes[:axis], [1], sizes[axis:]], 0),
            filter=filters,
            out_backprop=input,
            strides=strides,
            padding=padding,
            data_format=picture_format,
            dilations=dilations,
            name=scope,
        )
        return squeeze(result, axis)


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of `conv2d`: from its output's shape to its input's (API: tf.nn.conv2d_transpose).

    Args:
        value: shape (batch, height, width, in_channels) in the data format.
        filter: shape (height, width, output_channels, in_channels).
        output_shape: the shape of the result: four sizes, which a `conv2d` with these strides and this
            padding turns into the shape of `value`.
        strides: one number, (vertical, horizontal), or four numbers in the order of `data_format`.
        padding: "SAME", "VALID", or four pairs (before, after).
        input, filters: other names of `value` and `filter`.
        dilations: steps between the filter's elements, in the forms of `strides`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    value = either("input", input, "value", value)
    filter = either("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        data_format = data_format or "NHWC"
        return conv2d_backprop_input(
            input_sizes=output_shape,
            filter=filter,
            out_backprop=value,
            strides=spread(strides, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=spread(dilations, data_format, "dilations"),
            name=scope,
        )


def conv3d_transpose(
    value: Any,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    data_format: str = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of `conv3d` (API: tf.nn.conv3d_transpose).

    Args:
        value: shape (batch, depth, height, width, in_channels) in the data format.
        filter: shape (depth, height, width, output_channels, in_channels).
        output_shape: the five sizes of the result.
        strides: one number, one for each spatial axis, or five in the order of `data_format`.
        input, filters: other names of `value` and `filter`.
        dilations: steps between the filter's elements, in the forms of `strides`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    value = either("input", input, "value", value)
    filter = either("filters", filters, "filter", filter)
    with name_scope(name, "conv3d_transpose", [value, filter, output_shape]) as scope:
        data_format = data_format or "NDHWC"
        return conv3d_backprop_input_v2(
            input_sizes=output_shape,
            filter=filter,
            out_backprop=value,
            strides=spread(strides, data_format, "strides", spatial=3),
            padding=padding,
            data_format=data_format,
            dilations=spread(dilations, data_format, "dilations", spatial=3),
            name=scope,
        )


_BY_SPATIAL_AXES: dict[int, Callable[..., Tensor]] = {1: conv1d_transpose, 2: conv2d_transpose, 3: conv3d_transpose}


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """`conv1d_transpose`, `conv2d_transpose` or `conv3d_transpose`, by `output_shape` (API: tf.nn.conv_transpose).

    Args:
        output_shape: three, four or five sizes; a tensor must have a known number of them.

    Raises:
        ValueError: another number of sizes, or shapes that no convolution has together.
    """
    with name_scope(name, "conv_transpose", [input, filters, output_shape]) as scope:
        count = _count(output_shape)
        if count not in (3, 4, 5):
            raise ValueError(
                f"`output_shape` must be of length 3, 4 or 5. Received: output_shape={output_shape} of length {count}."
            )
        return _BY_SPATIAL_AXES[count - 2](
            input, filters, output_shape, strides, padding=padding, data_format=data_format, dilations=dilations,
            name=scope,
        )  # fmt: skip


def _count(sizes: Any) -> int | None:
    if isinstance(sizes, Tensor):
        return sizes.shape[0].value if sizes.shape.rank == 1 else None
    if not hasattr(sizes, "__len__"):
        raise ValueError(f"`output_shape` must be a tensor or sized collection. Received: output_shape={sizes}")
    return len(sizes)
