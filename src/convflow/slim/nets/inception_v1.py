"""Inception v1, GoogLeNet (API: slim.nets.inception_v1). Szegedy et al. 2014, arXiv:1409.4842."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
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
    inception_arg_scope,
    up_to,
    without_root,
)
from convflow.slim.nets.trunc_normal import trunc_normal as trunc_normal


def _module(single: int, narrow3: int, wide3: int, narrow5: int, wide5: int, pooled: int, last: str = "0b") -> Mixed:
    # The paper's 5 x 5 filters are 3 x 3 here, as in the published checkpoints.
    return (
        (Conv(single),),
        (Conv(narrow3), Conv(wide3, (3, 3), "0b")),
        (Conv(narrow5), Conv(wide5, (3, 3), last)),
        (Pool("Max"), Conv(pooled, (1, 1), "0b")),
    )


_STAGES: Stages = (
    ("Conv2d_1a_7x7", Conv(64, (7, 7), "1a", stride=2)),
    ("MaxPool_2a_3x3", Pool("Max", "2a", stride=2)),
    ("Conv2d_2b_1x1", Conv(64, (1, 1), "2b")),
    ("Conv2d_2c_3x3", Conv(192, (3, 3), "2c")),
    ("MaxPool_3a_3x3", Pool("Max", "3a", stride=2)),
    ("Mixed_3b", _module(64, 96, 128, 16, 32, 32)),
    ("Mixed_3c", _module(128, 128, 192, 32, 96, 64)),
    ("MaxPool_4a_3x3", Pool("Max", "4a", stride=2)),
    ("Mixed_4b", _module(192, 96, 208, 16, 48, 64)),
    ("Mixed_4c", _module(160, 112, 224, 24, 64, 64)),
    ("Mixed_4d", _module(128, 128, 256, 24, 64, 64)),
    ("Mixed_4e", _module(112, 144, 288, 32, 64, 64)),
    ("Mixed_4f", _module(256, 160, 320, 32, 128, 128)),
    ("MaxPool_5a_2x2", Pool("Max", "5a", (2, 2), stride=2)),
    # The published checkpoints have this name twice in the branch.
    ("Mixed_5b", _module(256, 160, 320, 32, 128, 128, last="0a")),
    ("Mixed_5c", _module(384, 192, 384, 48, 128, 128)),
)


def inception_v1_base(
    inputs: Any,
    final_endpoint: str = "Mixed_5c",
    scope: Any = "InceptionV1",
    *,
    include_root_block: bool = True,
) -> Result:
    """The network without its end (API: slim.nets.inception_v1.inception_v1_base).

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        final_endpoint: the stage to stop after.
        scope: the name of the variable scope.
        include_root_block: whether there is what comes before the first module; without it, it is not to be named.

    Returns:
        The output of that stage, and {name of a stage: its output}.

    Raises:
        ValueError: there is no such stage.
    """
    stages = _STAGES if include_root_block else without_root(_STAGES)
    with (
        variable_scope(scope, "InceptionV1", [inputs]),
        arg_scope([convolution2d, fully_connected], weights_initializer=trunc_normal(0.01)),
    ):
        outputs = built(inputs, stages, lambda filters: filters)
        return up_to(final_endpoint, outputs, [name for name, _ in stages])


def inception_v1(
    inputs: Any,
    num_classes: int | None = 1000,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.8,
    prediction_fn: Callable[..., Any] = softmax,
    spatial_squeeze: bool = True,
    reuse: Any = None,
    scope: Any = "InceptionV1",
    global_pool: bool = False,
    *,
    list_pooled: bool = False,
) -> Result:
    """The network (API: slim.nets.inception_v1.inception_v1).

    Args:
        inputs: pictures, shape (batch, height, width, channels); 224 x 224 to get one answer each.
        num_classes: how many classes; 0 or None for the pooled features.
        is_training: whether batch statistics are used and followed, and dropout works: a bool or a bool tensor.
        dropout_keep_prob: how probable it is that a value stays in training.
        prediction_fn: a function of the logits and a scope that gives the end point "Predictions".
        spatial_squeeze: whether the axes of the places, 1 x 1 then, are dropped from the logits.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.
        global_pool: average over all places before the logits, for pictures of any size.
        list_pooled: whether the end points have what the window before the logits pools, as the research models' do.

    Returns:
        The logits, and {name of a stage: its output}.
    """
    opened: VariableScope
    with (
        variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v1_base(inputs, scope=opened)
        net = inception_heads.logits_head(
            net, end_points, num_classes, dropout_keep_prob, spatial_squeeze, global_pool, (7, 7),
            "AvgPool_0a_7x7" if list_pooled else "MaxPool_0a_7x7", "Dropout_0b", "Conv2d_0c_1x1", fixed_window=True,
            prediction_fn=prediction_fn, list_pooled=list_pooled,
        )  # fmt: skip
    return net, end_points


inception_v1.default_image_size = 224  # type: ignore[attr-defined]


def inception_v1_arg_scope(
    weight_decay: float = 0.00004, use_batch_norm: bool = True, batch_norm_var_collection: str = "moving_vars"
) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope` (API: slim.nets.inception_v1.inception_v1_arg_scope).

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        use_batch_norm: whether convolutions are normalized rather than have biases.
        batch_norm_var_collection: the collection that lists the moving averages.
    """
    return inception_arg_scope(weight_decay, batch_norm_var_collection, NORMALIZATION if use_batch_norm else None)
