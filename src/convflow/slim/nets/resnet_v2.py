"""Residual networks, second version: normalized before each convolution (API: slim.nets.resnet_v2).

He et al. 2016, arXiv:1603.05027.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.slim.arg_scope import add_arg_scope, arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.nets import resnet, resnet_utils
from convflow.slim.utils import collect_named_outputs, last_dimension

resnet_arg_scope = resnet_utils.resnet_arg_scope


@add_arg_scope
def bottleneck(
    inputs: Any,
    depth: int,
    depth_bottleneck: int,
    stride: int,
    rate: int = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """A unit: normalize and activate, narrow, convolve, widen; added to its input.

    Args:
        inputs: shape (batch, height, width, channels).
        depth: the output's channels.
        depth_bottleneck: the channels in between.
        stride: how much smaller the output is.
        rate: steps between the elements of the middle filters.
    """
    plain = {"normalizer_fn": None, "activation_fn": None}
    opened: VariableScope
    with variable_scope(scope, "bottleneck_v2", [inputs]) as opened:
        depth_in = last_dimension(inputs.get_shape(), min_rank=4)
        activated = batch_norm(inputs, activation_fn=relu, scope="preact")
        if depth == depth_in:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = convolution2d(activated, depth, [1, 1], stride=stride, scope="shortcut", **plain)
        residual = convolution2d(activated, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = convolution2d(residual, depth, [1, 1], stride=1, scope="conv3", **plain)
        return collect_named_outputs(outputs_collections, opened.name, shortcut + residual)


def root(net: Any) -> Any:
    """The beginning: a convolution and a pooling, each with stride 2."""
    # Its first unit normalizes and activates.
    with arg_scope([convolution2d], activation_fn=None, normalizer_fn=None):
        net = resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")
    return max_pool2d(net, [3, 3], stride=2, scope="pool1")


def end_of_blocks(net: Any) -> Any:
    """What stands between the last block and the pooling: the normalization that later units would have done."""
    return batch_norm(net, activation_fn=relu, scope="postnorm")


def resnet_v2(
    inputs: Any,
    blocks: Sequence[resnet_utils.Block],
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse: Any = None,
    scope: Any = None,
    spatial_squeeze: bool = False,
) -> resnet.Result:
    """A residual network of any blocks. The arguments, the errors: see `resnet_v1.resnet_v1`."""
    return resnet.network(
        "resnet_v2", bottleneck, root, end_of_blocks, inputs, blocks, num_classes, is_training, global_pool,
        output_stride, include_root_block, reuse, scope, spatial_squeeze,
    )  # fmt: skip


resnet_v2.default_image_size = 224  # type: ignore[attr-defined]
resnet_v2_block = partial(resnet.block, bottleneck)
resnet_v2_50 = resnet.of_depth(resnet_v2, resnet_v2_block, 50)
resnet_v2_101 = resnet.of_depth(resnet_v2, resnet_v2_block, 101)
resnet_v2_152 = resnet.of_depth(resnet_v2, resnet_v2_block, 152)
resnet_v2_200 = resnet.of_depth(resnet_v2, resnet_v2_block, 200)
