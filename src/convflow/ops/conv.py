"""Two-dimensional convolution and its two derivatives (API: tf.nn.conv2d, conv2d_backprop_*)."""

from __future__ import annotations

from functools import partial
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.ops.batch_dims import squeeze_batch_dims
from convflow.ops.conv_family import ConvFamily, register_convolution
from convflow.ops.window import either, given, padding_attrs, spread

_UNIT: tuple[int, ...] = (1, 1, 1, 1)


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The correlation of pictures with filters (API: tf.nn.conv2d).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW"; there may be
            several batch sizes.
        filter: shape (height, width, channels, filters), of the input's type. With a divisor of the input's
            channels as its third size it works on groups of channels.
        strides: one number, (vertical, horizontal), or four numbers in the order of `data_format`.
        padding: "SAME", "VALID", or four pairs (before, after).
        use_cudnn_on_gpu: kept as an attribute; without effect.
        dilations: steps between the filter's elements, in the forms of `strides`.
        filters: another name of `filter`.

    Returns:
        Shape (batch, out_height, out_width, filters) in the data format: ceil(size / stride) places for
        "SAME", those that lie inside for "VALID".

    Raises:
        ValueError: shapes, strides or paddings that cannot work.
    """
    data_format = data_format or "NHWC"
    padding, explicit_paddings = padding_attrs(given("padding", padding))
    convolve = partial(
        apply_op,
        "Conv2D",
        filter=either("filters", filters, "filter", filter),
        strides=spread(strides, data_format, "strides"),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=spread(dilations, data_format, "dilations"),
    )
    return squeeze_batch_dims(input, convolve, inner_rank=3, name=name)


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of `conv2d` with respect to its input (API: tf.nn.conv2d_backprop_input).

    Args:
        input_sizes: the shape of that input: four sizes, or its height and width only.
        filter: shape (height, width, channels, filters).
        out_backprop: the gradient of the output, in the output's shape.
        strides: four numbers in the order of `data_format`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(given("padding", padding))
    return apply_op(
        "Conv2DBackpropInput",
        input_sizes=input_sizes,
        filter=either("filters", filters, "filter", filter),
        out_backprop=out_backprop,
        strides=given("strides", strides),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv2d` with respect to its filter (API: tf.nn.conv2d_backprop_filter).

    Args:
        input: the input of that convolution.
        filter_sizes: the shape of the filter, four sizes.
        out_backprop: the gradient of the output, in the output's shape.
        strides: four numbers in the order of `data_format`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(given("padding", padding))
    return apply_op(
        "Conv2DBackpropFilter",
        input=input,
        filter_sizes=filter_sizes,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


CONV2D = ConvFamily(
    "Conv2D",
    "Conv2DBackpropInput",
    "Conv2DBackpropFilter",
    attrs=("strides", "padding", "use_cudnn_on_gpu", "explicit_paddings", "data_format", "dilations"),
    rank=4,
    short_sizes=True,
)
register_convolution(
    CONV2D,
    attrs=(
        "strides: list(int); use_cudnn_on_gpu: bool = true; "
        "padding: string in {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; "
        "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}; dilations: list(int) = [1, 1, 1, 1]"
    ),
    types="half, bfloat16, float, double, int32",
    filter_gradient_types="half, bfloat16, float, double",
)
