"""Convolution of each channel on its own, and separable convolution (API: tf.nn.depthwise_conv2d)."""

from __future__ import annotations

import warnings
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.conv import conv2d
from convflow.ops.conv_family import ConvFamily, register_convolution
from convflow.ops.window import either, padding_attrs
from convflow.ops.with_space_to_batch import spread_out

_UNIT: tuple[int, ...] = (1, 1, 1, 1)


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """Each channel of pictures correlated with filters of its own, as one op (API: tf.nn.depthwise_conv2d_native).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        filter: shape (height, width, channels, multiplier), of the input's type.
        strides: four numbers in the order of `data_format`.
        padding: "SAME", "VALID", or four pairs (before, after).
        dilations: steps between the filter's elements, four numbers.

    Returns:
        Shape (batch, out_height, out_width, channels * multiplier) in the data format.

    Raises:
        ValueError: shapes or strides that cannot work.
    """
    padding, explicit_paddings = padding_attrs(padding)
    return apply_op(
        "DepthwiseConv2dNative",
        input=input,
        filter=filter,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def depthwise_conv2d_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` by its input (API: tf.nn.depthwise_conv2d_backprop_input).

    Args:
        input_sizes: the shape of that input, four sizes.
        filter: shape (height, width, channels, multiplier).
        out_backprop: the gradient of the output, in the output's shape.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(padding)
    return apply_op(
        "DepthwiseConv2dNativeBackpropInput",
        input_sizes=input_sizes,
        filter=filter,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def depthwise_conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `depthwise_conv2d_native` by its filter (API: tf.nn.depthwise_conv2d_backprop_filter).

    Args:
        input: the input of that convolution.
        filter_sizes: the shape of the filter, four sizes.
        out_backprop: the gradient of the output, in the output's shape.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(padding)
    return apply_op(
        "DepthwiseConv2dNativeBackpropFilter",
        input=input,
        filter_sizes=filter_sizes,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Each channel of pictures correlated with filters of its own (API: tf.nn.depthwise_conv2d).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        filter: shape (height, width, channels, multiplier).
        strides: four numbers in the order of `data_format`; all 1 where a rate is above 1.
        padding: "SAME", "VALID", or four pairs (before, after).
        rate: steps (vertical, horizontal) between a filter's elements.
        dilations: another name of `rate`.

    Returns:
        Shape (batch, out_height, out_width, channels * multiplier) in the data format.

    Raises:
        ValueError: shapes, strides or rates that cannot work.
    """
    rate = either("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")
        rate = [1, 1] if rate is None else rate
        if any(step > 1 for step in rate) and any(step != 1 for step in strides):
            warnings.warn(
                "When dilation rate is greater than 1, then all values of strides must be 1. "
                f"Received: `dilation rate` {rate} and `strides` {strides}",
                stacklevel=2,
            )
        return _spread(input, filter, strides, padding, rate, data_format, scope)


def _spread(
    input: Tensor, filter: Tensor, strides: Any, padding: Any, rate: Any, data_format: str | None, name: str
) -> Tensor:
    def convolve(x: Tensor, _: int, padding: Any) -> Tensor:
        return depthwise_conv2d_native(x, filter, strides, padding, data_format or "NHWC", name=name)

    filter_shape = shape_of(filter)
    return spread_out(input, rate, padding, convolve, lambda: filter_shape, data_format=data_format)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """`depthwise_conv2d`, its channels mixed by a 1x1 convolution (API: tf.nn.separable_conv2d).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        depthwise_filter: shape (height, width, channels, multiplier).
        pointwise_filter: shape (1, 1, channels * multiplier, filters).
        strides, padding, rate: those of `depthwise_conv2d`.
        dilations: another name of `rate`.

    Returns:
        Shape (batch, out_height, out_width, filters) in the data format.

    Raises:
        ValueError: shapes, strides or rates that cannot work.
    """
    rate = either("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        _check_pointwise(pointwise_filter)
        rate = [1, 1] if rate is None else rate
        depthwise = _spread(input, depthwise_filter, strides, padding, rate, data_format, "depthwise")
        return conv2d(depthwise, pointwise_filter, _UNIT, "VALID", data_format=data_format or "NHWC", name=scope)


def _check_pointwise(filter: Tensor) -> None:
    shape = filter.shape
    if shape.rank is not None and (shape.rank != 4 or any(size.value not in (None, 1) for size in shape[:2])):
        raise ValueError(f"The pointwise filter must have shape (1, 1, channels * multiplier, filters), not {shape}.")


register_convolution(
    ConvFamily(
        "DepthwiseConv2dNative",
        "DepthwiseConv2dNativeBackpropInput",
        "DepthwiseConv2dNativeBackpropFilter",
        attrs=("strides", "padding", "explicit_paddings", "data_format", "dilations"),
        rank=4,
        depthwise=True,
    ),
    attrs=(
        "strides: list(int); padding: string in {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; "
        "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}; dilations: list(int) = [1, 1, 1, 1]"
    ),
    types="half, bfloat16, float, double",
    filter_gradient_types="half, bfloat16, float, double",
)
