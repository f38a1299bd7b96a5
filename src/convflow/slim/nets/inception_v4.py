"""Inception v4 (`nets.inception_v4` of the research models). Szegedy et al. 2016, arXiv:1602.07261."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convflow.modeling.variables.scope import VariableScope, variable_scope
from convflow.ops.softmax import softmax
from convflow.slim.arg_scope import arg_scope
from convflow.slim.layers.batch_norm import batch_norm
from convflow.slim.layers.conv import convolution2d
from convflow.slim.layers.dense import fully_connected
from convflow.slim.layers.pooling import avg_pool2d, max_pool2d
from convflow.slim.layers.shaping import dropout, flatten
from convflow.slim.nets.inception_heads import aux_dense_logits, pooled_to_one
from convflow.slim.nets.inception_parts import Conv, Fork, Mixed, Pool, Result, Stages, built, mixed, up_to
from convflow.slim.nets.inception_utils import inception_arg_scope

inception_v4_arg_scope = inception_arg_scope

_REDUCING: dict[str, Any] = {"stride": 2, "padding": "VALID"}

_BRANCHES_A: Mixed = (
    (Conv(96),),
    (Conv(64), Conv(96, (3, 3), "0b")),
    (Conv(64), Conv(96, (3, 3), "0b"), Conv(96, (3, 3), "0c")),
    (Pool("Avg"), Conv(96, (1, 1), "0b")),
)
_BRANCHES_B: Mixed = (
    (Conv(384),),
    (Conv(192), Conv(224, (1, 7), "0b"), Conv(256, (7, 1), "0c")),
    (
        Conv(192),
        Conv(192, (7, 1), "0b"),
        Conv(224, (1, 7), "0c"),
        Conv(224, (7, 1), "0d"),
        Conv(256, (1, 7), "0e"),
    ),
    (Pool("Avg"), Conv(128, (1, 1), "0b")),
)
_BRANCHES_C: Mixed = (
    (Conv(256),),
    (Conv(384), Fork((Conv(256, (1, 3), "0b"), Conv(256, (3, 1), "0c")))),
    (
        Conv(384),
        Conv(448, (3, 1), "0b"),
        Conv(512, (1, 3), "0c"),
        Fork((Conv(256, (1, 3), "0d"), Conv(256, (3, 1), "0e"))),
    ),
    (Pool("Avg"), Conv(256, (1, 1), "0b")),
)
_REDUCTION_A: Mixed = (
    (Conv(384, (3, 3), "1a", **_REDUCING),),
    (Conv(192), Conv(224, (3, 3), "0b"), Conv(256, (3, 3), "1a", **_REDUCING)),
    (Pool("Max", "1a", **_REDUCING),),
)
_REDUCTION_B: Mixed = (
    (Conv(192), Conv(192, (3, 3), "1a", **_REDUCING)),
    (Conv(256), Conv(256, (1, 7), "0b"), Conv(320, (7, 1), "0c"), Conv(320, (3, 3), "1a", **_REDUCING)),
    (Pool("Max", "1a", **_REDUCING),),
)
_STEM: Stages = (
    ("Conv2d_1a_3x3", Conv(32, (3, 3), "1a", **_REDUCING)),
    ("Conv2d_2a_3x3", Conv(32, (3, 3), "2a", padding="VALID")),
    ("Conv2d_2b_3x3", Conv(64, (3, 3), "2b")),
    ("Mixed_3a", ((Pool("Max", "0a", **_REDUCING),), (Conv(96, (3, 3), "0a", **_REDUCING),))),
    (
        "Mixed_4a",
        (
            (Conv(64), Conv(96, (3, 3), "1a", padding="VALID")),
            (Conv(64), Conv(64, (1, 7), "0b"), Conv(64, (7, 1), "0c"), Conv(96, (3, 3), "1a", padding="VALID")),
        ),
    ),
    ("Mixed_5a", ((Conv(192, (3, 3), "1a", **_REDUCING),), (Pool("Max", "1a", **_REDUCING),))),
)


def _same(filters: int) -> int:
    return filters


def _block(name: str, default_scope: str, branches: Mixed) -> Callable[..., Any]:
    def block(inputs: Any, scope: Any = None, reuse: Any = None) -> Any:
        with variable_scope(scope, default_scope, [inputs], reuse=reuse):
            return mixed(inputs, branches, _same)

    block.__name__ = block.__qualname__ = name
    block.__doc__ = f"""A module of the network, in a scope that is {default_scope} by default.

    Args:
        inputs: shape (batch, height, width, channels).
        scope: the name of the variable scope.
        reuse: whether to share the variables of the module of the same `scope`.
    """
    return block


block_inception_a = _block("block_inception_a", "BlockInceptionA", _BRANCHES_A)
block_reduction_a = _block("block_reduction_a", "BlockReductionA", _REDUCTION_A)
block_inception_b = _block("block_inception_b", "BlockInceptionB", _BRANCHES_B)
block_reduction_b = _block("block_reduction_b", "BlockReductionB", _REDUCTION_B)
block_inception_c = _block("block_inception_c", "BlockInceptionC", _BRANCHES_C)

_BLOCKS = (
    *((f"Mixed_5{letter}", block_inception_a) for letter in "bcde"),
    ("Mixed_6a", block_reduction_a),
    *((f"Mixed_6{letter}", block_inception_b) for letter in "bcdefgh"),
    ("Mixed_7a", block_reduction_b),
    *((f"Mixed_7{letter}", block_inception_c) for letter in "bcd"),
)
_NAMES = [name for name, _ in (*_STEM, *_BLOCKS)]


def _stages(net: Any) -> Iterator[tuple[str, Any]]:
    for name, stage in built(net, _STEM, _same):
        net = stage
        yield name, net
    for name, block in _BLOCKS:
        net = block(net, name)
        yield name, net


def inception_v4_base(inputs: Any, final_endpoint: str = "Mixed_7d", scope: Any = None) -> Result:
    """The network without its end.

    Args:
        inputs: pictures, shape (batch, height, width, channels).
        final_endpoint: the stage to stop after.
        scope: the name of the variable scope.

    Returns:
        The output of that stage, and {name of a stage: its output}.

    Raises:
        ValueError: there is no such stage.
    """
    with variable_scope(scope, "InceptionV4", [inputs]):
        return up_to(final_endpoint, _stages(inputs), _NAMES)


def inception_v4(
    inputs: Any,
    num_classes: int | None = 1001,
    is_training: Any = True,
    dropout_keep_prob: Any = 0.8,
    reuse: Any = None,
    scope: Any = "InceptionV4",
    create_aux_logits: bool = True,
) -> Result:
    """The network.

    Args:
        inputs: pictures, shape (batch, height, width, channels); 299 x 299 as published.
        num_classes: how many classes; 0 or None for the pooled features.
        is_training: whether batch statistics are used and followed, and dropout works: a bool or a bool tensor.
        dropout_keep_prob: how probable it is that a value stays in training.
        reuse: whether to share the variables of the network of the same `scope`.
        scope: the name of the variable scope.
        create_aux_logits: whether "AuxLogits" are made of a middle stage, to train it better; the pictures' size
            must be known for that.

    Returns:
        The logits, shape (batch, classes), and {name of a stage: its output}.

    Raises:
        ValueError: auxiliary logits of pictures that are too small or of unknown size.
    """
    opened: VariableScope
    with (
        variable_scope(scope, "InceptionV4", [inputs], reuse=reuse) as opened,
        arg_scope([batch_norm, dropout], is_training=is_training),
    ):
        net, end_points = inception_v4_base(inputs, scope=opened)
        with arg_scope([convolution2d, max_pool2d, avg_pool2d], stride=1, padding="SAME"):
            if create_aux_logits and num_classes:
                end_points["AuxLogits"] = aux_dense_logits(
                    end_points["Mixed_6h"], num_classes, ("AvgPool_1a_5x5", "Conv2d_2a", "Aux_logits")
                )
            with variable_scope("Logits"):
                net = end_points["global_pool"] = pooled_to_one(net, "AvgPool_1a")
                if not num_classes:
                    return net, end_points
                net = dropout(net, dropout_keep_prob, scope="Dropout_1b")
                net = end_points["PreLogitsFlatten"] = flatten(net, scope="PreLogitsFlatten")
                logits = fully_connected(net, num_classes, activation_fn=None, scope="Logits")
                end_points["Logits"] = logits
                end_points["Predictions"] = softmax(logits, name="Predictions")
    return logits, end_points


inception_v4.default_image_size = 299  # type: ignore[attr-defined]
