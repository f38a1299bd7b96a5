"""OverFeat (API: slim.nets.overfeat). Sermanet et al. 2013, arXiv:1312.6229."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Zeros
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.nets import single_tower
from convflow.slim.nets.trunc_normal import trunc_normal as trunc_normal


def overfeat_arg_scope(weight_decay: float = 0.0005) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope` (API: slim.nets.overfeat.overfeat_arg_scope)."""
    return single_tower.tower_arg_scope(weight_decay, Zeros())


def _features(net: Any) -> Any:
    net = convolution2d(net, 64, [11, 11], 4, padding="VALID", scope="conv1")
    net = max_pool2d(net, [2, 2], scope="pool1")
    net = convolution2d(net, 256, [5, 5], padding="VALID", scope="conv2")
    net = max_pool2d(net, [2, 2], scope="pool2")
    for number, filters in ((3, 512), (4, 1024), (5, 1024)):
        net = convolution2d(net, filters, [3, 3], scope=f"conv{number}")
    return max_pool2d(net, [2, 2], scope="pool5")


def overfeat(
    inputs: Any,
    num_classes: int | None = 1000,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "overfeat",
    reuse: Any = None,
    global_pool: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Five convolutions and three dense layers (API: slim.nets.overfeat.overfeat).

    Args:
        inputs: pictures, shape (batch, height, width, channels); 231 x 231 to get one answer each.

    The other arguments, what is returned: see `slim.nets.vgg.vgg_16`.
    """
    return single_tower.network(
        "overfeat", _features, (3072, 6), inputs, num_classes, is_training, dropout_keep_prob, spatial_squeeze,
        scope, reuse, global_pool, collected_by_name=True,
    )  # fmt: skip


overfeat.default_image_size = 231  # type: ignore[attr-defined]
