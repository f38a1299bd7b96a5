"""Which conditions of a plan are known before it runs, from the flags that it is made for and from constants.

Programs tell training from testing by a flag that they feed, or by one with a default: `is_training`. In a plan made
for one side of it, no branch is left: what stands on the other side is gone, and rewrites see one straight program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.guards import passes_on
from convflow.runtime.loops import Item

_LOGIC = frozenset(
    {"Const", "Equal", "Identity", "LogicalAnd", "LogicalNot", "LogicalOr", "NotEqual", "PlaceholderWithDefault"}
)


def is_flag(tensor: Tensor) -> bool:
    """Whether a tensor may be a condition: a scalar of tf.bool."""
    return tensor.dtype == dtypes.bool and tensor.shape.is_compatible_with([])


def decided(schedule: Iterable[Item], fed: Iterable[Tensor], flags: Mapping[Tensor, Any]) -> dict[Tensor, Any]:
    """The conditions that follow from flags and constants by nothing but logic.

    Args:
        schedule: the items in the order they run.
        fed: all fed tensors: what would have made them says nothing.
        flags: the values of those that are flags, where they are known.

    Returns:
        The known values, scalars of tf.bool, those of `flags` among them.
    """
    known, given = dict(flags), frozenset(fed)
    for op in schedule:
        if isinstance(op, Operation) and op.outputs and all(map(is_flag, op.outputs)):
            values = _values(op, known)
            known.update((own, value) for own, value in zip(op.outputs, values, strict=False) if own not in given)
    return {tensor: value for tensor, value in known.items() if value.ndim == 0}


def _values(op: Operation, known: Mapping[Tensor, Any]) -> tuple[Any, ...]:
    """The values of a node's outputs; none if they are not known."""
    inputs = [known.get(tensor) for tensor in op.inputs]
    if passes_on(op):
        return () if inputs[0] is None else (inputs[0],) * len(op.outputs)
    if op.type not in _LOGIC or any(value is None for value in inputs):
        return ()
    return (op.definition.kernel(op)(*inputs),)
