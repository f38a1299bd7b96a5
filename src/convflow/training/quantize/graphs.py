"""The four functions of tf.contrib.quantize."""

from __future__ import annotations

from typing import Any

from convflow.graph.scopes import get_default_graph
from convflow.training.quantize.fake import Settings
from convflow.training.quantize.folding import fold_batch_norms
from convflow.training.quantize.insertion import quantize_layers


def create_training_graph(input_graph: Any = None, quant_delay: int = 0) -> None:
    """Rewrite a graph for training with rounding to 8 bits (API: tf.contrib.quantize.create_training_graph).

    Call it before the gradients are made. Fused batch normalizations are folded into the layers before them.
    Variables: min and max of each rounded tensor, in scopes such as conv/weights_quant and conv/act_quant.

    Args:
        input_graph: the graph, the default one if None. It is changed in place.
        quant_delay: after how many runs the rounding begins; until then ranges are only watched.

    Raises:
        ValueError: a batch normalization in training whose averages nothing moves.
    """
    _rewrite(input_graph, True, 8, 8, False, quant_delay, None, None)


def create_eval_graph(input_graph: Any = None) -> None:
    """Rewrite a graph for evaluation and export (API: tf.contrib.quantize.create_eval_graph).

    Args:
        input_graph: the graph, the default one if None. It is changed in place.
    """
    _rewrite(input_graph, False, 8, 8, False, None, None, None)


def experimental_create_training_graph(
    input_graph: Any = None,
    weight_bits: int = 8,
    activation_bits: int = 8,
    symmetric: bool = False,
    quant_delay: int = 0,
    freeze_bn_delay: int | None = None,
    scope: str | None = None,
) -> None:
    """`create_training_graph` with more to choose (API: tf.contrib.quantize.experimental_create_training_graph).

    Args:
        input_graph: the graph, the default one if None. It is changed in place.
        weight_bits: the bits of weights, from 2 to 16.
        activation_bits: the bits of activations.
        symmetric: whether ranges are symmetric about zero.
        quant_delay: after how many runs the rounding begins.
        freeze_bn_delay: after how many runs batch normalizations keep their moving statistics; None for never.
        scope: layers whose names do not begin with it stay as they are.
    """
    _rewrite(input_graph, True, weight_bits, activation_bits, symmetric, quant_delay, freeze_bn_delay, scope)


def experimental_create_eval_graph(
    input_graph: Any = None,
    weight_bits: int = 8,
    activation_bits: int = 8,
    symmetric: bool = False,
    quant_delay: int | None = None,
    scope: str | None = None,
) -> None:
    """`create_eval_graph` with more to choose (API: tf.contrib.quantize.experimental_create_eval_graph).

    Args:
        input_graph: the graph, the default one if None. It is changed in place.
        weight_bits: the bits of weights, from 2 to 16.
        activation_bits: the bits of activations.
        symmetric: whether ranges are symmetric about zero.
        quant_delay: after how many runs the rounding begins, as in training.
        scope: layers whose names do not begin with it stay as they are.
    """
    _rewrite(input_graph, False, weight_bits, activation_bits, symmetric, quant_delay, None, scope)


def _rewrite(
    input_graph: Any, is_training: bool, weight_bits: int, activation_bits: int, symmetric: bool,
    quant_delay: int | None, freeze_bn_delay: int | None, scope: str | None,
) -> None:  # fmt: skip
    graph = get_default_graph() if input_graph is None else input_graph
    settings = Settings(graph, is_training, weight_bits, activation_bits, symmetric, quant_delay, scope or "")
    with graph.as_default():
        fold_batch_norms(graph, is_training, freeze_bn_delay)
        quantize_layers(settings)
