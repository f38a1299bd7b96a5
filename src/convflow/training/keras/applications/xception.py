"""Xception (API: tf.keras.applications.xception; Chollet 2016, arXiv:1610.02357)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.convolutional import Conv2D, SeparableConv2D
from convflow.modeling.keras.core import Activation
from convflow.modeling.keras.merge import add
from convflow.modeling.keras.pooling import MaxPooling2D
from convflow.training.keras.applications.network import Asked, connected, last_layers, normalized, pictures
from convflow.training.keras.applications.published import of_network
from convflow.training.keras.model import Model

_DIGESTS = ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97")


def Xception(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """36 convolutions, 34 of them separable (API: tf.keras.applications.Xception).

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
    x = start = pictures(asked, default_size=299, min_size=71)
    for number, (filters, stride) in enumerate(((32, 2), (64, 1)), 1):
        name = f"block1_conv{number}"
        x = Conv2D(filters, 3, strides=stride, use_bias=False, name=name)(x)
        x = _relu(normalized(x, f"{name}_bn"), name)
    for block, pair in ((2, (128, 128)), (3, (256, 256)), (4, (728, 728))):
        x = _halved(x, block, pair)
    for block in range(5, 13):
        x = add([_convolved(x, f"block{block}", (728, 728, 728)), x])
    x = _halved(x, 13, (728, 1024))
    for number, filters in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{number}"
        x = _relu(_separable(x, filters, name), name)
    x = last_layers(asked, x, "predictions")
    return connected(asked, start, x, "xception", of_network("xception", "xception", *_DIGESTS))


def _relu(x: Any, name: str) -> Any:
    return Activation("relu", name=f"{name}_act")(x)


def _separable(x: Any, filters: int, name: str) -> Any:
    return normalized(SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x), f"{name}_bn")


def _convolved(x: Any, block: str, filters: tuple[int, ...]) -> Any:
    """Separable convolutions, an activation before each; block 2 comes after one already."""
    for number, count in enumerate(filters, 1):
        name = f"{block}_sepconv{number}"
        x = _separable(x if name == "block2_sepconv1" else _relu(x, name), count, name)
    return x


def _halved(x: Any, block: int, filters: tuple[int, int]) -> Any:
    shortcut = normalized(Conv2D(filters[-1], 1, strides=2, padding="same", use_bias=False)(x), None)
    x = _convolved(x, f"block{block}", filters)
    return add([MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x), shortcut])
