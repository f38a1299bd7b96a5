"""What the convolutional layers share: their arguments, their weights, the shapes they give."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.pad import pad
from convflow.ops.bias import bias_add


class ConvLayer(Layer):
    """A layer that moves a window over `rank` spatial axes.

    Args:
        filters: how many: the output's channels.
        kernel_size: sizes of the window along the spatial axes, or one number for all.
        strides: steps between the places of the window, in the same forms.
        padding: "valid" or "same"; layers of one axis also take "causal": nothing from behind a place is seen.
        data_format: "channels_last" for (batch, *spatial, channels), "channels_first" for (batch, channels, *spatial).
        dilation_rate: steps between a filter's elements; only without strides.
        activation: a function of the output, or its name; None for none.
        use_bias: whether a trained number is added to each channel.
        bias_initializer: of the bias, shape (filters,).
        bias_regularizer: a function of the bias whose result joins the REGULARIZATION_LOSSES.
        activity_regularizer: the same of the output.
        bias_constraint: a function of the bias that optimizers apply after each update.
        trainable: whether optimizers change the variables by default.
        name: the layer's name and scope.

    Raises:
        ValueError: sizes, strides or names of formats that cannot work.
    """

    rank: ClassVar[int]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        bias_constraint: Any,
        trainable: bool,
        name: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.filters = utils.positive_int(filters, "filters")
        self.kernel_size = utils.normalize_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = utils.normalize_tuple(strides, self.rank, "strides")
        self.padding = utils.normalize_padding(padding, causal=self.rank == 1)
        self.data_format = utils.normalize_data_format(data_format)
        self.dilation_rate = utils.normalize_tuple(dilation_rate, self.rank, "dilation_rate")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
                f"Received: strides={self.strides} and dilation_rate={self.dilation_rate}. Leave one at 1."
            )
        self.activation = utils.activation_function(activation)
        self.use_bias = use_bias
        self.bias_initializer = utils.initializer(bias_initializer)
        self.bias_regularizer = utils.checked_function(bias_regularizer, "bias_regularizer", "tf.nn.l2_loss")
        self.bias_constraint = utils.checked_function(bias_constraint, "bias_constraint", "tf.nn.relu")
        self.bias: Any = None
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def channels_first(self) -> bool:
        return self.data_format == "channels_first"

    @property
    def _channel_axis(self) -> int:
        return 1 if self.channels_first else -1

    def _take_weight(self, name: str, prefix: str, shape: tuple[int, ...]) -> Variable:
        """The variable `name` with the initializer, regularizer and constraint that the arguments `prefix`_... gave."""
        return self.add_weight(
            name, shape, initializer=getattr(self, f"{prefix}_initializer"),
            regularizer=getattr(self, f"{prefix}_regularizer"), constraint=getattr(self, f"{prefix}_constraint"),
            trainable=True,
        )  # fmt: skip

    def _take_bias(self, channels: int) -> None:
        """The last variable, and what is known of inputs from now on."""
        if self.use_bias:
            self.bias = self._take_weight("bias", "bias", (self.filters,))
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
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

    def _causally_padded(self, inputs: Tensor) -> Tensor:
        """`inputs` with zeros before them, so that no place sees what follows it; unchanged for other paddings."""
        if self.padding != "causal":
            return inputs
        before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        spatial = [[0, 0], before] if self.channels_first else [before, [0, 0]]
        return pad(inputs, [[0, 0], *spatial])

    @property
    def _op_padding(self) -> str:
        return "VALID" if self.padding == "causal" else self.padding.upper()

    def _with_bias(self, outputs: Tensor) -> Tensor:
        if not self.use_bias:
            return outputs
        return bias_add(outputs, self.bias, data_format="NCHW" if self.channels_first else "NHWC")

    def _activated(self, outputs: Tensor) -> Tensor:
        return outputs if self.activation is None else self.activation(outputs)

    def _places(self, spatial: list[int | None]) -> list[int | None]:
        return utils.output_lengths(spatial, self.kernel_size, self.padding, self.strides, self.dilation_rate)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = as_shape(input_shape).as_list()
        places = self._places(sizes[1:] if self.channels_first else sizes[:-1])
        if any(size is not None and size < 1 for size in places):
            raise ValueError(
                f'One of the dimensions in the output of layer "{self.name}" is below 1: an input of shape '
                f"{as_shape(input_shape)} gives {places} places for a window of {self.kernel_size}. "
                "Increase the input's size or use padding='same'."
            )
        return TensorShape([batch, *utils.with_channels(self.data_format, places, self.filters)])

    def get_config(self) -> dict[str, Any]:
        names = (
            "filters kernel_size strides padding data_format dilation_rate activation use_bias bias_initializer "
            "bias_regularizer activity_regularizer bias_constraint"
        )
        return super().get_config() | {name: getattr(self, name) for name in names.split()}


class KernelLayer(ConvLayer):
    """A convolutional layer of one kernel.

    Args:
        kernel_initializer: of the filters; by default the scope's, then Glorot uniform.
        kernel_regularizer: a function of the filters whose result joins the REGULARIZATION_LOSSES.
        kernel_constraint: a function of the filters that optimizers apply after each update.

    The other arguments, the errors: see `ConvLayer`.
    """

    def __init__(self, *args: Any, kernel: tuple[Any, Any, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initializer, regularizer, constraint = kernel
        self.kernel_initializer = utils.initializer(initializer)
        self.kernel_regularizer = utils.checked_function(regularizer, "kernel_regularizer", "tf.nn.l2_loss")
        self.kernel_constraint = utils.checked_function(constraint, "kernel_constraint", "tf.nn.relu")
        self.kernel: Any = None

    def get_config(self) -> dict[str, Any]:
        names = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
        return super().get_config() | {name: getattr(self, name) for name in names}
