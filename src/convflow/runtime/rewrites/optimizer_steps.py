"""The updates of all variables that one optimizer trains, as one call."""

from __future__ import annotations

from typing import Any

from convflow.graph.operation import Operation, Tensor
from convflow.ops.training.update import DenseUpdate, dense_update
from convflow.runtime.draft import Draft, in_the_way
from convflow.runtime.fused import references


def step_together(draft: Draft) -> None:
    """Make one node of updates that share their type, learning rate and decays, and between which nobody looks at
    what they write."""
    for updates in _groups(draft):
        _fuse(draft, updates)


def _groups(draft: Draft) -> list[list[Operation]]:
    groups: list[list[Operation]] = []
    written: set[Tensor] = set()
    current: Any = None
    for item in draft.items:
        update = dense_update(item.type) if isinstance(item, Operation) else None
        if isinstance(item, Operation) and update is not None:
            key = _key(draft, item, update)
            # An update that takes or writes what another one writes would, fused, be done before it is seen.
            if key != current or not written.isdisjoint(item.inputs):
                groups.append([])
                written = set()
            groups[-1].append(item)
            written.update((*update.variables(item), *item.outputs))
            current = key
        elif current is not None and in_the_way(item, groups[-1]):
            current = None
    return [group for group in groups if len(group) > 1]


def _key(draft: Draft, op: Operation, update: DenseUpdate) -> Any:
    """What updates must share."""
    attrs = tuple((name, op.attrs[name]) for name in op.definition.attrs if name != "use_locking")
    return op.type, attrs, tuple(map(draft.source, update.scalars(op))), draft.guards.of(op)


def _fuse(draft: Draft, ops: list[Operation]) -> None:
    update = dense_update(ops[0].type)
    if update is None or any(len(set(op.inputs)) < len(references(op)) for op in ops):
        return
    of_each = [tensor for op in ops for tensor in (*update.variables(op), update.gradient(op))]
    values = [*update.scalars(ops[0]), *map(update.gradient, ops)]
    if any(tensor.dtype._is_ref_dtype for tensor in values):
        return  # a variable's value at that moment
    outputs = [tensor for op in ops for tensor in op.outputs]
    title = f"{len(ops)} x {ops[0].type}"
    draft.fuse(ops, title, update.kernel(ops), [*update.scalars(ops[0]), *of_each], outputs)
