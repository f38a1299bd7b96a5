"""Convolutional layers (API: tf.layers.Conv2D, tf.layers.conv2d)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.bias import bias_add
from convflow.ops.convolution import convolution


class Conv2D(Layer):
    """A convolution with trained filters (API: tf.layers.Conv2D).

    Args:
        filters: how many: the output's channels.
        kernel_size: (height, width) of the filters, or one number for both.
        strides: steps (vertical, horizontal) between the places a filter is applied to, or one number.
        padding: "valid" or "same".
        data_format: "channels_last" for (batch, height, width, channels), "channels_first" for
            (batch, channels, height, width).
        dilation_rate: steps between a filter's elements; only without strides.
        activation: a function of the output, or its name; None for none.
        use_bias: whether a trained number is added to each channel.
        kernel_initializer: of the filters, shape (height, width, channels, filters); by default the scope's, then
            Glorot uniform.
        bias_initializer: of the bias, shape (filters,).
        kernel_regularizer, bias_regularizer: functions of a variable whose results join the
            REGULARIZATION_LOSSES.
        activity_regularizer: the same of the output.
        kernel_constraint, bias_constraint: functions of a value that optimizers apply after each update.
        trainable: whether optimizers change the variables by default.
        name: the layer's name and scope.

    Raises:
        ValueError: sizes, strides or names of formats that cannot work.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = (1, 1),
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
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.filters = utils.positive_int(filters, "filters")
        self.kernel_size = utils.normalize_tuple(kernel_size, 2, "kernel_size")
        self.strides = utils.normalize_tuple(strides, 2, "strides")
        self.padding = utils.normalize_padding(padding)
        self.data_format = utils.normalize_data_format(data_format)
        self.dilation_rate = utils.normalize_tuple(dilation_rate, 2, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}. Leave one at 1."
            )
        self.activation = utils.activation_function(activation)
        self.use_bias = use_bias
        self.kernel_initializer = utils.initializer(kernel_initializer)
        self.bias_initializer = utils.initializer(bias_initializer)
        self.kernel_regularizer = utils.checked_function(kernel_regularizer, "kernel_regularizer", "tf.nn.l2_loss")
        self.bias_regularizer = utils.checked_function(bias_regularizer, "bias_regularizer", "tf.nn.l2_loss")
        self.kernel_constraint = utils.checked_function(kernel_constraint, "kernel_constraint", "tf.nn.relu")
        self.bias_constraint = utils.checked_function(bias_constraint, "bias_constraint", "tf.nn.relu")
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(ndim=4)

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape: Any) -> None:
        channels = self._channels(as_shape(input_shape))
        self.kernel = self.add_weight(
            "kernel", (*self.kernel_size, channels, self.filters), initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint, trainable=True,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", (self.filters,), initializer=self.bias_initializer, regularizer=self.bias_regularizer,
                constraint=self.bias_constraint, trainable=True,
            )  # fmt: skip
        self.input_spec = InputSpec(ndim=4, axes={self._channel_axis: channels})
        self.built = True

    def _channels(self, input_shape: TensorShape) -> int:
        channels = None if input_shape.rank is None else input_shape[self._channel_axis].value
        if channels is None:
            raise ValueError(
                f'The channel dimension of the inputs to layer "{self.name}" should be defined: it decides how many '
                f"weights there are. The input has shape {input_shape}, its axis {self._channel_axis} is unknown. "
                "Give the placeholder's shape or use set_shape."
            )
        return channels

    def call(self, inputs: Tensor) -> Tensor:
        data_format = utils.op_data_format(self.data_format)
        # The node bears the name of the class, a subclass' too.
        outputs = convolution(
            inputs, self.kernel, self.padding.upper(), self.strides, self.dilation_rate,
            name=type(self).__name__, data_format=data_format,
        )  # fmt: skip
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, data_format=data_format)
        if inputs.shape.rank is not None:
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = as_shape(input_shape).as_list()
        spatial = sizes[:-1] if self.data_format == "channels_last" else sizes[1:]
        places = utils.output_lengths(spatial, self.kernel_size, self.padding, self.strides, self.dilation_rate)
        return TensorShape([batch, *utils.with_channels(self.data_format, places, self.filters)])

    def get_config(self) -> dict[str, Any]:
        names = (
            "filters kernel_size strides padding data_format dilation_rate activation use_bias kernel_initializer "
            "bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint "
            "bias_constraint"
        )
        return super().get_config() | {name: getattr(self, name) for name in names.split()}


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
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
    """A convolution of `inputs` with filters made here (API: tf.layers.conv2d).

    Args:
        inputs: shape (batch, height, width, channels), or (batch, channels, height, width) for "channels_first".
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors: see `Conv2D`.

    Returns:
        Shape (batch, out_height, out_width, filters) in the data format.
    """
    layer = Conv2D(
        filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, kernel_initializer,
        bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
        bias_constraint, trainable, name, _reuse=reuse, _scope=name,
    )  # fmt: skip
    return layer(inputs)
