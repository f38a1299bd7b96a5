"""Max pooling that remembers where its maxima stand, for its gradient.

The gradient of a MaxPool goes to the first largest element of each window. The op's derivative gets the input and
the maxima, and must walk the windows again; in a plan it gets the places the forward pass has found.

What the gradient meets next, if the pooled value is an activation's output, is the activation's derivative, which
depends on that output alone: it is taken before the gradient is spread over the windows, on the maxima, where it has
as many elements as there are windows. So is the sum for a bias below the activation. What was zero stays zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.graph.operation import Operation, Tensor
from convflow.ops.pool_kernels import MaxPlaces, kernel_window, max_pool_and_places, max_pool_gradient_at
from convflow.ops.window import Window
from convflow.runtime.draft import Draft

_GRADIENT_OF = {"MaxPoolGrad": "MaxPool", "MaxPool3DGrad": "MaxPool3D"}
# Derivatives of the incoming gradient and of the activation's output, element by element.
_BY_OUTPUT = ("ReluGrad", "Relu6Grad", "EluGrad", "SeluGrad")
_WINDOW_ATTRS = ("ksize", "strides", "padding", "explicit_paddings", "data_format")


class _Above(NamedTuple):
    """What follows a pooling's gradient.

    Attributes:
        slope: the derivative of the activation whose output is pooled.
        bias_grads: the sums of its result per channel.
    """

    slope: Operation
    bias_grads: list[Operation]


def remember_pool_places(draft: Draft) -> None:
    """Hand the places of the maxima to the gradient, with the activation's derivative and the bias's before it."""
    pools: dict[Operation, list[Operation]] = {}
    for grad in draft.nodes(*_GRADIENT_OF):
        pool = _pooling_of(draft, grad)
        if pool is not None:
            pools.setdefault(pool, []).append(grad)
    for pool, grads in pools.items():
        window = kernel_window(pool)
        title = f"{pool.type} + places"
        kept = draft.fuse([pool], title, _forward(window), pool.inputs, pool.outputs, [dtypes.int64], fresh=True)
        if kept is not None:
            for grad in grads:
                _take_places(draft, window, grad, kept.hidden[0])


def _pooling_of(draft: Draft, grad: Operation) -> Operation | None:
    """The pooling that a gradient belongs to."""
    pool = draft.made_by(grad.inputs[1], _GRADIENT_OF[grad.type])
    if pool is None or not pool.outputs[0].dtype.is_floating:
        return None
    if draft.source(pool.inputs[0]) is not draft.source(grad.inputs[0]):
        return None
    # A window of nothing but explicit padding has its largest element outside of the input.
    if pool.attrs["padding"] == "EXPLICIT":
        return None
    same = all(pool.attrs.get(name) == grad.attrs.get(name) for name in _WINDOW_ATTRS)
    return pool if same and _moves_over_places_only(pool) else None


def _moves_over_places_only(pool: Operation) -> bool:
    data_format = pool.attrs["data_format"]
    axes = (0, data_format.find("C"))
    return len(pool.attrs["ksize"]) == len(data_format) and all(
        pool.attrs[name][axis] == 1 for name in ("ksize", "strides") for axis in axes
    )


def _take_places(draft: Draft, window: Window, grad: Operation, places: Tensor) -> None:
    above = _above(draft, grad)
    if above is not None:
        members = [grad, above.slope, *above.bias_grads]
        outputs = [op.outputs[0] for op in members[1:]]
        title = " + ".join(op.type for op in members)
        kernel = _backward_below(window, above)
        inputs = [grad.inputs[2], grad.inputs[1], places]
        if draft.fuse(members, title, kernel, inputs, outputs, at=above.slope, fresh=True):
            return
    title = f"{grad.type} at places"
    draft.fuse([grad], title, _backward(window), [grad.inputs[2], places], grad.outputs, fresh=True)


def _above(draft: Draft, grad: Operation) -> _Above | None:
    slope = draft.only_reader(grad.outputs[0], *_BY_OUTPUT, "LeakyReluGrad")
    if slope is None or draft.source(slope.inputs[0]) is not draft.source(grad.outputs[0]):
        return None
    if draft.source(slope.inputs[1]) is not _operand(draft, slope, draft.source(grad.inputs[0])):
        return None
    data_format = grad.attrs["data_format"]
    channels = "NCHW" if data_format.startswith("NC") else "NHWC"
    bias_grads = [
        reader
        for reader in draft.readers(slope.outputs[0])
        if isinstance(reader, Operation) and reader.type == "BiasAddGrad" and reader.attrs["data_format"] == channels
    ]
    return _Above(slope, bias_grads)


def _operand(draft: Draft, slope: Operation, pooled: Tensor) -> Tensor | None:
    """What the derivative takes if it is that of the activation whose output is pooled."""
    if slope.type != "LeakyReluGrad":
        return pooled
    # It takes what the activation took, and looks at the sign only, which is the output's.
    activation = draft.made_by(pooled, "LeakyRelu")
    if activation is None or activation.attrs["alpha"] != slope.attrs["alpha"] or activation.attrs["alpha"] < 0:
        return None
    return draft.source(activation.inputs[0])


def _forward(window: Window) -> Any:
    return lambda input: max_pool_and_places(window, input)


def _backward(window: Window) -> Any:
    return lambda grad, places: max_pool_gradient_at(window, places, grad)


def _backward_below(window: Window, above: _Above) -> Any:
    slope = above.slope.definition.kernel(above.slope)
    totals = [op.definition.kernel(op) for op in above.bias_grads]

    def backward(grad: torch.Tensor, output: torch.Tensor, places: MaxPlaces) -> Any:
        below = slope(grad, output)
        spread = max_pool_gradient_at(window, places, below)
        return (spread, *(total(below) for total in totals)) if totals else spread

    return backward
