"""VGG16 and VGG19 (API: tf.keras.applications.vgg16; Simonyan and Zisserman 2014, arXiv:1409.1556)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.convolutional import Conv2D
from convflow.modeling.keras.core import Dense, Flatten
from convflow.modeling.keras.pooling import MaxPooling2D
from convflow.training.keras.applications.network import Asked, connected, pictures, pooled
from convflow.training.keras.applications.published import of_network
from convflow.training.keras.model import Model

_DIGESTS = {
    "vgg16": ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
    "vgg19": ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
}
_FILTERS = (64, 128, 256, 512, 512)


def _vgg(name: str, convolutions: tuple[int, ...], asked: Asked) -> Model:
    x = start = pictures(asked, default_size=224)
    for block, (count, filters) in enumerate(zip(convolutions, _FILTERS, strict=True), 1):
        for number in range(1, count + 1):
            x = Conv2D(filters, 3, activation="relu", padding="same", name=f"block{block}_conv{number}")(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if asked.include_top:
        x = Flatten(name="flatten")(x)
        x = Dense(4096, activation="relu", name="fc1")(x)
        x = Dense(4096, activation="relu", name="fc2")(x)
        x = Dense(asked.classes, activation="softmax", name="predictions")(x)
    else:
        x = pooled(asked, x)
    return connected(asked, start, x, name, of_network(name, name, *_DIGESTS[name]))


def VGG16(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """VGG's network D (API: tf.keras.applications.VGG16).

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
    return _vgg("vgg16", (2, 2, 3, 3, 3), asked)


def VGG19(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """VGG's network E (API: tf.keras.applications.VGG19).

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
    return _vgg("vgg19", (2, 2, 4, 4, 4), asked)
