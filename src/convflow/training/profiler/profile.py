"""Reports of what a graph costs, node by node (API: tf.profiler.profile)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convflow.core import logging
from convflow.formats.messages import GraphNodeProto, MultiGraphNodeProto
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation
from convflow.graph.scopes import get_default_graph
from convflow.training.profiler.float_ops import UnknownShape, float_operations
from convflow.training.profiler.options import ProfileOptionBuilder

_ROOT = "_TFProfRoot"
_VARIABLES = frozenset(("Variable", "VariableV2", "VarHandleOp"))
_TRAINABLE = "_trainable_variables"
# What can be asked for: the field of the messages, and what reports call it.
_COUNTED = {"float_ops": "float_ops", "params": "parameters", "micros": "exec_micros", "bytes": "requested_bytes"}
_WORDS = {"float_ops": "flops", "params": "params", "micros": "us", "bytes": "B", "occurrence": ""}
_TITLES = {
    "float_ops": "# float_ops",
    "params": "# parameters",
    "micros": "total execution time",
    "bytes": "requested bytes",
    "occurrence": "op occurrence",
}


@dataclass
class _Node:
    """A node of the report.

    Attributes:
        own: its figures by option name, zero where it is no op or is not counted.
        total: with those of what is below.
    """

    name: str
    op: Operation | None = None
    own: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    children: list[_Node] = field(default_factory=list)
    is_counted: bool = False


def profile(
    graph: Graph | None = None, run_meta: Any = None, op_log: Any = None, cmd: str = "scope", options: Any = 0
) -> Any:
    """Counts and shows what the nodes of a graph cost (API: tf.profiler.profile).

    Args:
        graph: the default graph if None.
        run_meta: a `RunMetadata` of a traced run, for times and bytes.
        op_log: accepted; what it adds in TensorFlow is counted without it.
        cmd: "scope" for a tree by names, "op" for sums by op type.
        options: what `tf.profiler.ProfileOptionBuilder` gives; parameters of trainable variables by default. Nodes
            whose shapes are not known count as 0 operations, and are told.

    Returns:
        a `GraphNodeProto` for "scope" with `total_float_ops`, `total_parameters`, `children`; a `MultiGraphNodeProto`
        for "op".

    Raises:
        NotImplementedError: another `cmd`.
    """
    graph = graph or get_default_graph()
    asked = options or ProfileOptionBuilder.trainable_variables_parameter()
    if cmd not in ("scope", "op"):
        raise NotImplementedError(f'tf.profiler.profile with cmd={cmd!r} is not here. Give cmd="scope" or cmd="op".')
    nodes = list(_counted(graph, asked, _run_figures(run_meta)))
    if cmd == "op":
        groups = _by_type(nodes, asked)
        _show(asked, _type_lines(groups, asked), cmd)
        return _type_message(groups)
    root = _tree(nodes, asked)
    _show(asked, list(_scope_lines(root, asked, 0)), cmd)
    return _message(root)


def _run_figures(run_meta: Any) -> dict[str, tuple[int, int]]:
    """Microseconds and bytes of each node of a traced run."""
    figures: dict[str, tuple[int, int]] = {}
    for device in run_meta.step_stats.dev_stats if run_meta is not None else ():
        for stats in device.node_stats:
            made = sum(output.tensor_description.allocation_description.requested_bytes for output in stats.output)
            micros, earlier = figures.get(stats.node_name, (0, 0))
            figures[stats.node_name] = micros + stats.all_end_rel_micros, earlier + made
    return figures


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(re.fullmatch(pattern, text) for pattern in patterns)


def _counted(graph: Graph, asked: dict[str, Any], figures: dict[str, tuple[int, int]]) -> Iterator[_Node]:
    trainable = {variable.op.name for variable in graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)}
    unknown = 0
    for op in graph.get_operations():
        node = _Node(op.name, op)
        kinds = [op.type, *([_TRAINABLE] if op.name in trainable else [])]
        node.is_counted = any(_matches(asked["account_type_regexes"], kind) for kind in kinds)
        if node.is_counted:
            try:
                _count(node, op, asked["select"], figures)
            except UnknownShape:
                unknown += 1
        yield node
    if unknown:
        logging.warn(
            "%d ops have no float operations counted because their shapes are not known. Build the graph with full "
            "shapes, e.g. with a batch size.",
            unknown,
        )


def _count(node: _Node, op: Operation, select: list[str], figures: dict[str, tuple[int, int]]) -> None:
    if "params" in select and op.type in _VARIABLES:
        shape = op.attrs["shape"]
        node.own["params"] = (shape.num_elements() or 0) if shape.is_fully_defined() else 0
    if op.name in figures:
        node.own["micros"], node.own["bytes"] = figures[op.name]
    if "float_ops" in select:
        node.own["float_ops"] = float_operations(op)


def _is_shown(node: _Node, asked: dict[str, Any]) -> bool:
    large = all(node.own[what] >= asked.get(f"min_{what}", 0) for what in _COUNTED)
    named = _matches(asked["show_name_regexes"], node.name) and not _matches(asked["hide_name_regexes"], node.name)
    return large and named


def _tree(nodes: list[_Node], asked: dict[str, Any]) -> _Node:
    """The nodes by their names' parts; those that are not shown leave their places to what is below them."""
    root = _Node(_ROOT)
    places = {"": root}
    for node in nodes:
        places[node.name] = node
    # A scope is a place too, also where no node has its name.
    for name in list(places):
        while name and (parent := name.rpartition("/")[0]) not in places:
            places[parent] = _Node(parent)
            name = parent
    for name, node in places.items():
        if name:
            places[name.rpartition("/")[0]].children.append(node)
    _pruned(root, asked)
    return root


def _pruned(node: _Node, asked: dict[str, Any]) -> bool:
    """Whether anything below is counted."""
    kept: list[_Node] = []
    has_counted = node.is_counted
    for child in node.children:
        if _matches(asked["trim_name_regexes"], child.name) or not _pruned(child, asked):
            continue
        has_counted = True
        kept += [child] if _is_shown(child, asked) else child.children
    kept.sort(key=lambda child: child.name)
    order = asked["order_by"]
    if order in _COUNTED:
        kept.sort(key=lambda child: -child.total[order])
    node.children = kept
    own = dict.fromkeys(_COUNTED, 0) if node.name == _ROOT else node.own
    node.total = {what: own[what] + sum(child.total[what] for child in kept) for what in _COUNTED}
    return has_counted


def _message(node: _Node) -> Any:
    made = GraphNodeProto(name=node.name, children=[_message(child) for child in node.children])
    for what, name in _COUNTED.items():
        setattr(made, name, node.own[what])
        setattr(made, f"total_{name}", node.total[what])
    if node.op is not None and node.op.type in _VARIABLES:
        made.shapes.add().CopyFrom(node.op.attrs["shape"].as_proto())
    made.total_definition_count = sum(child.total_definition_count for child in made.children) + int(node.is_counted)
    return made


def _by_type(nodes: list[_Node], asked: dict[str, Any]) -> list[tuple[str, list[_Node], dict[str, int]]]:
    groups: dict[str, list[_Node]] = {}
    for node in nodes:
        if node.is_counted and node.op is not None:
            groups.setdefault(node.op.type, []).append(node)
    found = []
    for name, members in groups.items():
        sums = {what: sum(member.own[what] for member in members) for what in _COUNTED}
        if all(sums[what] >= asked.get(f"min_{what}", 0) for what in _COUNTED):
            found.append((name, members, sums))
    order = asked["order_by"]
    found.sort(key=lambda group: group[0])
    found.sort(key=lambda group: -(group[2].get(order, len(group[1]) if order == "occurrence" else 0)))
    return found


def _type_message(groups: list[tuple[str, list[_Node], dict[str, int]]]) -> Any:
    """Each type holds the next, as TensorFlow's message does; the totals are of all below."""
    below = None
    for name, members, sums in reversed(groups):
        made = MultiGraphNodeProto(name=name, graph_nodes=[GraphNodeProto(name=member.name) for member in members])
        for what, field_name in _COUNTED.items():
            setattr(made, field_name, sums[what])
            rest = getattr(below, f"total_{field_name}") if below is not None else 0
            setattr(made, f"total_{field_name}", sums[what] + rest)
        if below is not None:
            made.children.append(below)
        below = made
    root = MultiGraphNodeProto(name=_ROOT, children=[] if below is None else [below])
    for field_name in _COUNTED.values():
        setattr(root, f"total_{field_name}", getattr(below, f"total_{field_name}", 0) if below is not None else 0)
    return root


def short_number(number: int) -> str:
    """A number as reports show it: 999, 1.00k, 12.35m, 1.20b."""
    for size, letter in ((10**9, "b"), (10**6, "m"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.2f}{letter}"
    return str(number)


def _figure(node: _Node, what: str) -> str:
    own = "--" if node.op is None else short_number(node.own[what])
    text = f"{own}/{short_number(node.total[what])} {_WORDS[what]}"
    if what == "params" and node.op is not None and node.own[what]:
        sizes = "x".join(str(size) for size in node.op.attrs["shape"].as_list())
        return f"{sizes}, {text}"
    return text


def _scope_lines(node: _Node, asked: dict[str, Any], depth: int) -> Iterator[str]:
    if depth > asked["max_depth"]:
        return
    figures = ", ".join(_figure(node, what) for what in asked["select"] if what in _COUNTED)
    yield f"{'  ' * depth}{node.name} ({figures})"
    for child in node.children:
        yield from _scope_lines(child, asked, depth + 1)


def _type_lines(groups: list[tuple[str, list[_Node], dict[str, int]]], asked: dict[str, Any]) -> list[str]:
    lines = []
    for name, members, sums in groups:
        figures = [
            str(len(members)) if what == "occurrence" else f"{short_number(sums[what])} {what}"
            for what in asked["select"]
            if what in _COUNTED or what == "occurrence"
        ]
        lines.append(f"{name:<24} {', '.join(figures)}")
    return lines


def _show(asked: dict[str, Any], lines: list[str], cmd: str) -> None:
    kind, _, settings = asked["output"].partition(":")
    if kind == "none":
        return
    titles = " | ".join(_TITLES[what] for what in asked["select"] if what in _TITLES)
    report = "\n".join(["", f"Profile by {cmd}:", f"node name | {titles}", *lines, ""])
    if kind == "file":
        Path(settings.partition("outfile=")[2]).write_text(report, encoding="utf-8")
        return
    sys.stdout.write(report + "\n")
    sys.stdout.flush()
