"""Convolutions of each channel by itself (API: slim.separable_conv2d, slim.conv2d_in_plane)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.modeling.layers.conv_separable import SeparableConv2D
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.ops.array.tile import tile
from convflow.ops.bias import bias_add
from convflow.ops.depthwise import depthwise_conv2d
from convflow.slim import utils
from convflow.slim.arg_scope import add_arg_scope
from convflow.slim.layers import common
from convflow.slim.variables import model_variable

_NAMES = {"bias": "biases", "depthwise_kernel": "depthwise_weights", "pointwise_kernel": "pointwise_weights"}


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = common.XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = common.ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A convolution of each channel, then one of size 1 that mixes them (API: slim.separable_conv2d).

    Args:
        inputs: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        num_outputs: the output's channels; None to leave the mixing out.
        depth_multiplier: how many filters each channel has of its own.
        pointwise_initializer: of the mixing filters; `weights_initializer` by default.

    The other arguments: see `slim.conv2d`.

    Raises:
        ValueError: another data format, unknown channels, sizes that cannot work.
    """
    common.check_data_format(data_format, ("NCHW", "NHWC"))
    with common.layer_scope(scope, "SeparableConv2d", inputs, reuse, _NAMES) as opened:
        inputs = convert_to_tensor(inputs)
        if num_outputs is not None:
            outputs = common.applied(
                SeparableConv2D, inputs, opened, reuse, variables_collections, filters=num_outputs,
                kernel_size=kernel_size, strides=stride, padding=padding,
                data_format=common.layers_format(data_format), dilation_rate=utils.two_element_tuple(rate),
                activation=None, depth_multiplier=depth_multiplier,
                use_bias=bool(not normalizer_fn and biases_initializer), depthwise_initializer=weights_initializer,
                pointwise_initializer=weights_initializer if pointwise_initializer is None else pointwise_initializer,
                bias_initializer=biases_initializer, depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer, bias_regularizer=biases_regularizer, trainable=trainable,
            )  # fmt: skip
            outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
            return common.finished(outputs, opened.name, activation_fn, outputs_collections)
        channels = utils.channel_dimension(inputs.shape, common.layers_format(data_format), min_rank=4)
        weights = model_variable(
            "depthwise_weights", shape=[*utils.two_element_tuple(kernel_size), channels, depth_multiplier],
            dtype=inputs.dtype.base_dtype, initializer=weights_initializer, regularizer=weights_regularizer,
            trainable=trainable, collections=utils.get_variable_collections(variables_collections, "weights"),
        )  # fmt: skip
        steps = utils.two_element_tuple(stride)
        strides = [1, 1, *steps] if data_format == "NCHW" else [1, *steps, 1]
        outputs = depthwise_conv2d(
            inputs, weights, strides, padding, rate=utils.two_element_tuple(rate), data_format=data_format
        )
        if normalizer_fn is None and biases_initializer is not None:
            biases = common.own_variable(
                "biases", [depth_multiplier * channels], inputs.dtype.base_dtype, biases_initializer,
                variables_collections, trainable, biases_regularizer,
            )  # fmt: skip
            outputs = bias_add(outputs, biases, data_format=data_format)
        outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)


@add_arg_scope
def convolution2d_in_plane(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = common.XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = common.ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """The same filter for every channel by itself (API: slim.conv2d_in_plane).

    Args:
        inputs: shape (batch, height, width, channels).

    The other arguments: see `slim.conv2d`.

    Raises:
        ValueError: fewer than four axes or unknown channels.
    """
    opened: VariableScope
    with variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as opened:
        dtype = inputs.dtype.base_dtype
        channels = utils.last_dimension(inputs.get_shape(), min_rank=4)
        weights = common.own_variable(
            "weights", [*utils.two_element_tuple(kernel_size), 1, 1], dtype, weights_initializer,
            variables_collections, trainable, weights_regularizer,
        )  # fmt: skip
        filters = tile(weights, [1, 1, channels, 1])
        outputs = depthwise_conv2d(inputs, filters, [1, *utils.two_element_tuple(stride), 1], padding)
        if normalizer_fn is None and biases_initializer is not None:
            biases = common.own_variable(
                "biases", [channels], dtype, biases_initializer, variables_collections, trainable, biases_regularizer
            )
            outputs = bias_add(outputs, biases)
        outputs = common.normalized(outputs, normalizer_fn, normalizer_params)
        return common.finished(outputs, opened.name, activation_fn, outputs_collections)
