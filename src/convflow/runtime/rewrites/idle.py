"""Nodes that, as the plan's shapes and constants are, give what they take: sums over no axes, reshapings to the same
shape, products with one, sums with zeros.

Gradients are full of them: what was broadcast in a program is summed again, whether or not anything was stretched.
"""

from __future__ import annotations

from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import Draft, writes
from convflow.runtime.fresh import is_fresh
from convflow.runtime.fused import Folded

# Where the output has the input's shape nothing has been done: no axis is there or each is of length one.
_OF_ONE_SHAPE = (
    "BroadcastTo",
    "Max",
    "Mean",
    "Min",
    "Pad",
    "PadV2",
    "Prod",
    "Reshape",
    "Slice",
    "Squeeze",
    "Sum",
    "Tile",
)
_SHARING = ("Reshape", "Squeeze")
# The number that changes nothing, and at which places it may stand.
_NEUTRAL = {"Add": (0, (0, 1)), "AddV2": (0, (0, 1)), "Mul": (1, (0, 1)), "RealDiv": (1, (1,)), "Sub": (0, (1,))}


def rename_idle(draft: Draft) -> None:
    """Take what such a node gives for what it takes."""
    may_change = any(map(writes, draft.items))
    for op in draft.nodes(*_OF_ONE_SHAPE, *_NEUTRAL, "AddN"):
        kept = _kept_of_sum(draft, op) if op.type == "AddN" else _kept_of_one_or_two(draft, op)
        if kept is None or kept.dtype._is_ref_dtype:
            continue
        if not may_change or op.type in _SHARING or _is_lasting(draft, kept):
            draft.rename(op, [kept])


def _is_lasting(draft: Draft, tensor: Tensor) -> bool:
    """Whether a value stays what it is: that of a variable is its memory, and what copies it keeps it from changing."""
    while (view := draft.made_by(tensor, *_SHARING)) is not None:
        tensor = draft.inputs(view)[0]
    tensor = draft.source(tensor)
    maker = draft.maker(tensor)
    return draft.is_fed(tensor) or isinstance(maker, Folded) or is_fresh(maker, tensor)


def _kept_of_one_or_two(draft: Draft, op: Operation) -> Tensor | None:
    if op.type in _NEUTRAL:
        return _kept_of_two(draft, op)
    return op.inputs[0] if _are_equal(draft.shape(op.inputs[0]), draft.shape(op.outputs[0])) else None


def _kept_of_two(draft: Draft, op: Operation) -> Tensor | None:
    number, places = _NEUTRAL[op.type]
    for place in places:
        kept, value = op.inputs[1 - place], draft.constant(op.inputs[place])
        if _is_all(value, number) and (value.ndim == 0 or _are_equal(draft.shape(kept), draft.shape(op.outputs[0]))):
            return kept
    return None


def _kept_of_sum(draft: Draft, op: Operation) -> Tensor | None:
    """What is left of a sum if all else are zeros, as of a branch not taken. Unequal shapes are an error."""
    first, *others = map(draft.shape, op.inputs)
    if not all(_are_equal(first, other) for other in others):
        return None
    left = [tensor for tensor in op.inputs if not _are_zeros(draft, tensor)]
    return left[0] if len(left) == 1 else None


def _are_zeros(draft: Draft, tensor: Tensor) -> bool:
    if draft.made_by(tensor, "ZerosLike") is not None:
        return True
    filled = draft.made_by(tensor, "Fill")
    return _is_all(draft.constant(tensor if filled is None else filled.inputs[1]), 0)


def _is_all(value: Any, number: int) -> bool:
    return isinstance(value, torch.Tensor) and bool(torch.all(value == number))


def _are_equal(one: TensorShape, other: TensorShape) -> bool:
    return one.is_fully_defined() and other.is_fully_defined() and one.as_list() == other.as_list()
