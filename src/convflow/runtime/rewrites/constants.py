"""What follows from constants and known shapes is computed once, when the plan is made.

Shapes are found on the way, since what is folded may be the shape of what comes next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.opdef import routed
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import Draft
from convflow.runtime.prune import has_effects

# What is larger is data: it would stay in memory as long as the plan.
_LARGEST = 1 << 16
# Their outputs are at most as long as their inputs, whatever the static shapes say.
_SHRINKING = ("BroadcastGradientArgs",)

# In which precision they are computed is the session's choice.
_PRODUCTS = ("BatchMatMul", "BatchMatMulV2", "Conv2D", "DepthwiseConv2dNative", "MatMul")


def fold_constants(draft: Draft) -> None:
    """Replace nodes of known values by their values. A node that fails stays, and fails in the run."""
    known: dict[Tensor, Any] = {}
    for op in draft.nodes_of_any_type():
        if op.type == "Const":
            _remember(draft, known, op, _constant(op))
            continue
        draft.shapes.infer(op, known, draft.is_fed)
        kernel = _about_shapes(draft, op) or _of_constants(draft, op, known)
        if kernel is not None and _remember(draft, known, op, kernel):
            draft.fold(op, [known[tensor] for tensor in op.outputs])


def _constant(op: Operation) -> Callable[[], Any]:
    return lambda: op.definition.kernel(op)()


def _remember(draft: Draft, known: dict[Tensor, Any], op: Operation, compute: Callable[[], Any]) -> bool:
    """Compute a node; whether that worked."""
    if not all(_is_small(draft, tensor) for tensor in op.outputs) and op.type not in _SHRINKING:
        return False
    try:
        made = compute()
    except Exception:
        return False
    known.update(zip(op.outputs, made if isinstance(made, (tuple, list)) else (made,), strict=True))
    return True


def _is_small(draft: Draft, tensor: Tensor) -> bool:
    size = draft.shape(tensor).num_elements()
    return tensor.dtype.is_numeric_tensor and size is not None and size <= _LARGEST


def _about_shapes(draft: Draft, op: Operation) -> Callable[[], Any] | None:
    """The kernel of a node that asks for shapes which are known."""
    if op.type not in ("Rank", "Shape", "ShapeN", "Size"):
        return None
    shapes = [draft.shape(tensor) for tensor in op.inputs]
    if not all(shape.is_fully_defined() for shape in shapes) or any(
        tensor.dtype._is_ref_dtype or not tensor.dtype.is_numeric_tensor for tensor in op.inputs
    ):
        return None
    # Tensors of that shape that take no memory.
    stand_ins = [torch.zeros(()).expand([int(size) for size in shape]) for shape in shapes]
    return lambda: op.definition.kernel(op)(*stand_ins)


def _of_constants(draft: Draft, op: Operation, known: dict[Tensor, Any]) -> Callable[[], Any] | None:
    """The kernel of a node whose inputs are all known."""
    definition = op.definition
    if (
        op.type in _PRODUCTS
        or not op.inputs
        or has_effects(op)
        or definition.takes_store
        or definition.kernel is routed
    ):
        return None
    if any(draft.is_fed(tensor) for tensor in op.outputs) or op.type == "PlaceholderWithDefault":
        return None
    values = [None if draft.is_fed(tensor) else known.get(tensor) for tensor in draft.inputs(op)]
    if any(value is None for value in values):
        return None
    return lambda: definition.kernel(op)(*values)
