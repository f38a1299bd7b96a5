"""Inception v2, with batch normalization (API: slim.nets.inception_v2). Ioffe and Szegedy 2015, arXiv:1502.03167."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets import inception_heads
from convflow.slim.nets.inception_parts import (
    NORMALIZATION,
    Conv,
    Mixed,
    Pool,
    Result,
    Stages,
    built,
    depth_function,
    inception_arg_scope,
    up_to,
    without_root,
)
from convflow.slim.nets.trunc_normal import trunc_normal as trunc_normal

_NARROW = 0.09
_POOLED = 0.1


def _module(
    single: int, narrow: int, wide: int, narrow_twice: int, twice: int, pooled: int, pool: str = "Avg"
) -> Mixed:
    return (
        (Conv(single),),
        (Conv(narrow, stddev=_NARROW), Conv(wide, (3, 3), "0b")),
        (Conv(narrow_twice, stddev=_NARROW), Conv(twice, (3, 3), "0b"), Conv(twice, (3, 3), "0c")),
        (Pool(pool), Conv(pooled, (1, 1), "0b", stddev=_POOLED)),
    )


def _smaller(narrow: int, wide: int, narrow_twice: int, twice: int) -> Mixed:
    return (
        (Conv(narrow, stddev=_NARROW), Conv(wide, (3, 3), "1a", stride=2)),
        (
            Conv(narrow_twice, stddev=_NARROW),
            Conv(twice, (3, 3), "0b"),
            Conv(twice, (3, 3), "1a", stride=2),
        ),
        (Pool("Max", "1a", stride=2),),
    )


_MODULES: Stages = (
    ("MaxPool_2a_3x3", Pool("Max", "2a", stride=2)),
    ("Conv2d_2b_1x1", Conv(64, (1, 1), "2b", stddev=_POOLED)),
    ("Conv2d_2c_3x3", Conv(192, (3, 3), "2c")),
    ("MaxPool_3a_3x3", Pool("Max", "3a", stride=2)),
    ("Mixed_3b", _module(64, 64, 64, 64, 96, 32)),
    ("Mixed_3c", _module(64, 64, 96, 64, 96, 64)),
    ("Mixed_4a", _smaller(128, 160, 64, 96)),
    ("Mixed_4b", _module(224, 64, 96, 96, 128, 128)),
    ("Mixed_4c", _module(192, 96, 128, 96, 128, 128)),
    ("Mixed_4d", _module(160, 128, 160, 128, 160, 96)),
    ("Mixed_4e", _module(96, 128, 192, 160, 192, 96)),
    ("Mixed_5a", _smaller(128, 192, 192, 256)),
    ("Mixed_5b", _module(352, 192, 320, 160, 224, 128)),
    ("Mixed_5c", _module(352, 192, 320, 192, 224, 128, "Max")),
)


def _stages(depth: Callable[[int], int], separable: bool) -> Stages:
    # How many filters each colour has in the first convolution, if it is separable, follows from the depth.
    per_colour = min(int(depth(64) / 3), 8) if separable else None
    return (("Conv2d_1a_7x7", Conv(64, (7, 7), "1a", stride=2, stddev=1.0, depth_multiplier=per_colour)), *_MODULES)


def inception_v2_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
    *,
    use_separable_conv: bool = True,
    data_format: str = "NHWC",
    include_root_block: bool = True,
) -> Result:
    """The network without its end (API: slim.nets.inception_v2.inception_v2_base).

    Args:
        inputs: pictures, shape (batch, height, width, 3).
        final_endpoint: the stage to stop after.
        min_depth: the fewest filters a layer may have.
        depth_multiplier: what the numbers of filters are multiplied by.
        scope: the name of the variable scope.
        use_separable_conv: whether the first convolution is separable.
        data_format: "NHWC", or "NCHW" for pictures of shape (batch, 3, height, width) without a separable convolution.
        include_root_block: whether there is what comes before the first module; without it, it is not to be named.

    Returns:
        The output of that stage, and {name of a stage: its output}.

    Raises:
        ValueError: there is no such stage, the multiplier is not positive, or the data format cannot be.
    """
    depth = depth_function(depth_multiplier, min_depth)
    _check_format(data_format, use_separable_conv)
    stages = _stages(depth, use_separable_conv)
    stages = stages if include_root_block else without_root(stages)
    with (
        variable_scope(scope, "InceptionV2", [inputs]),
        arg_scope([convolution2d, max_pool2d, avg_pool2d], data_format=data_format),
    ):
        outputs = built(inputs, stages, depth, data_format.index("C"))
        return up_to(final_endpoint, outputs, [name for name, _ in stages])


def _check_format(data_format: str, use_separable_conv: bool) -> None:
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError(f"data_format must be either NHWC or NCHW, not {data_format!r}.")
    if data_format == "NCHW" and use_separable_conv:
        raise ValueError(
            "separable convolution only supports NHWC layout. NCHW data format can only be used when "
            "use_separable_conv is False."
        )


def inception_v2(
    inputs: Any,
    num_classes: int | None = 1000,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV2",
    global_pool: bool = False,
    *,
    list_pooled: bool = False,
) -> Result:
    """The network (API: slim.nets.inception_v2.inception_v2).

    Args:
        inputs: pictures, shape (batch, height, width, 3); 224 x 224 to get one answer each.
        min_depth, depth_multiplier: see `inception_v2_base`.

    The other arguments, what is returned: see `inception_v1.inception_v1`.

    Raises:
        ValueError: the multiplier is not positive.
    """
    depth_function(depth_multiplier, min_depth)
    opened: VariableScope
    with (
        variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v2_base(
            inputs, scope=opened, min_depth=min_depth, depth_multiplier=depth_multiplier
        )
        net = inception_heads.logits_head(
            net, end_points, num_classes, dropout_keep_prob, spatial_squeeze, global_pool, (7, 7), "AvgPool_1a",
            "Dropout_1b", "Conv2d_1c_1x1", list_pooled=list_pooled,
        )  # fmt: skip
        if num_classes:
            inception_heads.add_predictions(end_points, net, prediction_fn)
    return net, end_points


inception_v2.default_image_size = 224  # type: ignore[attr-defined]


def inception_v2_arg_scope(
    weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars"
) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope` (API: slim.nets.inception_v2.inception_v2_arg_scope).

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_var_collection: the collection that lists the moving averages.
    """
    return inception_arg_scope(weight_decay, batch_norm_var_collection, NORMALIZATION)
