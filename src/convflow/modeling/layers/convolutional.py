"""Convolutional layers (API: tf.layers.Conv1D, Conv2D, Conv3D and their functions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.conv_base import KernelLayer
from convflow.ops.array.reshape import reshape
from convflow.ops.convolution import convolution

_OP_FORMATS = {"channels_last": ("NWC", "NHWC", "NDHWC"), "channels_first": ("NCW", "NCHW", "NCDHW")}


class Conv(KernelLayer):
    """A convolution with trained filters.

    Args:
        kernel_initializer: of the filters, shape (*kernel_size, channels, filters).

    The other arguments, the errors: see `KernelLayer` and `ConvLayer`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = utils.ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer, bias_regularizer, activity_regularizer, bias_constraint, trainable, name,
            kernel=(kernel_initializer, kernel_regularizer, kernel_constraint), **kwargs,
        )  # fmt: skip

    def build(self, input_shape: Any) -> None:
        shape = as_shape(input_shape)
        channels = self._channels(shape)
        self.compute_output_shape(shape)
        self.kernel = self._take_weight("kernel", "kernel", (*self.kernel_size, channels, self.filters))
        self._take_bias(channels)

    def call(self, inputs: Tensor) -> Tensor:
        # The node bears the name of the class, a subclass' too.
        outputs = convolution(
            self._causally_padded(inputs), self.kernel, self._op_padding, list(self.strides),
            list(self.dilation_rate), name=type(self).__name__,
            data_format=_OP_FORMATS[self.data_format][self.rank - 1],
        )  # fmt: skip
        outputs = self._with_bias(outputs)
        if inputs.shape.rank is not None:
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return self._activated(outputs)


class Conv1D(Conv):
    """A convolution of sequences (API: tf.layers.Conv1D). Arguments and errors: see `Conv`."""

    rank = 1

    def _with_bias(self, outputs: Tensor) -> Tensor:
        if not (self.use_bias and self.channels_first):
            return super()._with_bias(outputs)
        bias: Any = reshape(self.bias, (1, self.filters, 1))
        return outputs + bias


class Conv2D(Conv):
    """A convolution of pictures (API: tf.layers.Conv2D). Arguments and errors: see `Conv`."""

    rank = 2


class Conv3D(Conv):
    """A convolution of volumes (API: tf.layers.Conv3D). Arguments and errors: see `Conv`."""

    rank = 3


def _function(layer_class: type[Conv], name: str, of: str, shape: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = utils.ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        reuse: Any = None,
    ) -> Tensor:
        layer = layer_class(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, trainable, name, _reuse=reuse, _scope=name,
        )  # fmt: skip
        return layer(inputs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""A convolution of {of} with filters made here (API: tf.layers.{name}).

    Args:
        inputs: shape (batch, {shape}, channels), or (batch, channels, {shape}) for "channels_first".
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors: see `{layer_class.__name__}`.

    Returns:
        The same axes, with as many channels as there are filters.
    """
    return function


conv1d = _function(Conv1D, "conv1d", "sequences", "length")
conv2d = _function(Conv2D, "conv2d", "pictures", "height, width")
conv3d = _function(Conv3D, "conv3d", "volumes", "depth, height, width")
