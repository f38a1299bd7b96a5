"""The inputs that a tensor was made of (API: tf.keras.utils.get_source_inputs)."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import history


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> list[Tensor]:
    """The tensors of `tf.keras.Input` that a tensor comes from (API: tf.keras.utils.get_source_inputs).

    Args:
        tensor: an output of a layer; another tensor is its own source.
        layer, node_index: the layer that made it, and in which of its calls; the tensor's own if None.

    Returns:
        Each once, in the order in which the layers take them.
    """
    made = history(tensor)
    if layer is None or node_index is None:
        if made is None:
            return [tensor]
        layer, node_index = made[0], made[1]
    node = layer._inbound_nodes[node_index]
    if not node.input_tensors:
        return list(node.output_tensors)
    found: list[Tensor] = []
    waiting, seen = list(reversed(node.input_tensors)), set()
    while waiting:
        source = waiting.pop()
        if id(source) in seen:
            continue
        seen.add(id(source))
        origin = history(source)
        inputs = [] if origin is None else origin[0]._inbound_nodes[origin[1]].input_tensors
        if inputs:
            waiting.extend(reversed(inputs))
        else:
            found.append(source)
    return found
