"""ResNet and ResNetV2 (API: tf.keras.applications.resnet; He et al. 2015, arXiv:1512.03385; 2016, arXiv:1603.05027)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.convolutional import Conv2D, ZeroPadding2D
from convflow.modeling.keras.core import Activation
from convflow.modeling.keras.merge import Add
from convflow.modeling.keras.pooling import MaxPooling2D
from convflow.training.keras.applications.network import Asked, connected, last_layers, normalized, pictures
from convflow.training.keras.applications.published import of_network
from convflow.training.keras.model import Model

_EPSILON = 1.001e-5
# How many blocks each of the four sizes has.
_BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}
_DIGESTS = {
    "resnet50": ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet101": ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    "resnet152": ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
    "resnet50v2": ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    "resnet101v2": ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    "resnet152v2": ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}


def _activated(x: Any, name: str) -> Any:
    return Activation("relu", name=f"{name}_relu")(normalized(x, f"{name}_bn", _EPSILON))


def _block(x: Any, filters: int, stride: int, is_first: bool, name: str) -> Any:
    shortcut = x
    if is_first:
        shortcut = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        shortcut = normalized(shortcut, f"{name}_0_bn", _EPSILON)
    x = _activated(Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x), f"{name}_1")
    x = _activated(Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x), f"{name}_2")
    x = normalized(Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x), f"{name}_3_bn", _EPSILON)
    return Activation("relu", name=f"{name}_out")(Add(name=f"{name}_add")([shortcut, x]))


def _block_v2(x: Any, filters: int, stride: int, is_first: bool, name: str) -> Any:
    before = _activated(x, f"{name}_preact")
    if is_first:
        shortcut = Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(before)
    else:
        shortcut = MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = _activated(Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(before), f"{name}_1")
    x = ZeroPadding2D(((1, 1), (1, 1)), name=f"{name}_2_pad")(x)
    x = _activated(Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x), f"{name}_2")
    x = Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return Add(name=f"{name}_out")([shortcut, x])


def _stacks(x: Any, blocks: tuple[int, ...], is_v2: bool) -> Any:
    """The blocks of the four sizes: V1 halves the picture in the first of a size, V2 in the last."""
    for size, count in enumerate(blocks):
        for number in range(1, count + 1):
            name, filters = f"conv{size + 2}_block{number}", 64 << size
            if is_v2:
                x = _block_v2(x, filters, 2 if number == count and size < 3 else 1, number == 1, name)
            else:
                x = _block(x, filters, 2 if number == 1 and size > 0 else 1, number == 1, name)
    return x


def _resnet(depth: str, is_v2: bool, asked: Asked) -> Model:
    start = pictures(asked, default_size=224)
    x = ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(start)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if not is_v2:
        x = _activated(x, "conv1")
    x = ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    x = _stacks(x, _BLOCKS[depth], is_v2)
    if is_v2:
        x = _activated(x, "post")
    x = last_layers(asked, x, "probs", ("avg_pool", "max_pool"))
    name = depth + ("v2" if is_v2 else "")
    return connected(asked, start, x, name, of_network("resnet", name, *_DIGESTS[name]))


def ResNet50(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """50 layers (API: tf.keras.applications.ResNet50).

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
    return _resnet("resnet50", False, asked)


def ResNet50V2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """50 layers, normalized before each convolution (API: tf.keras.applications.ResNet50V2).

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
    return _resnet("resnet50", True, asked)


def ResNet101(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """101 layers (API: tf.keras.applications.ResNet101).

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
    return _resnet("resnet101", False, asked)


def ResNet101V2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """101 layers, normalized before each convolution (API: tf.keras.applications.ResNet101V2).

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
    return _resnet("resnet101", True, asked)


def ResNet152(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """152 layers (API: tf.keras.applications.ResNet152).

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
    return _resnet("resnet152", False, asked)


def ResNet152V2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """152 layers, normalized before each convolution (API: tf.keras.applications.ResNet152V2).

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
    return _resnet("resnet152", True, asked)
