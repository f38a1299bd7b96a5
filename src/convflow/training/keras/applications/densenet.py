"""DenseNet (API: tf.keras.applications.densenet; Huang et al. 2016, arXiv:1608.06993)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.convolutional import Conv2D, ZeroPadding2D
from convflow.modeling.keras.core import Activation
from convflow.modeling.keras.merge import Concatenate
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

_EPSILON, _GROWTH = 1.001e-5, 32
_BLOCKS = {"densenet121": (6, 12, 24, 16), "densenet169": (6, 12, 32, 32), "densenet201": (6, 12, 48, 32)}
_DIGESTS = {
    "densenet121": ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    "densenet169": ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    "densenet201": ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
}


def _activated(x: Any, bn: str, relu: str) -> Any:
    return Activation("relu", name=relu)(normalized(x, bn, _EPSILON))


def _grown(x: Any, name: str) -> Any:
    """The features and 32 more that are made of them."""
    new = _activated(x, f"{name}_0_bn", f"{name}_0_relu")
    new = Conv2D(4 * _GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = _activated(new, f"{name}_1_bn", f"{name}_1_relu")
    new = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, new])


def _halved(x: Any, name: str) -> Any:
    """Half of the features, at half the size."""
    x = _activated(x, f"{name}_bn", f"{name}_relu")
    filters = int(x.shape[channel_axis()]) // 2
    x = Conv2D(filters, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def _densenet(name: str, asked: Asked) -> Model:
    start = pictures(asked, default_size=224)
    x = ZeroPadding2D(((3, 3), (3, 3)))(start)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = _activated(x, "conv1/bn", "conv1/relu")
    x = ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = MaxPooling2D(3, strides=2, name="pool1")(x)
    for size, count in enumerate(_BLOCKS[name], 2):
        for number in range(1, count + 1):
            x = _grown(x, f"conv{size}_block{number}")
        x = _activated(x, "bn", "relu") if size == 5 else _halved(x, f"pool{size}")
    x = last_layers(asked, x, "fc1000", ("avg_pool", "max_pool"))
    return connected(asked, start, x, name, of_network("densenet", name, *_DIGESTS[name]))


def DenseNet121(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """121 layers (API: tf.keras.applications.DenseNet121).

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
    return _densenet("densenet121", asked)


def DenseNet169(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """169 layers (API: tf.keras.applications.DenseNet169).

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
    return _densenet("densenet169", asked)


def DenseNet201(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """201 layers (API: tf.keras.applications.DenseNet201).

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
    return _densenet("densenet201", asked)
