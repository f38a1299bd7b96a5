"""Pooling layers (API: tf.layers.MaxPooling2D, tf.layers.AveragePooling2D and their functions)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.layers import utils
from convflow.modeling.layers.base import Layer
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops.pool import avg_pool, max_pool


class Pooling2D(Layer):
    """One number for each window of a picture's channel.

    Args:
        pool_function: the op that computes it.
        pool_size: (height, width) of the windows, or one number for both.
        strides: steps (vertical, horizontal) between windows, or one number.
        padding: "valid" or "same".
        data_format: "channels_last" for (batch, height, width, channels), "channels_first" for
            (batch, channels, height, width).
        name: the layer's name and scope.

    Raises:
        ValueError: sizes, strides or names of formats that cannot work.
    """

    def __init__(
        self,
        pool_function: Callable[..., Tensor],
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
        self.pool_function = pool_function
        self.pool_size = utils.normalize_tuple(pool_size, 2, "pool_size")
        self.strides = utils.normalize_tuple(strides, 2, "strides")
        self.padding = utils.normalize_padding(padding)
        self.data_format = utils.normalize_data_format(data_format)
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Tensor:
        return self.pool_function(
            inputs,
            ksize=utils.by_axis(self.data_format, self.pool_size),
            strides=utils.by_axis(self.data_format, self.strides),
            padding=self.padding.upper(),
            data_format=utils.op_data_format(self.data_format),
        )

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = as_shape(input_shape).as_list()
        last = self.data_format == "channels_last"
        spatial, channels = (sizes[:-1], sizes[-1]) if last else (sizes[1:], sizes[0])
        places = utils.output_lengths(spatial, self.pool_size, self.padding, self.strides)
        return TensorShape([batch, *utils.with_channels(self.data_format, places, channels)])

    def get_config(self) -> dict[str, Any]:
        names = ("pool_size", "strides", "padding", "data_format")
        return super().get_config() | {name: getattr(self, name) for name in names}


class MaxPooling2D(Pooling2D):
    """The largest number of each window (API: tf.layers.MaxPooling2D). Arguments and errors: see `Pooling2D`."""

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(max_pool, pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling2D(Pooling2D):
    """The mean of each window, padding not counted (API: tf.layers.AveragePooling2D).

    Arguments and errors: see `Pooling2D`.
    """

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(avg_pool, pool_size, strides, padding, data_format, name, **kwargs)


def max_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """The largest number of each window (API: tf.layers.max_pooling2d).

    Args:
        inputs: shape (batch, height, width, channels), or (batch, channels, height, width) for "channels_first".

    The other arguments, the errors: see `Pooling2D`.
    """
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: str | None = None,
) -> Tensor:
    """The mean of each window (API: tf.layers.average_pooling2d). Arguments and errors: see `max_pooling2d`."""
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)
