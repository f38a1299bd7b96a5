"""Two-dimensional convolution and its two derivatives (API: tf.nn.conv2d, conv2d_backprop_*, conv2d_transpose)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.window import Pair, Sizes, Window, conv_window, either, padding_attrs, spread

_UNIT: tuple[int, ...] = (1, 1, 1, 1)
Kernel = Callable[..., torch.Tensor]


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The correlation of pictures with filters (API: tf.nn.conv2d).

    Args:
        input: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        filter: shape (height, width, channels, filters), of the input's type. With a divisor of the input's
            channels as its third size it works on groups of channels.
        strides: one number, (vertical, horizontal), or four numbers in the order of `data_format`.
        padding: "SAME", "VALID", or four pairs (before, after).
        use_cudnn_on_gpu: kept as an attribute; without effect.
        dilations: steps between the filter's elements, in the forms of `strides`.
        filters: another name of `filter`.

    Returns:
        Shape (batch, out_height, out_width, filters) in the data format: ceil(size / stride) places for
        "SAME", those that lie inside for "VALID".

    Raises:
        ValueError: shapes, strides or paddings that cannot work.
    """
    data_format = data_format or "NHWC"
    padding, explicit_paddings = padding_attrs(_given("padding", padding))
    return apply_op(
        "Conv2D",
        input=input,
        filter=either("filters", filters, "filter", filter),
        strides=spread(strides, data_format, "strides"),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=spread(dilations, data_format, "dilations"),
        name=name,
    )


def _given(name: str, value: Any) -> Any:
    if value is None:
        raise TypeError(f"Expected string for argument '{name}' not None.")
    return value


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of `conv2d` with respect to its input (API: tf.nn.conv2d_backprop_input).

    Args:
        input_sizes: the shape of that input: four sizes, or its height and width only.
        filter: shape (height, width, channels, filters).
        out_backprop: the gradient of the output, in the output's shape.
        strides: four numbers in the order of `data_format`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(_given("padding", padding))
    return apply_op(
        "Conv2DBackpropInput",
        input_sizes=input_sizes,
        filter=either("filters", filters, "filter", filter),
        out_backprop=out_backprop,
        strides=_given("strides", strides),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = _UNIT,
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv2d` with respect to its filter (API: tf.nn.conv2d_backprop_filter).

    Args:
        input: the input of that convolution.
        filter_sizes: the shape of the filter, four sizes.
        out_backprop: the gradient of the output, in the output's shape.
        strides: four numbers in the order of `data_format`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    padding, explicit_paddings = padding_attrs(_given("padding", padding))
    return apply_op(
        "Conv2DBackpropFilter",
        input=input,
        filter_sizes=filter_sizes,
        out_backprop=out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of `conv2d`: from its output's shape to its input's (API: tf.nn.conv2d_transpose).

    Args:
        value: shape (batch, height, width, in_channels) in the data format.
        filter: shape (height, width, output_channels, in_channels).
        output_shape: the shape of the result: four sizes, which a `conv2d` with these strides and this
            padding turns into the shape of `value`.
        strides: one number, (vertical, horizontal), or four numbers in the order of `data_format`.

    Raises:
        ValueError: shapes that no convolution has together.
    """
    value = either("input", input, "value", value)
    filter = either("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        data_format = data_format or "NHWC"
        return conv2d_backprop_input(
            input_sizes=output_shape,
            filter=filter,
            out_backprop=value,
            strides=spread(strides, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=spread(dilations, data_format, "dilations"),
            name=scope,
        )


# Shapes. The kernels ask the same function, so nothing that does not fit reaches PyTorch.


def _output_sizes(window: Window, input: Sizes, filter: Sizes) -> Sizes:
    """The four sizes of a convolution's output, with None for what is not known."""
    depth, filter_depth, filters = input[window.channel_axis], filter[2], filter[3]
    if 0 in filter:
        raise ValueError(f"Depth of filter must not be 0, nor any other of its sizes, but it is {_text(filter)}.")
    if depth is not None and filter_depth is not None:
        shapes = f"input {_text(input)} ({window.data_format}), filter {_text(filter)}"
        if depth % filter_depth or not depth:
            raise ValueError(
                f"Depth of input ({depth}) is not a multiple of input depth of filter ({filter_depth}): {shapes}. "
                "The filter's third size must be the input's number of channels."
            )
        groups = depth // filter_depth
        if filters is not None and filters % groups:
            raise ValueError(
                f"Depth of output ({filters}) is not a multiple of the number of groups ({groups}): {shapes}."
            )
    spatial = window.with_ksize(filter[:2]).output_sizes(input)
    return window.arranged(input[0], spatial, filters)


def _check_out_backprop(window: Window, input: Sizes, filter: Sizes, out_backprop: Sizes) -> None:
    expected = _output_sizes(window, input, filter)
    if any(None not in pair and pair[0] != pair[1] for pair in zip(expected, out_backprop, strict=True)):
        raise ValueError(
            f"Dimensions must be equal: out_backprop is {_text(out_backprop)}, but convolving an input "
            f"{_text(input)} with a filter {_text(filter)}, strides {list(window.strides)} and padding "
            f"{window.padding!r} ({window.data_format}) gives {_text(expected)}."
        )


def _text(sizes: Sequence[int | None]) -> str:
    return f"[{','.join('?' if size is None else str(size) for size in sizes)}]"


def _sizes(ctx: InferenceContext, index: int, what: str) -> Sizes:
    return tuple(rules.with_rank(ctx.input(index), 4, what).as_list())


def _conv_shape(ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window("Conv2D", ctx.attr)
    input, filter = _sizes(ctx, 0, "input"), _sizes(ctx, 1, "filter")
    return [TensorShape(_output_sizes(window, input, filter))]


def _backprop_input_shape(ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window("Conv2DBackpropInput", ctx.attr)
    filter, out_backprop = _sizes(ctx, 1, "filter"), _sizes(ctx, 2, "out_backprop")
    input = _full_input_sizes(window, ctx.constant_shape(0), filter, out_backprop)
    if input[0] is None:
        input = out_backprop[0], *input[1:]
    _check_out_backprop(window, input, filter, out_backprop)
    return [TensorShape(input)]


def _full_input_sizes(window: Window, sizes: TensorShape, filter: Sizes, out_backprop: Sizes) -> Sizes:
    """`input_sizes` as four sizes; two of them are a height and a width."""
    if sizes.rank is None:
        return out_backprop[0], None, None, None
    if sizes.rank == 2:
        return window.arranged(out_backprop[0], sizes.as_list(), filter[2])
    if sizes.rank != 4:
        raise ValueError(
            f"Conv2DBackpropInput requires input_sizes to contain 4 values or 2 values, but got: {sizes.rank}: {sizes}."
        )
    return tuple(sizes.as_list())


def _backprop_filter_shape(ctx: InferenceContext) -> list[TensorShape]:
    window = conv_window("Conv2DBackpropFilter", ctx.attr)
    input, out_backprop = _sizes(ctx, 0, "input"), _sizes(ctx, 2, "out_backprop")
    filter = tuple(rules.with_rank(ctx.constant_shape(1), 4, "the filter that filter_sizes says").as_list())
    _check_out_backprop(window, input, filter, out_backprop)
    return [TensorShape(filter)]


# Kernels.


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


def _as_torch_filter(filter: torch.Tensor) -> torch.Tensor:
    return filter.permute(3, 2, 0, 1)


class _Geometry(NamedTuple):
    """What follows from the sizes of an input and a filter."""

    output: tuple[int, ...]
    paddings: tuple[Pair, Pair]
    both_sides: Pair | None
    """PyTorch's padding; None where it has to be written into the input, since the two sides differ."""
    groups: int


@lru_cache(maxsize=1024)
def _geometry(window: Window, input: tuple[int, ...], filter: tuple[int, ...]) -> _Geometry:
    output: Any = _output_sizes(window, input, filter)
    paddings = window.with_ksize(filter[:2]).paddings(input)
    (top, bottom), (left, right) = paddings
    both_sides = (top, left) if (top, left) == (bottom, right) else None
    return _Geometry(output, paddings, both_sides, input[window.channel_axis] // filter[2])


def _padded(x: torch.Tensor, geometry: _Geometry) -> tuple[torch.Tensor, Pair]:
    """`x`, channels first, and what PyTorch still has to pad: it pads both sides alike only."""
    if geometry.both_sides is not None:
        return x, geometry.both_sides
    (top, bottom), (left, right) = geometry.paddings
    return torch.constant_pad_nd(x, [left, right, top, bottom], 0), (0, 0)


def _conv_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def conv(input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
        geometry = _geometry(window, input.shape, filter.shape)
        if 0 in geometry.output:
            return input.new_empty(geometry.output)
        x, padding = _padded(window.channels_first(input), geometry)
        weight = _as_torch_filter(filter)
        y = torch.conv2d(x, weight, None, window.strides, padding, window.dilations, geometry.groups)
        return window.restored(y)

    return conv


def _convolution_backward(
    grad: torch.Tensor,
    x: torch.Tensor,
    filter: torch.Tensor,
    window: Window,
    geometry: _Geometry,
    padding: Pair,
    wanted: int,
) -> torch.Tensor:
    """The gradient of input (`wanted` 0) or filter (1) of a convolution with that padding on both sides."""
    mask = [wanted == 0, wanted == 1, False]
    results = torch.ops.aten.convolution_backward(
        grad, x, filter, None, window.strides, padding, window.dilations, False, [0, 0], geometry.groups, mask
    )
    return results[wanted]


def _checked_geometry(window: Window, input: Any, filter: Any, out_backprop: torch.Tensor) -> _Geometry:
    geometry = _geometry(window, input, filter)
    if geometry.output != out_backprop.shape:
        raise ValueError(f"out_backprop is {list(out_backprop.shape)}, expected {list(geometry.output)}.")
    return geometry


def _backprop_input_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input_sizes: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        sizes: Any = tuple(input_sizes.tolist())
        if len(sizes) != 4:
            sizes = _full_input_sizes(window, TensorShape(sizes), tuple(filter.shape), tuple(out_backprop.shape))
        geometry = _checked_geometry(window, sizes, filter.shape, out_backprop)
        if 0 in geometry.output:
            return out_backprop.new_zeros(sizes)
        return _input_gradient(window, geometry, sizes, filter, out_backprop)

    return _on_int32_exactly(backprop)


def _input_gradient(
    window: Window, geometry: _Geometry, sizes: tuple[int, ...], filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    grad, weight = window.channels_first(out_backprop), _as_torch_filter(filter)
    # PyTorch wants the input for its shape and layout only; fresh memory is never touched.
    if geometry.both_sides is not None:
        x = window.channels_first(out_backprop.new_empty(sizes))
        return window.restored(_convolution_backward(grad, x, weight, window, geometry, geometry.both_sides, 0))
    (top, bottom), (left, right) = geometry.paddings
    height, width = (sizes[axis] for axis in window.spatial_axes)
    padded = window.arranged(sizes[0], [top + height + bottom, left + width + right], sizes[window.channel_axis])
    x = window.channels_first(out_backprop.new_empty(padded))
    whole = _convolution_backward(grad, x, weight, window, geometry, (0, 0), 0)
    return window.restored(whole[:, :, top : top + height, left : left + width])


def _on_int32_exactly(backprop: Kernel) -> Kernel:
    """PyTorch has no integer derivative of a convolution; sums of products of int32 go through float64."""

    def computed(*values: torch.Tensor) -> torch.Tensor:
        if values[-1].dtype != torch.int32:
            return backprop(*values)
        exact = [value.double() for value in values[1:]]
        return backprop(values[0], *exact).to(torch.int64).to(torch.int32)

    return computed


def _backprop_filter_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def backprop(input: torch.Tensor, filter_sizes: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
        sizes = tuple(filter_sizes.tolist())
        if len(sizes) != 4:
            raise ValueError(f"filter_sizes must hold 4 sizes, got {sizes}.")
        geometry = _checked_geometry(window, input.shape, sizes, out_backprop)
        if 0 in geometry.output:
            return out_backprop.new_zeros(sizes)
        x, padding = _padded(window.channels_first(input), geometry)
        # Wanted for its shape; a plain layout, because PyTorch refuses a permuted one for a single filter.
        weight = out_backprop.new_empty((sizes[3], sizes[2], sizes[0], sizes[1]))
        grad = window.channels_first(out_backprop)
        result = _convolution_backward(grad, x, weight, window, geometry, padding, 1)
        return result.permute(2, 3, 1, 0).contiguous()

    return backprop


# Gradients. Each of the three is linear in two inputs, so the three are each other's gradients.


def _window_attrs(op: Operation) -> dict[str, Any]:
    names = ("strides", "padding", "use_cudnn_on_gpu", "explicit_paddings", "data_format", "dilations")
    return {name: op.attrs[name] for name in names}


def _conv_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    input, filter = op.inputs
    input_sizes, filter_sizes = apply_op("ShapeN", input=[input, filter])
    attrs = _window_attrs(op)
    return [
        apply_op("Conv2DBackpropInput", input_sizes=input_sizes, filter=filter, out_backprop=grad, **attrs),
        apply_op("Conv2DBackpropFilter", input=input, filter_sizes=filter_sizes, out_backprop=grad, **attrs),
    ]


def _backprop_input_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    _, filter, out_backprop = op.inputs
    attrs = _window_attrs(op)
    sizes = shape_of(filter)
    return [
        None,
        apply_op("Conv2DBackpropFilter", input=grad, filter_sizes=sizes, out_backprop=out_backprop, **attrs),
        apply_op("Conv2D", input=grad, filter=filter, **attrs),
    ]


def _backprop_filter_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    input, _, out_backprop = op.inputs
    attrs = _window_attrs(op)
    sizes = shape_of(input)
    return [
        apply_op("Conv2DBackpropInput", input_sizes=sizes, filter=grad, out_backprop=out_backprop, **attrs),
        None,
        apply_op("Conv2D", input=input, filter=grad, **attrs),
    ]


def _attrs(types: str) -> str:
    return (
        f"T: type in {{{types}}}; strides: list(int); use_cudnn_on_gpu: bool = true; "
        "padding: string in {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; "
        "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}; dilations: list(int) = [1, 1, 1, 1]"
    )


register_op(
    "Conv2D",
    inputs="input: T; filter: T",
    outputs="output: T",
    attrs=_attrs("half, bfloat16, float, double, int32"),
    shape=_conv_shape,
    kernel=_conv_kernel,
    gradient=_conv_gradient,
)
register_op(
    "Conv2DBackpropInput",
    inputs="input_sizes: int32; filter: T; out_backprop: T",
    outputs="output: T",
    attrs=_attrs("half, bfloat16, float, double, int32"),
    shape=_backprop_input_shape,
    kernel=_backprop_input_kernel,
    gradient=_backprop_input_gradient,
)
register_op(
    "Conv2DBackpropFilter",
    inputs="input: T; filter_sizes: int32; out_backprop: T",
    outputs="output: T",
    attrs=_attrs("half, bfloat16, float, double"),
    shape=_backprop_filter_shape,
    kernel=_backprop_filter_kernel,
    gradient=_backprop_filter_gradient,
)
