"""The operations of which cells of NASNet consist, by name: "separable_5x5_2", "avg_pool_3x3", "none"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convflow.ops.activation import relu, relu6
from convflow.ops.math.clip import clip_by_value
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d
from convflow.slim.nets.nasnet.parts import get_channel_dim

_SEPARABLE = re.compile(r"separable_(\d)x(\d)(?:_(\d+))?")
_POOLING = re.compile(r"(\w+)_pool_(\d)x(\d)")
_POOLINGS: dict[str, Callable[..., Any]] = {"avg": avg_pool2d, "max": max_pool2d}
# Bounded activations, for quantized inference, bound what is added, too.
_BOUND = 6


def activation(bounded: bool) -> Callable[..., Any]:
    """The activation of a network: Relu, or Relu up to 6."""
    return relu6 if bounded else relu


def bounded_values(net: Any) -> Any:
    """Values between -6 and 6."""
    return clip_by_value(net, -_BOUND, _BOUND)


def apply_operation(net: Any, operation: str, filters: int, stride: int, bounded: bool) -> Any:
    """An operation of a cell.

    Args:
        net: four axes.
        operation: "separable_KxK_N" for N separable convolutions, "avg_pool_KxK", "max_pool_KxK" or "none".
        filters: how many channels the result has.
        stride: the step of the first convolution or the pooling.
        bounded: whether activations and results are bounded.

    Raises:
        ValueError: an unknown operation, or one with a filter that is not a square.
    """
    if operation == "none":
        return _passed_on(net, filters, stride, bounded)
    separable, pooling = _SEPARABLE.fullmatch(operation), _POOLING.fullmatch(operation)
    if separable is not None:
        net = _separable_stack(net, stride, _side(separable, 1), int(separable[3] or 1), filters, bounded)
    elif pooling is not None and pooling[1] in _POOLINGS:
        net = _pooled(net, stride, _POOLINGS[pooling[1]], _side(pooling, 2), filters, bounded)
    else:
        raise ValueError(
            f"Unimplemented operation {operation!r}: expected separable_KxK_N, avg_pool_KxK, max_pool_KxK or none."
        )
    return bounded_values(net) if bounded else net


def _side(found: re.Match[str], first: int) -> int:
    if found[first] != found[first + 1]:
        raise ValueError(f"Rectangular filters not supported: {found[0]!r}. Give the same height and width.")
    return int(found[first])


def _passed_on(net: Any, filters: int, stride: int, bounded: bool) -> Any:
    channels = get_channel_dim(net.shape)
    net = relu6(net) if bounded else net
    if stride == 1 and channels == filters:
        return net
    net = net if bounded else relu(net)
    net = batch_norm(convolution2d(net, filters, 1, stride=stride, scope="1x1"), scope="bn_1")
    return bounded_values(net) if bounded else net


def _separable_stack(net: Any, stride: int, side: int, layers: int, filters: int, bounded: bool) -> Any:
    for number in range(1, layers + 1):
        name = f"{side}x{side}_{number}"
        net = activation(bounded)(net)
        net = separable_convolution2d(
            net, filters, side, depth_multiplier=1, scope=f"separable_{name}", stride=stride if number == 1 else 1
        )
        net = batch_norm(net, scope=f"bn_sep_{name}")
    return net


def _pooled(net: Any, stride: int, pool: Callable[..., Any], side: int, filters: int, bounded: bool) -> Any:
    channels = get_channel_dim(net.shape)
    net = relu6(net) if bounded else net
    net = pool(net, side, stride=stride, padding="SAME")
    if channels == filters:
        return net
    return batch_norm(convolution2d(net, filters, 1, stride=1, scope="1x1"), scope="bn_1")
