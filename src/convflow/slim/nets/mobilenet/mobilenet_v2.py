"""MobileNet v2 (`nets.mobilenet.mobilenet_v2` of the research models). Sandler et al. 2018, arXiv:1801.04381."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from convflow.ops.activation import relu6
from convflow.slim.arg_scope import add_arg_scope, arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.nets.inception_parts import Result
from convflow.slim.nets.mobilenet import mobilenet as lib
from convflow.slim.nets.mobilenet.conv_blocks import expand_input_by_factor, expanded_conv
from convflow.slim.nets.mobilenet.mobilenet import op
from convflow.slim.nets.mobilenet_v1 import wrapped_partial

_CONVOLUTIONS = (convolution2d, fully_connected, separable_convolution2d)
# The channels, strides and number of the blocks after the first.
_BLOCKS = ((24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1))

V2_DEF: dict[str, Any] = {
    "defaults": {
        (batch_norm,): {"center": True, "scale": True},
        _CONVOLUTIONS: {"normalizer_fn": batch_norm, "activation_fn": relu6},
        (expanded_conv,): {
            "expansion_size": expand_input_by_factor(6), "split_expansion": 1, "normalizer_fn": batch_norm,
            "residual": True,
        },
        (convolution2d, separable_convolution2d): {"padding": "SAME"},
    },
    "spec": [
        op(convolution2d, stride=2, num_outputs=32, kernel_size=[3, 3]),
        op(expanded_conv, expansion_size=expand_input_by_factor(1, divisible_by=1), num_outputs=16),
        *(
            op(expanded_conv, stride=stride if number == 0 else 1, num_outputs=channels)
            for channels, stride, count in _BLOCKS
            for number in range(count)
        ),
        op(convolution2d, stride=1, kernel_size=[1, 1], num_outputs=1280),
    ],
}  # fmt: skip


@add_arg_scope
def mobilenet(
    input_tensor: Any,
    num_classes: int | None = 1001,
    depth_multiplier: float = 1.0,
    scope: Any = "MobilenetV2",
    conv_defs: dict[str, Any] | None = None,
    finegrain_classification_mode: bool = False,
    min_depth: int | None = None,
    divisible_by: int | None = None,
    activation_fn: Callable[..., Any] | None = None,
    **kwargs: Any,
) -> Result:
    """The network; for training, within `training_scope`.

    Args:
        input_tensor: pictures, shape (batch, height, width, channels); 224 x 224 as published.
        num_classes: how many classes; 0 or None for the pooled features.
        depth_multiplier: what the numbers of filters are multiplied by.
        scope: the name of the variable scope.
        conv_defs: the table of layers, `V2_DEF` by default; see `mobilenet.mobilenet_base`.
        finegrain_classification_mode: whether the last layer keeps its size for multipliers below 1.
        min_depth: the fewest filters a layer may have, 8 by default.
        divisible_by: what the numbers of filters are multiples of, 8 by default.
        activation_fn: of the convolutions, instead of `tf.nn.relu6`.
        kwargs: arguments of `mobilenet.mobilenet`: final_endpoint, output_stride, use_explicit_padding, ...

    Returns:
        The logits, shape (batch, classes), and {name of a layer: its output}.

    Raises:
        ValueError: `multiplier` is given, or what `mobilenet.mobilenet` refuses.
    """
    if "multiplier" in kwargs:
        raise ValueError(
            f"mobilenetv2 doesn't support the generic multiplier parameter, got multiplier={kwargs['multiplier']}. "
            'Use "depth_multiplier" instead.'
        )
    table = V2_DEF if conv_defs is None else conv_defs
    if finegrain_classification_mode and depth_multiplier < 1:
        table = copy.deepcopy(table)
        table["spec"][-1].params["num_outputs"] /= depth_multiplier
    if activation_fn:
        table = copy.deepcopy(table)
        table["defaults"][_CONVOLUTIONS]["activation_fn"] = activation_fn
    depths = {"min_depth": min_depth, "divisible_by": divisible_by}
    with arg_scope((lib.depth_multiplier,), **{name: value for name, value in depths.items() if value is not None}):
        return lib.mobilenet(
            input_tensor, num_classes=num_classes, conv_defs=table, scope=scope, multiplier=depth_multiplier, **kwargs
        )


mobilenet.default_image_size = 224  # type: ignore[attr-defined]

mobilenet_v2_140 = wrapped_partial(mobilenet, depth_multiplier=1.4)
mobilenet_v2_050 = wrapped_partial(mobilenet, depth_multiplier=0.50, finegrain_classification_mode=True)
mobilenet_v2_035 = wrapped_partial(mobilenet, depth_multiplier=0.35, finegrain_classification_mode=True)


@add_arg_scope
def mobilenet_base(input_tensor: Any, depth_multiplier: float = 1.0, **kwargs: Any) -> Result:
    """The network without pooling and logits. The arguments: see `mobilenet`."""
    return mobilenet(input_tensor, depth_multiplier=depth_multiplier, base_only=True, **kwargs)


def training_scope(**kwargs: Any) -> dict[str, dict[str, Any]]:
    """The defaults for training, for `slim.arg_scope`. The arguments: see `mobilenet.training_scope`."""
    return lib.training_scope(**kwargs)
