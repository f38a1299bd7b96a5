"""Nodes from a `GraphDef` (API: tf.import_graph_def)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import chain
from typing import Any

from tensorboard.compat.proto import graph_pb2, node_def_pb2

from convflow.core import errors
from convflow.formats import attr_value
from convflow.graph.convert import convert_to_tensor
from convflow.graph.function_import import import_functions, needed_functions, rename_calls
from convflow.graph.graph import Graph
from convflow.graph.node_attrs import attrs_of
from convflow.graph.opdef import get_op, is_registered
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph

# The edge that closes a loop: the one input of a Merge that comes after it.
_LOOP_HEADS = ("Merge", "RefMerge")
_COLOCATED = b"loc:@"


def import_graph_def(
    graph_def: Any,
    input_map: Any = None,
    return_elements: Any = None,
    name: str | None = None,
    op_dict: Any = None,
    producer_op_list: Any = None,
) -> list[Any] | None:
    """Add the nodes of a `GraphDef` to the default graph (API: tf.import_graph_def).

    Args:
        graph_def: the proto.
        input_map: for names of tensors in it ("name" or "name:0"; "^name" for control inputs), what nodes take
            instead.
        return_elements: names of operations ("name") and tensors ("name:0") to return.
        name: the prefix of the new names, "import" if None; "" for none.
        op_dict: ignored, as in TensorFlow.
        producer_op_list: ignored: attributes that the op does not have are kept.

    Returns:
        The operations and tensors of `return_elements`, None without it.

    Raises:
        TypeError: an argument is of another type.
        ValueError: an edge leads nowhere, a name is not there, a shape rule refuses.
        tf.errors.NotFoundError: ops that convflow does not have; all of them are named, with their nodes.
    """
    if not isinstance(graph_def, graph_pb2.GraphDef):
        raise TypeError(f"Argument `graph_def` must be a GraphDef proto. Received type: {type(graph_def)}.")
    functions = needed_functions(graph_def)
    _check_ops(graph_def, functions)
    graph = get_default_graph()
    with graph.name_scope("import" if name is None else name or None) as scope:
        replaced = _replacements(graph, input_map, scope)
        renamed = import_functions(graph, functions)
        importer = _Importer(graph, graph_def, scope, replaced, renamed)
        importer.run()
    unused = [key for key in replaced if key not in importer.replacements_seen]
    if unused:
        raise ValueError(f"Attempted to map inputs that were not found in graph_def: [{', '.join(sorted(unused))}]")
    if return_elements is None:
        return None
    return [importer.element(_text(each)) for each in return_elements]


def _text(name: Any) -> str:
    if isinstance(name, bytes):
        return name.decode()
    if not isinstance(name, str):
        raise TypeError(f"Argument `return_elements` must be a list of strings, it holds {name!r}.")
    return name


def _check_ops(graph_def: graph_pb2.GraphDef, functions: dict[str, Any]) -> None:
    missing: dict[str, list[str]] = {}
    for node in chain(graph_def.node, *(function.node_def for function in functions.values())):
        if not is_registered(node.op):
            missing.setdefault(node.op, []).append(node.name)
    if missing:
        lines = [f"  {op}: {', '.join(names)}" for op, names in sorted(missing.items())]
        raise errors.NotFoundError(
            None,
            None,
            "Op type not registered: the graph uses ops that convflow does not have:\n"
            + "\n".join(lines)
            + "\nImport the part of the graph that does without them (tf.graph_util.extract_sub_graph).",
        )


def _replacements(graph: Graph, input_map: Any, scope: str) -> dict[str, Any]:
    """What to take instead of which edge: by "name:0", or "^name" for control inputs."""
    if input_map is None:
        return {}
    if not isinstance(input_map, dict) or not all(isinstance(key, (str, bytes)) for key in input_map):
        raise TypeError(f"Argument `input_map` must be a dictionary from strings to tensors, got {input_map!r}.")
    if not scope and not all(isinstance(value, (Tensor, Operation)) for value in input_map.values()):
        raise ValueError(
            "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor values. Try calling "
            "tf.convert_to_tensor() on `input_map` values before calling tf.import_graph_def()."
        )
    with graph.name_scope("_inputs"):
        return {_edge(_text(key)): _replacement(value) for key, value in input_map.items()}


def _replacement(value: Any) -> Any:
    return value if isinstance(value, Operation) else convert_to_tensor(value)


def _edge(name: str) -> str:
    return name if name.startswith("^") or ":" in name else f"{name}:0"


class _Importer:
    def __init__(
        self,
        graph: Graph,
        graph_def: graph_pb2.GraphDef,
        scope: str,
        replaced: dict[str, Any],
        functions: dict[str, str],
    ) -> None:
        self._graph = graph
        self._nodes = list(graph_def.node)
        self._scope = scope
        self._replaced = replaced
        self._functions = functions
        self._ops: dict[str, Operation] = {}
        self._indices: dict[str, int] = {}
        for index, node in enumerate(self._nodes):
            if self._indices.setdefault(node.name, index) != index:
                raise ValueError(f"Node '{node.name}' is not unique: two nodes of the graph have this name.")
        self._loop_edges: list[tuple[str, int, str]] = []
        self.replacements_seen: set[str] = set()

    def run(self) -> None:
        for node in self._in_order():
            self._ops[node.name] = self._create(node)
        for name, position, edge in self._loop_edges:
            self._ops[name]._update_input(position, self._tensor(name, edge))

    def element(self, name: str) -> Any:
        """The operation or tensor that a name in the proto stands for now."""
        if ":" not in name:
            if name not in self._ops:
                raise ValueError(f"Requested return node '{name}' not found in graph def")
            return self._ops[name]
        if name in self._replaced:
            return self._replaced[name]
        owner, _, index = name.rpartition(":")
        if owner not in self._ops or not index.isdigit() or int(index) >= len(self._ops[owner].outputs):
            raise ValueError(f"Requested return tensor '{name}' not found in graph def")
        return self._ops[owner].outputs[int(index)]

    # Order

    def _in_order(self) -> Iterable[node_def_pb2.NodeDef]:
        """The nodes, each after its inputs; otherwise as they stand in the proto."""
        missing: list[int] = []
        readers: dict[str, list[int]] = {}
        for index, node in enumerate(self._nodes):
            edges = [edge for edge in node.input if _edge(edge) not in self._replaced]
            owners = {owner for owner in map(_owner, edges) if not self._closes_loop(node, owner)}
            for owner in owners:
                if owner not in self._indices:
                    raise ValueError(f"Node '{node.name}': Unknown input node '{owner}'")
                readers.setdefault(owner, []).append(index)
            missing.append(len(owners))
        ready = [index for index, count in enumerate(missing) if count == 0]
        done = 0
        while ready:
            node = self._nodes[heapq.heappop(ready)]
            done += 1
            yield node
            for reader in readers.get(node.name, ()):
                missing[reader] -= 1
                if missing[reader] == 0:
                    heapq.heappush(ready, reader)
        if done < len(self._nodes):
            waiting = [self._nodes[index].name for index, count in enumerate(missing) if count > 0]
            raise ValueError(f"{len(waiting)} nodes of the graph wait for each other: {', '.join(waiting[:5])}")

    def _closes_loop(self, node: node_def_pb2.NodeDef, owner: str) -> bool:
        index = self._indices.get(owner)
        return node.op in _LOOP_HEADS and index is not None and self._nodes[index].op.endswith("NextIteration")

    # Nodes

    def _create(self, node: node_def_pb2.NodeDef) -> Operation:
        definition = get_op(node.op)
        attrs, shapes = attrs_of(rename_calls(node, self._functions), definition)
        if "_class" in attrs:
            attrs["_class"] = [self._colocated(group) for group in _groups(node)]
        edges = [name for name in node.input if not name.startswith("^")]
        inputs = [self._input(node, position, edge) for position, edge in enumerate(edges)]
        with self._graph.name_scope(None), self._graph.colocate_with(None, ignore_existing=True):
            name = self._graph.unique_name(self._scope + node.name)
            op = self._graph.create_op(node.op, inputs, name=name + "/", attrs=attrs, op_def=definition)
        op._add_control_inputs([self._control(name[1:]) for name in node.input if name.startswith("^")])
        if node.device:
            op._set_device(node.device)
        for tensor, shape in zip(op.outputs, shapes, strict=False):
            if shape.is_compatible_with(tensor.shape):
                tensor.set_shape(shape)
        return op

    def _colocated(self, group: bytes) -> bytes:
        if not group.startswith(_COLOCATED):
            return group
        name = group[len(_COLOCATED) :].decode(errors="surrogateescape")
        found = self._ops[name].name if name in self._ops else self._scope + name
        return _COLOCATED + found.encode(errors="surrogateescape")

    def _input(self, node: node_def_pb2.NodeDef, position: int, edge: str) -> Tensor:
        if self._closes_loop(node, _owner(edge)) and _owner(edge) not in self._ops:
            self._loop_edges.append((node.name, position, edge))
            for other in node.input:
                if not other.startswith("^") and not self._closes_loop(node, _owner(other)):
                    return self._tensor(node.name, other)
            raise ValueError(f"Node '{node.name}': the loop has no beginning, all of its inputs come out of it.")
        return self._tensor(node.name, edge)

    def _tensor(self, node: str, edge: str) -> Tensor:
        if _edge(edge) in self._replaced:
            self.replacements_seen.add(_edge(edge))
            return self._replaced[_edge(edge)]
        owner, _, index = _edge(edge).rpartition(":")
        outputs = self._ops[owner].outputs
        if int(index) >= len(outputs):
            raise ValueError(
                f"Node '{node}': Connecting to invalid output {index} of source node {owner} which has "
                f"{len(outputs)} outputs."
            )
        return outputs[int(index)]

    def _control(self, name: str) -> Operation:
        if f"^{name}" in self._replaced:
            self.replacements_seen.add(f"^{name}")
            value = self._replaced[f"^{name}"]
            return value.op if isinstance(value, Tensor) else value
        return self._ops[name]


def _groups(node: node_def_pb2.NodeDef) -> list[bytes]:
    """With which nodes a node stands."""
    return attr_value.from_attr_value(node.attr["_class"], "list(string)")


def _owner(edge: str) -> str:
    return edge.removeprefix("^").partition(":")[0]
