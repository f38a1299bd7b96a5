"""InceptionV3 (API: tf.keras.applications.inception_v3; Szegedy et al. 2015, arXiv:1512.00567)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convflow.modeling.keras.convolutional import Conv2D
from convflow.modeling.keras.core import Activation
from convflow.modeling.keras.merge import concatenate
from convflow.modeling.keras.pooling import AveragePooling2D, MaxPooling2D
from convflow.training.keras.applications.network import (
    Asked,
    channel_axis,
    connected,
    last_layers,
    normalized,
    pictures,
)
from convflow.training.keras.applications.published import of_network
from convflow.training.keras.model import Model

_DIGESTS = ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63")
# Filters, rows and columns of a convolution's window.
_Window = tuple[int, int, int]


def InceptionV3(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """Blocks of branches with different windows (API: tf.keras.applications.InceptionV3).

    Args:
        include_top: whether the classifier is there.
        weights: "imagenet" for the published ones, a file, or None for random numbers.
        input_tensor: a tensor (batch, height, width, channels) that the network takes; a new input if None.
        input_shape: (height, width, channels) of the pictures; None for the default one.
        pooling: without the classifier "avg" or "max" over all places, or None.
        classes: how many the classifier tells apart; 1000 with the published weights.

    Raises:
        ValueError: arguments that do not fit together. errors.UnavailableError: the published weights are not here.
    """
    asked = Asked(include_top, weights, input_tensor, input_shape, pooling, classes)
    start = pictures(asked, default_size=299, min_size=75)
    x = _conv(start, (32, 3, 3), 2, "valid")
    x = _conv(_conv(x, (32, 3, 3), 1, "valid"), (64, 3, 3))
    x = MaxPooling2D(3, strides=2)(x)
    x = _conv(_conv(x, (80, 1, 1), 1, "valid"), (192, 3, 3), 1, "valid")
    x = MaxPooling2D(3, strides=2)(x)
    for number, filters in enumerate((32, 64, 64)):
        x = _block_35(x, filters, f"mixed{number}")
    x = _halved(x, [[(384, 3, 3)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]], "mixed3")
    for number, filters in enumerate((128, 160, 160, 192), 4):
        x = _block_17(x, filters, f"mixed{number}")
    narrow = [(192, 1, 1), (320, 3, 3)]
    x = _halved(x, [narrow, [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3)]], "mixed8")
    for number in range(2):
        x = _block_8(x, number)
    x = last_layers(asked, x, "predictions")
    return connected(asked, start, x, "inception_v3", of_network("inception_v3", "inception_v3", *_DIGESTS))


def _conv(x: Any, window: _Window, stride: int = 1, padding: str = "same") -> Any:
    x = Conv2D(window[0], window[1:], strides=stride, padding=padding, use_bias=False)(x)
    return Activation("relu")(normalized(x, None, scale=False))


def _branch(x: Any, windows: Sequence[_Window]) -> Any:
    for window in windows:
        x = _conv(x, window)
    return x


def _smoothed(x: Any, filters: int) -> Any:
    return _conv(AveragePooling2D(3, strides=1, padding="same")(x), (filters, 1, 1))


def _together(branches: list[Any], name: str | None) -> Any:
    return concatenate(branches, axis=channel_axis(), name=name)


def _block_35(x: Any, filters: int, name: str) -> Any:
    windows = ([(64, 1, 1)], [(48, 1, 1), (64, 5, 5)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)])
    return _together([*(_branch(x, branch) for branch in windows), _smoothed(x, filters)], name)


def _block_17(x: Any, n: int, name: str) -> Any:
    once = [(n, 1, 1), (n, 1, 7), (192, 7, 1)]
    twice = [(n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)]
    return _together([*(_branch(x, branch) for branch in ([(192, 1, 1)], once, twice)), _smoothed(x, 192)], name)


def _halved(x: Any, windows: list[list[_Window]], name: str) -> Any:
    """Branches whose last convolution halves the size, beside pooling."""
    branches = [_conv(_branch(x, branch[:-1]), branch[-1], 2, "valid") for branch in windows]
    return _together([*branches, MaxPooling2D(3, strides=2)(x)], name)


def _block_8(x: Any, number: int) -> Any:
    def split(y: Any, name: str | None) -> Any:
        return _together([_conv(y, (384, 1, 3)), _conv(y, (384, 3, 1))], name)

    narrow = _conv(x, (320, 1, 1))
    once = split(_conv(x, (384, 1, 1)), f"mixed9_{number}")
    twice = split(_branch(x, [(448, 1, 1), (384, 3, 3)]), None)
    return _together([narrow, once, twice, _smoothed(x, 192)], f"mixed{9 + number}")
