"""Pictures as the networks take them (API: tf.keras.applications.imagenet_utils)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.modeling.keras import backend
from convflow.ops import operators as operators  # tensors get their operators
from convflow.ops.array.constant import constant

_MODES = ("caffe", "tf", "torch")
# Of ImageNet's pictures: of blue, green and red in 0 to 255; of red, green and blue in 0 to 1.
_CAFFE_MEAN = (103.939, 116.779, 123.68)
_TORCH_MEAN, _TORCH_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Pictures of 0 to 255 as networks were trained on them (API: tf.keras.applications.imagenet_utils).

    Args:
        x: an array or a tensor, (batch, height, width, 3) or one picture, red first. As in Keras an array of floats
            is changed in place.
        data_format: "channels_last" or "channels_first", Keras' setting if None.
        mode: "caffe": blue first, minus ImageNet's mean; "tf": from -1 to 1; "torch": from 0 to 1, then brought to
            mean 0 and deviation 1 of ImageNet.

    Raises:
        ValueError: an unknown mode or data format.
    """
    if mode not in _MODES:
        raise ValueError(f"Unknown mode {mode!r}: expected one of {', '.join(_MODES)}.")
    data_format = data_format or backend.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format {data_format!r}: expected channels_first or channels_last.")
    if isinstance(x, np.ndarray):
        return _changed_array(x, data_format, mode)
    return _changed_tensor(x, data_format, mode)


def _changed_array(x: np.ndarray, data_format: str, mode: str) -> np.ndarray:
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(backend.floatx())
    if mode == "tf":
        x /= 127.5
        x -= 1.0
        return x
    channels = (..., slice(None, None, -1)) if data_format == "channels_last" else _first_axis(x.ndim)
    if mode == "caffe":
        x = x[channels]
        x -= _along(_CAFFE_MEAN, data_format).astype(x.dtype)
        return x
    x /= 255.0
    x -= _along(_TORCH_MEAN, data_format).astype(x.dtype)
    x /= _along(_TORCH_STD, data_format).astype(x.dtype)
    return x


def _changed_tensor(x: Any, data_format: str, mode: str) -> Any:
    def numbers(values: tuple[float, ...]) -> Any:
        return constant(_along(values, data_format), dtype=x.dtype)

    if mode == "tf":
        return x / 127.5 - 1.0
    if mode == "caffe":
        is_last = data_format == "channels_last"
        return x[(..., slice(None, None, -1)) if is_last else _first_axis(x.shape.ndims)] - numbers(_CAFFE_MEAN)
    return (x / 255.0 - numbers(_TORCH_MEAN)) / numbers(_TORCH_STD)


def _first_axis(rank: int | None) -> tuple[Any, ...]:
    """The index that turns the channels' order round where they come first, after the batch if there is one."""
    backwards = slice(None, None, -1)
    return (backwards,) if rank == 3 else (slice(None), backwards)


def _along(values: tuple[float, ...], data_format: str) -> np.ndarray:
    numbers = np.asarray(values)
    return numbers if data_format == "channels_last" else numbers[:, None, None]


def preprocess_caffe(x: Any, data_format: str | None = None) -> Any:
    """`preprocess_input` of VGG and ResNet (API: tf.keras.applications.vgg16.preprocess_input).

    Args:
        x: pictures of 0 to 255, (batch, height, width, 3) or one of them, red first; an array or a tensor.
        data_format: "channels_last", "channels_first", or None for Keras' setting.
    """
    return preprocess_input(x, data_format, "caffe")


def preprocess_tf(x: Any, data_format: str | None = None) -> Any:
    """`preprocess_input` of Inception, Xception, MobileNet and ResNetV2 (API: tf.keras.applications.inception_v3).

    Args:
        x: pictures of 0 to 255, (batch, height, width, 3) or one of them, red first; an array or a tensor.
        data_format: "channels_last", "channels_first", or None for Keras' setting.
    """
    return preprocess_input(x, data_format, "tf")


def preprocess_torch(x: Any, data_format: str | None = None) -> Any:
    """`preprocess_input` of DenseNet (API: tf.keras.applications.densenet.preprocess_input).

    Args:
        x: pictures of 0 to 255, (batch, height, width, 3) or one of them, red first; an array or a tensor.
        data_format: "channels_last", "channels_first", or None for Keras' setting.
    """
    return preprocess_input(x, data_format, "torch")
