"""Rounding of the weights and activations of a graph's layers (API: tf.contrib.quantize)."""

from __future__ import annotations

from convflow.graph.operation import Operation
from convflow.training.quantize.edges import scope_of
from convflow.training.quantize.fake import Settings, insert
from convflow.training.quantize.layers import ACTIVATIONS, Layer, layers_of


def quantize_layers(settings: Settings) -> None:
    """Round each layer's weights, its activation, and what is added to it."""
    # The rewriting adds no layers, but the list must not change while it is read.
    for layer in list(layers_of(settings.graph)):
        if layer.op.name.startswith(settings.scope):
            _quantize(settings, layer)


def _quantize(settings: Settings, layer: Layer) -> None:
    context = scope_of(layer.op)
    insert(settings, _in(context, "weights_quant"), layer.weights, _readers(layer.weights.op), of_weights=True)
    outer = scope_of_context(context) if layer.bypass is not None else context
    if layer.bypass is not None:
        insert(settings, _in(context, "conv_quant"), layer.biased.outputs[0], _readers(layer.biased))
    if layer.activation is not layer.bypass:
        name = _in(outer, "act_quant")
        insert(settings, name, layer.activation.outputs[0], _readers(layer.activation), init_min=0.0)
    if layer.bypass is not None and not _is_activated(layer.bypass):
        insert(settings, _in(outer, "add_quant"), layer.bypass.outputs[0], _readers(layer.bypass))
    if layer.later_bypass is not None and not _is_activated(layer.later_bypass):
        name = _in(scope_of(layer.later_bypass), "post_activation_bypass_quant")
        insert(settings, name, layer.later_bypass.outputs[0], _readers(layer.later_bypass))


def scope_of_context(context: str) -> str:
    """The scope that a scope stands in."""
    return context.rpartition("/")[0]


def _in(context: str, name: str) -> str:
    return f"{context}/{name}" if context else name


def _readers(op: Operation) -> list[Operation]:
    return op.outputs[0].consumers()


def _is_activated(op: Operation) -> bool:
    """An activation behind a sum is computed with it: there is nothing to round between them."""
    return any(reader.type in ACTIVATIONS for reader in _readers(op))
