"""Networks of a few large convolutions, and the dense layers written as convolutions at their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Constant, TruncatedNormal, Zeros
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.layers.shaping import dropout
from convflow.slim.nets.heads import averaged, squeezed
from convflow.slim.utils import convert_collection_to_dict


def tower_arg_scope(weight_decay: float, biases_initializer: Any) -> dict[str, dict[str, Any]]:
    """Defaults of convolutions, dense layers and pooling."""
    with (
        arg_scope(
            [convolution2d, fully_connected], activation_fn=relu, biases_initializer=biases_initializer,
            weights_regularizer=l2_regularizer(weight_decay),
        ),
        arg_scope([convolution2d], padding="SAME"),
        arg_scope([max_pool2d], padding="VALID") as defaults,
    ):  # fmt: skip
        return defaults


def network(
    name: str,
    features: Callable[[Any], Any],
    first_dense: tuple[int, int],
    inputs: Any,
    num_classes: int | None,
    is_training: Any,
    dropout_keep_prob: Any,
    spatial_squeeze: bool,
    scope: Any,
    reuse: Any,
    global_pool: bool,
    collected_by_name: bool,
) -> tuple[Tensor, dict[str, Tensor]]:
    """`features` and three dense layers.

    Args:
        first_dense: filters and kernel size of the first dense layer.
    """
    opened: VariableScope
    with variable_scope(scope, name, [inputs], reuse=reuse) as opened:
        collection = (opened.name if collected_by_name else opened.original_name_scope) + "_end_points"
        with arg_scope([convolution2d, fully_connected, max_pool2d], outputs_collections=[collection]):
            net = features(inputs)
            with arg_scope(
                [convolution2d], weights_initializer=TruncatedNormal(0.0, 0.005), biases_initializer=Constant(0.1)
            ):
                filters, size = first_dense
                net = convolution2d(net, filters, [size, size], padding="VALID", scope="fc6")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
                net = convolution2d(net, 4096, [1, 1], scope="fc7")
                pooled = averaged(net) if global_pool else None
                net = net if pooled is None else pooled
                if num_classes:
                    net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
                    net = convolution2d(
                        net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                        biases_initializer=Zeros(), scope="fc8",
                    )  # fmt: skip
            end_points = convert_collection_to_dict(collection)
            if pooled is not None:
                end_points["global_pool"] = pooled
            if num_classes and spatial_squeeze:
                net = squeezed(net, "fc8/squeezed")
                end_points[f"{opened.name}/fc8"] = net
            return net, end_points
