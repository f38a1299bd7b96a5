"""Convolutions that resize or mirror their input first (API: what optimize_for_inference makes).

Graphs that TensorFlow's tool has written have these nodes; each is the nodes that it stands for, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, get_op, register_op
from convflow.graph.operation import Operation
from convflow.ops import conv as conv  # the nodes register themselves
from convflow.ops import rules
from convflow.ops.array import pad as pad
from convflow.ops.image import resize_ops as resize_ops

_ATTRS = "mode: string in {'REFLECT', 'SYMMETRIC'}; strides: list(int); padding: string in {'SAME', 'VALID'}"


def _kernel_of(op_type: str, op: Operation, **attrs: Any) -> Callable[..., Any]:
    """The kernel of one of the nodes that the fused one stands for."""
    return get_op(op_type).kernel(SimpleNamespace(type=op_type, name=op.name, inputs=op.inputs, attrs=attrs))


def _padded_convolution(op: Operation) -> Callable[..., Any]:
    mirror = _kernel_of("MirrorPad", op, mode=op.attrs["mode"])
    convolve = _kernel_of(
        "Conv2D",
        op,
        strides=op.attrs["strides"],
        padding=op.attrs["padding"],
        data_format="NHWC",
        dilations=[1, 1, 1, 1],
        explicit_paddings=[],
    )
    return lambda input, paddings, filter: convolve(mirror(input, paddings), filter)


def _resized_convolution(op: Operation) -> Callable[..., Any]:
    resize = _kernel_of("ResizeBilinear", op, align_corners=op.attrs["resize_align_corners"], half_pixel_centers=False)
    convolve = _padded_convolution(op)
    return lambda input, size, paddings, filter: convolve(resize(input, size).to(filter.dtype), paddings, filter)


def _rule(resizes: bool) -> Callable[[InferenceContext], list[TensorShape]]:
    def rule(ctx: InferenceContext) -> list[TensorShape]:
        input = rules.with_rank(ctx.input(0), 4, "input")
        filter = rules.with_rank(ctx.input(2 + resizes), 4, "filter")
        rules.with_rank(ctx.input(1 + resizes), 2, "paddings")
        rules.merge_dimension(input[3], filter[2], f"input {input} and filter {filter} must have the same depth")
        return [TensorShape([input[0], *_sizes(ctx, input, filter, resizes), filter[3]])]

    return rule


def _sizes(ctx: InferenceContext, input: TensorShape, filter: TensorShape, resizes: bool) -> list[int | None]:
    sizes: list[int | None] = input.as_list()[1:3]
    if resizes:
        target = ctx.constant_shape(1)
        sizes = target.as_list() if target.rank is not None else [None, None]
    margins = ctx.constant(1 + resizes)
    found: list[int | None] = []
    for axis, (size, taps) in enumerate(zip(sizes, filter.as_list()[:2], strict=True), 1):
        if size is None or taps is None or margins is None:
            found.append(None)
            continue
        step = ctx.attr("strides")[axis]
        whole = size + int(margins[axis].sum())
        found.append(-(-(whole if ctx.attr("padding") in ("SAME", b"SAME") else whole - taps + 1) // step))
    return found


register_op(
    "FusedPadConv2D",
    inputs="input: T; paddings: int32; filter: T",
    outputs="output: T",
    attrs=f"T: type in {{half, bfloat16, float, double}}; {_ATTRS}",
    shape=_rule(False),
    kernel=_padded_convolution,
    gradient=NO_GRADIENT,
)
register_op(
    "FusedResizeAndPadConv2D",
    inputs="input: T; size: int32; paddings: int32; filter: T",
    outputs="output: T",
    attrs=f"T: type in {{half, float, double}}; resize_align_corners: bool = false; {_ATTRS}",
    shape=_rule(True),
    kernel=_resized_convolution,
    gradient=NO_GRADIENT,
)
