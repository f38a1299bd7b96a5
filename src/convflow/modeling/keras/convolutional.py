"""Keras layers of pictures: convolutions, sizes (API: tf.keras.layers.Conv2D, UpSampling2D, ZeroPadding2D, ...)."""

from __future__ import annotations

from typing import Any, ClassVar

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import conv_base, conv_separable, conv_transposed, convolutional, utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.pad import pad
from convflow.ops.array.repeat import repeat
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.depthwise import depthwise_conv2d
from convflow.ops.image.resize_ops import resize_bilinear, resize_nearest_neighbor


class _WithFormat(Layer):
    """A layer whose `data_format` is Keras's default unless it is given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("data_format", "") is None or backend.image_data_format() != "channels_last":
            kwargs["data_format"] = kwargs.get("data_format") or backend.image_data_format()
        super().__init__(*args, **kwargs)


class Conv1D(_WithFormat, convolutional.Conv1D):
    """Trained windows over sequences (API: tf.keras.layers.Conv1D)."""


class Conv2D(_WithFormat, convolutional.Conv2D):
    """Trained windows over pictures (API: tf.keras.layers.Conv2D)."""


class Conv3D(_WithFormat, convolutional.Conv3D):
    """Trained windows over volumes (API: tf.keras.layers.Conv3D)."""


class SeparableConv1D(_WithFormat, conv_separable.SeparableConv1D):
    """A window for each channel, then a mixture of channels (API: tf.keras.layers.SeparableConv1D)."""


class SeparableConv2D(_WithFormat, conv_separable.SeparableConv2D):
    """A window for each channel, then a mixture of channels (API: tf.keras.layers.SeparableConv2D)."""


class _Transposed(_WithFormat):
    """Takes what the layers of tf.layers lack, where it changes nothing."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        **kwargs: Any,
    ) -> None:
        if output_padding is not None or (dilation_rate if isinstance(dilation_rate, int) else max(dilation_rate)) != 1:
            raise NotImplementedError(
                f"{type(self).__name__}: output_padding={output_padding} and dilation_rate={dilation_rate} are not "
                "there; leave them out."
            )
        super().__init__(
            filters, kernel_size, strides, padding, data_format=data_format, activation=activation, **kwargs
        )


class Conv2DTranspose(_Transposed, conv_transposed.Conv2DTranspose):
    """The other way round of a convolution: pictures grow (API: tf.keras.layers.Conv2DTranspose)."""


class Conv3DTranspose(_Transposed, conv_transposed.Conv3DTranspose):
    """The other way round of a convolution of volumes (API: tf.keras.layers.Conv3DTranspose)."""


class DepthwiseConv2D(_WithFormat, conv_base.ConvLayer):
    """Windows over each channel by itself (API: tf.keras.layers.DepthwiseConv2D).

    Args:
        kernel_size, strides, padding: of the window.
        depth_multiplier: how many outputs each channel has.
        depthwise_initializer, depthwise_regularizer, depthwise_constraint: of the windows, shape (*kernel_size,
            channels, depth_multiplier).
        others: as of `Conv2D`.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        dilation_rate: Any = 1,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            1, kernel_size, strides, padding, data_format=data_format, dilation_rate=dilation_rate,
            activation=activation, use_bias=use_bias, bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint, trainable=trainable, name=name, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = utils.initializer(depthwise_initializer)
        self.depthwise_regularizer = utils.checked_function(depthwise_regularizer, "depthwise_regularizer", "l2")
        self.depthwise_constraint = utils.checked_function(depthwise_constraint, "depthwise_constraint", "max_norm")

    def build(self, input_shape: Any) -> None:
        channels = self._channels(as_shape(input_shape))
        self.filters = channels * self.depth_multiplier
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel", (*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer, regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )  # fmt: skip
        self._take_bias(channels)

    def call(self, inputs: Tensor) -> Tensor:
        values = transpose(inputs, [0, 2, 3, 1]) if self.channels_first else inputs
        outputs = depthwise_conv2d(
            values, self.depthwise_kernel, [1, *self.strides, 1], self._op_padding, rate=self.dilation_rate
        )
        outputs = transpose(outputs, [0, 3, 1, 2]) if self.channels_first else outputs
        return self._activated(self._with_bias(outputs))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["filters"]
        names = ("depth_multiplier", "depthwise_initializer", "depthwise_regularizer", "depthwise_constraint")
        own = {name: getattr(self, name) for name in names}
        return config | {
            name: value.get_config() if hasattr(value, "get_config") else value for name, value in own.items()
        }


class _Sized(Layer):
    """A layer of `rank` spatial axes without variables."""

    rank: ClassVar[int]

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        given = data_format or (backend.image_data_format() if self.rank > 1 else "channels_last")
        self.data_format = utils.normalize_data_format(given)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _first_axis(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def _at_axes(self, spatial: Any, others: Any) -> list[Any]:
        """A value for each axis."""
        values = [others] * (self.rank + 2)
        values[self._first_axis : self._first_axis + self.rank] = list(spatial)
        return values

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | ({"data_format": self.data_format} if self.rank > 1 else {})


def _pairs(value: Any, rank: int, name: str) -> list[tuple[int, int]]:
    """Sizes before and after each axis, of one number, one for each axis, or pairs."""
    items = [value] * rank if isinstance(value, int) else list(value)
    if rank == 1 and len(items) == 2 and all(isinstance(item, int) for item in items):
        items = [tuple(items)]
    if len(items) != rank:
        raise ValueError(f"`{name}` should have {rank} elements. Found: {value}")
    return [(item, item) if isinstance(item, int) else _pair(item, name) for item in items]


def _pair(item: Any, name: str) -> tuple[int, int]:
    """Two integers; ValueError naming the argument otherwise."""
    try:
        before, after = item
        return int(before), int(after)
    except (TypeError, ValueError):
        raise ValueError(f"An item of `{name}` must be an integer or two of them. Found: {item}") from None


class _ZeroPadding(_Sized):
    """Zeros around (API: tf.keras.layers.ZeroPadding2D and its kin).

    Args:
        padding: how many: one number, one for each axis, or pairs of before and after.
        data_format: where the channels are.
    """

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = tuple(_pairs(padding, self.rank, "padding"))

    def call(self, inputs: Tensor) -> Tensor:
        return pad(inputs, [list(pair) for pair in self._at_axes(self.padding, (0, 0))])

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        sizes = as_shape(input_shape).as_list()
        around = self._at_axes(self.padding, (0, 0))
        return TensorShape(
            [None if size is None else size + sum(pair) for size, pair in zip(sizes, around, strict=True)]
        )

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"padding": self.padding}


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after sequences (API: tf.keras.layers.ZeroPadding1D)."""

    rank = 1


class ZeroPadding2D(_ZeroPadding):
    """Zeros around pictures (API: tf.keras.layers.ZeroPadding2D)."""

    rank = 2


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes (API: tf.keras.layers.ZeroPadding3D)."""

    rank = 3


class _Cropping(_Sized):
    """What is left without the borders (API: tf.keras.layers.Cropping2D and its kin).

    Args:
        cropping: how much is cut: one number, one for each axis, or pairs of before and after.
        data_format: where the channels are.
    """

    def __init__(self, cropping: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.cropping = tuple(_pairs(cropping, self.rank, "cropping"))

    def call(self, inputs: Tensor) -> Tensor:
        cuts = [slice(before, -after if after else None) for before, after in self.cropping]
        values: Any = inputs
        return values[tuple(self._at_axes(cuts, slice(None)))]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        sizes = as_shape(input_shape).as_list()
        cuts = self._at_axes(self.cropping, (0, 0))
        return TensorShape([None if size is None else size - sum(pair) for size, pair in zip(sizes, cuts, strict=True)])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"cropping": self.cropping}


class Cropping1D(_Cropping):
    """Sequences without their ends (API: tf.keras.layers.Cropping1D)."""

    rank = 1


class Cropping2D(_Cropping):
    """Pictures without their borders (API: tf.keras.layers.Cropping2D)."""

    rank = 2


class Cropping3D(_Cropping):
    """Volumes without their borders (API: tf.keras.layers.Cropping3D)."""

    rank = 3


class _UpSampling(_Sized):
    """Each value several times (API: tf.keras.layers.UpSampling2D and its kin)."""

    def __init__(self, size: Any = 2, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.size = utils.normalize_tuple(size, self.rank, "size")

    def call(self, inputs: Tensor) -> Tensor:
        outputs = inputs
        for axis, times in enumerate(self.size, self._first_axis):
            outputs = repeat(outputs, times, axis=axis)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        sizes = as_shape(input_shape).as_list()
        times = self._at_axes(self.size, 1)
        return TensorShape([None if size is None else size * by for size, by in zip(sizes, times, strict=True)])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"size": self.size}


class UpSampling1D(_UpSampling):
    """Each step several times (API: tf.keras.layers.UpSampling1D).

    Inputs have shape (batch, steps, features), outputs (batch, size * steps, features).

    Args:
        size: how often each step comes; 2 by default.
        kwargs: what every layer takes (`name`, `dtype`, `trainable`, `input_shape` ...).
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, **kwargs)


class UpSampling3D(_UpSampling):
    """Each voxel several times (API: tf.keras.layers.UpSampling3D)."""

    rank = 3


class UpSampling2D(_UpSampling):
    """Pictures made larger (API: tf.keras.layers.UpSampling2D).

    Args:
        size: how many times as high and wide.
        data_format: where the channels are.
        interpolation: "nearest" or "bilinear".
    """

    rank = 2

    def __init__(
        self, size: Any = (2, 2), data_format: str | None = None, interpolation: str = "nearest", **kwargs: Any
    ) -> None:
        super().__init__(size, data_format, **kwargs)
        if interpolation not in ("nearest", "bilinear"):
            raise ValueError('`interpolation` argument should be one of `"nearest"` or `"bilinear"`.')
        self.interpolation = interpolation

    def call(self, inputs: Tensor) -> Tensor:
        first = self.data_format == "channels_first"
        values = transpose(inputs, [0, 2, 3, 1]) if first else inputs
        known = values.shape[1:3].as_list()
        sizes: Any = known if None not in known else shape_of(values)[1:3]
        wanted = [size * by for size, by in zip(known, self.size, strict=True)] if sizes is known else sizes * self.size
        method = resize_nearest_neighbor if self.interpolation == "nearest" else resize_bilinear
        outputs = method(values, wanted, half_pixel_centers=True)
        return transpose(outputs, [0, 3, 1, 2]) if first else outputs

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"interpolation": self.interpolation}
