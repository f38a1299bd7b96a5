"""Pooling layers (API: tf.layers.MaxPooling1D, AveragePooling1D and those of two and three axes; their functions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.array.transpose import transpose
from convflow.ops.pool import avg_pool, max_pool
from convflow.ops.pool3d import avg_pool3d, max_pool3d


class Pooling(Layer):
    """One number for each window of a channel.

    Args:
        pool_size: sizes of the windows along the spatial axes, or one number for all.
        strides: steps between windows, in the same forms.
        padding: "valid" or "same".
        data_format: "channels_last" for (batch, *spatial, channels), "channels_first" for (batch, channels, *spatial).
        name: the layer's name and scope.

    Raises:
        ValueError: sizes, strides or names of formats that cannot work.
    """

    rank: ClassVar[int]
    # The op that computes the numbers.
    pool_function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if strides is None:
            raise ValueError("Argument `strides` must not be None. Give pool_size for windows that do not overlap.")
        self.pool_size = utils.normalize_tuple(pool_size, self.rank, "pool_size")
        self.strides = utils.normalize_tuple(strides, self.rank, "strides")
        self.padding = utils.normalize_padding(padding)
        self.data_format = utils.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def _pooled(self, inputs: Tensor, ksize: list[int], strides: list[int], **options: Any) -> Tensor:
        return type(self).pool_function(inputs, ksize=ksize, strides=strides, padding=self.padding.upper(), **options)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = as_shape(input_shape).as_list()
        spatial, channels = (sizes[1:], sizes[0]) if self._channels_first else (sizes[:-1], sizes[-1])
        places = utils.output_lengths(spatial, self.pool_size, self.padding, self.strides)
        return TensorShape([batch, *utils.with_channels(self.data_format, places, channels)])

    def get_config(self) -> dict[str, Any]:
        names = ("pool_size", "strides", "padding", "data_format")
        return super().get_config() | {name: getattr(self, name) for name in names}


class Pooling1D(Pooling):
    """Pooling of sequences. Arguments and errors: see `Pooling`."""

    rank = 1

    def call(self, inputs: Tensor) -> Tensor:
        # A picture one wide; channels_last inside, which TensorFlow computes where there is no GPU.
        width_axis = 3 if self._channels_first else 2
        picture = expand_dims(inputs, width_axis)
        if self._channels_first:
            picture = transpose(picture, [0, 2, 3, 1])
        outputs = self._pooled(picture, [1, *self.pool_size, 1, 1], [1, *self.strides, 1, 1], data_format="NHWC")
        if self._channels_first:
            outputs = transpose(outputs, [0, 3, 1, 2])
        return squeeze(outputs, width_axis)


class Pooling2D(Pooling):
    """Pooling of pictures. Arguments and errors: see `Pooling`."""

    rank = 2

    def call(self, inputs: Tensor) -> Tensor:
        return self._pooled(
            inputs,
            utils.by_axis(self.data_format, self.pool_size),
            utils.by_axis(self.data_format, self.strides),
            data_format=utils.op_data_format(self.data_format),
        )


class Pooling3D(Pooling):
    """Pooling of volumes. Arguments and errors: see `Pooling`."""

    rank = 3

    def call(self, inputs: Tensor) -> Tensor:
        if self._channels_first:
            inputs = transpose(inputs, [0, 2, 3, 4, 1])
        outputs = self._pooled(inputs, [1, *self.pool_size, 1], [1, *self.strides, 1])
        return transpose(outputs, [0, 4, 1, 2, 3]) if self._channels_first else outputs


class MaxPooling1D(Pooling1D):
    """The largest number of each window (API: tf.layers.MaxPooling1D). Arguments and errors: see `Pooling`."""

    pool_function = max_pool


class AveragePooling1D(Pooling1D):
    """The mean of each window, padding not counted (API: tf.layers.AveragePooling1D). Arguments: see `Pooling`."""

    pool_function = avg_pool


class MaxPooling2D(Pooling2D):
    """The largest number of each window (API: tf.layers.MaxPooling2D). Arguments and errors: see `Pooling`."""

    pool_function = max_pool


class AveragePooling2D(Pooling2D):
    """The mean of each window, padding not counted (API: tf.layers.AveragePooling2D). Arguments: see `Pooling`."""

    pool_function = avg_pool


class MaxPooling3D(Pooling3D):
    """The largest number of each window (API: tf.layers.MaxPooling3D). Arguments and errors: see `Pooling`."""

    pool_function = max_pool3d


class AveragePooling3D(Pooling3D):
    """The mean of each window, padding not counted (API: tf.layers.AveragePooling3D). Arguments: see `Pooling`."""

    pool_function = avg_pool3d


def _function(layer_class: type[Pooling], name: str, number: str, shape: str) -> Callable[..., Tensor]:
    def function(
        inputs: Any,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: str | None = None,
    ) -> Tensor:
        return layer_class(pool_size, strides, padding, data_format, name)(inputs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The {number} of each window (API: tf.layers.{name}).

    Args:
        inputs: shape (batch, {shape}, channels), or (batch, channels, {shape}) for "channels_first".

    The other arguments, the errors: see `Pooling`.
    """
    return function


_MAX, _MEAN = "largest number", "mean"
max_pooling1d = _function(MaxPooling1D, "max_pooling1d", _MAX, "length")
average_pooling1d = _function(AveragePooling1D, "average_pooling1d", _MEAN, "length")
max_pooling2d = _function(MaxPooling2D, "max_pooling2d", _MAX, "height, width")
average_pooling2d = _function(AveragePooling2D, "average_pooling2d", _MEAN, "height, width")
max_pooling3d = _function(MaxPooling3D, "max_pooling3d", _MAX, "depth, height, width")
average_pooling3d = _function(AveragePooling3D, "average_pooling3d", _MEAN, "depth, height, width")
