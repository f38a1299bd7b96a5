"""Inception-ResNet v2 (`nets.inception_resnet_v2` of the research models). Szegedy et al. 2016, arXiv:1602.07261."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convflow.graph.collections import GraphKeys
from convflow.modeling.variables.regularizers import l2_regularizer
from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.activation import relu, relu6
from convflow.ops.math.clip import clip_by_value
from convflow.ops.softmax import softmax
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.repeat import repeat
from convflow.slim.layers.shaping import dropout, flatten
from convflow.slim.nets.inception_heads import aux_dense_logits, pooled_to_one
from convflow.slim.nets.inception_parts import Conv, Mixed, Pool, Result, Stages, built, mixed, up_to


def _residual(name: str, default_scope: str, branches: Mixed) -> Callable[..., Any]:
    def block(net: Any, scale: float = 1.0, activation_fn: Any = relu, scope: Any = None, reuse: Any = None) -> Any:
        with variable_scope(scope, default_scope, [net], reuse=reuse):
            joined = mixed(net, branches, _same)
            channels = net.get_shape()[3].value
            change = (
                convolution2d(joined, channels, 1, normalizer_fn=None, activation_fn=None, scope="Conv2d_1x1") * scale
            )
            if activation_fn is relu6:
                # Quantized inference needs bounds on what is added, too.
                change = clip_by_value(change, -6.0, 6.0)
            net = net + change
            return activation_fn(net) if activation_fn else net

    block.__name__ = block.__qualname__ = name
    block.__doc__ = f"""A module whose scaled output is added to its input; in the scope {default_scope} by default.

    Args:
        net: shape (batch, height, width, channels).
        scale: what the module's output is multiplied by before it is added.
        activation_fn: of the sum; None for none.
        scope: the name of the variable scope.
        reuse: whether to share the variables of the module of the same `scope`.
    """
    return block


def _same(filters: int) -> int:
    return filters


def _single(filters: int) -> Conv:
    return Conv(filters, name="Conv2d_1x1")


block35 = _residual(
    "block35",
    "Block35",
    (
        (_single(32),),
        (Conv(32), Conv(32, (3, 3), "0b")),
        (Conv(32), Conv(48, (3, 3), "0b"), Conv(64, (3, 3), "0c")),
    ),
)
block17 = _residual(
    "block17", "Block17", ((_single(192),), (Conv(128), Conv(160, (1, 7), "0b"), Conv(192, (7, 1), "0c")))
)
block8 = _residual("block8", "Block8", ((_single(192),), (Conv(192), Conv(224, (1, 3), "0b"), Conv(256, (3, 1), "0c"))))

_NAMES = (
    "Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "MaxPool_3a_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3",
    "MaxPool_5a_3x3", "Mixed_5b", "Mixed_6a", "PreAuxLogits", "Mixed_7a", "Conv2d_7b_1x1",
)  # fmt: skip


def _stem(padding: str) -> Stages:
    return (
        ("Conv2d_1a_3x3", Conv(32, (3, 3), "1a", stride=2, padding=padding)),
        ("Conv2d_2a_3x3", Conv(32, (3, 3), "2a", padding=padding)),
        ("Conv2d_2b_3x3", Conv(64, (3, 3), "2b")),
        ("MaxPool_3a_3x3", Pool("Max", "3a", stride=2, padding=padding)),
        ("Conv2d_3b_1x1", Conv(80, (1, 1), "3b", padding=padding)),
        ("Conv2d_4a_3x3", Conv(192, (3, 3), "4a", padding=padding)),
        ("MaxPool_5a_3x3", Pool("Max", "5a", stride=2, padding=padding)),
        (
            "Mixed_5b",
            (
                (_single(96),),
                (Conv(48), Conv(64, (5, 5), "0b")),
                (Conv(64), Conv(96, (3, 3), "0b"), Conv(96, (3, 3), "0c")),
                (Pool("Avg"), Conv(64, (1, 1), "0b")),
            ),
        ),
    )


def _mixed_6a(stride: int, padding: str) -> Mixed:
    ending: dict[str, Any] = {"stride": stride, "padding": padding}
    return (
        (Conv(384, (3, 3), "1a", **ending),),
        (Conv(256), Conv(256, (3, 3), "0b"), Conv(384, (3, 3), "1a", **ending)),
        (Pool("Max", "1a", **ending),),
    )


def _mixed_7a(padding: str) -> Mixed:
    ending: dict[str, Any] = {"stride": 2, "padding": padding}
    return (
        (Conv(256), Conv(384, (3, 3), "1a", **ending)),
        (Conv(256), Conv(288, (3, 3), "1a", **ending)),
        (Conv(256), Conv(288, (3, 3), "0b"), Conv(320, (3, 3), "1a", **ending)),
        (Pool("Max", "1a", **ending),),
    )


def _stages(net: Any, atrous: bool, padding: str, activation_fn: Any) -> Iterator[tuple[str, Any]]:
    for name, stage in built(net, _stem(padding), _same):
        net = stage
        yield name, net
    net = repeat(net, 10, block35, scale=0.17, activation_fn=activation_fn)
    with variable_scope("Mixed_6a"):
        net = mixed(net, _mixed_6a(1 if atrous else 2, padding), _same)
    yield "Mixed_6a", net
    with arg_scope([convolution2d], rate=2 if atrous else 1):
        net = repeat(net, 20, block17, scale=0.10, activation_fn=activation_fn)
    yield "PreAuxLogits", net
    with variable_scope("Mixed_7a"):
        net = mixed(net, _mixed_7a(padding), _same)
    yield "Mixed_7a", net
    net = repeat(net, 9, block8, scale=0.20, activation_fn=activation_fn)
    net = block8(net, activation_fn=None)
    yield "Conv2d_7b_1x1", convolution2d(net, 1536, 1, scope="Conv2d_7b_1x1")


def inception_resnet_v2_base(
    inputs: Any,
    final_endpoint: str = "Conv2d_7b_1x1",
    output_stride: int = 16,
    align_feature_maps: bool = False,
    scope: Any = None,
    activation_fn: Callable[..., Any] = relu,
) -> Result:
    """The network without its end.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        final_endpoint: the stage to stop after.
        output_stride: how much smaller than the pictures "PreAuxLogits" is: 16, or 8 with widened (atrous) filters.
        align_feature_maps: pad everywhere, so that places of all stages lie over each other.
        scope: the name of the variable scope.
        activation_fn: of the residual modules.

    Returns:
        The output of that stage, and {name of a stage: its output}.

    Raises:
        ValueError: there is no such stage; an `output_stride` other than 8 and 16, or 8 beyond "PreAuxLogits".
    """
    if output_stride not in (8, 16):
        raise ValueError(f"output_stride must be 8 or 16, got {output_stride}. 16 is the published network.")
    atrous = output_stride == 8
    if atrous and final_endpoint in ("Mixed_7a", "Conv2d_7b_1x1"):
        raise ValueError(
            f"output_stride==8 is only supported up to the PreAuxLogits end_point, got {final_endpoint}. "
            "Pass final_endpoint='PreAuxLogits', or output_stride=16."
        )
    padding = "SAME" if align_feature_maps else "VALID"
    with variable_scope(scope, "InceptionResnetV2", [inputs]), arg_scope([convolution2d], stride=1, padding="SAME"):
        return up_to(final_endpoint, _stages(inputs, atrous, padding, activation_fn), _NAMES)


def inception_resnet_v2(
    inputs: Any,
    num_classes: int | None = 1001,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.8,
    reuse: Any = None,
    scope: Any = "InceptionResnetV2",
    create_aux_logits: bool = True,
    activation_fn: Callable[..., Any] = relu,
) -> Result:
    """The network.

    Args:
        activation_fn: of the residual modules.

    The other arguments, what is returned, the errors: see `inception_v4.inception_v4`.
    """
    opened: VariableScope
    with (
        variable_scope(scope, "InceptionResnetV2", [inputs], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_resnet_v2_base(inputs, scope=opened, activation_fn=activation_fn)
        if create_aux_logits and num_classes:
            end_points["AuxLogits"] = aux_dense_logits(
                end_points["PreAuxLogits"], num_classes, ("Conv2d_1a_3x3", "Conv2d_2a_5x5", "Logits")
            )
        with variable_scope("Logits"):
            net = end_points["global_pool"] = pooled_to_one(net, "AvgPool_1a_8x8")
            if not num_classes:
                return net, end_points
            net = dropout(flatten(net), dropout_keep_prob, is_training=is_training, scope="Dropout")
            end_points["PreLogitsFlatten"] = net
            logits = fully_connected(net, num_classes, activation_fn=None, scope="Logits")
            end_points["Logits"] = logits
            end_points["Predictions"] = softmax(logits, name="Predictions")
    return logits, end_points


inception_resnet_v2.default_image_size = 299  # type: ignore[attr-defined]


def inception_resnet_v2_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    activation_fn: Callable[..., Any] = relu,
    batch_norm_updates_collections: Any = GraphKeys.UPDATE_OPS,
    batch_norm_scale: bool = False,
) -> dict[str, dict[str, Any]]:
    """The defaults of the network, for `slim.arg_scope`.

    Args:
        weight_decay: how strongly weights and biases are regularized by their squares.
        batch_norm_decay, batch_norm_epsilon, batch_norm_updates_collections, batch_norm_scale: see `slim.batch_norm`.
        activation_fn: of the convolutions.
    """
    regularizer = l2_regularizer(weight_decay)
    normalization = {
        "decay": batch_norm_decay, "epsilon": batch_norm_epsilon,
        "updates_collections": batch_norm_updates_collections, "fused": None, "scale": batch_norm_scale,
    }  # fmt: skip
    with (
        arg_scope(
            [convolution2d, fully_connected], weights_regularizer=regularizer,
            biases_regularizer=l2_regularizer(weight_decay),
        ),
        arg_scope(
            [convolution2d], activation_fn=activation_fn, normalizer_fn=batch_norm, normalizer_params=normalization
        ) as defaults,
    ):  # fmt: skip
        return defaults
