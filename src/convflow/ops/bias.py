"""Adding a bias per channel (API: tf.nn.bias_add, tf.nn.xw_plus_b, tf.nn.relu_layer)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.activation import relu
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.matmul import matmul
from convflow.ops.types import NUMBER

Kernel = Callable[..., torch.Tensor]


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`value` plus one number per channel (API: tf.nn.bias_add).

    Args:
        value: any rank from 2 on. Channels are the last axis, or axis 1 for a data format beginning with "NC".
        bias: a vector, one element per channel.
        data_format: "N...C" (None means that) or "NC...".

    Raises:
        ValueError: another data format, or sizes that differ.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        if data_format is not None and not data_format.startswith("N"):
            raise ValueError(f"`data_format` must be of the form `N...C` or `NC...`. Received: {data_format}")
        if data_format is not None and not (data_format.startswith("NC") or data_format.endswith("C")):
            raise ValueError(f"`data_format` must be of the form `N...C` or `NC...`. Received: {data_format}")
        attr = "NCHW" if data_format is not None and data_format.startswith("NC") else "NHWC"
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype.base_dtype, name="bias")
        return apply_op("BiasAdd", value=value, bias=bias, data_format=attr, name=scope)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """x * weights + biases (API: tf.nn.xw_plus_b).

    Args:
        x: shape (batch, in_units).
        weights: shape (in_units, out_units).
        biases: shape (out_units,).
    """
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        x, weights, biases = _operands(x, weights, biases)
        return bias_add(matmul(x, weights), biases, name=scope)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """max(x * weights + biases, 0) (API: tf.nn.relu_layer).

    Args:
        x: shape (batch, in_units), a float type.
        weights: shape (in_units, out_units).
        biases: shape (out_units,).

    Returns:
        Shape (batch, out_units), of the type of `x`.

    Raises:
        ValueError: shapes that do not go together.
    """
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        x, weights, biases = _operands(x, weights, biases)
        return relu(bias_add(matmul(x, weights), biases), name=scope)


def _operands(x: Any, weights: Any, biases: Any) -> tuple[Tensor, Tensor, Tensor]:
    return (
        convert_to_tensor(x, name="x"),
        convert_to_tensor(weights, name="weights"),
        convert_to_tensor(biases, name="biases"),
    )


def _channel_axis(data_format: str) -> int:
    return 1 if data_format == "NCHW" else -1


def _least_rank(data_format: str) -> int:
    return 3 if data_format == "NCHW" else 2


def _check_rank(shape: TensorShape, what: str, data_format: str) -> None:
    least = _least_rank(data_format)
    if shape.rank is not None and shape.rank < least:
        raise ValueError(
            f"Shape of {what} must be at least rank {least} but is rank {shape.rank}: {shape} ({data_format})."
        )


def _bias_add_shape(ctx: InferenceContext) -> list[TensorShape]:
    value, bias = ctx.input(0), rules.with_rank(ctx.input(1), 1, "bias")
    _check_rank(value, "value", ctx.attr("data_format"))
    if value.rank is None:
        return [value]
    sizes = list(value)
    axis = _channel_axis(ctx.attr("data_format"))
    what = f"one bias per channel is needed, but value is {value} ({ctx.attr('data_format')}) and bias is {bias}"
    sizes[axis] = rules.merge_dimension(sizes[axis], bias[0], what)
    return [TensorShape(sizes)]


def _check_bias(value: torch.Tensor, bias: torch.Tensor, axis: int) -> None:
    # PyTorch would stretch a bias of one element.
    if value.ndim < (3 if axis == 1 else 2) or bias.ndim != 1 or value.shape[axis] != bias.shape[0]:
        raise ValueError(f"A value of shape {list(value.shape)} cannot take a bias of shape {list(bias.shape)}.")


def _aligned(value: torch.Tensor, bias: torch.Tensor, axis: int) -> torch.Tensor:
    """The bias in a shape that stretches over the value."""
    _check_bias(value, bias, axis)
    return bias if axis == -1 else bias.reshape([-1] + [1] * (value.ndim - 2))


def _bias_add_kernel(op: Operation) -> Kernel:
    axis = _channel_axis(op.attrs["data_format"])
    return on_wide_unsigned(lambda value, bias: torch.add(value, _aligned(value, bias, axis)))


def add_bias_in_place(value: torch.Tensor, bias: torch.Tensor, data_format: str) -> None:
    """BiasAdd, written over the value: for plans that have made it themselves."""
    value.add_(_aligned(value, bias, _channel_axis(data_format)))


def _bias_add_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    data_format = op.attrs["data_format"]
    return [grad, apply_op("BiasAddGrad", out_backprop=grad, data_format=data_format)]


register_op(
    "BiasAdd",
    inputs="value: T; bias: T",
    outputs="output: T",
    attrs=f"T: type in {{{NUMBER}}}; data_format: string = 'NHWC' in {{'NHWC', 'NCHW'}}",
    shape=_bias_add_shape,
    kernel=_bias_add_kernel,
    gradient=_bias_add_gradient,
)


def _bias_add_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    grad = ctx.input(0)
    _check_rank(grad, "out_backprop", ctx.attr("data_format"))
    return [unknown_shape(1) if grad.rank is None else TensorShape([grad[_channel_axis(ctx.attr("data_format"))]])]


def _bias_add_grad_kernel(op: Operation) -> Kernel:
    axis, least = _channel_axis(op.attrs["data_format"]), _least_rank(op.attrs["data_format"])

    def total(out_backprop: torch.Tensor) -> torch.Tensor:
        if out_backprop.ndim < least:
            raise ValueError(f"out_backprop must have at least rank {least}, got shape {list(out_backprop.shape)}.")
        channels = axis % out_backprop.ndim
        others = [i for i in range(out_backprop.ndim) if i != channels]
        return torch.sum(out_backprop, others, dtype=out_backprop.dtype)

    return on_wide_unsigned(total)


def _bias_add_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    """The bias's gradient, repeated for every place it was added to."""
    shape, bias_shape = shape_of(op.inputs[0]), shape_of(grad)
    if op.attrs["data_format"] == "NCHW":
        before, after = ones_like(getitem(shape, slice(None, 1))), ones_like(getitem(shape, slice(2, None)))
        expanded = concat([before, bias_shape, after], 0)
        tiles = concat([getitem(shape, slice(None, 1)), [1], getitem(shape, slice(2, None))], 0)
    else:
        expanded = concat([ones_like(getitem(shape, slice(None, -1))), bias_shape], 0)
        tiles = concat([getitem(shape, slice(None, -1)), [1]], 0)
    return [apply_op("Tile", input=apply_op("Reshape", tensor=grad, shape=expanded), multiples=tiles)]


register_op(
    "BiasAddGrad",
    inputs="out_backprop: T",
    outputs="output: T",
    attrs=f"T: type in {{{NUMBER}}}; data_format: string = 'NHWC' in {{'NHWC', 'NCHW'}}",
    shape=_bias_add_grad_shape,
    kernel=_bias_add_grad_kernel,
    gradient=_bias_add_grad_gradient,
)
