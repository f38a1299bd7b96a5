"""MobileNetV2 (API: tf.keras.applications.mobilenet_v2; Sandler et al. 2018, arXiv:1801.04381)."""

from __future__ import annotations

from typing import Any

from convflow.modeling.keras.advanced_activations import ReLU
from convflow.modeling.keras.convolutional import Conv2D, DepthwiseConv2D, ZeroPadding2D
from convflow.modeling.keras.merge import Add
from convflow.training.keras.applications.network import (
    Asked,
    channel_axis,
    connected,
    last_layers,
    normalized,
    pictures,
)
from convflow.training.keras.applications.published import BASE, Published
from convflow.training.keras.applications.sizes import default_size, rows_of
from convflow.training.keras.model import Model

_SIZES = (96, 128, 160, 192, 224)
_ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)
# Filters, how many blocks have them, and the stride of the first.
_STAGES = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))


def MobileNetV2(
    input_shape: Any = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Model:
    """Blocks that widen, convolve by channel and narrow again (API: tf.keras.applications.MobileNetV2).

    Args:
        alpha: all numbers of filters are multiplied by it.

    The others and the errors are as in `network.Asked`; ValueError where no weights of this `alpha` are published.
    """
    asked = Asked(include_top, weights, input_tensor, input_shape, pooling, classes)
    if weights == "imagenet" and alpha not in _ALPHAS:
        raise ValueError(
            f"If imagenet weights are being loaded, alpha must be one of {', '.join(map(str, _ALPHAS))}: it is {alpha}."
        )
    start = pictures(asked, default_size(asked, _SIZES))
    x = ZeroPadding2D(_padding(start), name="Conv1_pad")(start)
    x = Conv2D(_divisible(32 * alpha), 3, strides=2, use_bias=False, name="Conv1")(x)
    x = _activated(x, "bn_Conv1", "Conv1_relu")
    number = 0
    for filters, count, first_stride in _STAGES:
        for index in range(count):
            x = _block(x, _divisible(int(filters * alpha)), first_stride if index == 0 else 1, number)
            number += 1
    x = Conv2D(_divisible(1280 * alpha) if alpha > 1.0 else 1280, 1, use_bias=False, name="Conv_1")(x)
    x = last_layers(asked, _activated(x, "Conv_1_bn", "out_relu"), "Logits")
    rows = rows_of(asked, _SIZES)
    return connected(asked, start, x, f"mobilenetv2_{alpha:0.2f}_{rows}", _published(alpha, rows))


def _normalized(x: Any, name: str) -> Any:
    return normalized(x, name, momentum=0.999)


def _activated(x: Any, bn: str, relu: str) -> Any:
    return ReLU(6.0, name=relu)(_normalized(x, bn))


def _block(x: Any, filters: int, stride: int, number: int) -> Any:
    before, width = x, int(x.shape[channel_axis()])
    name = f"block_{number}_" if number else "expanded_conv_"
    if number:
        x = Conv2D(6 * width, 1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = _activated(x, f"{name}expand_BN", f"{name}expand_relu")
    if stride == 2:
        x = ZeroPadding2D(_padding(x), name=f"{name}pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = DepthwiseConv2D(3, stride, padding, use_bias=False, name=f"{name}depthwise")(x)
    x = _activated(x, f"{name}depthwise_BN", f"{name}depthwise_relu")
    x = Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = _normalized(x, f"{name}project_BN")
    return Add(name=f"{name}add")([before, x]) if width == filters and stride == 1 else x


def _padding(x: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Before a convolution of 3x3 and stride 2: one row and column before pictures of odd sizes, and one after all."""
    rows, columns = (size for axis, size in enumerate(x.shape.as_list()) if axis not in (0, channel_axis()))
    return ((0, 1), (0, 1)) if rows is None else ((rows % 2, 1), (columns % 2, 1))


def _divisible(number: float) -> int:
    """The nearest multiple of 8, at least 8 and not less than nine tenths of the number."""
    nearest = max(8, int(number + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * number else nearest


def _published(alpha: float, rows: Any) -> tuple[Published, Published] | None:
    if alpha not in _ALPHAS:
        return None
    start = f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}"
    names = (f"{start}.h5", f"{start}_no_top.h5")
    full, bare = (Published(name, f"{BASE}mobilenet_v2/{name}") for name in names)
    return full, bare
