"""Graphs compared (API: tf.test.assert_equal_graph_def)."""

from __future__ import annotations

import re
from typing import Any

from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef

# The end of a temporary name, drawn anew in every graph.
_RANDOM_PART = re.compile(rb"_temp_[0-9a-z]{32}/part")


def assert_equal_graph_def(
    actual: GraphDef, expected: GraphDef, checkpoint_v2: bool = False, hash_table_shared_name: bool = False
) -> None:
    """Fails unless two graphs have the same nodes, in any order; attributes that begin with "_" may differ.

    Args:
        actual, expected: the graphs.
        checkpoint_v2: ignore the random part of temporary names, which savers write.
        hash_table_shared_name: ignore the shared names of hash tables.

    Raises:
        AssertionError: they differ; the message tells where first.
        TypeError: no `GraphDef`.
    """
    for graph in (actual, expected):
        if not isinstance(graph, GraphDef):
            raise TypeError(f"assert_equal_graph_def got {type(graph).__name__}. Expected GraphDef. Give two of them.")
    ours, theirs = ({node.name: node for node in graph.node} for graph in (actual, expected))
    for name in sorted(set(ours) ^ set(theirs)):
        raise AssertionError(f"Node {name!r} is {'not expected' if name in ours else 'missing'}")
    for name, node in ours.items():
        left, right = (_parts(each, checkpoint_v2, hash_table_shared_name) for each in (node, theirs[name]))
        for part in sorted({*left, *right}):
            if left.get(part) != right.get(part):
                raise AssertionError(f"Node {name!r}: {part} is {left.get(part)!r}, expected {right.get(part)!r}")


def _parts(node: NodeDef, checkpoint_v2: bool, hash_table_shared_name: bool) -> dict[str, Any]:
    data = [each for each in node.input if not each.startswith("^")]
    control = sorted(each for each in node.input if each.startswith("^"))
    parts: dict[str, Any] = {"op": node.op, "device": node.device, "inputs": data, "control inputs": control}
    for key, value in node.attr.items():
        is_name = key == "shared_name" and hash_table_shared_name and node.op.startswith("HashTable")
        if key.startswith("_") or is_name:
            continue
        bytes_ = value.SerializeToString(deterministic=True)
        parts[f"attribute {key!r}"] = _RANDOM_PART.sub(b"_temp/part", bytes_) if checkpoint_v2 else bytes_
    return parts
