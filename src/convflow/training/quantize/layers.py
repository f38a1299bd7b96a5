"""The layers of a graph that a quantized network computes in one piece (API: tf.contrib.quantize)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.training.quantize.edges import of_variable

LAYERS = ("Conv2D", "DepthwiseConv2dNative", "MatMul")
ACTIVATIONS = ("Relu", "Relu6")
_SUMS = ("Add", "AddV2")
_BIAS = ("BiasAdd", *_SUMS)
# Nodes between a product and its bias that only change the shape.
_SHAPES = ("Reshape", "BatchToSpaceND", "Squeeze")


@dataclass
class Layer:
    """A product of weights with what follows it.

    Attributes:
        op: the product.
        weights: what it takes as weights.
        biased: its output, with the bias if it has one.
        bypass: a sum of that with something else, or None.
        activation: the activation behind, or, where there is none, the last of the above.
        later_bypass: a sum of the activation with something else, or None.
    """

    op: Operation
    weights: Tensor
    biased: Operation
    bypass: Operation | None
    activation: Operation
    later_bypass: Operation | None


def layers_of(graph: Graph) -> Iterator[Layer]:
    """The layers of a graph, in its order."""
    for op in graph.get_operations():
        if op.type not in LAYERS:
            continue
        weights = next((tensor for tensor in op.inputs if of_variable(tensor) or _is_folded(tensor)), None)
        if weights is not None and not _feeds_norm(op):
            yield _layer(op, weights)


def _is_folded(tensor: Tensor) -> bool:
    return tensor.op.type == "Mul" and tensor.op.name.rpartition("/")[2] == "mul_fold"


def _feeds_norm(op: Operation) -> bool:
    """Whether a product only serves the statistics of a folded normalization."""
    readers = [reader for reader in _behind(op.outputs[0]) if not reader.type.startswith("Shape")]
    return any(reader.type.startswith("FusedBatchNorm") for reader in readers)


def _behind(tensor: Tensor) -> list[Operation]:
    found: list[Operation] = []
    for reader in tensor.consumers():
        found += _behind(reader.outputs[0]) if reader.type in _SHAPES else [reader]
    return found


def _layer(op: Operation, weights: Tensor) -> Layer:
    biased = _biased(op)
    bypass = _sum_behind(biased)
    last = bypass or biased
    activation = _only(last, ACTIVATIONS)
    if activation is None:
        return Layer(op, weights, biased, bypass, last, None)
    return Layer(op, weights, biased, bypass, activation, _sum_behind(activation))


def _biased(op: Operation) -> Operation:
    """The product's last node: behind the shapes, the corrections of a folded normalization and the bias."""
    at = op
    for types in (_SHAPES, ("Mul",), ("AddV2", "Add")):
        following = _only(at, types)
        if following is not None and (types == _SHAPES or following.name.rpartition("/")[2] in _CORRECTIONS):
            at = following
    bias = _only(at, _BIAS)
    if bias is None:
        return at
    other = [tensor for tensor in bias.inputs if tensor.op is not at]
    is_bias = bias.type == "BiasAdd" or any(of_variable(tensor) for tensor in other)
    return bias if is_bias or bias.name.rpartition("/")[2] == "add_fold" else at


_CORRECTIONS = ("post_conv_mul", "correction_add")


def _sum_behind(op: Operation) -> Operation | None:
    """A sum of a node with something that is no bias."""
    found = _only(op, _SUMS)
    if found is None or any(of_variable(tensor) for tensor in found.inputs):
        return None
    both = all(tensor.shape.rank in (None, found.outputs[0].shape.rank) for tensor in found.inputs)
    return found if both else None


def _only(op: Operation, types: tuple[str, ...]) -> Operation | None:
    """The first reader of these types."""
    return next((reader for reader in op.outputs[0].consumers() if reader.type in types), None)
