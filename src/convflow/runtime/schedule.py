"""In which order nodes run: inputs and control inputs first, then the order the program made them in.

The program's own order is what a reader of the program expects of reads and writes of a variable that no
control dependency orders.
"""

from __future__ import annotations

import heapq

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.prune import waits_for


def order(needed: set[Operation], fed: set[Tensor]) -> list[Operation]:
    """The needed operations in the order they run; InvalidArgumentError if they wait for each other."""
    missing: dict[Operation, int] = {}
    readers: dict[Operation, list[Operation]] = {}
    for op in needed:
        before = waits_for(op, needed, fed)
        missing[op] = len(before)
        for other in before:
            readers.setdefault(other, []).append(op)
    ready = [(op._id, op) for op, count in missing.items() if count == 0]
    heapq.heapify(ready)
    result: list[Operation] = []
    while ready:
        _, op = heapq.heappop(ready)
        result.append(op)
        for reader in readers.get(op, ()):
            missing[reader] -= 1
            if missing[reader] == 0:
                heapq.heappush(ready, (reader._id, reader))
    if len(result) < len(needed):
        stuck = sorted((op for op, count in missing.items() if count > 0), key=lambda op: op._id)
        raise errors.InvalidArgumentError(
            None,
            stuck[0],
            f"The graph is not a valid program: {len(stuck)} nodes wait for each other, among them "
            f"{stuck[0].describe()}",
        )
    return result
