"""What the later Inception networks share (`nets.inception_utils` of the research models)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.ops.activation import relu
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected


def inception_arg_scope(
    weight_decay: float = 0.00004,
    use_batch_norm: bool = True,
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    activation_fn: Callable[..., Any] | None = relu,
    batch_norm_updates_collections: Any = GraphKeys.UPDATE_OPS,
    batch_norm_scale: bool = False,
) -> dict[str, dict[str, Any]]:
    """The defaults of the networks, for `slim.arg_scope`.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
        use_batch_norm: whether convolutions are normalized rather than have biases.
        batch_norm_decay, batch_norm_epsilon, batch_norm_updates_collections, batch_norm_scale: see `slim.batch_norm`.
        activation_fn: of the convolutions.
    """
    normalization = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon,
        "updates_collections": batch_norm_updates_collections, "fused": None, "scale": batch_norm_scale,
    }  # fmt: skip
    with (
        arg_scope([convolution2d, fully_connected], weights_regularizer=l2_regularizer(weight_decay)),
        arg_scope(
            [convolution2d], weights_initializer=variance_scaling_initializer(), activation_fn=activation_fn,
            normalizer_fn=batch_norm if use_batch_norm else None,
            normalizer_params=normalization if use_batch_norm else {},
        ) as defaults,
    ):  # fmt: skip
        return defaults
