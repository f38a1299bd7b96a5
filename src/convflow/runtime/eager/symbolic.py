"""Graphs beside eager mode, whose tensors are known by their shapes: what Keras builds of models there."""

from __future__ import annotations

from typing import Any

from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.function import FuncGraph
from convflow.graph.graph import Graph
from convflow.runtime.feeds import read_feeds
from convflow.runtime.fetches import FetchStructure
from convflow.runtime.plan import Plan
from convflow.runtime.session import BaseSession


class SymbolicGraph(FuncGraph):
    """A graph of placeholders and what is computed of them. Variables that it uses are those of eager mode.

    Args:
        name: of the graph.
        outer: where the program runs eagerly.
    """

    def __init__(self, name: str, outer: Graph) -> None:
        super().__init__(name, outer)
        # Lists of eager mode stay empty, those of this graph need not.
        self._collections = {}


class SymbolicSession(BaseSession):
    """Runs parts of a `SymbolicGraph` with the values of placeholders, on the variables of eager mode.

    Args:
        graph: the graph.
    """

    def __init__(self, graph: SymbolicGraph) -> None:
        super().__init__(graph=graph)
        self._symbolic = graph
        self._compiled: dict[Any, Plan] = {}

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Compute `fetches` (as `tf.Session.run`); `options` and `run_metadata` must be None."""
        if options is not None or run_metadata is not None:
            raise NotImplementedError("Models of eager mode are not traced: leave out options and run_metadata.")
        structure = FetchStructure(self._graph, fetches)
        if not structure.elements:
            return structure.build([])
        feeds = read_feeds(self._graph, feed_dict)
        for outer, inner in self._symbolic.captures.items():
            feeds.setdefault(inner, _value(outer))
        key = (tuple(structure.elements), tuple(feeds), self._graph.plan_version)
        if key not in self._compiled:
            # Of an older graph: each change of it may change any plan.
            self._compiled = {known: plan for known, plan in self._compiled.items() if known[2] == key[2]}
            self._compiled[key] = Plan(structure.elements, list(feeds), self._store, self._plan_options)
        return structure.build(self._compiled[key].run(list(feeds.values())))


def _value(tensor: Any) -> Any:
    if not isinstance(tensor, EagerTensor):
        raise TypeError(f"{tensor} has no value: a model of eager mode uses eager tensors and variables.")
    return tensor._value
