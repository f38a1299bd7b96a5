"""Pooling over windows of pictures and its derivatives (API: tf.nn.max_pool, tf.nn.avg_pool)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.factories import on_wide_unsigned
from convflow.ops.types import FLOATING
from convflow.ops.window import Pair, Window, either, padding_attrs, pool_window, spread

Kernel = Callable[..., torch.Tensor]


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The largest element of each window (API: tf.nn.max_pool).

    Args:
        value: shape (batch, height, width, channels), or (batch, channels, height, width) for "NCHW".
        ksize: the window's size: one number, (height, width), or four numbers in the order of `data_format`.
        strides: steps between windows, in the forms of `ksize`.
        padding: "SAME", "VALID", or four pairs (before, after). Padding never wins.
        input: another name of `value`.

    Returns:
        Shape (batch, out_height, out_width, channels) in the data format.

    Raises:
        ValueError: windows that cannot work on this shape.
    """
    value = either("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as scope:
        data_format = data_format or "NHWC"
        ksize = spread(ksize, data_format, "ksize")
        if 0 in ksize:
            raise ValueError(f"`ksize` cannot be zero. Received: ksize={ksize}")
        strides = spread(strides, data_format, "strides")
        value = convert_to_tensor(value, name="input")
        padding, explicit_paddings = padding_attrs(padding)
        return apply_op(
            "MaxPool",
            input=value,
            ksize=ksize,
            strides=strides,
            padding=padding,
            explicit_paddings=explicit_paddings,
            data_format=data_format,
            name=scope,
        )


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean of each window (API: tf.nn.avg_pool); padding does not count.

    Args and errors as for `max_pool`, but padding is "SAME" or "VALID".
    """
    value = either("input", input, "value", value)
    with name_scope(name, "AvgPool", [value]) as scope:
        data_format = data_format or "NHWC"
        return apply_op(
            "AvgPool",
            value=value,
            ksize=spread(ksize, data_format, "ksize"),
            strides=spread(strides, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            name=scope,
        )


# Shapes.


def _channel_axis(ctx: InferenceContext) -> int:
    return ctx.attr("data_format").index("C")


def _pooled(ctx: InferenceContext, op_type: str, input: TensorShape) -> TensorShape:
    window = pool_window(op_type, ctx.attr)
    sizes = tuple(rules.with_rank(input, 4, "input").as_list())
    depth, depth_window = sizes[window.channel_axis], ctx.attr("ksize")[window.channel_axis]
    channels = None if depth is None else depth // depth_window
    return TensorShape(window.arranged(sizes[0], window.output_sizes(sizes), channels))


def _max_pool_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [_pooled(ctx, "MaxPool", ctx.input(0))]


def _avg_pool_shape(ctx: InferenceContext) -> list[TensorShape]:
    return [_pooled(ctx, "AvgPool", ctx.input(0))]


def _matching(expected: TensorShape, got: TensorShape, what: str, input: TensorShape) -> TensorShape:
    try:
        return expected.merge_with(got)
    except ValueError:
        raise ValueError(
            f"Expected {what} shape to be {expected}, but got {got}: that is what the windows make of the input "
            f"{input}."
        ) from None


def _max_pool_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.input(0), 4, "orig_input")
    pooled = _matching(_pooled(ctx, "MaxPoolGrad", input), ctx.input(1), "orig_output", input)
    _matching(pooled, ctx.input(2), "grad", input)
    return [input]


def _max_pool_grad_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.input(0), 4, "orig_input")
    pooled = _pooled(ctx, "MaxPoolGradGrad", input)
    _matching(pooled, ctx.input(1), "orig_output", input)
    _matching(input, ctx.input(2), "grad", input)
    return [pooled]


def _avg_pool_grad_shape(ctx: InferenceContext) -> list[TensorShape]:
    input = rules.with_rank(ctx.constant_shape(0), 4, "the input that orig_input_shape says")
    _matching(_pooled(ctx, "AvgPoolGrad", input), ctx.input(1), "grad", input)
    return [input]


# Kernels.


@dataclass(frozen=True)
class _Places:
    """TensorFlow's windows in PyTorch's terms.

    Attributes:
        padding: PyTorch's padding, on both sides of an axis.
        ceil_mode: the last window may reach over the end.
        extra: windows to drop from the front of each axis.
        explicit: (before, after) of each axis where padding has to be written into the input; None otherwise.
    """

    padding: Pair
    ceil_mode: bool
    extra: Pair
    explicit: tuple[Pair, Pair] | None


def _places(window: Window, sizes: Sequence[int]) -> _Places:
    """PyTorch pads both sides alike, SAME one more after: reached without a copy of the input.

    A stride above 1 lets the last window hang over the end; a stride of 1 gives one window too many in front.
    """
    paddings = window.paddings(sizes)
    padding, extra, ceil_mode = [0, 0], [0, 0], False
    for axis, (before, after) in enumerate(paddings):
        if window.padding == "EXPLICIT" and (before or after):
            return _Places((0, 0), False, (0, 0), paddings)
        hangs_over = after > before and window.strides[axis] > 1
        extra[axis] = int(after > before and not hangs_over)
        padding[axis] = before + extra[axis]
        ceil_mode = ceil_mode or hangs_over
    return _Places((padding[0], padding[1]), ceil_mode, (extra[0], extra[1]), None)


def _without_extra(y: torch.Tensor, places: _Places) -> torch.Tensor:
    top, left = places.extra
    return y[:, :, top:, left:] if top or left else y


def _with_extra(grad: torch.Tensor, places: _Places) -> torch.Tensor:
    top, left = places.extra
    return torch.constant_pad_nd(grad, [left, 0, top, 0], 0) if top or left else grad


def _padded_lowest(x: torch.Tensor, places: _Places) -> torch.Tensor:
    if places.explicit is None:
        return x
    (top, bottom), (left, right) = places.explicit
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    return torch.constant_pad_nd(x, [left, right, top, bottom], lowest)


def _kernel_window(op: Operation) -> Window:
    """The window, if it moves over pictures only."""
    ksize, strides = op.attrs["ksize"], op.attrs["strides"]
    channels = op.attrs["data_format"].index("C")
    for what, axis in (("batch", 0), ("depth", channels)):
        if ksize[axis] != 1 or strides[axis] != 1:
            raise errors.UnimplementedError(
                op.node_def,
                op,
                f"{op.type} is not yet supported on the {what} dimension, got ksize={ksize}, strides={strides}, "
                f"data_format={op.attrs['data_format']!r}. Pool over height and width only.\n\t [[{op.describe()}]]",
            )
    return pool_window(op.type, op.attrs.__getitem__)


def _ksize(window: Window) -> Pair:
    height, width = window.ksize
    if height is None or width is None:
        raise ValueError("A pooling window has a size.")
    return height, width


def _checked_sizes(window: Window, sizes: Sequence[int]) -> tuple[int, ...]:
    """The four sizes of the pooled output; ValueError where the windows do not fit."""
    if len(sizes) != 4:
        raise ValueError(f"Pooling needs an input of rank 4, got shape {list(sizes)}.")
    result: Any = window.arranged(sizes[0], window.output_sizes(tuple(sizes)), sizes[window.channel_axis])
    return result


def _check_equal(what: str, got: torch.Size, expected: tuple[int, ...]) -> None:
    if tuple(got) != tuple(expected):
        raise ValueError(f"Expected {what} shape to be {list(expected)}, but got {list(got)}.")


def _max_pool_kernel(op: Operation) -> Kernel:
    channels = op.attrs["data_format"].index("C")
    if op.attrs["ksize"][channels] != 1:
        return _depth_max_pool_kernel(op, channels)
    window = _kernel_window(op)

    def pool(input: torch.Tensor) -> torch.Tensor:
        sizes = _checked_sizes(window, input.shape)
        if 0 in sizes:
            return input.new_empty(sizes)
        places = _places(window, input.shape)
        x = _padded_lowest(window.channels_first(input), places)
        y = torch.max_pool2d(x, _ksize(window), window.strides, places.padding, 1, places.ceil_mode)
        return window.restored(_without_extra(y, places))

    return on_wide_unsigned(pool)


def _depth_max_pool_kernel(op: Operation, channels: int) -> Kernel:
    ksize, strides = op.attrs["ksize"], op.attrs["strides"]
    depth = ksize[channels]
    if strides[channels] != depth or any(
        size != 1 for sizes in (ksize, strides) for axis, size in enumerate(sizes) if axis != channels
    ):
        raise errors.UnimplementedError(
            op.node_def,
            op,
            "MaxPool works across depth or across height and width, and the depth window must equal the depth "
            f"stride, got ksize={ksize}, strides={strides}.\n\t [[{op.describe()}]]",
        )

    def pool(input: torch.Tensor) -> torch.Tensor:
        if input.ndim != 4 or input.shape[channels] % depth:
            raise errors.UnimplementedError(
                None,
                None,
                f"Depthwise max pooling requires the depth window ({depth}) to evenly divide the input's depth: "
                f"the input has shape {list(input.shape)}.",
            )
        return torch.amax(input.unflatten(channels, (-1, depth)), dim=channels + 1)

    return on_wide_unsigned(pool)


def _max_and_indices(x: torch.Tensor, window: Window, places: _Places) -> tuple[torch.Tensor, torch.Tensor]:
    """Maxima and their places in `x`, channels first: for each (batch, channel), row * width + column."""
    return torch.ops.aten.max_pool2d_with_indices(
        x, _ksize(window), window.strides, places.padding, [1, 1], places.ceil_mode
    )


def _scattered(
    grad: torch.Tensor, x: torch.Tensor, window: Window, places: _Places, indices: torch.Tensor
) -> torch.Tensor:
    if grad.is_floating_point():
        return torch.ops.aten.max_pool2d_with_indices_backward(
            grad, x, _ksize(window), window.strides, places.padding, [1, 1], places.ceil_mode, indices
        )
    result = grad.new_zeros(x.shape).flatten(2)
    return result.scatter_add_(2, indices.flatten(2), grad.flatten(2)).view(x.shape)


def _max_pool_grad_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def pool_grad(orig_input: torch.Tensor, orig_output: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
        sizes = _checked_sizes(window, orig_input.shape)
        _check_equal("orig_output", orig_output.shape, sizes)
        _check_equal("grad", grad.shape, sizes)
        if 0 in sizes:
            return torch.zeros_like(orig_input)
        places = _places(window, orig_input.shape)
        x = _padded_lowest(window.channels_first(orig_input), places)
        # The maxima alone cannot tell which of several equal elements came first: the windows are walked again.
        indices = _max_and_indices(x, window, places)[1]
        result = _scattered(_with_extra(window.channels_first(grad), places), x, window, places, indices)
        return window.restored(_inner(result, places))

    return on_wide_unsigned(pool_grad)


def _inner(x: torch.Tensor, places: _Places) -> torch.Tensor:
    if places.explicit is None:
        return x
    (top, bottom), (left, right) = places.explicit
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]


def _max_pool_grad_grad_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def pool_grad_grad(orig_input: torch.Tensor, orig_output: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
        sizes = _checked_sizes(window, orig_input.shape)
        _check_equal("orig_output", orig_output.shape, sizes)
        _check_equal("grad", grad.shape, tuple(orig_input.shape))
        if 0 in sizes:
            return grad.new_empty(sizes)
        places = _places(window, orig_input.shape)
        indices = _max_and_indices(window.channels_first(orig_input), window, places)[1]
        picked = window.channels_first(grad).flatten(2).gather(2, indices.flatten(2)).view(indices.shape)
        return window.restored(_without_extra(picked, places))

    return on_wide_unsigned(pool_grad_grad)


def _avg_pool_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def pool(value: torch.Tensor) -> torch.Tensor:
        sizes = _checked_sizes(window, value.shape)
        if 0 in sizes:
            return value.new_empty(sizes)
        places = _places(window, value.shape)
        y = torch.ops.aten.avg_pool2d(
            window.channels_first(value), _ksize(window), window.strides, places.padding, places.ceil_mode, False
        )
        return window.restored(_without_extra(y, places))

    return pool


def _avg_pool_grad_kernel(op: Operation) -> Kernel:
    window = _kernel_window(op)

    def pool_grad(orig_input_shape: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
        input_sizes = orig_input_shape.tolist()
        sizes = _checked_sizes(window, input_sizes)
        _check_equal("grad", grad.shape, sizes)
        if 0 in sizes:
            return grad.new_zeros(input_sizes)
        places = _places(window, input_sizes)
        # Wanted for its shape and layout only.
        x = window.channels_first(grad.new_empty(input_sizes))
        result = torch.ops.aten.avg_pool2d_backward(
            _with_extra(window.channels_first(grad), places),
            x, _ksize(window), window.strides, places.padding, places.ceil_mode, False, None,
        )  # fmt: skip
        return window.restored(result)

    return pool_grad


# Gradients.


def _window_attrs(op: Operation, *names: str) -> dict[str, Any]:
    return {name: op.attrs[name] for name in ("ksize", "strides", "padding", "data_format", *names)}


def _max_pool_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    attrs = _window_attrs(op, "explicit_paddings")
    input, output = op.inputs[0], op.outputs[0]
    return [apply_op("MaxPoolGrad", orig_input=input, orig_output=output, grad=grad, **attrs)]


def _max_pool_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return _pool_grad_gradient(op, grad, "MaxPoolGradGrad")


def _max_pool_grad_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return _pool_grad_gradient(op, grad, "MaxPoolGrad")


def _pool_grad_gradient(op: Operation, grad: Tensor, op_type: str) -> list[Tensor | None]:
    # Which element is the largest does not change with a small step: no gradient flows that way.
    input, output = op.inputs[:2]
    return [
        apply_op("ZerosLike", x=input, name="zeros_like"),
        apply_op("ZerosLike", x=output, name="zeros_like"),
        apply_op(op_type, orig_input=input, orig_output=output, grad=grad, **_window_attrs(op)),
    ]


def _avg_pool_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    shape = shape_of(op.inputs[0])
    return [apply_op("AvgPoolGrad", orig_input_shape=shape, grad=grad, **_window_attrs(op))]


def _avg_pool_grad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None, apply_op("AvgPool", value=grad, **_window_attrs(op))]


_WINDOW = "ksize: list(int) >= 4; strides: list(int) >= 4; padding: string in {'SAME', 'VALID'}; "
_EXPLICIT = (
    "ksize: list(int) >= 4; strides: list(int) >= 4; padding: string in {'SAME', 'VALID', 'EXPLICIT'}; "
    "explicit_paddings: list(int) = []; "
)
_FORMAT = "data_format: string = 'NHWC' in {'NHWC', 'NCHW'}; "
_REAL = "float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64"

register_op(
    "MaxPool",
    inputs="input: T",
    outputs="output: T",
    attrs=(
        "T: type = float in {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8}; "
        f"{_EXPLICIT}data_format: string = 'NHWC' in {{'NHWC', 'NCHW', 'NCHW_VECT_C'}}"
    ),
    shape=_max_pool_shape,
    kernel=_max_pool_kernel,
    gradient=_max_pool_gradient,
)
register_op(
    "MaxPoolGrad",
    inputs="orig_input: T; orig_output: T; grad: T",
    outputs="output: T",
    attrs=f"{_EXPLICIT}{_FORMAT}T: type = float in {{{_REAL}}}",
    shape=_max_pool_grad_shape,
    kernel=_max_pool_grad_kernel,
    gradient=_max_pool_grad_gradient,
)
register_op(
    "MaxPoolGradGrad",
    inputs="orig_input: T; orig_output: T; grad: T",
    outputs="output: T",
    attrs=f"{_WINDOW}{_FORMAT}T: type in {{{_REAL}}}",
    shape=_max_pool_grad_grad_shape,
    kernel=_max_pool_grad_grad_kernel,
    gradient=_max_pool_grad_grad_gradient,
)
register_op(
    "AvgPool",
    inputs="value: T",
    outputs="output: T",
    attrs=f"{_WINDOW}{_FORMAT}T: type in {{{FLOATING}}}",
    shape=_avg_pool_shape,
    kernel=_avg_pool_kernel,
    gradient=_avg_pool_gradient,
)
register_op(
    "AvgPoolGrad",
    inputs="orig_input_shape: int32; grad: T",
    outputs="output: T",
    attrs=f"{_WINDOW}{_FORMAT}T: type in {{{FLOATING}}}",
    shape=_avg_pool_grad_shape,
    kernel=_avg_pool_grad_kernel,
    gradient=_avg_pool_grad_gradient,
)
