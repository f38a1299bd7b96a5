"""Keras layers of one number for each window, or for each channel (API: tf.keras.layers.MaxPooling2D, ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from convflow.core.shape import TensorShape, as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.keras import backend
from convflow.modeling.keras.base import Layer
from convflow.modeling.layers import pooling, utils
from convflow.modeling.layers.input_spec import InputSpec
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.reshape import expand_dims
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_max, reduce_mean, reduce_sum


class _Windows(Layer):
    """Windows that do not overlap unless `strides` is given."""

    def __init__(
        self, pool_size: Any = 2, strides: Any = None, padding: str = "valid", data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(
            pool_size, pool_size if strides is None else strides, padding,
            data_format=data_format or backend.image_data_format(), **kwargs,
        )  # fmt: skip


class MaxPooling1D(_Windows, pooling.MaxPooling1D):
    """The largest of each window of a sequence (API: tf.keras.layers.MaxPooling1D)."""


class MaxPooling2D(_Windows, pooling.MaxPooling2D):
    """The largest of each window of a picture (API: tf.keras.layers.MaxPooling2D)."""


class MaxPooling3D(_Windows, pooling.MaxPooling3D):
    """The largest of each window of a volume (API: tf.keras.layers.MaxPooling3D)."""


class AveragePooling1D(_Windows, pooling.AveragePooling1D):
    """The mean of each window of a sequence (API: tf.keras.layers.AveragePooling1D)."""


class AveragePooling2D(_Windows, pooling.AveragePooling2D):
    """The mean of each window of a picture (API: tf.keras.layers.AveragePooling2D)."""


class AveragePooling3D(_Windows, pooling.AveragePooling3D):
    """The mean of each window of a volume (API: tf.keras.layers.AveragePooling3D)."""


class _Global(Layer):
    """One number for each channel: (batch, channels).

    Args:
        data_format: where the channels are.
    """

    rank: ClassVar[int]
    reduction: ClassVar[Callable[..., Any]]

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = utils.normalize_data_format(data_format or backend.image_data_format())
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Tensor) -> Tensor:
        first = 2 if self.data_format == "channels_first" else 1
        return type(self).reduction(inputs, axis=list(range(first, first + self.rank)))

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = as_shape(input_shape)
        return TensorShape([shape[0], shape[1 if self.data_format == "channels_first" else -1]])

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"data_format": self.data_format}


class GlobalAveragePooling1D(_Global):
    """The mean of each channel of sequences, of the steps that count (API: tf.keras.layers.GlobalAveragePooling1D)."""

    rank, reduction = 1, reduce_mean
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        axis = 2 if self.data_format == "channels_first" else 1
        counts: Any = expand_dims(cast(mask, inputs.dtype), 1 if axis == 2 else 2)
        return reduce_sum(inputs * counts, axis=axis) / reduce_sum(counts, axis=axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None


class GlobalAveragePooling2D(_Global):
    """The mean of each channel of pictures (API: tf.keras.layers.GlobalAveragePooling2D)."""

    rank, reduction = 2, reduce_mean


class GlobalAveragePooling3D(_Global):
    """The mean of each channel of volumes (API: tf.keras.layers.GlobalAveragePooling3D)."""

    rank, reduction = 3, reduce_mean


class GlobalMaxPooling1D(_Global):
    """The largest of each channel of sequences (API: tf.keras.layers.GlobalMaxPooling1D)."""

    rank, reduction = 1, reduce_max


class GlobalMaxPooling2D(_Global):
    """The largest of each channel of pictures (API: tf.keras.layers.GlobalMaxPooling2D)."""

    rank, reduction = 2, reduce_max


class GlobalMaxPooling3D(_Global):
    """The largest of each channel of volumes (API: tf.keras.layers.GlobalMaxPooling3D)."""

    rank, reduction = 3, reduce_max
