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


_ADDITIONS = ("Add", "AddV2")


class _Following(NamedTuple):
    """What runs with a normalization.

    Attributes:
        addition, added: what adds to its result, and what it adds.
        activation: what clips the sum.
    """

    addition: Operation | None = None
    added: Tensor | None = None
    activation: Operation | None = None


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
    grads = [grad for grad in _readers(draft, norm.inputs[0], _GRADIENTS[norm.type]) if _is_gradient(draft, norm, grad)]
    for following in _followings(draft, norm):
        members = [op for op in (norm, following.addition, following.activation) if op is not None]
        if len(members) == 1 and not grads:
            return
        inputs = [*norm.inputs, *([] if following.added is None else [following.added])]
        outputs = [members[-1].outputs[0], *norm.outputs[1:]]
        kernel = norms.forward(norm, following.addition, following.activation)
        title = " + ".join(op.type for op in members)
        fused = draft.fuse(members, title, kernel, inputs, outputs, [dtypes.float32], at=norm, fresh=True)
        if fused is not None:
            # What is added is not seen in the normalization's input: the activation's derivative stays.
            activation = None if following.addition is not None else following.activation
            for grad in grads:
                _fuse_gradient(draft, activation, grad, fused.hidden[0])
            return


def _followings(draft: Draft, norm: Operation) -> list[_Following]:
    """What might run with a normalization, the most first."""
    y = draft.source(norm.outputs[0])
    _ask_sizes_before(draft, norm)
    activation = draft.only_reader(y, *_SLOPES)
    addition = draft.only_reader(y, *_ADDITIONS)
    found = [_Following(activation=activation)]
    if addition is not None and addition.outputs[0].dtype == dtypes.float32:
        others = [tensor for tensor in draft.inputs(addition) if tensor is not y]
        if len(others) == 1:
            after = draft.only_reader(addition.outputs[0], *_SLOPES)
            found.insert(0, _Following(addition, others[0], after))
    return found


def _ask_sizes_before(draft: Draft, norm: Operation) -> None:
    """Let who asks for the sizes of a result ask for those of the input, so that the result need not be there: the
    derivative of an addition does."""
    for reader in _readers(draft, norm.outputs[0], "Shape"):
        draft.fuse([reader], reader.type, reader.definition.kernel(reader), norm.inputs[:1], reader.outputs)


def _readers(draft: Draft, tensor: Tensor, kind: str) -> list[Operation]:
    return [op for op in draft.readers(tensor) if isinstance(op, Operation) and op.type == kind]


def _is_gradient(draft: Draft, norm: Operation, grad: Operation) -> bool:
    """Whether a node is the derivative of this normalization."""
    same = all(norm.attrs[name] == grad.attrs[name] for name in ("epsilon", "data_format", "is_training"))
    taken = [draft.source(tensor) for tensor in (*norm.inputs[:2], *norm.outputs[3:5])]
    return same and all(a is b for a, b in zip(draft.inputs(grad)[1:5], taken, strict=True))


def _fuse_gradient(draft: Draft, activation: Operation | None, grad: Operation, left: Tensor) -> None:
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
