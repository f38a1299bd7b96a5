"""MobileNet v1 (`nets.mobilenet_v1` of the research models). Howard et al. 2017, arXiv:1704.04861.

Convolutions in two steps: one filter for each channel, then a mixing of channels.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from convflow.graph.collections import GraphKeys
from convflow.modeling.variables.initializers import TruncatedNormal
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu6
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.layers.pooling import avg_pool2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets.heads import averaged, squeezed
from convflow.slim.nets.inception_parts import Result, depth_function, reduced_kernel_size, up_to
from convflow.slim.nets.mobilenet.strides import Strides, checked_rank, fixed_padding


class Conv(NamedTuple):
    """A convolution of size `kernel` with so many filters, before the depth multiplier."""

    kernel: Sequence[int]
    stride: int
    depth: int


class DepthSepConv(NamedTuple):
    """A filter of size `kernel` for each channel, then a mixing to `depth` channels."""

    kernel: Sequence[int]
    stride: int
    depth: int


MOBILENETV1_CONV_DEFS: list[Conv | DepthSepConv] = [
    Conv([3, 3], 2, 32),
    *(
        DepthSepConv([3, 3], stride, depth)
        for stride, depth in (
            (1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), (1, 512), (1, 512), (1, 512), (1, 512),
            (1, 512), (2, 1024), (1, 1024),
        )
    ),
]  # fmt: skip


def _stages(
    net: Any,
    conv_defs: Sequence[Conv | DepthSepConv],
    depth: Callable[[int], int],
    output_stride: int | None,
    explicit_padding: bool,
) -> Iterator[tuple[str, Any]]:
    strides = Strides(output_stride)
    for number, layer in enumerate(conv_defs):
        stride, rate = strides.of_layer(layer.stride)
        # A plain convolution always steps; only filters of single channels are widened.
        widened = 1 if isinstance(layer, Conv) else rate
        net = fixed_padding(net, layer.kernel, widened) if explicit_padding else net
        if isinstance(layer, Conv):
            name = f"Conv2d_{number}"
            net = convolution2d(net, depth(layer.depth), layer.kernel, stride=layer.stride, scope=name)
            yield name, net
            continue
        name = f"Conv2d_{number}_depthwise"
        net = separable_convolution2d(net, None, layer.kernel, depth_multiplier=1, stride=stride, rate=rate, scope=name)
        yield name, net
        name = f"Conv2d_{number}_pointwise"
        net = convolution2d(net, depth(layer.depth), [1, 1], stride=1, scope=name)
        yield name, net


def _names(conv_defs: Sequence[Any]) -> list[str]:
    names = []
    for number, layer in enumerate(conv_defs):
        if isinstance(layer, Conv):
            names.append(f"Conv2d_{number}")
        elif isinstance(layer, DepthSepConv):
            names += [f"Conv2d_{number}_depthwise", f"Conv2d_{number}_pointwise"]
        else:
            raise ValueError(
                f"Unknown convolution type {layer!r} for layer {number}: conv_defs hold mobilenet_v1.Conv and "
                "mobilenet_v1.DepthSepConv."
            )
    return names


def mobilenet_v1_base(
    inputs: Any,
    final_endpoint: str = "Conv2d_13_pointwise",
    min_depth: int = 8,
    depth_multiplier: float = 1.0,
    conv_defs: Sequence[Conv | DepthSepConv] | None = None,
    output_stride: int | None = None,
    use_explicit_padding: bool = False,
    scope: Any = None,
) -> Result:
    """The network without its end.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        final_endpoint: the layer to stop after, such as "Conv2d_11_pointwise" or "Conv2d_11_depthwise".
        min_depth: the fewest filters a layer may have.
        depth_multiplier: what the numbers of filters are multiplied by.
        conv_defs: the layers; `MOBILENETV1_CONV_DEFS` by default.
        output_stride: how much smaller than the pictures the output is at most: 8, 16 or 32; beyond it filters are
            widened (atrous) instead of stepping.
        use_explicit_padding: pad by what the filters need rather than by what the picture's size needs.
        scope: the name of the variable scope.

    Returns:
        The output of that layer, and {name of a layer: its output}.

    Raises:
        ValueError: there is no such layer, a multiplier that is not positive, another `output_stride`, or a layer
            of an unknown kind.
    """
    depth = depth_function(depth_multiplier, min_depth)
    if output_stride is not None and output_stride not in (8, 16, 32):
        raise ValueError(f"Only allowed output_stride values are 8, 16, 32, got {output_stride}. Choose one of them.")
    layers = MOBILENETV1_CONV_DEFS if conv_defs is None else conv_defs
    names = _names(layers)
    padding = "VALID" if use_explicit_padding else "SAME"
    with (
        variable_scope(scope, "MobilenetV1", [inputs]),
        arg_scope([convolution2d, separable_convolution2d], padding=padding),
    ):
        return up_to(final_endpoint, _stages(inputs, layers, depth, output_stride, use_explicit_padding), names)


def mobilenet_v1(
    inputs: Any,
    num_classes: int | None = 1000,
    dropout_keep_prob: Any = 0.999,
    is_training: Any = True,
    min_depth: int = 8,
    depth_multiplier: float = 1.0,
    conv_defs: Sequence[Conv | DepthSepConv] | None = None,
    prediction_fn: Callable[..., Any] | None = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "MobilenetV1",
    global_pool: bool = False,
) -> Result:
    """The network.

    Args:
        inputs: pictures, shape (batch, height, width, channels); 224 x 224 to get one answer each.
        num_classes: how many classes; 0 or None for the pooled features.
        dropout_keep_prob: how probable it is that a value stays in training.
        is_training: whether batch statistics are used and followed, and dropout works: a bool or a bool tensor.
        min_depth, depth_multiplier, conv_defs: see `mobilenet_v1_base`.
        prediction_fn: a function of the logits and a scope that gives the end point "Predictions"; None for none.
        spatial_squeeze: whether the axes of the places, 1 x 1 then, are dropped from the logits.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.
        global_pool: average over all places before the logits, for pictures of any size.

    Returns:
        The logits, and {name of a layer: its output}.

    Raises:
        ValueError: inputs without four axes, or what `mobilenet_v1_base` refuses.
    """
    checked_rank(inputs)
    opened: VariableScope
    with (
        variable_scope(scope, "MobilenetV1", [inputs], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = mobilenet_v1_base(
            inputs, scope=opened, min_depth=min_depth, depth_multiplier=depth_multiplier, conv_defs=conv_defs
        )
        with variable_scope("Logits"):
            if global_pool:
                net = end_points["global_pool"] = averaged(net)
            else:
                window = reduced_kernel_size(net, (7, 7))
                net = end_points["AvgPool_1a"] = avg_pool2d(net, window, padding="VALID", scope="AvgPool_1a")
            if not num_classes:
                return net, end_points
            net = dropout(net, keep_prob=dropout_keep_prob, scope="Dropout_1b")
            logits = convolution2d(
                net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="Conv2d_1c_1x1"
            )
            logits = squeezed(logits, "SpatialSqueeze") if spatial_squeeze else logits
        end_points["Logits"] = logits
        if prediction_fn:
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


mobilenet_v1.default_image_size = 224  # type: ignore[attr-defined]


def wrapped_partial(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """`functools.partial` with the name, text and attributes of the function."""
    return functools.update_wrapper(functools.partial(func, *args, **kwargs), func)


mobilenet_v1_075 = wrapped_partial(mobilenet_v1, depth_multiplier=0.75)
mobilenet_v1_050 = wrapped_partial(mobilenet_v1, depth_multiplier=0.50)
mobilenet_v1_025 = wrapped_partial(mobilenet_v1, depth_multiplier=0.25)


def mobilenet_v1_arg_scope(
    is_training: Any = True,
    weight_decay: float = 0.00004,
    stddev: float = 0.09,
    regularize_depthwise: bool = False,
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    batch_norm_updates_collections: Any = GraphKeys.UPDATE_OPS,
    normalizer_fn: Callable[..., Any] | None = batch_norm,
) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope`.

    Args:
        is_training: whether batch statistics are used and followed; None to leave that to other scopes.
        weight_decay: how strongly weights are regularized by their squares.
        stddev: of the truncated normal that the weights begin with.
        regularize_depthwise: whether that also holds for the filters of single channels.
        batch_norm_decay, batch_norm_epsilon, batch_norm_updates_collections: see `slim.batch_norm`.
        normalizer_fn: what normalizes the convolutions.
    """
    normalization: dict[str, Any] = {
        "center": True, "scale": True, "decay": batch_norm_decay, "epsilon": batch_norm_epsilon,
        "updates_collections": batch_norm_updates_collections,
    }  # fmt: skip
    if is_training is not None:
        normalization["is_training"] = is_training
    regularizer = l2_regularizer(weight_decay)
    with (
        arg_scope(
            [convolution2d, separable_convolution2d], weights_initializer=TruncatedNormal(stddev=stddev),
            activation_fn=relu6, normalizer_fn=normalizer_fn,
        ),
        arg_scope([batch_norm], **normalization),
        arg_scope([convolution2d], weights_regularizer=regularizer),
        arg_scope(
            [separable_convolution2d], weights_regularizer=regularizer if regularize_depthwise else None
        ) as defaults,
    ):  # fmt: skip
        return defaults
