"""What the ops of a convolution share: shape rules, kernels, gradients and the registration of all three.

A convolution is linear in its input and in its filter, so the op and its two derivatives are each other's
gradients, of every order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.conv_kernels import Kernel, convolve, filter_gradient, input_gradient, output_sizes
from convflow.ops.epilogue import NOTHING, Epilogue
from convflow.ops.kept import Keep, at_once
from convflow.ops.window import Ints, Sizes, Window, conv_window, shape_text


class ConvFamily(NamedTuple):
    """A convolution and its derivatives.

    Attributes:
        forward, backprop_input, backprop_filter: names of the three ops.
        attrs: attributes that all three have.
        rank: of inputs and filters.
        depthwise: each channel has filters of its own, and the filter's last two sizes are channels and multiplier.
        short_sizes: `input_sizes` may hold the spatial sizes alone; the batch size is the other gradient's.
    """

    forward: str
    backprop_input: str
    backprop_filter: str
    attrs: tuple[str, ...]
    rank: int
    depthwise: bool = False
    short_sizes: bool = False


# Shapes.


def _output(family: ConvFamily, window: Window, input: Sizes, filter: Sizes) -> Sizes:
    if not family.depthwise:
        return output_sizes(window, input, filter)
    channels, depth = input[window.channel_axis], filter[-2]
    if channels is not None and depth is not None and channels != depth:
        raise ValueError(
            f"Dimensions must be equal, but are {channels} and {depth}: the channels of the input "
            f"{shape_text(input)} ({window.data_format}) and the third size of the filter {shape_text(filter)}."
        )
    known = channels if depth is None else depth
    multiplier = filter[-1]
    filters = None if known is None or multiplier is None else known * multiplier
    if 0 in filter:
        raise ValueError(f"No size of the filter may be 0, but it is {shape_text(filter)}.")
    return output_sizes(window, input, (*filter[:-2], 1, filters))


def _check_out_backprop(family: ConvFamily, window: Window, input: Sizes, filter: Sizes, out_backprop: Sizes) -> None:
    expected = _output(family, window, input, filter)
    if any(None not in pair and pair[0] != pair[1] for pair in zip(expected, out_backprop, strict=True)):
        raise ValueError(
            f"Dimensions must be equal: out_backprop is {shape_text(out_backprop)}, but convolving an input "
            f"{shape_text(input)} with a filter {shape_text(filter)}, strides {list(window.strides)} and padding "
            f"{window.padding!r} ({window.data_format}) gives {shape_text(expected)}."
        )


def _sizes(family: ConvFamily, shape: TensorShape, what: str) -> Sizes:
    return tuple(rules.with_rank(shape, family.rank, what).as_list())


def _forward_shape(family: ConvFamily, ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window(family.forward, ctx.attr)
    input, filter = _sizes(family, ctx.input(0), "input"), _sizes(family, ctx.input(1), "filter")
    return [TensorShape(_output(family, window, input, filter))]


def _backprop_input_shape(family: ConvFamily, ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window(family.backprop_input, ctx.attr)
    filter, out_backprop = _sizes(family, ctx.input(1), "filter"), _sizes(family, ctx.input(2), "out_backprop")
    input = _full_input_sizes(family, window, ctx.constant_shape(0), filter, out_backprop)
    if input[0] is None and family.short_sizes:
        input = out_backprop[0], *input[1:]
    _check_out_backprop(family, window, input, filter, out_backprop)
    return [TensorShape(input)]


def _full_input_sizes(
    family: ConvFamily, window: Window, sizes: TensorShape, filter: Sizes, out_backprop: Sizes
) -> Sizes:
    """`input_sizes` with one size an axis; where only the spatial ones are given, the others follow."""
    spatial = family.rank - 2
    if sizes.rank is None:
        return tuple(unknown_shape(family.rank).as_list())
    if sizes.rank == spatial and family.short_sizes:
        return window.arranged(out_backprop[0], sizes.as_list(), filter[-2])
    if sizes.rank != family.rank:
        allowed = f"{family.rank} values or {spatial} values" if family.short_sizes else f"{family.rank} values"
        raise ValueError(
            f"{family.backprop_input} requires input_sizes to contain {allowed}, but got: {sizes.rank}: {sizes}."
        )
    return tuple(sizes.as_list())


def _backprop_filter_shape(family: ConvFamily, ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window(family.backprop_filter, ctx.attr)
    input, out_backprop = _sizes(family, ctx.input(0), "input"), _sizes(family, ctx.input(2), "out_backprop")
    filter = _sizes(family, ctx.constant_shape(1), "the filter that filter_sizes says")
    _check_out_backprop(family, window, input, filter, out_backprop)
    return [TensorShape(filter)]


# Kernels. They ask the same functions for sizes, so nothing that does not fit reaches PyTorch.


def _kernel_window(op: Operation) -> Window:
    for attr in ("strides", "dilations"):
        values = op.attrs[attr]
        if values[0] != 1 or values[op.attrs["data_format"].index("C")] != 1:
            raise errors.UnimplementedError(
                op.node_def,
                op,
                f"Current implementation does not yet support {attr} in the batch and depth dimensions, "
                f"got {attr}={values} with data_format {op.attrs['data_format']!r}.\n\t [[{op.describe()}]]",
            )
    return conv_window(op.type, op.attrs.__getitem__)


def _plain_sizes(family: ConvFamily, sizes: Ints) -> Ints:
    """The sizes of the ordinary filter that does a depthwise one's work: a group for each channel."""
    if not family.depthwise:
        return sizes
    if len(sizes) != family.rank or 0 in sizes:
        raise ValueError(f"A depthwise filter has {family.rank} sizes of at least 1, got {sizes}.")
    return *sizes[:-2], 1, sizes[-2] * sizes[-1]


def _plain(family: ConvFamily, filter: torch.Tensor) -> torch.Tensor:
    return filter.reshape(_plain_sizes(family, tuple(filter.shape))) if family.depthwise else filter


def _check_depth(family: ConvFamily, channels: int, filter: Ints) -> None:
    if family.depthwise and channels != filter[-2]:
        raise ValueError(f"The input has {channels} channels, the depthwise filter {list(filter)} is for {filter[-2]}.")


def _forward_kernel(family: ConvFamily, op: Operation) -> Kernel:
    window = _kernel_window(op)
    if not family.depthwise:
        return partial(convolve, window)

    def depthwise(
        input: torch.Tensor, filter: torch.Tensor, epilogue: Epilogue = NOTHING, keep: Keep = at_once
    ) -> torch.Tensor:
        plain = keep("plain", None, lambda taken: _plain(family, taken), filter)
        _check_depth(family, input.shape[window.channel_axis], tuple(filter.shape))
        return convolve(window, input, plain, epilogue, keep)

    return depthwise


def _backprop_input_kernel(family: ConvFamily, op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input_sizes: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        sizes: Any = tuple(input_sizes.tolist())
        if len(sizes) != family.rank:
            shapes = tuple(filter.shape), tuple(out_backprop.shape)
            sizes = _full_input_sizes(family, window, TensorShape(sizes), *shapes)
        _check_depth(family, sizes[window.channel_axis], tuple(filter.shape))
        return input_gradient(window, sizes, _plain(family, filter), out_backprop)

    return _on_int32_exactly(backprop)


def _on_int32_exactly(backprop: Kernel) -> Kernel:
    """PyTorch has no integer derivative of a convolution; sums of products of int32 go through float64."""

    def computed(*values: torch.Tensor) -> torch.Tensor:
        if values[-1].dtype != torch.int32:
            return backprop(*values)
        exact = [value.double() for value in values[1:]]
        return backprop(values[0], *exact).to(torch.int64).to(torch.int32)

    return computed


def _backprop_filter_kernel(family: ConvFamily, op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input: torch.Tensor, filter_sizes: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        sizes = tuple(filter_sizes.tolist())
        plain = _plain_sizes(family, sizes)
        _check_depth(family, input.shape[window.channel_axis], sizes)
        return filter_gradient(window, input, plain, out_backprop).view(sizes)

    return backprop


# Gradients.


def _shared(family: ConvFamily, op: Operation) -> dict[str, Any]:
    return {name: op.attrs[name] for name in family.attrs}


def _forward_gradient(family: ConvFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    input, filter = op.inputs
    attrs = _shared(family, op)
    # Both shapes in one node, except for the depthwise op, whose two derivatives ask for one each.
    sizes = None if family.depthwise else apply_op("ShapeN", input=[input, filter])
    input_sizes = shape_of(input) if sizes is None else sizes[0]
    by_input = apply_op(family.backprop_input, input_sizes=input_sizes, filter=filter, out_backprop=grad, **attrs)
    filter_sizes = shape_of(filter) if sizes is None else sizes[1]
    by_filter = apply_op(family.backprop_filter, input=input, filter_sizes=filter_sizes, out_backprop=grad, **attrs)
    return [by_input, by_filter]


def _backprop_input_gradient(family: ConvFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    _, filter, out_backprop = op.inputs
    attrs = _shared(family, op)
    sizes = shape_of(filter)
    return [
        None,
        apply_op(family.backprop_filter, input=grad, filter_sizes=sizes, out_backprop=out_backprop, **attrs),
        apply_op(family.forward, input=grad, filter=filter, **attrs),
    ]


def _backprop_filter_gradient(family: ConvFamily, op: Operation, grad: Tensor) -> list[Tensor | None]:
    input, _, out_backprop = op.inputs
    attrs = _shared(family, op)
    sizes = shape_of(input)
    return [
        apply_op(family.backprop_input, input_sizes=sizes, filter=grad, out_backprop=out_backprop, **attrs),
        None,
        apply_op(family.forward, input=input, filter=grad, **attrs),
    ]


def register_convolution(
    family: ConvFamily,
    attrs: str,
    types: str,
    filter_gradient_types: str,
    sizes_type: str = "int32",
    sizes_attr: str = "",
) -> None:
    """Register the three ops.

    Args:
        attrs: the attributes' text, without T.
        types: what T may be.
        filter_gradient_types: what T may be where the filter's gradient is computed.
        sizes_type, sizes_attr: the type of `input_sizes` and the attribute that says it, if one does.
    """

    def bound(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: function(family, *args)

    with_types = f"T: type in {{{types}}}; {attrs}"
    register_op(
        family.forward,
        inputs="input: T; filter: T",
        outputs="output: T",
        attrs=with_types,
        shape=bound(_forward_shape),
        kernel=bound(_forward_kernel),
        gradient=bound(_forward_gradient),
    )
    register_op(
        family.backprop_input,
        inputs=f"input_sizes: {sizes_type}; filter: T; out_backprop: T",
        outputs="output: T",
        attrs=with_types + sizes_attr,
        shape=bound(_backprop_input_shape),
        kernel=bound(_backprop_input_kernel),
        gradient=bound(_backprop_input_gradient),
    )
    register_op(
        family.backprop_filter,
        inputs="input: T; filter_sizes: int32; out_backprop: T",
        outputs="output: T",
        attrs=f"T: type in {{{filter_gradient_types}}}; {attrs}",
        shape=bound(_backprop_filter_shape),
        kernel=bound(_backprop_filter_kernel),
        gradient=bound(_backprop_filter_gradient),
    )
