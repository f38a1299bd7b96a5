"""Nodes that write their result over a value that ends with them: sums of gradients, and work done element by element.

It saves the passes over memory that a new buffer costs, and most of what a small tensor costs, which is its making.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation
from convflow.runtime.draft import Draft
from convflow.runtime.fresh import may_overwrite
from convflow.runtime.fused import Fused
from convflow.runtime.kernels import overwriting

_TYPES = (dtypes.float32, dtypes.float64)
_ACCUMULATING = ("AddN", "AccumulateNV2")


def work_in_place(draft: Draft) -> None:
    """Let nodes write over what they take last. It comes after all fusions: these save the values altogether."""
    draft.sweep()
    types = (*overwriting.UNARY, *overwriting.COMMUTATIVE, *overwriting.ONTO_FIRST, *overwriting.ONTO_GRADIENT)
    for op in draft.nodes(*types, *_ACCUMULATING):
        if op.outputs[0].dtype in _TYPES and draft.has(op):
            kernel = _kernel(draft, op)
            if kernel is not None:
                draft.fuse([op], op.type, kernel, op.inputs, op.outputs, fresh=True)
    for fused in draft.items:
        if isinstance(fused, Fused) and fused.onto is not None and may_overwrite(draft, fused, fused.onto[0]):
            draft.fuse([fused], fused.type, fused.onto[1], fused.inputs, fused.outputs, fresh=True)


def _kernel(draft: Draft, op: Operation) -> Callable[..., Any] | None:
    if op.type in overwriting.UNARY:
        return overwriting.UNARY[op.type] if may_overwrite(draft, op, 0) else None
    if op.type in _ACCUMULATING:
        places = [index for index in range(len(op.inputs)) if may_overwrite(draft, op, index)]
        return overwriting.sum_onto(places[0]) if places else None
    if op.type in overwriting.ONTO_GRADIENT:
        place, compute = overwriting.ONTO_GRADIENT[op.type]
        plain = op.definition.kernel(op)
        return overwriting.of_one_shape(compute, plain) if may_overwrite(draft, op, place) else None
    return _of_two(draft, op)


def _of_two(draft: Draft, op: Operation) -> Callable[..., Any] | None:
    if op.attrs.get("data_format") == "NCHW":
        return None  # a bias along an axis that is not the last
    onto_first = overwriting.ONTO_FIRST.get(op.type) or overwriting.COMMUTATIVE[op.type]
    onto_second = overwriting.onto_second(onto_first) if op.type in overwriting.COMMUTATIVE else None
    plain = op.definition.kernel(op)
    for place, compute in ((0, onto_first), (1, onto_second)):
        # What is stretched to the other's shape has no room for the result.
        target, other = draft.shape(op.inputs[place]), draft.shape(op.inputs[1 - place])
        if compute is not None and not _is_stretched(target, other) and may_overwrite(draft, op, place):
            return compute if _fits(target, other) else overwriting.where_it_fits(compute, plain, place)
    return None


def _is_stretched(target: TensorShape, other: TensorShape) -> bool:
    """Whether the result is known to be larger than `target`."""
    if target.rank is None or other.rank is None:
        return False
    if target.rank < other.rank:
        return True
    sizes = zip(reversed(target.as_list()), reversed(other.as_list()), strict=False)
    return any(own == 1 and size not in (None, 1) for own, size in sizes)


def _fits(target: TensorShape, other: TensorShape) -> bool:
    """Whether the result is known to have the shape of `target`."""
    if other.rank == 0:
        return True
    if target.rank is None or other.rank is None or target.rank < other.rank:
        return False
    sizes = zip(reversed(target.as_list()), reversed(other.as_list()), strict=False)
    return all(size == 1 or (size is not None and size == own) for own, size in sizes)
