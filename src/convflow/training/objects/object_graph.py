"""Objects as a graph, and its message in checkpoints, a `TrackableObjectGraph`.

Keys of a checkpoint are the ways to the variables: names parted by slashes, from the object that is saved. Slashes
within names are written `.S`, points two of them. Source: trackable_object_graph.proto.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

from convflow.core import errors
from convflow.formats.bundle import BundleReader
from convflow.modeling import tracking
from convflow.modeling.variables.variable import Variable

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"
_ATTRIBUTES = f"/.ATTRIBUTES/{_VALUE}"


class _Item(NamedTuple):
    value: Any
    path: str


class Saved(NamedTuple):
    """A program's objects ready to be written.

    Attributes:
        graph: their `TrackableObjectGraph`.
        variables: by their keys in the checkpoint.
    """

    graph: Any
    variables: dict[str, Variable]


def _escaped(name: str) -> str:
    return name.replace(".", "..").replace("/", ".S")


def reachable(root: Any) -> list[_Item]:
    """All objects with the shortest ways to them, the nearest first."""
    items, seen, waiting = [], {id(root)}, deque([_Item(root, "")])
    while waiting:
        item = waiting.popleft()
        items.append(item)
        for name, child in tracking.children(item.value).items():
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(_Item(child, f"{item.path}/{_escaped(name)}" if item.path else _escaped(name)))
    return items


def slots(items: list[_Item]) -> Iterator[tuple[int, int, str, Variable]]:
    """The slots of optimizers: the optimizer's number, its variable's, the slot's name, the slot."""
    for number, item in enumerate(items):
        if not hasattr(item.value, "get_slot_names"):
            continue
        for name in item.value.get_slot_names():
            for index, other in enumerate(items):
                if isinstance(other.value, Variable):
                    slot = item.value.get_slot(other.value, name)
                    if slot is not None:
                        yield number, index, name, slot


def described(root: Any) -> Saved:
    """What is written of an object and all that it holds."""
    items = reachable(root)
    numbers = {id(item.value): number for number, item in enumerate(items)}
    graph = TrackableObjectGraph()
    variables: dict[str, Variable] = {}
    for item in items:
        node = graph.nodes.add()
        for name, child in tracking.children(item.value).items():
            node.children.add(node_id=numbers[id(child)], local_name=name)
        if isinstance(item.value, Variable):
            _add_value(node, item.value, item.path + _ATTRIBUTES, variables)
    for number, index, name, slot in slots(items):
        reference = graph.nodes[number].slot_variables.add(original_variable_node_id=index, slot_name=name)
        if id(slot) in numbers:
            # An optimizer may hold its slots by name as well.
            reference.slot_variable_node_id = numbers[id(slot)]
            continue
        reference.slot_variable_node_id = len(graph.nodes)
        way = f"{items[index].path}/.OPTIMIZER_SLOT/{items[number].path}/{_escaped(name)}"
        _add_value(graph.nodes.add(), slot, way + _ATTRIBUTES, variables)
    return Saved(graph, variables)


def _add_value(node: Any, variable: Variable, key: str, variables: dict[str, Variable]) -> None:
    node.attributes.add(name=_VALUE, full_name=variable.name.partition(":")[0], checkpoint_key=key)
    variables[key] = variable


def read(reader: BundleReader) -> Any:
    """The object graph of a checkpoint, None if it holds variables by name.

    Raises:
        DataLossError: the entry is damaged.
    """
    if GRAPH_KEY not in reader:
        return None
    try:
        return TrackableObjectGraph.FromString(reader.read(GRAPH_KEY).reshape(-1)[0])
    except Exception as error:
        raise errors.DataLossError(
            None,
            None,
            f"{reader.prefix}: the entry {GRAPH_KEY} is no TrackableObjectGraph ({error}). Use another checkpoint.",
        ) from error


def object_metadata(save_path: str) -> Any:
    """The object graph of a checkpoint, a `TrackableObjectGraph` (API: tf.contrib.checkpoint.object_metadata).

    Args:
        save_path: the prefix of the checkpoint's files.

    Raises:
        ValueError: the checkpoint holds variables by name.
    """
    graph = read(BundleReader(save_path))
    if graph is None:
        raise ValueError(
            f'The specified checkpoint "{save_path}" does not appear to be object-based (saved with '
            "tf.train.Checkpoint) since it is missing the key "
            f'"{GRAPH_KEY}". Likely it was created with a name-based saver.'
        )
    return graph


def value_key(node: Any) -> str | None:
    """Where the value of a node that is a variable stands."""
    return next((attribute.checkpoint_key for attribute in node.attributes if attribute.name == _VALUE), None)
