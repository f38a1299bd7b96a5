"""Random seeds (API: tf.set_random_seed, tf.get_seed).

Where only the graph has a seed, each random op gets a number of its own. TensorFlow 2.x, in graph mode too,
counts the random ops of the graph; TensorFlow 1.15 counted all its nodes. The first is the default, as it can
be compared number by number with a TensorFlow that installs; `CONVFLOW_OP_SEEDS=nodes` asks for the second.
"""

from __future__ import annotations

import os

from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph

# The graph's seed where only the op has one.
DEFAULT_GRAPH_SEED = 87654321
_MAXINT32 = 2**31 - 1
_RULES = ("random_ops", "nodes")


def set_random_seed(seed: int | None) -> None:
    """Sets the seed of the default graph (API: tf.set_random_seed).

    Args:
        seed: an integer; random ops made afterwards draw numbers that follow from it and from their order. None for
            other numbers in each run.
    """
    get_default_graph().seed = seed


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of a random op from the graph's seed and its own (API: tf.get_seed).

    Args:
        op_seed: the op's own seed; None for the next one of a graph with a seed.

    Returns:
        Two numbers from 0 to 2**31 - 1, never both 0; (None, None) where neither graph nor op has a seed.
    """
    graph = get_default_graph()
    if graph.seed is not None:
        seeds = graph.seed, _next_op_seed(graph) if op_seed is None else op_seed
    elif op_seed is not None:
        seeds = DEFAULT_GRAPH_SEED, op_seed
    else:
        return None, None
    seeds = seeds[0] % _MAXINT32, seeds[1] % _MAXINT32
    # Both zero would mean "no seed" to the kernel.
    return (0, _MAXINT32) if seeds == (0, 0) else seeds


def _next_op_seed(graph: Graph) -> int:
    rule = os.environ.get("CONVFLOW_OP_SEEDS", _RULES[0])
    if rule not in _RULES:
        raise ValueError(f"CONVFLOW_OP_SEEDS is {rule!r}; it must be one of {', '.join(_RULES)}.")
    return graph.next_random_op() if rule == "random_ops" else graph._last_id
