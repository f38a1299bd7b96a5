"""Compare two graph dumps (`parity_dump`) node by node."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# Scopes that `tf.gradients` opens, at any depth.
_GRADIENTS = re.compile(r"(^|/)gradients(_\d+)?(/|$)")
_READS = ("Identity", "ReadVariableOp")
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")

Node = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """One thing in which two graphs differ.

    Args:
        node: the node's name (or a collection's).
        what: `missing` here, `extra` here, `order`, or the field that differs (`op`, `input`, `attr T` ...).
        theirs: the oracle's value.
        ours: this library's value.
    """

    node: str
    what: str
    theirs: Any
    ours: Any


def differences(theirs: dict[str, Any], ours: dict[str, Any], everything: bool = False) -> list[Difference]:
    """All differences between the oracle's dump and ours, in the oracle's creation order.

    Args:
        everything: also compare gradients and what an optimizer adds; otherwise the forward graph,
            variables and initializers only.
    """
    theirs_nodes, ours_nodes = theirs["nodes"], ours["nodes"]
    if not everything:
        theirs_nodes, ours_nodes = forward_nodes(theirs_nodes), forward_nodes(ours_nodes)
    defaults = {**ours["defaults"], **theirs["defaults"]}
    there = {node["name"]: node for node in theirs_nodes}
    here = {node["name"]: node for node in ours_nodes}
    found: list[Difference] = []
    for name, node in there.items():
        if name not in here:
            found.append(Difference(name, "missing", node["op"], None))
        else:
            found += _node_differences(node, here[name], defaults.get(node["op"], {}))
    found += [Difference(name, "extra", None, node["op"]) for name, node in here.items() if name not in there]
    found += _order_differences([n for n in there if n in here], [n for n in here if n in there])
    found += _collection_differences(theirs, ours, everything)
    return found


def forward_nodes(nodes: list[Node]) -> list[Node]:
    """The nodes that are neither in a `gradients` scope nor made by an optimizer.

    An optimizer is known by its update nodes (`<scope>/update_<variable>/Apply...`): its scope, the slots and
    the accumulators that those nodes read, and everything under their names, are its own.
    """
    by_name = {node["name"]: node for node in nodes}
    scopes: set[str] = set()
    for node in nodes:
        scope, mark, _ = node["name"].partition("/update_")
        if mark and "Apply" in node["op"]:
            scopes.add(scope)
            scopes.update(_variables_read(node["input"][1:], by_name))
    return [
        node
        for node in nodes
        if not _GRADIENTS.search(node["name"]) and not any(_is_under(node["name"], scope) for scope in scopes)
    ]


def _variables_read(inputs: Iterable[str], by_name: dict[str, Node]) -> Iterable[str]:
    for name in inputs:
        node = by_name.get(name.split(":")[0])
        if node and node["op"] in _READS and node["input"]:
            node = by_name.get(node["input"][0].split(":")[0])
        if node and node["op"] in _VARIABLES:
            yield node["name"]


def _is_under(name: str, scope: str) -> bool:
    return name == scope or name.startswith(scope + "/")


def _node_differences(theirs: Node, ours: Node, defaults: dict[str, Any]) -> Iterable[Difference]:
    name = theirs["name"]
    for field in ("op", "device", "output"):
        if theirs[field] != ours[field]:
            yield Difference(name, field, theirs[field], ours[field])
    if _inputs(theirs) != _inputs(ours):
        yield Difference(name, "input", theirs["input"], ours["input"])
    for key in sorted(theirs["attr"].keys() | ours["attr"].keys()):
        # An attribute that one side does not write (its TensorFlow did not have it) means the default.
        there = theirs["attr"].get(key, defaults.get(key))
        here = ours["attr"].get(key, defaults.get(key))
        if _attr(key, there) != _attr(key, here):
            yield Difference(name, f"attr {key}", there, here)


def _inputs(node: Node) -> tuple[list[str], list[str]]:
    """Data inputs in order; control inputs as a set, for their order has no meaning."""
    data = [name.removesuffix(":0") for name in node["input"] if not name.startswith("^")]
    return data, sorted(name for name in node["input"] if name.startswith("^"))


def _attr(key: str, value: Any) -> Any:
    return sorted(value) if key == "_class" and isinstance(value, list) else value


def _order_differences(theirs: list[str], ours: list[str]) -> Iterable[Difference]:
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    kept = {theirs[i] for block in matcher.get_matching_blocks() for i in range(block.a, block.a + block.size)}
    before_there = dict(zip(theirs, ["the start", *theirs], strict=False))
    before_here = dict(zip(ours, ["the start", *ours], strict=False))
    for name in theirs:
        if name not in kept:
            yield Difference(name, "order", f"after {before_there[name]}", f"after {before_here[name]}")


def _collection_differences(theirs: dict[str, Any], ours: dict[str, Any], everything: bool) -> Iterable[Difference]:
    for key in sorted(theirs["collections"].keys() | ours["collections"].keys()):
        there, here = theirs["collections"].get(key, []), ours["collections"].get(key, [])
        if not everything:
            there, here = _forward_names(there, theirs), _forward_names(here, ours)
        if there != here:
            yield Difference(f"collection {key}", "members", there, here)


def _forward_names(names: list[str], dump: dict[str, Any]) -> list[str]:
    forward = {node["name"] for node in forward_nodes(dump["nodes"])}
    return [name for name in names if name.split(":")[0] in forward]
