"""In which order nodes run: inputs and control inputs first, then the order the program made them in.

The program's own order is what a reader of the program expects of reads and writes of a variable that no
control dependency orders. The nodes of a loop are one item of the order, a `Loop`, with an order of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.ops.loop_nodes import ENTERS
from convflow.runtime.loops import Frame, Item, Loop, frames_of
from convflow.runtime.prune import waiting_graph, waits_for


def order(needed: set[Operation], fed: set[Tensor]) -> list[Item]:
    """What is needed in the order it runs; InvalidArgumentError if nodes wait for each other."""
    if not any(op.type in ENTERS for op in needed):
        return _sorted(waiting_graph(needed, fed), needed)
    waiting = {op: waits_for(op, needed, fed) for op in needed}
    flat = _sorted(waiting)
    return _region((), flat, frames_of(flat, waiting, fed), waiting)


def _region(
    frame: Frame, flat: list[Operation], frames: dict[Operation, Frame], waiting: dict[Operation, set[Operation]]
) -> list[Item]:
    """The items of a frame: its nodes, and the loops inside of it."""
    inner = {
        name: Loop(name, _region(name, flat, frames, waiting), [op for op in flat if frames[op] == name])
        for name in dict.fromkeys(frames[op][: len(frame) + 1] for op in flat)
        if len(name) == len(frame) + 1 and name[:-1] == frame
    }
    members = [op for op in flat if frames[op][: len(frame)] == frame]
    item_of: dict[Operation, Item] = {op: inner.get(frames[op][: len(frame) + 1], op) for op in members}
    before: dict[Item, set[Item]] = {item: set() for item in item_of.values()}
    for op in members:
        before[item_of[op]].update(item_of[other] for other in waiting[op] if other in item_of)
    for item, others in before.items():
        others.discard(item)
    return _sorted(before)


def _sorted(before: dict[Any, set[Any]], shown: set[Operation] | None = None) -> list[Any]:
    """The items of `before`, each after those that it names and else by age; of all or those to be shown."""
    missing = {item: len(others) for item, others in before.items()}
    readers: dict[Any, list[Any]] = {}
    for item, others in before.items():
        for other in others:
            readers.setdefault(other, []).append(item)
    free = [item for item, count in missing.items() if count == 0]
    ready: list[tuple[int, Any]] = []
    result: list[Any] = []
    left = len(before)
    while free or ready:
        if free:
            item = free.pop()
            if shown is None or item in shown:
                heapq.heappush(ready, (item._id, item))
                continue
        else:
            item = heapq.heappop(ready)[1]
            result.append(item)
        left -= 1
        for reader in readers.get(item, ()):
            missing[reader] -= 1
            if missing[reader] == 0:
                free.append(reader)
    if left:
        _refuse(item for item, count in missing.items() if count > 0 and (shown is None or item in shown))
    return result


def _refuse(stuck: Iterable[Item]) -> None:
    ops = sorted(
        (op for item in stuck for op in ([item] if isinstance(item, Operation) else item.ops)), key=lambda op: op._id
    )
    raise errors.InvalidArgumentError(
        None,
        ops[0],
        f"The graph is not a valid program: {len(ops)} nodes wait for each other, among them {ops[0].describe()}",
    )
