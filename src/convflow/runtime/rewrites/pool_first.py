"""Max pooling before the activation and the bias it would follow: max(relu(x + b)) = relu(max(x) + b).

All of them grow with x, rounding included, so the value is the same to the last bit, and there is less to add and to
clip: a quarter for windows of two by two. Where a window's two largest elements differ by less than the sum can
show, the gradient goes to the larger one rather than to the first.
"""

from __future__ import annotations

from typing import Any

import torch

from convflow.graph.operation import Operation, Tensor
from convflow.ops.activation import activation_in_place
from convflow.ops.bias import add_bias_in_place
from convflow.runtime.draft import Draft
from convflow.runtime.fused import Fused

_POOLS = ("MaxPool", "MaxPool + places", "MaxPool3D", "MaxPool3D + places")
_ACTIVATIONS = ("Relu", "Relu6", "LeakyRelu")


def pool_first(draft: Draft) -> None:
    """Pool before a Relu and its kin, and before the BiasAdd below it, where nobody else needs them in full."""
    for pool in draft.nodes(*_POOLS):
        activation = draft.made_by(pool.inputs[0], *_ACTIVATIONS)
        if activation is None or draft.only_reader(activation.outputs[0], pool.type) is None:
            continue
        if _grows(activation) and _has_gain(pool):
            _swap(draft, pool, activation, _bias_below(draft, pool, activation)) or _swap(draft, pool, activation, None)


def _grows(activation: Operation) -> bool:
    """Whether it is of floats and never falls."""
    return activation.outputs[0].dtype.is_floating and activation.attrs.get("alpha", 0.0) >= 0.0


def _has_gain(pool: Operation) -> bool:
    attrs = _node(pool).attrs
    # A window of nothing but explicit padding has no largest element, which a Relu must not see.
    return max(attrs["strides"]) > 1 and attrs["padding"] != "EXPLICIT"


def _node(pool: Operation) -> Operation:
    return pool.members[0] if isinstance(pool, Fused) else pool


def _bias_below(draft: Draft, pool: Operation, activation: Operation) -> Operation | None:
    bias_add = draft.made_by(activation.inputs[0], "BiasAdd")
    if bias_add is None or draft.only_reader(bias_add.outputs[0], activation.type) is None:
        return None
    channels = "NCHW" if _node(pool).attrs["data_format"].startswith("NC") else "NHWC"
    return bias_add if bias_add.attrs["data_format"] == channels else None


def _swap(draft: Draft, pool: Operation, activation: Operation, bias_add: Operation | None) -> bool:
    members = [activation, pool] if bias_add is None else [bias_add, activation, pool]
    inputs: tuple[Tensor, ...] = activation.inputs if bias_add is None else bias_add.inputs
    kernel = _kernel(pool, activation, bias_add)
    title = " + ".join(op.type for op in members)
    return draft.fuse(members, title, kernel, inputs, pool.outputs, fresh=True) is not None


def _kernel(pool: Operation, activation: Operation, bias_add: Operation | None) -> Any:
    largest = pool.definition.kernel(pool)
    activate = activation_in_place(activation)
    data_format = "" if bias_add is None else bias_add.attrs["data_format"]

    def compute(value: torch.Tensor, *bias: torch.Tensor) -> Any:
        result = largest(value)
        # Of this step's making, so it may be changed.
        maxima = result[0] if isinstance(result, tuple) else result
        for vector in bias:
            add_bias_in_place(maxima, vector, data_format)
        activate(maxima)
        return result

    return compute
