"""Inception v3 (API: slim.nets.inception_v3). Szegedy et al. 2015, arXiv:1512.00567."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets import inception_heads
from convflow.slim.nets.heads import squeezed
from convflow.slim.nets.inception_parts import (
    Conv,
    Fork,
    Mixed,
    Pool,
    Result,
    Stages,
    built,
    depth_function,
    inception_arg_scope,
    reduced_kernel_size,
    up_to,
)
from convflow.slim.nets.trunc_normal import trunc_normal as trunc_normal


def _fives(pooled: int, five: tuple[str, str | None] = ("0a", None)) -> Mixed:
    narrow_at, five_name = five
    return (
        (Conv(64),),
        (Conv(48, (1, 1), narrow_at), Conv(64, (5, 5), "0b", name=five_name)),
        (Conv(64), Conv(96, (3, 3), "0b"), Conv(96, (3, 3), "0c")),
        (Pool("Avg"), Conv(pooled, (1, 1), "0b")),
    )


def _sevens(inner: int) -> Mixed:
    """A window of 7 x 7 as a row and a column."""
    return (
        (Conv(192),),
        (Conv(inner), Conv(inner, (1, 7), "0b"), Conv(192, (7, 1), "0c")),
        (
            Conv(inner),
            Conv(inner, (7, 1), "0b"),
            Conv(inner, (1, 7), "0c"),
            Conv(inner, (7, 1), "0d"),
            Conv(192, (1, 7), "0e"),
        ),
        (Pool("Avg"), Conv(192, (1, 1), "0b")),
    )


def _wide(column_at: str) -> Mixed:
    return (
        (Conv(320),),
        (Conv(384), Fork((Conv(384, (1, 3), "0b"), Conv(384, (3, 1), column_at)))),
        (Conv(448), Conv(384, (3, 3), "0b"), Fork((Conv(384, (1, 3), "0c"), Conv(384, (3, 1), "0d")))),
        (Pool("Avg"), Conv(192, (1, 1), "0b")),
    )


_STAGES: Stages = (
    ("Conv2d_1a_3x3", Conv(32, (3, 3), "1a", stride=2, padding="VALID")),
    ("Conv2d_2a_3x3", Conv(32, (3, 3), "2a", padding="VALID")),
    ("Conv2d_2b_3x3", Conv(64, (3, 3), "2b")),
    ("MaxPool_3a_3x3", Pool("Max", "3a", stride=2, padding="VALID")),
    ("Conv2d_3b_1x1", Conv(80, (1, 1), "3b", padding="VALID")),
    ("Conv2d_4a_3x3", Conv(192, (3, 3), "4a", padding="VALID")),
    ("MaxPool_5a_3x3", Pool("Max", "5a", stride=2, padding="VALID")),
    ("Mixed_5b", _fives(32)),
    # Odd names, as in the published checkpoint.
    ("Mixed_5c", _fives(64, ("0b", "Conv_1_0c_5x5"))),
    ("Mixed_5d", _fives(64)),
    (
        "Mixed_6a",
        (
            (Conv(384, (3, 3), stride=2, padding="VALID", name="Conv2d_1a_1x1"),),
            (
                Conv(64),
                Conv(96, (3, 3), "0b"),
                Conv(96, (3, 3), stride=2, padding="VALID", name="Conv2d_1a_1x1"),
            ),
            (Pool("Max", "1a", stride=2, padding="VALID"),),
        ),
    ),
    ("Mixed_6b", _sevens(128)),
    ("Mixed_6c", _sevens(160)),
    ("Mixed_6d", _sevens(160)),
    ("Mixed_6e", _sevens(192)),
    (
        "Mixed_7a",
        (
            (Conv(192), Conv(320, (3, 3), "1a", stride=2, padding="VALID")),
            (
                Conv(192),
                Conv(192, (1, 7), "0b"),
                Conv(192, (7, 1), "0c"),
                Conv(192, (3, 3), "1a", stride=2, padding="VALID"),
            ),
            (Pool("Max", "1a", stride=2, padding="VALID"),),
        ),
    ),
    ("Mixed_7b", _wide("0b")),
    ("Mixed_7c", _wide("0c")),
)


def inception_v3_base(
    inputs: Any,
    final_endpoint: str = "Mixed_7c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> Result:
    """The network without its end (API: slim.nets.inception_v3.inception_v3_base).

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        final_endpoint: the stage to stop after.
        min_depth: the fewest filters a layer may have.
        depth_multiplier: what the numbers of filters are multiplied by.
        scope: the name of the variable scope.

    Returns:
        The output of that stage, and {name of a stage: its output}.

    Raises:
        ValueError: there is no such stage, or the multiplier is not positive.
    """
    depth = depth_function(depth_multiplier, min_depth)
    with variable_scope(scope, "InceptionV3", [inputs]):
        return up_to(final_endpoint, built(inputs, _STAGES, depth), [name for name, _ in _STAGES])


def inception_v3(
    inputs: Any,
    num_classes: int | None = 1000,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    create_aux_logits: bool = True,
    scope: Any = "InceptionV3",
    global_pool: bool = False,
    *,
    list_pooled: bool = False,
) -> Result:
    """The network (API: slim.nets.inception_v3.inception_v3).

    Args:
        inputs: pictures, shape (batch, height, width, channels); 299 x 299 to get one answer each.
        min_depth, depth_multiplier: see `inception_v3_base`.
        create_aux_logits: whether "AuxLogits" are made of a middle stage, to train it better.

    The other arguments, what is returned: see `inception_v1.inception_v1`.

    Raises:
        ValueError: the multiplier is not positive.
    """
    depth = depth_function(depth_multiplier, min_depth)
    opened: VariableScope
    with (
        variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v3_base(
            inputs, scope=opened, min_depth=min_depth, depth_multiplier=depth_multiplier
        )
        if create_aux_logits and num_classes:
            end_points["AuxLogits"] = _aux_logits(end_points["Mixed_6e"], num_classes, depth, spatial_squeeze)
        net = inception_heads.logits_head(
            net, end_points, num_classes, dropout_keep_prob, spatial_squeeze, global_pool, (8, 8), "AvgPool_1a",
            "Dropout_1b", "Conv2d_1c_1x1", pre_logits=True, list_pooled=list_pooled,
        )  # fmt: skip
        if num_classes:
            inception_heads.add_predictions(end_points, net, prediction_fn)
    return net, end_points


inception_v3.default_image_size = 299  # type: ignore[attr-defined]


def _aux_logits(net: Any, num_classes: int, depth: Callable[[int], int], spatial_squeeze: bool) -> Any:
    with (
        arg_scope([convolution2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"),
        variable_scope("AuxLogits"),
    ):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = convolution2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        height, width = reduced_kernel_size(net, (5, 5))
        net = convolution2d(
            net, depth(768), [height, width], weights_initializer=trunc_normal(0.01), padding="VALID",
            scope=f"Conv2d_2a_{height}x{width}",
        )  # fmt: skip
        net = convolution2d(
            net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
            weights_initializer=trunc_normal(0.001), scope="Conv2d_2b_1x1",
        )  # fmt: skip
        return squeezed(net, "SpatialSqueeze") if spatial_squeeze else net


def inception_v3_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_var_collection: str = "moving_vars",
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    use_fused_batchnorm: bool = True,
) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope` (API: slim.nets.inception_v3.inception_v3_arg_scope).

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        batch_norm_var_collection: the collection that lists the moving averages.
        batch_norm_decay, batch_norm_epsilon, updates_collections, use_fused_batchnorm: see `slim.batch_norm`.
    """
    normalization = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "updates_collections": updates_collections,
        "fused": use_fused_batchnorm,
    }  # fmt: skip
    return inception_arg_scope(weight_decay, batch_norm_var_collection, normalization)
