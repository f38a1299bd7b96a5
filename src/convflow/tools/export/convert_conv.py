"""Convolutions, in ONNX's layouts: images NCHW, kernels [out, in, height, width]."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.graph.operation import Operation
from convflow.tools.export import refuse
from convflow.tools.export.builder import Builder, converter, is_nchw

# [height, width, in, out] to [out, in, height, width].
_KERNEL = (3, 2, 0, 1)


@converter("Conv2D", "DepthwiseConv2dNative")
def _convolution(b: Builder, op: Operation) -> None:
    kernel, group, sizes = _kernel(b, op)
    rates = spatial(op, "dilations")
    attrs = {
        "kernel_shape": sizes,
        "strides": spatial(op, "strides"),
        "dilations": rates,
        "group": group,
        **padding(b, op, sizes, rates),
    }
    b.emit_image(op, "Conv", [b.channels_first(op), kernel], **attrs)


def _kernel(b: Builder, op: Operation) -> tuple[str, int, list[int]]:
    """The kernel as ONNX wants it, the number of groups, and the window's sizes."""
    shape = b.sizes(op, 1)
    if None in shape:
        raise refuse.unknown_shape(op, op.inputs[1], "the kernel's shape")
    height, width, channels, count = (int(size or 0) for size in shape)
    name = b.input(op, 1)
    if op.type == "Conv2D":
        taken = b.sizes(op)[1 if is_nchw(op) else 3]
        group = int(taken) // channels if taken and channels else 1
        return b.transposed(name, _KERNEL), group, [height, width]
    # Each channel has `count` kernels of its own, one after the other.
    flat = b.reshaped(name, [height, width, 1, channels * count])
    return b.transposed(flat, _KERNEL), channels, [height, width]


def spatial(op: Operation, attr: str) -> list[int]:
    """The two numbers of an attribute that are for height and width."""
    values = [int(value) for value in op.attrs.get(attr) or [1, 1, 1, 1]]
    return values[2:4] if is_nchw(op) else values[1:3]


def padding(b: Builder, op: Operation, sizes: list[int], rates: list[int]) -> dict[str, Any]:
    """The attributes that pad as TensorFlow does.

    Explicit numbers (top, left, bottom, right) where sizes decide nothing or are known; else ONNX's SAME_UPPER,
    which is TensorFlow's SAME.
    """
    kind, strides = op.attrs["padding"], spatial(op, "strides")
    if kind == "VALID":
        return {"pads": [0, 0, 0, 0]}
    if kind == "EXPLICIT":
        given = [int(value) for value in op.attrs["explicit_paddings"]]
        first = 4 if is_nchw(op) else 2
        top, bottom, left, right = given[first : first + 4]
        return {"pads": [top, left, bottom, right]}
    image = b.sizes(op)[2:4] if is_nchw(op) else b.sizes(op)[1:3]
    pads = [_same(*each) for each in zip(image, sizes, strides, rates, strict=True)]
    if any(pad is None for pad in pads):
        return {"auto_pad": "SAME_UPPER"}
    (top, bottom), (left, right) = (pad or (0, 0) for pad in pads)
    return {"pads": [top, left, bottom, right]}


def _same(size: int | None, window: int, stride: int, rate: int) -> tuple[int, int] | None:
    reach = (window - 1) * rate + 1
    if stride == 1:
        total = reach - 1
    elif size is None:
        return None
    else:
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


@converter("SpaceToBatchND", "BatchToSpaceND")
def _blocks(b: Builder, op: Operation) -> None:
    dilated = b.graph.dilated(op)
    if dilated is None:
        (_spread if op.type == "SpaceToBatchND" else _gather)(b, op)
        return
    kernel, group, sizes = _kernel(b, dilated.conv)
    (top, bottom), (left, right) = dilated.pads
    data = b.value(dilated.data)
    attrs = {
        "kernel_shape": sizes,
        "strides": [1, 1],
        "dilations": list(dilated.rates),
        "group": group,
        "pads": [top, left, bottom, right],
    }
    data = data if is_nchw(dilated.conv) else b.transposed(data, (0, 3, 1, 2))
    b.emit_image(op, "Conv", [data, kernel], **attrs)


def _block_sizes(b: Builder, op: Operation) -> tuple[list[int], list[list[int]], list[int], list[int]]:
    """Blocks, paddings or crops, the image's spatial sizes and those after."""
    blocks = b.ints(op, 1)
    edges = b.argument(op, 2).tolist()
    sizes = b.sizes(op)
    if None in sizes[1:]:
        raise refuse.unknown_shape(op, op.inputs[0], "all sizes but the batch's")
    known = [int(size or 0) for size in sizes]
    return blocks, edges, known[1 : 1 + len(blocks)], known[1 + len(blocks) :]


def _spread(b: Builder, op: Operation) -> None:
    blocks, pads, sizes, rest = _block_sizes(b, op)
    count, rank = len(blocks), 1 + len(sizes) + len(rest)
    before, after = [0, *(p[0] for p in pads), *[0] * len(rest)], [0, *(p[1] for p in pads), *[0] * len(rest)]
    padded = b.node("Pad", [b.input(op, 0), _int64(b, [*before, *after])], rank, mode="constant")
    parts = [(size + sum(pad)) // block for size, pad, block in zip(sizes, pads, blocks, strict=True)]
    split = [number for pair in zip(parts, blocks, strict=True) for number in pair]
    inner = b.node("Reshape", [padded, _int64(b, [-1, *split, *rest])], rank + count)
    perm = [*range(2, 2 * count + 1, 2), 0, *range(1, 2 * count, 2), *range(2 * count + 1, rank + count)]
    turned = b.node("Transpose", [inner], rank + count, perm=perm)
    b.emit(op, "Reshape", [turned, _int64(b, [-1, *parts, *rest])])


def _gather(b: Builder, op: Operation) -> None:
    blocks, crops, sizes, rest = _block_sizes(b, op)
    count, rank = len(blocks), 1 + len(sizes) + len(rest)
    inner = b.node("Reshape", [b.input(op, 0), _int64(b, [*blocks, -1, *sizes, *rest])], rank + count)
    perm = [count]
    for axis in range(count):
        perm += [count + 1 + axis, axis]
    perm += range(2 * count + 1, rank + count)
    turned = b.node("Transpose", [inner], rank + count, perm=perm)
    whole = [size * block for size, block in zip(sizes, blocks, strict=True)]
    joined = b.node("Reshape", [turned, _int64(b, [-1, *whole, *rest])], rank)
    begins = [crop[0] for crop in crops]
    ends = [size - crop[1] for size, crop in zip(whole, crops, strict=True)]
    axes = list(range(1, 1 + count))
    b.emit(op, "Slice", [joined, *(_int64(b, each) for each in (begins, ends, axes, [1] * count))])


def _int64(b: Builder, values: list[int]) -> str:
    return b.constant(np.array(values, np.int64))


@converter("Conv2DBackpropInput")
def _transposed_convolution(b: Builder, op: Operation) -> None:
    kernel = b.sizes(op, 1)
    made = list(op.outputs[0].shape.as_list()) if op.outputs[0].shape.rank == 4 else [None] * 4
    first = 2 if is_nchw(op) else 1
    given, wanted = b.sizes(op, 2)[first : first + 2], made[first : first + 2]
    if None in given or None in wanted or None in kernel:
        raise refuse.unknown_shape(op, op.inputs[2], "height and width, of what it makes too")
    strides, rates = spatial(op, "strides"), spatial(op, "dilations")
    pads, extra = [], []
    explicit = op.attrs.get("explicit_paddings") or []
    for axis in range(2):
        reach = (int(kernel[axis] or 0) - 1) * rates[axis] + 1
        total = (int(given[axis] or 0) - 1) * strides[axis] + reach - int(wanted[axis] or 0)
        before = max(total, 0) // 2
        if op.attrs["padding"] == "VALID":
            before = 0
        elif op.attrs["padding"] == "EXPLICIT":
            before = int(explicit[2 * (first + axis)])
        after = total - before
        pads.append((before, max(after, 0)))
        extra.append(max(-after, 0))
    attrs = {
        "kernel_shape": [int(kernel[0] or 0), int(kernel[1] or 0)],
        "strides": strides,
        "dilations": rates,
        "pads": [pads[0][0], pads[1][0], pads[0][1], pads[1][1]],
        "output_padding": extra,
        "group": 1,
    }
    weight = b.transposed(b.input(op, 1), _KERNEL)
    b.emit_image(op, "ConvTranspose", [b.channels_first(op, 2), weight], **attrs)
