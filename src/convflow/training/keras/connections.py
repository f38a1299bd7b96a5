"""Which layers lie between a model's inputs and outputs, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from convflow.graph.operation import Tensor
from convflow.modeling.keras.base import Layer, Node, history


def nodes_between(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[list[Node], list[Layer]]:
    """The calls that make `outputs` of `inputs`, each after those it needs, and their layers by depth.

    Raises:
        ValueError: an output that comes from no layer, or depends on an input that is not given.
    """
    order: list[Node] = []
    seen: set[int] = set()
    found: dict[int, int] = {}
    ends = {id(tensor) for tensor in inputs}

    def visit(tensor: Tensor) -> None:
        made = history(tensor)
        if made is None:
            raise ValueError(
                "Output tensors to a Model must be the output of a TensorFlow `Layer` (thus holding past layer "
                f"metadata). Found: {tensor}. Put functions such as tf.add into tf.keras.layers.Lambda."
            )
        layer, index, _ = made
        node = layer._inbound_nodes[index]
        if id(node) in seen:
            return
        seen.add(id(node))
        found.setdefault(id(layer), len(found))
        if id(tensor) not in ends:
            if not node.input_tensors:
                raise ValueError(
                    f'Graph disconnected: cannot obtain value for tensor {tensor} at layer "{layer.name}". It is no '
                    "input of the model: add it to `inputs`."
                )
            for source in node.input_tensors:
                visit(source)
        order.append(node)

    for output in outputs:
        visit(output)
    return order, _by_depth(order, inputs, outputs, found)


def _by_depth(
    order: list[Node], inputs: Sequence[Tensor], outputs: Sequence[Tensor], found: dict[int, int]
) -> list[Layer]:
    """The layers, those furthest from the outputs first, others as they were found."""
    ends = {id(tensor) for tensor in inputs}
    depths: dict[int, int] = {}
    layers: dict[int, Layer] = {}
    of_layer: dict[int, int] = {}
    for node in reversed(order):
        depth = max(depths.get(id(node), 0), of_layer.get(id(node.layer), 0))
        depths[id(node)] = of_layer[id(node.layer)] = depth
        layers[id(node.layer)] = node.layer
        if any(id(tensor) in ends for tensor in node.output_tensors):
            continue
        for source in node.input_tensors:
            made = history(source)
            if made is not None:
                before = made[0]._inbound_nodes[made[1]]
                depths[id(before)] = max(depths.get(id(before), 0), depth + 1)
    for tensor in inputs:
        made = history(tensor)
        if made is not None and id(made[0]) not in layers:
            layers[id(made[0])] = made[0]
            of_layer[id(made[0])] = max(of_layer.values(), default=0)
            found.setdefault(id(made[0]), len(found))
    return sorted(layers.values(), key=lambda layer: (-of_layer[id(layer)], found[id(layer)]))
