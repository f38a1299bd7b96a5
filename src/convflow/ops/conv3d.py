"""Convolution of volumes and its two derivatives (API: tf.nn.conv3d, tf.nn.conv3d_backprop_filter)."""

from __future__ import annotations

from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.ops.conv_family import ConvFamily, register_convolution
from convflow.ops.window import either, given

_UNIT: tuple[int, ...] = (1, 1, 1, 1, 1)


def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str = "NDHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The correlation of volumes with filters (API: tf.nn.conv3d).

    Args:
        input: shape (batch, depth, height, width, channels), or (batch, channels, depth, height, width) for
            "NCDHW".
        filter: shape (depth, height, width, channels, filters), of the input's type.
        strides: five numbers in the order of `data_format`.
        padding: "SAME" or "VALID".
        dilations: steps between the filter's elements, five numbers in the order of `data_format`.
        filters: another name of `filter`.

    Returns:
        Shape (batch, out_depth, out_height, out_width, filters) in the data format.

    Raises:
        ValueError: shapes or strides that cannot work.
    """
    return apply_op(
        "Conv3D",
        input=input,
        filter=either("filters", filters, "filter", filter),
        strides=given("strides", strides),
        padding=given("padding", padding),
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv3d_backprop_input_v2(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv3d` with respect to its input (the op Conv3DBackpropInputV2).

    Args:
        input_sizes: the shape of that input, five sizes.
        filter: shape (depth, height, width, channels, filters).
        out_backprop: the gradient of the output, in the output's shape.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    return apply_op(
        "Conv3DBackpropInputV2",
        input_sizes=input_sizes,
        filter=filter,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv3d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv3d` with respect to its filter (API: tf.nn.conv3d_backprop_filter).

    Args:
        input: the input of that convolution.
        filter_sizes: the shape of the filter, five sizes.
        out_backprop: the gradient of the output, in the output's shape.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    return apply_op(
        "Conv3DBackpropFilterV2",
        input=input,
        filter_sizes=filter_sizes,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


register_convolution(
    ConvFamily(
        "Conv3D",
        "Conv3DBackpropInputV2",
        "Conv3DBackpropFilterV2",
        attrs=("strides", "padding", "data_format", "dilations"),
        rank=5,
    ),
    attrs=(
        "strides: list(int) >= 5; padding: string in {'SAME', 'VALID'}; "
        "data_format: string = 'NDHWC' in {'NDHWC', 'NCDHW'}; dilations: list(int) = [1, 1, 1, 1, 1]"
    ),
    types="half, bfloat16, float, double",
    filter_gradient_types="half, bfloat16, float, double",
    sizes_type="Tshape",
    sizes_attr="; Tshape: type = int32 in {int32, int64}",
)
