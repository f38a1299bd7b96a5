"""Readings of resource variables that need no copy."""

from __future__ import annotations

from typing import Any

from convflow.runtime.draft import Draft, writes
from convflow.runtime.fresh import is_gone_before
from convflow.runtime.variables import touched


def read_in_place(draft: Draft) -> None:
    """Read a resource variable without copying it, where nobody writes it as long as its value is used."""
    reads = draft.nodes("ReadVariableOp")
    if not reads:
        return
    writers = [(item, touched(item)) for item in draft.items if writes(item)]
    for op in reads:
        names = touched(op)
        if not names:
            continue
        after = (item for item, others in writers if draft.precedes(op, item) and (others is None or others & names))
        if is_gone_before(draft, op.outputs[0], next(after, None)):
            draft.fuse([op], "ReadVariableOp", _value, op.inputs, op.outputs)


def _value(slot: Any) -> Any:
    return slot.read()
