"""What pooling ops of two and three spatial axes share: shape rules, kernels, gradients, registration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.pool_kernels import (
    Kernel,
    avg_pool,
    avg_pool_gradient,
    kernel_window,
    max_pool,
    max_pool_gradient,
    max_pool_second_gradient,
)
from convflow.ops.window import pool_window

_WINDOW_ATTRS = ("ksize", "strides", "padding", "data_format")


class PoolFamily(NamedTuple):
    """A pooling op and its derivatives.

    Attributes:
        forward, grad, grad_grad: names of the ops; averages are linear and need no third.
        rank: of inputs and outputs.
        value: what the forward op calls its input.
        explicit: "explicit_paddings" is an attribute of the op and its first derivative.
    """

    forward: str
    grad: str
    grad_grad: str
    rank: int
    value: str = "input"
    explicit: bool = False


# Shapes.


def pooled(ctx: InferenceContext, op_type: str, input: TensorShape, data_format: str | None = None) -> TensorShape:
    """The shape of the output of pooling `input`, with unknown sizes where the input's are."""
    window = pool_window(op_type, ctx.attr, data_format)
    sizes = tuple(rules.with_rank(input, window.rank, "input").as_list())
    depth, depth_window = sizes[window.channel_axis], ctx.attr("ksize")[window.channel_axis]
    channels = None if depth is None else depth // depth_window
    return TensorShape(window.arranged(sizes[0], window.output_sizes(sizes), channels))


def matching(expected: TensorShape, got: TensorShape, what: str, input: TensorShape) -> TensorShape:
    """Both shapes as one; ValueError naming `what` if they cannot be the same."""
    try:
        return expected.merge_with(got)
    except ValueError:
        raise ValueError(
            f"Expected {what} shape to be {expected}, but got {got}: that is what the windows make of the input "
            f"{input}."
        ) from None


def _forward_shape(family: PoolFamily, ctx: InferenceContext) -> list[TensorShape]:
    return [pooled(ctx, family.forward, ctx.input(0))]


def _max_grad_shape(family: PoolFamily, ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.input(0), family.rank, "orig_input")
    output = matching(pooled(ctx, family.grad, input), ctx.input(1), "orig_output", input)
    matching(output, ctx.input(2), "grad", input)
    return [input]


def _max_grad_grad_shape(family: PoolFamily, ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.input(0), family.rank, "orig_input")
    output = pooled(ctx, family.grad_grad, input)
    matching(output, ctx.input(1), "orig_output", input)
    matching(input, ctx.input(2), "grad", input)
    return [output]


def _avg_grad_shape(family: PoolFamily, ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.constant_shape(0), family.rank, "the input that orig_input_shape says")
    matching(pooled(ctx, family.grad, input), ctx.input(1), "grad", input)
    return [input]


# Gradients.


def _window_attrs(op: Operation, *names: str) -> dict[str, Any]:
    return {name: op.attrs[name] for name in (*_WINDOW_ATTRS, *names)}


def _max_gradient(family: PoolFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    attrs = _window_attrs(op, *(["explicit_paddings"] if family.explicit else []))
    return [apply_op(family.grad, orig_input=op.inputs[0], orig_output=op.outputs[0], grad=grad, **attrs)]


def _max_grad_gradient(family: PoolFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    return _only_through_grad(op, grad, family.grad_grad)


def _max_grad_grad_gradient(family: PoolFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    return _only_through_grad(op, grad, family.grad)


def _only_through_grad(op: Operation, grad: Tensor, op_type: str) -> list[Tensor | None]:
    # Which element is the largest does not change with a small step: no gradient flows that way.
    input, output = op.inputs[:2]
    return [
        apply_op("ZerosLike", x=input, name="zeros_like"),
        apply_op("ZerosLike", x=output, name="zeros_like"),
        apply_op(op_type, orig_input=input, orig_output=output, grad=grad, **_window_attrs(op)),
    ]


def _avg_gradient(family: PoolFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    shape = shape_of(op.inputs[0])
    return [apply_op(family.grad, orig_input_shape=shape, grad=grad, **_window_attrs(op))]


def _avg_grad_gradient(family: PoolFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    arguments: dict[str, Any] = {family.value: grad, **_window_attrs(op)}
    return [None, apply_op(family.forward, **arguments)]


# Kernels.


def _windowed(compute: Callable[..., torch.Tensor]) -> Callable[[Operation], Kernel]:
    def kernel(op: Operation) -> Kernel:
        window = kernel_window(op)
        return on_wide_unsigned(lambda *values: compute(window, *values))

    return kernel


def _avg_grad_kernel(op: Operation) -> Kernel:
    window = kernel_window(op)
    return lambda orig_input_shape, grad: avg_pool_gradient(window, tuple(orig_input_shape.tolist()), grad)


# Registration.


def _bound(family: PoolFamily, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: function(family, *args)


def register_max_pool(
    family: PoolFamily,
    attrs: str,
    grad_attrs: str,
    grad_grad_attrs: str,
    kernel: Callable[[Operation], Kernel] | None = None,
    input_type: str = "T",
) -> None:
    """Register largest elements and both derivatives.

    Args:
        attrs, grad_attrs, grad_grad_attrs: the attributes of the three ops.
        kernel: of the forward op, where it can do more than move a window over space.
        input_type: the attribute for the type of the first derivative's orig_input and orig_output.
    """
    register_op(
        family.forward,
        inputs="input: T",
        outputs="output: T",
        attrs=attrs,
        shape=_bound(family, _forward_shape),
        kernel=kernel or _windowed(max_pool),
        gradient=_bound(family, _max_gradient),
    )
    register_op(
        family.grad,
        inputs=f"orig_input: {input_type}; orig_output: {input_type}; grad: T",
        outputs="output: T",
        attrs=grad_attrs,
        shape=_bound(family, _max_grad_shape),
        kernel=_windowed(max_pool_gradient),
        gradient=_bound(family, _max_grad_gradient),
    )
    register_op(
        family.grad_grad,
        inputs="orig_input: T; orig_output: T; grad: T",
        outputs="output: T",
        attrs=grad_grad_attrs,
        shape=_bound(family, _max_grad_grad_shape),
        kernel=_windowed(max_pool_second_gradient),
        gradient=_bound(family, _max_grad_grad_gradient),
    )


def register_avg_pool(family: PoolFamily, attrs: str) -> None:
    """Register means and their derivative."""
    register_op(
        family.forward,
        inputs=f"{family.value}: T",
        outputs="output: T",
        attrs=attrs,
        shape=_bound(family, _forward_shape),
        kernel=_windowed(avg_pool),
        gradient=_bound(family, _avg_gradient),
    )
    register_op(
        family.grad,
        inputs="orig_input_shape: int32; grad: T",
        outputs="output: T",
        attrs=attrs,
        shape=_bound(family, _avg_grad_shape),
        kernel=_avg_grad_kernel,
        gradient=_bound(family, _avg_grad_gradient),
    )
