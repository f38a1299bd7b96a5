"""What graph one is in, and which scope (API: tf.contrib.framework.get_graph_from_inputs, get_name_scope)."""

from __future__ import annotations

from typing import Any

from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph, graph_of


def get_graph_from_inputs(op_input_list: Any, graph: Graph | None = None) -> Graph:
    """The graph that tensors and operations belong to.

    Args:
        op_input_list: a list or tuple of them; other values in it are passed over.
        graph: the graph they must belong to.

    Returns:
        `graph`, else that of the inputs, else the default graph.

    Raises:
        TypeError: no list, or no graph.
        ValueError: inputs of several graphs, or of another one than `graph`.
    """
    if not isinstance(op_input_list, (list, tuple)):
        raise TypeError(f"op_input_list must be a list or a tuple, got {op_input_list!r}. Write [{op_input_list!r}].")
    if graph is None:
        return graph_of(op_input_list)
    if not isinstance(graph, Graph):
        raise TypeError(f"Input graph needs to be a tf.Graph, got {graph!r} of type {type(graph).__name__}.")
    for value in op_input_list:
        own = getattr(value, "graph", None)
        if isinstance(own, Graph) and own is not graph:
            raise ValueError(f"{value} is not from the passed-in graph. Make it inside `with graph.as_default():`.")
    return graph


def get_name_scope() -> str:
    """The name scope around, without a slash at its end; "" outside of all."""
    return get_default_graph().get_name_scope()
