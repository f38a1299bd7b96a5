"""The ends of the Inception networks: from the last module to logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.scope import variable_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.pooling import avg_pool2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.nets.heads import averaged, squeezed
from convflow.slim.nets.inception_parts import Size, reduced_kernel_size


def logits_head(
    net: Any,
    end_points: dict[str, Any],
    num_classes: int | None,
    dropout_keep_prob: Any,
    spatial_squeeze: bool,
    global_pool: bool,
    window: Size,
    pool_name: str,
    dropout_name: str,
    conv_name: str,
    fixed_window: bool = False,
    pre_logits: bool = False,
    prediction_fn: Callable[..., Any] | None = None,
) -> Any:
    """Pooling, dropout and a convolution of size 1. Without classes the pooled features are returned.

    Args:
        window: of the pooling, unless the picture is smaller or `global_pool` is asked for.
        pool_name: its name, to which the window is added unless it is fixed.
        prediction_fn: list the predictions now, in the scope of the logits.
    """
    with variable_scope("Logits"):
        if global_pool:
            net = end_points["global_pool"] = averaged(net)
        elif fixed_window:
            net = avg_pool2d(net, list(window), stride=1, scope=pool_name)
        else:
            size = reduced_kernel_size(net, window)
            net = avg_pool2d(net, size, padding="VALID", scope=f"{pool_name}_{size[0]}x{size[1]}")
        if not num_classes:
            return net
        net = dropout(net, dropout_keep_prob, scope=dropout_name)
        if pre_logits:
            end_points["PreLogits"] = net
        net = convolution2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope=conv_name)
        net = squeezed(net, "SpatialSqueeze") if spatial_squeeze else net
        if prediction_fn is not None:
            add_predictions(end_points, net, prediction_fn)
        return net


def add_predictions(end_points: dict[str, Any], logits: Any, prediction_fn: Callable[..., Any]) -> None:
    """List the logits and what `prediction_fn` makes of them."""
    end_points["Logits"] = logits
    end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
