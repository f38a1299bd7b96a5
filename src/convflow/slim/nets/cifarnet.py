"""A network for CIFAR-10 (`nets.cifarnet` of the research models). Krizhevsky 2009, as in cuda-convnet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.modeling.variables.initializers import Constant, TruncatedNormal, Zeros
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.activation import relu
from convflow.ops.lrn import local_response_normalization
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.layers.shaping import dropout, flatten
from convflow.slim.layers.softmax import softmax
from convflow.slim.nets.inception_parts import Result


def _neighbours(net: Any, name: str) -> Any:
    return local_response_normalization(net, 4, bias=1.0, alpha=0.001 / 9.0, beta=0.75, name=name)


def cifarnet(
    images: Any,
    num_classes: int | None = 10,
    is_training: Any = False,
    dropout_keep_prob: Any = 0.5,
    prediction_fn: Callable[..., Any] = softmax,
    scope: Any = "CifarNet",
) -> Result:
    """Two convolutions, each normalized over its neighbours' channels, and three dense layers.

    Args:
        images: pictures, shape (batch, height, width, channels), of known size; 32 x 32 as published.

    The other arguments, what is returned: see `slim.nets.lenet.lenet`.
    """
    ends: dict[str, Any] = {}
    with variable_scope(scope, "CifarNet", [images]):
        net = ends["conv1"] = convolution2d(images, 64, [5, 5], scope="conv1")
        net = ends["pool1"] = max_pool2d(net, [2, 2], 2, scope="pool1")
        net = _neighbours(net, "norm1")
        net = ends["conv2"] = convolution2d(net, 64, [5, 5], scope="conv2")
        net = _neighbours(net, "norm2")
        net = ends["pool2"] = max_pool2d(net, [2, 2], 2, scope="pool2")
        net = ends["Flatten"] = flatten(net)
        net = ends["fc3"] = fully_connected(net, 384, scope="fc3")
        net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout3")
        net = ends["fc4"] = fully_connected(net, 192, scope="fc4")
        if not num_classes:
            return net, ends
        logits = ends["Logits"] = fully_connected(
            net, num_classes, biases_initializer=Zeros(), weights_initializer=TruncatedNormal(stddev=1 / 192),
            weights_regularizer=None, activation_fn=None, scope="logits",
        )  # fmt: skip
        ends["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, ends


cifarnet.default_image_size = 32  # type: ignore[attr-defined]


def cifarnet_arg_scope(weight_decay: float = 0.004) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope`.

    Args:
        weight_decay: how strongly the weights of dense layers are regularized by their squares.
    """
    with (
        arg_scope([convolution2d], weights_initializer=TruncatedNormal(stddev=0.05), activation_fn=relu),
        arg_scope(
            [fully_connected], biases_initializer=Constant(0.1), weights_initializer=TruncatedNormal(stddev=0.04),
            weights_regularizer=l2_regularizer(weight_decay), activation_fn=relu,
        ) as defaults,
    ):  # fmt: skip
        return defaults
