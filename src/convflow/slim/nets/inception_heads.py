"""The ends of the Inception networks: from the last module to logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.scope import variable_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import avg_pool2d
from convflow.slim.layers.shaping import dropout, flatten
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
    list_pooled: bool = False,
) -> Any:
    """Pooling, dropout and a convolution of size 1. Without classes the pooled features are returned.

    Args:
        window: of the pooling, unless the picture is smaller or `global_pool` is asked for.
        pool_name: its name, to which the window is added unless it is fixed.
        prediction_fn: list the predictions now, in the scope of the logits.
        list_pooled: whether what is pooled over a window is an end point too.
    """
    with variable_scope("Logits"):
        if global_pool:
            net = end_points["global_pool"] = averaged(net)
        elif fixed_window:
            net = avg_pool2d(net, list(window), stride=1, scope=pool_name)
        else:
            size = reduced_kernel_size(net, window)
            net = avg_pool2d(net, size, padding="VALID", scope=f"{pool_name}_{size[0]}x{size[1]}")
        if list_pooled and not global_pool:
            end_points[pool_name] = net
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


def pooled_to_one(net: Any, name: str) -> Any:
    """The mean over all places, by a pooling called `name` where the picture's size is known."""
    _, height, width, _ = net.get_shape().as_list()
    if height is None or width is None:
        return averaged(net)
    return avg_pool2d(net, [height, width], padding="VALID", scope=name)


def aux_dense_logits(net: Any, num_classes: int, names: tuple[str, str, str]) -> Any:
    """Logits of a middle stage, by a dense layer, in the scope "AuxLogits".

    Args:
        names: of the pooling, of the convolution over all places, of the dense layer.

    Raises:
        ValueError: the picture's size is unknown, or the stage is smaller than the pooling's window.
    """
    pool_name, conv_name, dense_name = names
    _, height, width, _ = net.get_shape().as_list()
    if height is None or width is None or height < 5 or width < 5:
        raise ValueError(
            f"AuxLogits pool windows of 5 x 5, but {net.op.name} has the shape {net.shape}: its height and width must "
            "be known and at least 5. Give larger pictures of a known size, or pass create_aux_logits=False."
        )
    with variable_scope("AuxLogits"):
        net = avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope=pool_name)
        net = convolution2d(net, 128, [1, 1], scope="Conv2d_1b_1x1")
        net = convolution2d(net, 768, net.get_shape()[1:3].as_list(), padding="VALID", scope=conv_name)
        return fully_connected(flatten(net), num_classes, activation_fn=None, scope=dense_name)
