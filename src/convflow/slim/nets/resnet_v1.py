"""Residual networks, first version (API: slim.nets.resnet_v1). He et al. 2015, arXiv:1512.03385."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.slim.arg_scope import add_arg_scope
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
    """A unit: narrow, convolve, widen; added to its input, then activated.

    Args:
        inputs: shape (batch, height, width, channels).
        depth: the output's channels.
        depth_bottleneck: the channels in between.
        stride: how much smaller the output is.
        rate: steps between the elements of the middle filters.
    """
    opened: VariableScope
    with variable_scope(scope, "bottleneck_v1", [inputs]) as opened:
        if depth == last_dimension(inputs.get_shape(), min_rank=4):
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = convolution2d(inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut")
        residual = convolution2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = convolution2d(residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3")
        return collect_named_outputs(outputs_collections, opened.name, relu(shortcut + residual))


def root(net: Any) -> Any:
    """The beginning: a convolution and a pooling, each with stride 2."""
    net = resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")
    return max_pool2d(net, [3, 3], stride=2, scope="pool1")


def end_of_blocks(net: Any) -> Any:
    """What stands between the last block and the pooling: nothing in this version."""
    return net


def resnet_v1(
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
    """A residual network of any blocks.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        blocks: see `resnet_utils.Block`.
        num_classes: how many classes; None for the features.
        is_training: whether batch statistics are used and followed: a bool or a bool tensor.
        global_pool: average over the places before the logits; off for dense answers.
        output_stride: how much smaller than the pictures the features are, 32 by default; see
            `resnet_utils.stack_blocks_dense`.
        include_root_block: whether to begin with a convolution and a pooling, each with stride 2.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.
        spatial_squeeze: whether the axes of the places, 1 x 1 after `global_pool`, are dropped from the logits.

    Returns:
        The logits or features, and {name of a layer: its output}; with classes also "predictions", their softmax.

    Raises:
        ValueError: an `output_stride` that the strides do not multiply to.
    """
    return resnet.network(
        "resnet_v1", bottleneck, root, end_of_blocks, inputs, blocks, num_classes, is_training, global_pool,
        output_stride, include_root_block, reuse, scope, spatial_squeeze,
    )  # fmt: skip


resnet_v1.default_image_size = 224  # type: ignore[attr-defined]
resnet_v1_block = partial(resnet.block, bottleneck)
resnet_v1_50 = resnet.of_depth(resnet_v1, resnet_v1_block, 50)
resnet_v1_101 = resnet.of_depth(resnet_v1, resnet_v1_block, 101)
resnet_v1_152 = resnet.of_depth(resnet_v1, resnet_v1_block, 152)
resnet_v1_200 = resnet.of_depth(resnet_v1, resnet_v1_block, 200)
