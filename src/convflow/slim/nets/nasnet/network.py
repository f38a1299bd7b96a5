"""What the networks of NASNet's and PNASNet's cells have in common: stems, the auxiliary head, the end."""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, NamedTuple

from convflow.modeling.variables.initializers_contrib import variance_scaling_initializer
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.identity import identity
from convflow.ops.array.transpose import transpose
from convflow.ops.softmax import softmax
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.depthwise import separable_convolution2d
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d
from convflow.slim.layers.shaping import dropout, flatten
from convflow.slim.nets.nasnet import parts
from convflow.slim.nets.nasnet.operations import activation
from convflow.training.hparams import HParams

Scope = dict[str, dict[str, Any]]
Stem = tuple[Any, list[Any]]
_STEM_CELLS = 2


class Stage(NamedTuple):
    """An end point by its name, and what the network returns if it ends there."""

    name: str
    output: Any
    result: Any


def nasnet_scope(weight_decay: float, batch_norm_decay: float, batch_norm_epsilon: float) -> Scope:
    """The defaults of layers: no biases or activations, scaled batch normalization, regularized weights."""
    normal = {"decay": batch_norm_decay, "epsilon": batch_norm_epsilon, "scale": True, "fused": True}
    layers = [fully_connected, convolution2d, separable_convolution2d]
    with (
        arg_scope(
            layers,
            weights_regularizer=l2_regularizer(weight_decay),
            weights_initializer=variance_scaling_initializer(mode="FAN_OUT"),
        ),
        arg_scope([fully_connected], activation_fn=None, scope="FC"),
        arg_scope([convolution2d, separable_convolution2d], activation_fn=None, biases_initializer=None),
        arg_scope([batch_norm], **normal) as scope,
    ):
        return scope


def settings(config: HParams | None, default: Callable[[], HParams], is_training: bool) -> HParams:
    """A copy of the hyperparameters; nothing is dropped outside training."""
    hparams = default() if config is None else copy.deepcopy(config)
    if not is_training:
        hparams.set_hparam("drop_path_keep_prob", 1.0)
    return hparams


def network(
    images: Any,
    hparams: HParams,
    is_training: bool,
    stages: Callable[[Any, dict[str, Any]], Generator[Stage]],
    final_endpoint: str | None,
) -> tuple[Any, dict[str, Any]]:
    """The network up to an end point, and all end points until then.

    Args:
        images: shape (batch, height, width, channels), whatever `hparams.data_format` says.
        hparams: the hyperparameters.
        is_training: for dropout and batch normalization.
        stages: of pictures and of a dictionary that auxiliary logits are written into.
        final_endpoint: where to stop; None for the logits.

    Raises:
        ValueError: there is no such end point.
    """
    if hparams.data_format == parts.DATA_FORMAT_NCHW:
        images = transpose(images, [0, 3, 1, 2])
    formatted = [
        avg_pool2d, max_pool2d, convolution2d, batch_norm, separable_convolution2d, parts.factorized_reduction,
        parts.global_avg_pool, parts.get_channel_index, parts.get_channel_dim,
    ]  # fmt: skip
    end_points: dict[str, Any] = {}
    with (
        arg_scope([dropout, parts.drop_path, batch_norm], is_training=is_training),
        arg_scope(formatted, data_format=hparams.data_format),
        # Stopped early, the stages leave their scopes here and not some time later.
        closing(stages(images, end_points)) as walk,
    ):
        for name, output, result in walk:
            end_points[name] = output
            if name == final_endpoint:
                return result, end_points
    if final_endpoint:
        raise ValueError(f"Unknown final endpoint {final_endpoint}. Choose one of {', '.join(end_points)}.")
    return end_points.get("Logits", result), end_points


def imagenet_stem(images: Any, hparams: HParams, cell: Callable[..., Any]) -> Stem:
    """A convolution and two cells, which make the picture eight times smaller; the last output, and all of them."""
    filters = int(32 * hparams.stem_multiplier)
    net = convolution2d(images, filters, [3, 3], stride=2, scope="conv0", padding="VALID")
    net = batch_norm(net, scope="conv0_bn")
    outputs = [None, net]
    scaling = 1.0 / hparams.filter_scaling_rate**_STEM_CELLS
    for number in range(_STEM_CELLS):
        net = cell(
            net, scope=f"cell_stem_{number}", filter_scaling=scaling, stride=2, prev_layer=outputs[-2], cell_num=number
        )
        outputs.append(net)
        scaling *= hparams.filter_scaling_rate
    return net, outputs


def cifar_stem(images: Any, hparams: HParams) -> Stem:
    """A convolution; the output, and the list of outputs so far."""
    filters = int(hparams.num_conv_filters * hparams.stem_multiplier)
    net = batch_norm(convolution2d(images, filters, 3, scope="l1_stem_3x3"), scope="l1_stem_bn")
    return net, [None, net]


def aux_cell(reductions: list[int]) -> int | None:
    """The number of the cell that the auxiliary head follows: the last before the second reduction."""
    return reductions[1] - 1 if len(reductions) > 1 else None


def aux_head(net: Any, num_classes: int, hparams: HParams, scope: str) -> Any:
    """Logits from the middle of the network, for training."""
    relu = activation(hparams.use_bounded_activation)
    net = relu(net)
    with variable_scope(scope):
        net = identity(net)
        with variable_scope("aux_logits"):
            net = avg_pool2d(net, [5, 5], stride=3, padding="VALID")
            net = convolution2d(net, 128, [1, 1], scope="proj")
            net = relu(batch_norm(net, scope="aux_bn0"))
            first = 1 if hparams.data_format == parts.DATA_FORMAT_NHWC else 2
            sides = [parts.known_size(net.shape, axis) for axis in (first, first + 1)]
            net = convolution2d(net, 768, sides, padding="VALID")
            net = relu(batch_norm(net, scope="aux_bn1"))
            return fully_connected(flatten(net), num_classes)


def final_stages(net: Any, num_classes: int | None, hparams: HParams) -> Iterator[Stage]:
    """The means over all places, logits and probabilities; the means alone without classes."""
    with variable_scope("final_layer"):
        net = activation(hparams.use_bounded_activation)(net)
        net = parts.global_avg_pool(net)
        yield Stage("global_pool", net, net)
        if not num_classes:
            return
        net = dropout(net, hparams.dense_dropout_keep_prob, scope="dropout")
        logits = fully_connected(net, num_classes)
        yield Stage("Logits", logits, net)
        yield Stage("Predictions", softmax(logits, name="predictions"), net)
