"""LeNet for digits, a variant (`nets.lenet` of the research models). LeCun et al. 1998."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.initializers import TruncatedNormal
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.activation import relu
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.layers.shaping import dropout, flatten
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets.inception_parts import Result


def lenet(
    images: Any,
    num_classes: int | None = 10,
    is_training: Any = False,
    dropout_keep_prob: Any = 0.5,
    prediction_fn: Callable[..., Any] = softmax,
    scope: Any = "LeNet",
) -> Result:
    """Two convolutions and two dense layers.

    Args:
        images: pictures, shape (batch, height, width, channels), of known size; 28 x 28 as published.
        num_classes: how many classes; 0 or None for the features.
        is_training: whether dropout works: a bool or a bool tensor.
        dropout_keep_prob: how probable it is that a value stays in training.
        prediction_fn: a function of the logits and a scope that gives the end point "Predictions".
        scope: the name of the variable scope.

    Returns:
        The logits, shape (batch, classes), and {name of a layer: its output}.
    """
    ends: dict[str, Any] = {}
    with variable_scope(scope, "LeNet", [images]):
        net = images
        for number, filters in ((1, 32), (2, 64)):
            net = ends[f"conv{number}"] = convolution2d(net, filters, [5, 5], scope=f"conv{number}")
            net = ends[f"pool{number}"] = max_pool2d(net, [2, 2], 2, scope=f"pool{number}")
        net = ends["Flatten"] = flatten(net)
        net = ends["fc3"] = fully_connected(net, 1024, scope="fc3")
        if not num_classes:
            return net, ends
        net = ends["dropout3"] = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout3")
        logits = ends["Logits"] = fully_connected(net, num_classes, activation_fn=None, scope="fc4")
    ends["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, ends


lenet.default_image_size = 28  # type: ignore[attr-defined]


def lenet_arg_scope(weight_decay: float = 0.0) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope`.

    Args:
        weight_decay: how strongly weights are regularized by their squares.
    """
    with arg_scope(
        [convolution2d, fully_connected],
        weights_regularizer=l2_regularizer(weight_decay),
        weights_initializer=TruncatedNormal(stddev=0.1),
        activation_fn=relu,
    ) as defaults:
        return defaults
