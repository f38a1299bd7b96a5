"""Depthwise separable convolutions (API: tf.layers.SeparableConv1D, SeparableConv2D and their functions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.conv_base import ConvLayer
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.depthwise import separable_conv2d as separable_conv2d_op


class SeparableConv(ConvLayer):
    """A convolution of each channel by itself, then one of 1 by 1 across channels.

    Args:
        depth_multiplier: how many channels the first makes of each.
        depthwise_initializer: of the first's filters, shape (*kernel_size, channels, depth_multiplier); by default
            the scope's, then Glorot uniform.
        pointwise_initializer: of the second's, shape (1 for each axis, channels * depth_multiplier, filters).
        depthwise_regularizer, pointwise_regularizer: functions of the filters whose results join the
            REGULARIZATION_LOSSES.
        depthwise_constraint, pointwise_constraint: functions of the filters that optimizers apply after each update.

    The other arguments, the errors: see `ConvLayer`. The steps of two spatial axes must be equal.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = utils.ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer, bias_regularizer, activity_regularizer, bias_constraint, trainable, name, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = utils.positive_int(depth_multiplier, "depth_multiplier")
        self.depthwise_initializer = utils.initializer(depthwise_initializer)
        self.pointwise_initializer = utils.initializer(pointwise_initializer)
        self.depthwise_regularizer = utils.checked_function(
            depthwise_regularizer, "depthwise_regularizer", "tf.nn.l2_loss"
        )
        self.pointwise_regularizer = utils.checked_function(
            pointwise_regularizer, "pointwise_regularizer", "tf.nn.l2_loss"
        )
        self.depthwise_constraint = utils.checked_function(depthwise_constraint, "depthwise_constraint", "tf.nn.relu")
        self.pointwise_constraint = utils.checked_function(pointwise_constraint, "pointwise_constraint", "tf.nn.relu")

    def build(self, input_shape: Any) -> None:
        channels = self._channels(as_shape(input_shape))
        self.depthwise_kernel: Any = self._take_weight(
            "depthwise_kernel", "depthwise", (*self.kernel_size, channels, self.depth_multiplier)
        )
        self.pointwise_kernel: Any = self._take_weight(
            "pointwise_kernel", "pointwise", (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        )
        self._take_bias(channels)

    def _separable(
        self, inputs: Tensor, kernels: tuple[Any, Any], strides: tuple[int, ...], rate: tuple[int, ...]
    ) -> Tensor:
        outputs = separable_conv2d_op(
            inputs, *kernels, strides=utils.by_axis(self.data_format, strides), padding=self._op_padding,
            rate=list(rate), data_format=utils.op_data_format(self.data_format),
        )  # fmt: skip
        return self._with_bias(outputs)

    def get_config(self) -> dict[str, Any]:
        names = ["depth_multiplier"] + [
            f"{which}_{what}"
            for which in ("depthwise", "pointwise")
            for what in ("initializer", "regularizer", "constraint")
        ]
        return super().get_config() | {name: getattr(self, name) for name in names}


class SeparableConv1D(SeparableConv):
    """A separable convolution of sequences (API: tf.layers.SeparableConv1D). Arguments, errors: see `SeparableConv`."""

    rank = 1

    def call(self, inputs: Tensor) -> Tensor:
        # A picture of one row, whose steps down do not matter but must equal those along.
        row_axis = 2 if self.channels_first else 1
        rows = expand_dims(self._causally_padded(inputs), row_axis)
        kernels = expand_dims(self.depthwise_kernel, 0), expand_dims(self.pointwise_kernel, 0)
        outputs = self._separable(rows, kernels, self.strides * 2, (1, *self.dilation_rate))
        return self._activated(squeeze(outputs, [row_axis]))


class SeparableConv2D(SeparableConv):
    """A separable convolution of pictures (API: tf.layers.SeparableConv2D). Arguments, errors: see `SeparableConv`."""

    rank = 2

    def call(self, inputs: Tensor) -> Tensor:
        kernels = self.depthwise_kernel, self.pointwise_kernel
        return self._activated(self._separable(inputs, kernels, self.strides, self.dilation_rate))


def _function(layer_class: type[SeparableConv], name: str, of: str, shape: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = utils.ZEROS,
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        reuse: Any = None,
    ) -> Tensor:
        layer = layer_class(
            filters, kernel_size, strides, padding, data_format, dilation_rate, depth_multiplier, activation,
            use_bias, depthwise_initializer, pointwise_initializer, bias_initializer, depthwise_regularizer,
            pointwise_regularizer, bias_regularizer, activity_regularizer, depthwise_constraint,
            pointwise_constraint, bias_constraint, trainable, name, _reuse=reuse, _scope=name,
        )  # fmt: skip
        return layer(inputs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""A depthwise separable convolution of {of} with filters made here (API: tf.layers.{name}).

    Args:
        inputs: shape (batch, {shape}, channels), or (batch, channels, {shape}) for "channels_first".
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors: see `{layer_class.__name__}`.

    Returns:
        The same axes, with as many channels as there are filters.
    """
    return function


separable_conv1d = _function(SeparableConv1D, "separable_conv1d", "sequences", "length")
separable_conv2d = _function(SeparableConv2D, "separable_conv2d", "pictures", "height, width")
