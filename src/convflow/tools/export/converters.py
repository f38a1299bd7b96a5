"""A network as a model, node by node; each file of converters named here registers its own."""

from __future__ import annotations

from convflow.tools.export import convert_arrays, convert_conv, convert_image, convert_math, convert_nn, refuse
from convflow.tools.export.builder import Builder, is_convertible
from convflow.tools.export.inference import InferenceGraph
from convflow.tools.export.ir import Model
from convflow.tools.export.network import Network

FILES = (convert_arrays, convert_conv, convert_image, convert_math, convert_nn)


def build(network: Network, target: str, keep_variables: bool = False) -> Model:
    """A network as a model, with TensorFlow's layout still visible as Transpose nodes.

    Args:
        target: what it is for, for messages.
        keep_variables: leave variables as they are instead of computing with them in advance.

    Raises:
        UnimplementedError: nodes that have no converter, all of them named, or sizes that must be known.
    """
    kept = network.source.variables if keep_variables else frozenset()
    graph = InferenceGraph(network.graph, network.inputs, kept)
    order = [op for op in graph.needed(network.outputs) if op.type != "Const"]
    missing = [op for op in order if not is_convertible(op.type)]
    if missing:
        raise refuse.unsupported(missing, target)
    builder = Builder(graph, network)
    for op in order:
        builder.convert(op)
    builder.finish(network.outputs)
    return builder.model
