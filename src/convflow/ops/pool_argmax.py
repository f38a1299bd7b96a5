"""Largest elements and where they stood (API: tf.nn.max_pool_with_argmax)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.pool_family import matching, pooled
from convflow.ops.pool_kernels import Kernel, kernel_window, max_pool_and_argmax
from convflow.ops.window import either

_FORMAT = "NHWC"


class MaxPoolWithArgmax(NamedTuple):
    """What `max_pool_with_argmax` returns."""

    output: Tensor
    argmax: Tensor


def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    Targmax: Any = None,
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> MaxPoolWithArgmax:
    """The largest element of each window and its place (API: tf.nn.max_pool_with_argmax).

    Args:
        input: shape (batch, height, width, channels).
        ksize, strides: four numbers.
        padding: "SAME" or "VALID".
        data_format: "NHWC"; there is no other.
        Targmax, output_dtype: the type of the places, int64 (the default) or int32.
        include_batch_in_index: count the batch's pictures before.

    Returns:
        The maxima and their places, (row * width + column) * channels + channel, both of the pooled shape. Among
        equal elements the first one counts.

    Raises:
        ValueError: windows that cannot work on this shape, another data format.
    """
    if data_format != _FORMAT:
        raise ValueError(f"`data_format` values other than 'NHWC' are not supported. Received: {data_format}")
    output, argmax = apply_op(
        "MaxPoolWithArgmax",
        input=input,
        ksize=ksize,
        strides=strides,
        padding=padding,
        Targmax=either("output_dtype", output_dtype, "Targmax", Targmax) or dtypes.int64,
        include_batch_in_index=include_batch_in_index,
        name=name,
    )
    return MaxPoolWithArgmax(output, argmax)


def _argmax_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape = pooled(ctx, "MaxPoolWithArgmax", ctx.input(0), _FORMAT)
    return [shape, shape]


def _checked(ctx: InferenceContext, op_type: str) -> tuple[TensorShape, TensorShape]:
    input = rules.with_rank(ctx.input(0), 4, "input")
    return input, matching(pooled(ctx, op_type, input, _FORMAT), ctx.input(2), "argmax", input)


def _grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    input, output = _checked(ctx, "MaxPoolGradWithArgmax")
    matching(output, ctx.input(1), "grad", input)
    return [input]


def _grad_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    input, output = _checked(ctx, "MaxPoolGradGradWithArgmax")
    matching(input, ctx.input(1), "grad", input)
    return [output]


def _argmax_kernel(op: Operation) -> Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]:
    window = kernel_window(op, _FORMAT)
    dtype = op.attrs["Targmax"].as_torch_dtype
    include_batch = op.attrs["include_batch_in_index"]

    def pool(input: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        places: list[torch.Tensor] = []

        def largest(x: torch.Tensor) -> torch.Tensor:
            values, indices = max_pool_and_argmax(window, x)
            places.append(indices)
            return values

        values = on_wide_unsigned(largest)(input)
        channels = input.shape[3]
        flat = places[0] * channels + torch.arange(channels, device=input.device)
        return values, (flat + _batch_offsets(input) if include_batch else flat).to(dtype)

    return pool


def _batch_offsets(x: torch.Tensor) -> torch.Tensor:
    """Where each picture begins, counted over the whole batch, to be added to places inside a picture."""
    return (torch.arange(x.shape[0], device=x.device) * x[:1].numel()).view(-1, 1, 1, 1)


def _global_places(op: Operation, input: torch.Tensor, argmax: torch.Tensor) -> torch.Tensor:
    if argmax.ndim != 4 or argmax.shape[0] != input.shape[0]:
        raise ValueError(f"argmax of shape {list(argmax.shape)} is not of an input of shape {list(input.shape)}.")
    places = argmax.to(torch.int64)
    return (places if op.attrs["include_batch_in_index"] else places + _batch_offsets(input)).flatten()


def _grad_kernel(op: Operation) -> Kernel:
    def pool_grad(input: torch.Tensor, grad: torch.Tensor, argmax: torch.Tensor) -> torch.Tensor:
        if grad.shape != argmax.shape:
            raise ValueError(f"grad is {list(grad.shape)}, argmax {list(argmax.shape)}.")
        places = _global_places(op, input, argmax)
        zeros = torch.zeros(input.numel(), dtype=grad.dtype, device=grad.device)
        return zeros.scatter_add_(0, places, grad.flatten()).view(input.shape)

    return _wide_but_last(pool_grad)


def _grad_grad_kernel(op: Operation) -> Kernel:
    def pool_grad_grad(input: torch.Tensor, grad: torch.Tensor, argmax: torch.Tensor) -> torch.Tensor:
        if grad.shape != input.shape:
            raise ValueError(f"grad is {list(grad.shape)}, input {list(input.shape)}.")
        return grad.flatten()[_global_places(op, input, argmax)].view(argmax.shape)

    return _wide_but_last(pool_grad_grad)


def _wide_but_last(compute: Kernel) -> Kernel:
    """`on_wide_unsigned` for values before an index."""

    def computed(input: torch.Tensor, grad: torch.Tensor, argmax: torch.Tensor) -> torch.Tensor:
        return on_wide_unsigned(lambda x, g: compute(x, g, argmax))(input, grad)

    return computed


def _argmax_gradient(op: Operation, grad: Tensor, _: Any) -> list[Tensor | None]:
    names = ("ksize", "strides", "padding", "include_batch_in_index")
    attrs = {name: op.attrs[name] for name in names}
    return [apply_op("MaxPoolGradWithArgmax", input=op.inputs[0], grad=grad, argmax=op.outputs[1], **attrs)]


_WINDOW = "ksize: list(int) >= 4; strides: list(int) >= 4; "
_PADDING = "padding: string in {'SAME', 'VALID'}; include_batch_in_index: bool = false; "
_REAL = "T: type in {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_GRAD_ATTRS = f"{_WINDOW}{_PADDING}Targmax: type in {{int32, int64}}; {_REAL}"

register_op(
    "MaxPoolWithArgmax",
    inputs="input: T",
    outputs="output: T; argmax: Targmax",
    attrs=f"{_WINDOW}Targmax: type = int64 in {{int32, int64}}; {_PADDING}{_REAL}",
    shape=_argmax_shape,
    kernel=_argmax_kernel,
    gradient=_argmax_gradient,
)
register_op(
    "MaxPoolGradWithArgmax",
    inputs="input: T; grad: T; argmax: Targmax",
    outputs="output: T",
    attrs=_GRAD_ATTRS,
    shape=_grad_shape,
    kernel=_grad_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "MaxPoolGradGradWithArgmax",
    inputs="input: T; grad: T; argmax: Targmax",
    outputs="output: T",
    attrs=_GRAD_ATTRS,
    shape=_grad_grad_shape,
    kernel=_grad_grad_kernel,
    gradient=NO_GRADIENT,
)
