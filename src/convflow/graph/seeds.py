"""Random seeds (API: tf.set_random_seed, tf.get_seed)."""

from __future__ import annotations

from convflow.graph.scopes import get_default_graph

# The graph's seed where only the op has one, and the other way round where both are zero.
DEFAULT_GRAPH_SEED = 87654321
_MAXINT32 = 2**31 - 1


def set_random_seed(seed: int | None) -> None:
    """Set the seed of the default graph; op seeds then follow from the order of the nodes."""
    get_default_graph().seed = seed


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds of a random op from the graph's seed and its own; (None, None) where neither is set."""
    graph = get_default_graph()
    if graph.seed is not None:
        seeds = graph.seed, graph._last_id if op_seed is None else op_seed
    elif op_seed is not None:
        seeds = DEFAULT_GRAPH_SEED, op_seed
    else:
        return None, None
    seeds = seeds[0] % _MAXINT32, seeds[1] % _MAXINT32
    # Both zero would mean "no seed" to the kernel.
    return (0, _MAXINT32) if seeds == (0, 0) else seeds
