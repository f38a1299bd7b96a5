"""Grayscale dilation and erosion of pictures (API: tf.nn.dilation2d, tf.nn.erosion2d)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.reverse import reverse
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.math.arithmetic import negative
from convflow.ops.window import Sizes, Window, conv_window, either, given, shape_text

_FORMAT = "NHWC"
Kernel = Callable[..., torch.Tensor]


def dilation2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The largest sum of picture and filter over each window, channel by channel (API: tf.nn.dilation2d).

    Args:
        input: shape (batch, height, width, channels).
        filter: shape (height, width, channels), of the input's type; added to the window before the largest is taken.
        strides: four numbers, steps between windows.
        rates: four numbers, steps between a window's elements.
        padding: "SAME" or "VALID". Padding never wins.
        filters, dilations: other names of `filter` and `rates`.

    Returns:
        Shape (batch, out_height, out_width, channels).

    Raises:
        ValueError: shapes or steps that cannot work.
    """
    return apply_op(
        "Dilation2D",
        input=input,
        filter=either("filters", filters, "filter", filter),
        strides=given("strides", strides),
        rates=given("rates", either("dilations", dilations, "rates", rates)),
        padding=given("padding", padding),
        name=name,
    )


def erosion2d(value: Any, kernel: Any, strides: Any, rates: Any, padding: str, name: str | None = None) -> Tensor:
    """The smallest difference of picture and turned kernel over each window (API: tf.nn.erosion2d).

    Args:
        value: shape (batch, height, width, channels).
        kernel: shape (height, width, channels).
        strides, rates, padding: those of `dilation2d`.

    Raises:
        ValueError: shapes or steps that cannot work.
    """
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        highest = dilation2d(negative(value), reverse(kernel, [0, 1]), strides, rates, padding, name=scope)
        return negative(highest)


def _window(op_type: str, attr: Callable[[str], Any]) -> Window:
    renamed = {"data_format": _FORMAT, "dilations": attr("rates")}
    return conv_window(op_type, lambda name: renamed[name] if name in renamed else attr(name))


def _output_sizes(window: Window, input: Sizes, filter: Sizes) -> Sizes:
    depth, filter_depth = input[3], filter[2]
    if depth is not None and filter_depth is not None and depth != filter_depth:
        raise ValueError(
            f"Dimensions must be equal, but are {depth} and {filter_depth}: the channels of the input "
            f"{shape_text(input)} and the last size of the filter {shape_text(filter)}."
        )
    if 0 in filter:
        raise ValueError(f"No size of the filter may be 0, but it is {shape_text(filter)}.")
    spatial = window.with_ksize(filter[:2]).output_sizes(input)
    return input[0], *spatial, filter_depth if depth is None else depth


def _inputs(ctx: InferenceContext) -> tuple[TensorShape, TensorShape]:
    return rules.with_rank(ctx.input(0), 4, "input"), rules.with_rank(ctx.input(1), 3, "filter")


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    input, filter = _inputs(ctx)
    window = _window("Dilation2D", ctx.attr)
    return [TensorShape(_output_sizes(window, tuple(input.as_list()), tuple(filter.as_list())))]


def _backprop_shape(wanted: int) -> Callable[[InferenceContext], list[TensorShape]]:
    def rule(ctx: InferenceContext) -> list[TensorShape]:
        input, filter = _inputs(ctx)
        window = _window("Dilation2DBackprop", ctx.attr)
        expected = TensorShape(_output_sizes(window, tuple(input.as_list()), tuple(filter.as_list())))
        if not expected.is_compatible_with(ctx.input(2)):
            raise ValueError(
                f"Expected out_backprop shape to be {expected}, but got {ctx.input(2)}: that is what the windows of "
                f"the filter {filter} make of the input {input}."
            )
        return [(input, filter)[wanted]]

    return rule


def _kernel_window(op: Operation) -> Window:
    for attr in ("strides", "rates"):
        values = op.attrs[attr]
        if values[0] != 1 or values[3] != 1:
            raise errors.UnimplementedError(
                op.node_def,
                op,
                f"Current implementation does not yet support {attr} in the batch and depth dimensions, "
                f"got {attr}={values}.\n\t [[{op.describe()}]]",
            )
    return _window(op.type, op.attrs.__getitem__)


class _Walk:
    """The elements of the window one after the other, each for all places of the window at once."""

    def __init__(self, window: Window, input: torch.Tensor, filter: torch.Tensor) -> None:
        if input.ndim != 4 or filter.ndim != 3:
            raise ValueError(f"Expected ranks 4 and 3, got {list(input.shape)} and {list(filter.shape)}.")
        self.window = window
        self.input = input
        self.filter = filter
        output: Any = _output_sizes(window, tuple(input.shape), tuple(filter.shape))
        self.output: tuple[int, ...] = output
        (self.top, _), (self.left, _) = window.with_ksize(tuple(filter.shape[:2])).paddings(tuple(input.shape))
        dtype = input.dtype
        self.lowest = torch.finfo(dtype).min if dtype.is_floating_point else torch.iinfo(dtype).min

    def _lines(self, axis: int, element: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Where an element of the window lies along an axis, and whether that is inside."""
        before, count, size = (self.top, self.left)[axis], self.output[1 + axis], self.input.shape[1 + axis]
        at = (
            torch.arange(count, device=self.input.device) * self.window.strides[axis]
            + element * self.window.dilations[axis]
            - before
        )
        return at.clamp(0, size - 1), (at >= 0) & (at < size)

    def elements(self) -> Iterator[tuple[int, torch.Tensor, torch.Tensor]]:
        """For each element: its number in the filter, places (row * width + column) in the input, and the sums."""
        height, width = self.filter.shape[:2]
        columns = [self._lines(1, column) for column in range(width)]
        for row in range(height):
            rows, inside_rows = self._lines(0, row)
            lines = self.input[:, rows]
            for column in range(width):
                at, inside_columns = columns[column]
                inside = inside_rows[:, None] & inside_columns
                sums = torch.where(inside[..., None], lines[:, :, at] + self.filter[row, column], self.lowest)
                yield row * width + column, rows[:, None] * self.input.shape[2] + at, sums

    def winners(self) -> tuple[torch.Tensor, torch.Tensor]:
        """For each output the first element with the largest sum, and its place in the input."""
        best = self.input.new_full(self.output, self.lowest)
        element = torch.zeros(self.output, dtype=torch.int64, device=self.input.device)
        # Where nothing is above the lowest number (minus infinity, NaN), the window's corner counts.
        corner = next(self.elements())[1][..., None]
        place = corner.expand(self.output)
        for number, places, sums in self.elements():
            better = sums > best
            best = torch.where(better, sums, best)
            element = torch.where(better, number, element)
            place = torch.where(better, places[..., None], place)
        return element, place


def _larger(best: torch.Tensor, sums: torch.Tensor) -> torch.Tensor:
    return torch.where(sums > best, sums, best)


def _kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def dilate(input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
        walk = _Walk(window, input, filter)
        if 0 in walk.output:
            return input.new_empty(walk.output)
        # As in TensorFlow, NaN never wins and minus infinity shows as the lowest number.
        best = input.new_full(walk.output, walk.lowest)
        return reduce(_larger, (sums for _, _, sums in walk.elements()), best)

    return on_wide_unsigned(dilate)


def _checked_walk(window: Window, input: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor) -> _Walk:
    walk = _Walk(window, input, filter)
    if tuple(out_backprop.shape) != walk.output:
        raise ValueError(f"Expected out_backprop shape to be {list(walk.output)}, got {list(out_backprop.shape)}.")
    return walk


def _backprop_input_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        walk = _checked_walk(window, input, filter, out_backprop)
        result = torch.zeros_like(input)
        if 0 in walk.output:
            return result
        place = walk.winners()[1].flatten(1, 2)
        result.view(input.shape[0], -1, input.shape[3]).scatter_add_(1, place, out_backprop.flatten(1, 2))
        return result

    return on_wide_unsigned(backprop)


def _backprop_filter_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        walk = _checked_walk(window, input, filter, out_backprop)
        result = torch.zeros_like(filter)
        if 0 in walk.output:
            return result
        element = walk.winners()[0].flatten(0, 2)
        result.view(-1, filter.shape[2]).scatter_add_(0, element, out_backprop.flatten(0, 2))
        return result

    return on_wide_unsigned(backprop)


def _gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    input, filter = op.inputs
    attrs = {name: op.attrs[name] for name in ("strides", "rates", "padding")}
    return [
        apply_op("Dilation2DBackpropInput", input=input, filter=filter, out_backprop=grad, **attrs),
        apply_op("Dilation2DBackpropFilter", input=input, filter=filter, out_backprop=grad, **attrs),
    ]


_ATTRS = (
    "T: type in {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; "
    "strides: list(int) >= 4; rates: list(int) >= 4; padding: string in {'SAME', 'VALID'}"
)

register_op(
    "Dilation2D",
    inputs="input: T; filter: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=_shape,
    kernel=_kernel,
    gradient=_gradient,
)
register_op(
    "Dilation2DBackpropInput",
    inputs="input: T; filter: T; out_backprop: T",
    outputs="in_backprop: T",
    attrs=_ATTRS,
    shape=_backprop_shape(0),
    kernel=_backprop_input_kernel,
    gradient=NO_GRADIENT,
)
register_op(
    "Dilation2DBackpropFilter",
    inputs="input: T; filter: T; out_backprop: T",
    outputs="filter_backprop: T",
    attrs=_ATTRS,
    shape=_backprop_shape(1),
    kernel=_backprop_filter_kernel,
    gradient=NO_GRADIENT,
)
