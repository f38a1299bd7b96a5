"""Batch normalization in training: the activation in the sweep that normalizes, its derivative in those back.

The derivative of an activation asks for the sign of what came out. That follows from the normalization's input, which
its own derivative reads anyway, so it takes no pass of its own, forward or back. Of a residual block, what is added
between normalization and activation is added in the same sweep, too.
"""

from __future__ import annotations

from typing import NamedTuple

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.draft import Draft
from convflow.runtime.kernels import norms

_GRADIENTS = {f"FusedBatchNorm{version}": f"FusedBatchNormGrad{version}" for version in ("", "V2", "V3")}
_SLOPES = {"Relu": "ReluGrad", "Relu6": "Relu6Grad"}
_FORMATS = ("NHWC", "NDHWC")


class _Normalization(NamedTuple):
    """A normalization, and what runs with it.

    Attributes:
        addition, added: what adds to its result, and what it adds.
        activation: what clips the sum.
    """

    norm: Operation
    addition: Operation | None
    added: Tensor | None
    activation: Operation | None


def normalize_at_once(draft: Draft) -> None:
    """Give training normalizations the activations that follow, and their derivatives those activations' own."""
    for norm in draft.nodes(*_GRADIENTS):
        if _trains(norm):
            _fuse(draft, norm)


def _trains(norm: Operation) -> bool:
    attrs = norm.attrs
    is_plain = attrs["data_format"] in _FORMATS and attrs["exponential_avg_factor"] == 1.0
    return bool(attrs["is_training"]) and is_plain and all(t.dtype == dtypes.float32 for t in norm.inputs[:3])


def _fuse(draft: Draft, norm: Operation) -> None:
    y = norm.outputs[0]
    activation = draft.only_reader(y, *_SLOPES)
    found = _Normalization(norm, None, None, activation)
    grads = [grad for grad in _readers(draft, norm.inputs[0], _GRADIENTS[norm.type]) if _is_gradient(draft, norm, grad)]
    if activation is None and not grads:
        return
    members = [op for op in (norm, activation) if op is not None]
    outputs = [members[-1].outputs[0], *norm.outputs[1:]]
    kernel = norms.forward(norm, None, activation)
    title = " + ".join(op.type for op in members)
    fused = draft.fuse(members, title, kernel, norm.inputs, outputs, [dtypes.float32], at=norm, fresh=True)
    if fused is not None:
        for grad in grads:
            _fuse_gradient(draft, found, grad, fused.hidden[0])


def _readers(draft: Draft, tensor: Tensor, kind: str) -> list[Operation]:
    return [op for op in draft.readers(tensor) if isinstance(op, Operation) and op.type == kind]


def _is_gradient(draft: Draft, norm: Operation, grad: Operation) -> bool:
    """Whether a node is the derivative of this normalization."""
    same = all(norm.attrs[name] == grad.attrs[name] for name in ("epsilon", "data_format", "is_training"))
    taken = [draft.source(tensor) for tensor in (*norm.inputs[:2], *norm.outputs[3:5])]
    return same and all(a is b for a, b in zip(draft.inputs(grad)[1:5], taken, strict=True))


def _fuse_gradient(draft: Draft, found: _Normalization, grad: Operation, left: Tensor) -> None:
    activation = found.activation
    slope = None
    if activation is not None:
        slope = draft.made_by(grad.inputs[0], _SLOPES[activation.type])
        if slope is None or draft.source(slope.inputs[1]) is not draft.source(activation.outputs[0]):
            return
        if draft.only_reader(slope.outputs[0], grad.type) is not grad:
            return
    members = [op for op in (slope, grad) if op is not None]
    inputs = [*members[0].inputs[: len(members)], *grad.inputs[1:3], left]
    title = " + ".join(op.type for op in members)
    kernel, over = (norms.backward(grad, slope, activation, in_place) for in_place in (False, True))
    draft.fuse(members, title, kernel, inputs, grad.outputs, fresh=True, onto=(0, over))
