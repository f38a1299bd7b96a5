"""VGG A, D and E (API: slim.nets.vgg). Simonyan and Zisserman 2014, arXiv:1409.1556.

Blocks of small convolutions with a pooling after each, then three dense layers, written as convolutions so that
pictures of any size fit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import Zeros
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import max_pool2d
from convflow.slim.layers.repeat import repeat
from convflow.slim.layers.shaping import dropout
from convflow.slim.nets.heads import averaged, squeezed
from convflow.slim.utils import convert_collection_to_dict

_FILTERS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay: float = 0.0005) -> dict[str, dict[str, Any]]:
    """The defaults the networks were trained with, for `slim.arg_scope` (API: slim.nets.vgg.vgg_arg_scope).

    Args:
        weight_decay: how strongly weights are regularized by their squares.
    """
    with (
        arg_scope(
            [convolution2d, fully_connected], activation_fn=relu, weights_regularizer=l2_regularizer(weight_decay),
            biases_initializer=Zeros(),
        ),
        arg_scope([convolution2d], padding="SAME") as defaults,
    ):  # fmt: skip
        return defaults


def _network(name: str, repetitions: tuple[int, ...], collected_by_name: bool = False) -> Callable[..., Any]:
    def network(
        inputs: Any,
        num_classes: int | None = 1000,
        is_training: Any = True,
        dropout_keep_prob: Any = 0.5,
        spatial_squeeze: bool = True,
        scope: Any = name,
        reuse: Any = None,
        fc_conv_padding: str = "VALID",
        global_pool: bool = False,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        opened: VariableScope
        with variable_scope(scope, name, [inputs], reuse=reuse) as opened:
            collection = (opened.name if collected_by_name else opened.original_name_scope) + "_end_points"
            with arg_scope([convolution2d, fully_connected, max_pool2d], outputs_collections=collection):
                net = inputs
                for number, (count, filters) in enumerate(zip(repetitions, _FILTERS, strict=True), 1):
                    net = repeat(net, count, convolution2d, filters, [3, 3], scope=f"conv{number}")
                    net = max_pool2d(net, [2, 2], scope=f"pool{number}")
                net = convolution2d(net, 4096, [7, 7], padding=fc_conv_padding, scope="fc6")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
                net = convolution2d(net, 4096, [1, 1], scope="fc7")
                pooled = averaged(net) if global_pool else None
                net = net if pooled is None else pooled
                if num_classes:
                    net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
                    net = convolution2d(net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None, scope="fc8")
                end_points = convert_collection_to_dict(collection)
                if pooled is not None:
                    end_points["global_pool"] = pooled
                if num_classes and spatial_squeeze:
                    net = squeezed(net, "fc8/squeezed")
                    end_points[f"{opened.name}/fc8"] = net
                return net, end_points

    network.__name__ = network.__qualname__ = name
    network.__doc__ = f"""The network of {sum(repetitions) + 3} layers with weights (API: slim.nets.vgg.{name}).

    Args:
        inputs: pictures, shape (batch, height, width, channels); 224 x 224 to get one answer each.
        num_classes: how many classes; 0 or None to stop before the last layer.
        is_training: whether dropout works: a bool or a bool tensor.
        dropout_keep_prob: how probable it is that a value stays in training.
        spatial_squeeze: whether the axes of the places, 1 x 1 then, are dropped from the logits.
        scope: the name of the variable scope.
        reuse: whether to share the variables of the network of the same `scope`.
        fc_conv_padding: "SAME" keeps the places of larger pictures as they are, for dense answers.
        global_pool: average over the places before the last layer, for pictures of any size.

    Returns:
        The logits, and {{name of a layer: its output}}.
    """
    network.default_image_size = 224  # type: ignore[attr-defined]
    return network


vgg_a = _network("vgg_a", (1, 1, 2, 2, 2))
vgg_13 = vgg_b = _network("vgg_13", (2, 2, 2, 2, 2))
vgg_16 = vgg_d = _network("vgg_16", (2, 2, 3, 3, 3))
vgg_19 = vgg_e = _network("vgg_19", (2, 2, 4, 4, 4), collected_by_name=True)
