"""AlexNet, second version (API: slim.nets.alexnet). Krizhevsky 2014, arXiv:1404.5997."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Constant
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.nets import single_tower
from convflow.slim.nets.trunc_normal import trunc_normal as trunc_normal


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope` (API: slim.nets.alexnet.alexnet_v2_arg_scope)."""
    return single_tower.tower_arg_scope(weight_decay, Constant(0.1))


def _features(net: Any) -> Any:
    net = convolution2d(net, 64, [11, 11], 4, padding="VALID", scope="conv1")
    net = max_pool2d(net, [3, 3], 2, scope="pool1")
    net = convolution2d(net, 192, [5, 5], scope="conv2")
    net = max_pool2d(net, [3, 3], 2, scope="pool2")
    for number, filters in ((3, 384), (4, 384), (5, 256)):
        net = convolution2d(net, filters, [3, 3], scope=f"conv{number}")
    return max_pool2d(net, [3, 3], 2, scope="pool5")


def alexnet_v2(
    inputs: Any,
    num_classes: int | None = 1000,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "alexnet_v2",
    reuse: Any = None,
    global_pool: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Five convolutions and three dense layers (API: slim.nets.alexnet.alexnet_v2).

    Args:
        inputs: pictures, shape (batch, height, width, channels); 224 x 224 to get one answer each.

    The other arguments, what is returned: see `slim.nets.vgg.vgg_16`.
    """
    return single_tower.network(
        "alexnet_v2", _features, (4096, 5), inputs, num_classes, is_training, dropout_keep_prob, spatial_squeeze,
        scope, reuse, global_pool, collected_by_name=False,
    )  # fmt: skip


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]
