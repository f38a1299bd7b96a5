"""The graph between the chosen inputs and outputs, as a person asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorboard.compat.proto import attr_value_pb2, graph_pb2, node_def_pb2

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.formats.tensor_proto import make_tensor_proto
from convflow.graph.graph import Graph
from convflow.graph.importer import import_graph_def
from convflow.graph.operation import Tensor
from convflow.graph.sub_graph import extract_sub_graph, node_of
from convflow.tools.export import refuse
from convflow.tools.export.source import Source, tensor_name

_FED = ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


@dataclass(frozen=True)
class Network:
    """A frozen graph with its ends, in a graph of its own."""

    source: Source
    graph_def: graph_pb2.GraphDef
    graph: Graph
    inputs: list[Tensor]
    outputs: list[Tensor]


def cut(
    source: Source,
    inputs: Iterable[str] = (),
    fixed: Mapping[str, str] | None = None,
    shapes: Mapping[str, Iterable[int | None]] | None = None,
) -> Network:
    """The part of a source between inputs and outputs.

    Args:
        inputs: names of nodes or tensors that become the inputs; by default the placeholders that the outputs
            need. A placeholder with a default that is not named has that value.
        fixed: values of placeholders, as text: they are inputs no more.
        shapes: shapes of inputs, where the graph does not give all sizes.

    Raises:
        NotFoundError: there is no such node. InvalidArgumentError: a value or shape does not fit.
    """
    nodes = {node.name: node for node in source.graph_def.node}
    named = [tensor_name(name) for name in inputs]
    for kind, names in (("inputs", named), ("set", list(fixed or {})), ("shape", list(shapes or {}))):
        for name in names:
            if node_of(name) not in nodes:
                raise refuse.unknown_name(kind, node_of(name), list(nodes), f"What the outputs need in {source.where}")
    graph_def = _with_placeholders(source.graph_def, [name for name in named if nodes[node_of(name)].op not in _FED])
    graph_def = _with_values(graph_def, fixed or {})
    _set_shapes(graph_def, shapes or {})
    graph_def = extract_sub_graph(graph_def, map(node_of, source.outputs))
    with Graph().as_default() as graph:
        import_graph_def(graph_def, name="")
    present = {node.name: node.op for node in graph_def.node}
    ends = _inputs(source, named, present, fixed or {})
    outputs = [graph.get_tensor_by_name(name) for name in source.outputs]
    return Network(source, graph_def, graph, [graph.get_tensor_by_name(name) for name in ends], outputs)


def _inputs(source: Source, named: list[str], present: Mapping[str, str], fixed: Mapping[str, str]) -> list[str]:
    left = [f"{name}:0" for name, kind in present.items() if kind in _FED[:2]]
    chosen = named or [name for name in source.inputs if node_of(name) in present and node_of(name) not in fixed]
    for name in chosen:
        if node_of(name) not in present:
            raise refuse.invalid(
                f"--inputs names {node_of(name)}, but {', '.join(source.outputs)} can be computed without it. "
                "Leave it out."
            )
    missing = [name for name in left if name not in chosen]
    if named and missing:
        raise refuse.invalid(
            f"{', '.join(source.outputs)} need {', '.join(map(node_of, missing))} too, which --inputs does not name. "
            "Add it, or give it a value with --set NAME=VALUE."
        )
    return [*chosen, *missing]


def _with_placeholders(graph_def: Any, names: list[str]) -> graph_pb2.GraphDef:
    """The graph with placeholders in place of inner nodes."""
    if not names:
        return graph_def
    with Graph().as_default() as graph:
        import_graph_def(graph_def, name="")
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph_def)
    wanted = {node_of(name): name for name in names}
    for node in result.node:
        if node.name in wanted:
            tensor = graph.get_tensor_by_name(wanted[node.name])
            if len(tensor.op.outputs) > 1:
                raise refuse.invalid(
                    f"--inputs names {node.name} ({node.op}), which has {len(tensor.op.outputs)} outputs. Name a node "
                    "with one output, such as one of those that take them."
                )
            node.CopyFrom(_placeholder(node.name, tensor))
    return result


def _placeholder(name: str, tensor: Tensor) -> node_def_pb2.NodeDef:
    node = node_def_pb2.NodeDef(name=name, op="Placeholder")
    node.attr["dtype"].CopyFrom(attr_value_pb2.AttrValue(type=tensor.dtype.base_dtype.as_datatype_enum))
    node.attr["shape"].shape.CopyFrom(tensor.shape.as_proto())
    return node


def _with_values(graph_def: Any, fixed: Mapping[str, str]) -> graph_pb2.GraphDef:
    if not fixed:
        return graph_def
    result = graph_pb2.GraphDef()
    result.CopyFrom(graph_def)
    values = {node_of(name): text for name, text in fixed.items()}
    for node in result.node:
        if node.name in values:
            node.CopyFrom(_constant(node, values[node.name]))
    return result


def _constant(node: Any, text: str) -> node_def_pb2.NodeDef:
    if node.op not in _FED:
        raise refuse.invalid(f"--set names {node.name}, a {node.op}. Only placeholders can be given a value.")
    dtype = dtypes.as_dtype(node.attr["dtype"].type)
    try:
        value = _boolean(text) if dtype.is_bool else np.asarray(float(text)).astype(dtype.as_numpy_dtype)
    except ValueError:
        raise refuse.invalid(
            f"--set {node.name}={text}: {text!r} is no {dtype.name}. Pass one number, or true or false."
        ) from None
    result = node_def_pb2.NodeDef(name=node.name, op="Const")
    proto = make_tensor_proto(value)
    result.attr["dtype"].CopyFrom(attr_value_pb2.AttrValue(type=proto.dtype))
    result.attr["value"].tensor.CopyFrom(proto)
    return result


def _boolean(text: str) -> np.ndarray:
    if text.lower() not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return np.asarray(text.lower() in _TRUE)


def _set_shapes(graph_def: Any, shapes: Mapping[str, Iterable[int | None]]) -> None:
    given = {node_of(name): TensorShape(list(shape)) for name, shape in shapes.items()}
    for node in graph_def.node:
        if node.name not in given:
            continue
        if node.op not in _FED:
            raise refuse.invalid(f"--shape names {node.name}, a {node.op}. Only inputs can be given a shape.")
        known = TensorShape(node.attr["shape"].shape) if "shape" in node.attr else TensorShape(None)
        try:
            merged = given[node.name].merge_with(known)
        except ValueError:
            raise refuse.invalid(
                f"--shape gives {node.name} the shape {given[node.name]}, but in the graph it is {known}. Sizes that "
                "the graph fixes cannot be changed."
            ) from None
        node.attr["shape"].shape.CopyFrom(merged.as_proto())
