"""When each value can be let go: after the last node that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from convflow.graph.operation import Tensor
from convflow.runtime.loops import Item


def last_uses(schedule: list[Item], kept: Iterable[Tensor], source: Callable[[Tensor], Tensor]) -> list[list[Tensor]]:
    """For each node of the schedule the values that nobody reads after it; fetched values are kept.

    Args:
        schedule: the nodes and loops in the order they run.
        kept: the fetched tensors.
        source: the tensor whose value a tensor shares, itself mostly.
    """
    released = {source(tensor) for tensor in kept}
    freed: list[list[Tensor]] = [[] for _ in schedule]
    for index in range(len(schedule) - 1, -1, -1):
        op = schedule[index]
        for tensor in map(source, (*op.inputs, *op.outputs)):
            if tensor not in released:
                released.add(tensor)
                freed[index].append(tensor)
    return freed
