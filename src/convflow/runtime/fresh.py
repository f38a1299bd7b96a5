"""Which values are alone in their memory, so that who takes one last may write its own result there."""

from __future__ import annotations

from convflow.graph.operation import Operation, Tensor
from convflow.ops.training.update import dense_update
from convflow.runtime.draft import Draft
from convflow.runtime.fused import Folded, Fused
from convflow.runtime.loops import Item
from convflow.runtime.new_memory import FRESH, makes_new

_VIEWS = frozenset({"ExpandDims", "Reshape", "Squeeze"})
"""Ops whose output may be their first input's memory, and is nobody else's."""

_KEEP_NOTHING = frozenset(
    {"Assign", "AssignAdd", "AssignAddVariableOp", "AssignSub", "AssignSubVariableOp", "AssignVariableOp"}
    | {"Rank", "Shape", "ShapeN", "Size"}
)
"""Other ops that neither hand on what they take nor keep it. A queue keeps it."""


def makes_fresh(item: Item) -> bool:
    """Whether all that an item outputs is new memory, which nothing else refers to."""
    if isinstance(item, Folded):
        return False  # the memory of all runs
    if isinstance(item, Fused):
        return item.fresh or all(map(_is_fresh, item.members))
    return isinstance(item, Operation) and _is_fresh(item)


def _is_fresh(op: Operation) -> bool:
    # A sum of one tensor is that tensor.
    return op.type in FRESH or (op.type == "AddN" and len(op.inputs) > 1)


def _keeps_nothing(item: Item) -> bool:
    if makes_fresh(item):
        return True
    members = item.members if isinstance(item, Fused) else (item,)
    return all(
        isinstance(op, Operation) and (op.type in _KEEP_NOTHING or dense_update(op.type) is not None) for op in members
    )


def is_fresh(maker: Item | None, tensor: Tensor) -> bool:
    """Whether what makes a value, if it is no feed, makes it in new memory, which nothing else refers to."""
    if maker is None:
        return False
    return makes_fresh(maker) or (not isinstance(maker, Fused) and makes_new(tensor))


def may_overwrite(draft: Draft, op: Operation, index: int) -> bool:
    """Whether a node may write into the memory of one of its inputs.

    It may if the value is the run's own (no feed, variable or constant), is not fetched, and nobody reads it, nor
    what shares its memory, after this node or in it a second time.
    """
    tensor = draft.source(op.inputs[index])
    while (view := draft.made_by(tensor, *_VIEWS)) is not None:
        tensor = draft.inputs(view)[0]
    maker = draft.maker(tensor)
    if not is_fresh(maker, tensor):
        return False
    sharing = _sharing(draft, tensor, op)
    return sharing is not None and sum(source in sharing for source in draft.inputs(op)) == 1


def is_gone_before(draft: Draft, tensor: Tensor, item: Item | None) -> bool:
    """Whether nobody sees a value, or what shares its memory, when an item runs or later; with None for the item,
    when the run has ended."""
    if item is not None and item in draft.readers(tensor):
        return False
    return _sharing(draft, tensor, item) is not None


def _sharing(draft: Draft, root: Tensor, last: Item | None) -> set[Tensor] | None:
    """The tensors that may share a value's memory; None if somebody sees it after `last`, or keeps it."""
    found = {root}
    waiting = [root]
    while waiting:
        tensor = waiting.pop()
        # What a run returns is copied at its end.
        if last is not None and draft.is_fetched(tensor):
            return None
        for reader in draft.readers(tensor):
            if reader is last:
                continue
            if last is not None and not draft.precedes(reader, last):
                return None
            if isinstance(reader, Operation) and reader.type in _VIEWS and draft.inputs(reader)[0] is tensor:
                waiting += (output for output in reader.outputs if output not in found)
                found.update(reader.outputs)
            elif not _keeps_nothing(reader):
                return None
    return found
