"""Transposed convolutions: a convolution's gradient as a layer (API: tf.layers.Conv2DTranspose, Conv3DTranspose)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.conv_base import KernelLayer
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.transpose import transpose
from convflow.ops.conv_transpose import conv2d_transpose as conv2d_transpose_op
from convflow.ops.conv_transpose import conv3d_transpose as conv3d_transpose_op


class ConvTranspose(KernelLayer):
    """The shapes of a convolution the other way round.

    A size becomes size * stride with padding "same", size * stride + max(kernel - stride, 0) with "valid".

    Args:
        kernel_initializer: of the filters, shape (*kernel_size, filters, channels).

    The other arguments, the errors: see `KernelLayer` and `ConvLayer`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
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
            filters, kernel_size, strides, padding, data_format, 1, activation, use_bias, bias_initializer,
            bias_regularizer, activity_regularizer, bias_constraint, trainable, name,
            kernel=(kernel_initializer, kernel_regularizer, kernel_constraint), **kwargs,
        )  # fmt: skip

    def build(self, input_shape: Any) -> None:
        channels = self._channels(as_shape(input_shape))
        self.kernel = self._take_weight("kernel", "kernel", (*self.kernel_size, self.filters, channels))
        self._take_bias(channels)

    def call(self, inputs: Tensor) -> Tensor:
        sizes: Any = shape_of(inputs)
        batch = sizes[0]
        first = 2 if self.channels_first else 1
        spatial = self._places(self._spatial_sizes(inputs, sizes, first))
        channels_last = [batch, *spatial, self.filters]
        outputs = self._transposed(
            inputs, stack([batch, self.filters, *spatial] if self.channels_first else channels_last)
        )
        if inputs.shape.rank is not None:
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return self._activated(self._with_bias(outputs))

    def _spatial_sizes(self, inputs: Tensor, sizes: Any, first: int) -> list[Any]:
        raise NotImplementedError

    def _transposed(self, inputs: Tensor, output_shape: Tensor) -> Tensor:
        raise NotImplementedError

    def _places(self, spatial: list[Any]) -> list[Any]:
        return [
            None if size is None else _length(size, kernel, stride, self.padding)
            for size, kernel, stride in zip(spatial, self.kernel_size, self.strides, strict=True)
        ]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["dilation_rate"]
        return config


def _length(size: Any, kernel: int, stride: int, padding: str) -> Any:
    """The length that a size, a number or a tensor, becomes."""
    length = size * stride
    return length if padding == "same" else length + max(kernel - stride, 0)


class Conv2DTranspose(ConvTranspose):
    """A transposed convolution of pictures (API: tf.layers.Conv2DTranspose). Arguments, errors: see `ConvTranspose`."""

    rank = 2

    def _spatial_sizes(self, inputs: Tensor, sizes: Any, first: int) -> list[Any]:
        known = [None] * 2 if inputs.shape.rank is None else inputs.shape.as_list()[first : first + 2]
        return [sizes[first + i] if size is None else size for i, size in enumerate(known)]

    def _transposed(self, inputs: Tensor, output_shape: Any) -> Tensor:
        if not self.channels_first:
            # TensorFlow looks at this size, which leaves nodes behind that names count.
            output_shape[0]
            return conv2d_transpose_op(
                inputs, self.kernel, output_shape, [1, *self.strides, 1], self.padding.upper(), data_format="NHWC"
            )
        # TensorFlow computes channels_last, too, where there is no GPU.
        inputs = transpose(inputs, [0, 2, 3, 1])
        output_shape = stack([output_shape[axis] for axis in (0, 2, 3, 1)])
        outputs = conv2d_transpose_op(
            inputs, self.kernel, output_shape, [1, *self.strides, 1], self.padding.upper(), data_format="NHWC"
        )
        return transpose(outputs, [0, 3, 1, 2])


class Conv3DTranspose(ConvTranspose):
    """A transposed convolution of volumes (API: tf.layers.Conv3DTranspose). Arguments, errors: see `ConvTranspose`."""

    rank = 3

    def _spatial_sizes(self, inputs: Tensor, sizes: Any, first: int) -> list[Any]:
        return [sizes[first + i] for i in range(3)]

    def _transposed(self, inputs: Tensor, output_shape: Tensor) -> Tensor:
        return conv3d_transpose_op(
            inputs, self.kernel, output_shape, utils.by_axis(self.data_format, self.strides),
            data_format="NCDHW" if self.channels_first else "NDHWC", padding=self.padding.upper(),
        )  # fmt: skip


def _function(layer_class: type[ConvTranspose], name: str, of: str, shape: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
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
            filters, kernel_size, strides, padding, data_format, activation, use_bias, kernel_initializer,
            bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint, trainable, name, _reuse=reuse, _scope=name,
        )  # fmt: skip
        return layer(inputs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""A transposed convolution of {of} with filters made here (API: tf.layers.{name}).

    Args:
        inputs: shape (batch, {shape}, channels), or (batch, channels, {shape}) for "channels_first".
        reuse: whether to share the variables of the layer of the same `name`.

    The other arguments, the errors, the output's sizes: see `{layer_class.__name__}`.
    """
    return function


conv2d_transpose = _function(Conv2DTranspose, "conv2d_transpose", "pictures", "height, width")
conv3d_transpose = _function(Conv3DTranspose, "conv3d_transpose", "volumes", "depth, height, width")
