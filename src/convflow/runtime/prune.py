"""Which nodes a run needs: what the fetches depend on, up to what is fed."""

from __future__ import annotations

from collections.abc import Iterable

from convflow.graph.operation import Operation, Tensor


def needed_operations(fetches: Iterable[Tensor | Operation], fed: Iterable[Tensor]) -> set[Operation]:
    """The operations that must run. A fed tensor hides what would have computed it."""
    fed_set = set(fed)
    needed: set[Operation] = set()
    waiting = [_producer(item) for item in fetches if item not in fed_set]
    while waiting:
        op = waiting.pop()
        if op in needed:
            continue
        needed.add(op)
        waiting.extend(tensor.op for tensor in op.inputs if tensor not in fed_set)
        waiting.extend(op.control_inputs)
    return needed


def _producer(item: Tensor | Operation) -> Operation:
    return item.op if isinstance(item, Tensor) else item
