"""MobileNet (API: tf.keras.applications.mobilenet; Howard et al. 2017, arXiv:1704.04861)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.advanced_activations import ReLU
from convflow.modeling.keras.convolutional import Conv2D, DepthwiseConv2D, ZeroPadding2D
from convflow.modeling.keras.core import Activation, Dropout, Reshape
from convflow.modeling.keras.pooling import GlobalAveragePooling2D
from convflow.training.keras.applications.network import Asked, connected, normalized, pictures, pooled
from convflow.training.keras.applications.published import BASE, Published
from convflow.training.keras.applications.sizes import default_size, rows_of
from convflow.training.keras.model import Model

_SIZES = (128, 160, 192, 224)
_ALPHAS = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}
# Filters of the separable convolutions, and their strides.
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))


def MobileNet(
    input_shape: Any = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """Depthwise convolutions with 1x1 convolutions between (API: tf.keras.applications.MobileNet).

    Args:
        alpha: all numbers of filters are multiplied by it.
        depth_multiplier: how many features a depthwise convolution makes of one.
        dropout: the part of features that the classifier does without in training.

    The others and the errors are as in `network.Asked`; ValueError where no weights of this `alpha` or
    `depth_multiplier` are published.
    """
    asked = Asked(include_top, weights, input_tensor, input_shape, pooling, classes)
    if weights == "imagenet" and (alpha not in _ALPHAS or depth_multiplier != 1):
        raise ValueError(
            "If imagenet weights are being loaded, depth multiplier must be 1 and alpha one of "
            f"{', '.join(map(str, _ALPHAS))}. Received: depth_multiplier={depth_multiplier}, alpha={alpha}"
        )
    start = pictures(asked, default_size(asked, _SIZES))
    x = ZeroPadding2D(((0, 1), (0, 1)), name="conv1_pad")(start)
    x = _activated(Conv2D(int(32 * alpha), 3, strides=2, use_bias=False, name="conv1")(x), "conv1")
    for number, (filters, stride) in enumerate(_BLOCKS, 1):
        x = _separable(x, int(filters * alpha), depth_multiplier, stride, number)
    if include_top:
        x = GlobalAveragePooling2D()(x)
        x = Reshape((1, 1, int(1024 * alpha)), name="reshape_1")(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        x = Activation("softmax", name="act_softmax")(x)
    else:
        x = pooled(asked, x)
    rows = rows_of(asked, _SIZES)
    return connected(asked, start, x, f"mobilenet_{alpha:0.2f}_{rows}", _published(alpha, rows))


def _activated(x: Any, name: str) -> Any:
    return ReLU(6.0, name=f"{name}_relu")(normalized(x, f"{name}_bn"))


def _separable(x: Any, filters: int, depth_multiplier: int, stride: int, number: int) -> Any:
    if stride != 1:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    padding = "same" if stride == 1 else "valid"
    x = DepthwiseConv2D(3, stride, padding, depth_multiplier, use_bias=False, name=f"conv_dw_{number}")(x)
    x = _activated(x, f"conv_dw_{number}")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return _activated(x, f"conv_pw_{number}")


def _published(alpha: float, rows: Any) -> tuple[Published, Published] | None:
    if alpha not in _ALPHAS:
        return None
    start = f"mobilenet_{_ALPHAS[alpha]}_{rows}_tf"
    names = (f"{start}.h5", f"{start}_no_top.h5")
    full, bare = (Published(name, f"{BASE}mobilenet/{name}") for name in names)
    return full, bare
