"""The pieces of pictures and volumes under a moving window (API: tf.extract_image_patches, tf.extract_volume_patches).

Both are gathers: which element stands where follows from sizes alone. Their gradients add up what went to each element.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.array.gather import unsorted_segment_sum
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import unstack
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import add, multiply, subtract
from convflow.ops.window import either


def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    sizes: Any = None,
) -> Tensor:
    """The window's content at each of its places, as channels (API: tf.extract_image_patches).

    Args:
        images: [batch, rows, columns, depth].
        ksizes: [1, height, width, 1] of the window. `sizes` is another name for it.
        strides: [1, vertical, horizontal, 1] steps of the window.
        rates: [1, vertical, horizontal, 1] steps between the elements in the window.
        padding: "VALID", or "SAME": what stands outside of the picture is zero.

    Returns:
        [batch, places down, places across, height * width * depth].
    """
    ksizes = either("sizes", sizes, "ksizes", ksizes)
    return apply_op(
        "ExtractImagePatches", images=images, ksizes=ksizes, strides=strides, rates=rates, padding=padding, name=name
    )


def extract_patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str, name: str | None = None) -> Tensor:
    """`extract_image_patches` under its later name (API: tf.image.extract_patches).

    Args:
        images: [batch, rows, columns, depth], of a number type or bool.
        sizes: [1, height, width, 1] of the window.
        strides: [1, vertical, horizontal, 1] steps of the window.
        rates: [1, vertical, horizontal, 1] steps between the elements in the window.
        padding: "VALID", or "SAME": what stands outside of the picture is zero.

    Returns:
        [batch, places down, places across, height * width * depth] of the type of `images`.
    """
    return extract_image_patches(images, sizes, strides, rates, padding, name)


def extract_volume_patches(input: Any, ksizes: Any, strides: Any, padding: str, name: str | None = None) -> Tensor:
    """`extract_image_patches` of volumes [batch, planes, rows, columns, depth] (API: tf.extract_volume_patches).

    Args:
        ksizes: [1, depth, height, width, 1] of the window.
        strides: [1, deep, vertical, horizontal, 1] steps of the window.
    """
    return apply_op("ExtractVolumePatches", input=input, ksizes=ksizes, strides=strides, padding=padding, name=name)


@dataclass(frozen=True)
class _Axis:
    """The window along one axis."""

    ksize: int
    stride: int
    rate: int
    padding: str

    @property
    def span(self) -> int:
        return (self.ksize - 1) * self.rate + 1

    def places(self, size: int) -> int:
        if self.padding == "SAME":
            return -(-size // self.stride)
        # A window that is too large by less than a step has no place, as in TensorFlow; a larger one is a mistake.
        reach = size - self.span + self.stride
        if reach <= -self.stride:
            raise ValueError(f"A window that spans {self.span} elements does not fit into {size}; use padding 'SAME'.")
        return max(reach, 0) // self.stride

    def elements(self, size: int) -> torch.Tensor:
        """[places, ksize]: which element stands there, -1 for none."""
        places = self.places(size)
        before = max((places - 1) * self.stride + self.span - size, 0) // 2 if self.padding == "SAME" else 0
        starts = torch.arange(places).reshape(-1, 1) * self.stride - before
        found = starts + torch.arange(self.ksize) * self.rate
        return torch.where((found >= 0) & (found < size), found, -1)


def _axes(attr: Callable[[str], Any], rank: int) -> list[_Axis]:
    padding = attr("padding")
    padding = padding.decode() if isinstance(padding, bytes) else padding
    values = {"ksizes": attr("ksizes"), "strides": attr("strides"), "rates": [1] * rank}
    if rank == 4:
        values["rates"] = attr("rates")
    for what, numbers in values.items():
        _check_numbers(what, numbers, rank)
    columns = zip(values["ksizes"], values["strides"], values["rates"], strict=True)
    return [_Axis(*column, padding) for column in list(columns)[1:-1]]


def _check_numbers(what: str, numbers: Sequence[int], rank: int) -> None:
    if len(numbers) != rank:
        raise ValueError(f"The attribute {what} must contain {rank} values, but contains {len(numbers)}: {numbers}.")
    if min(numbers) < 1:
        raise ValueError(f"The attribute {what} must be positive, got {numbers}.")


def _patches_shape(rank: int) -> Callable[[Any], list[TensorShape]]:
    def shape(ctx: Any) -> list[TensorShape]:
        axes = _axes(ctx.attr, rank)
        images = rules.with_rank(ctx.input(0), rank, "images" if rank == 4 else "input")
        if ctx.input(0).rank is None:
            return [unknown_shape(rank)]
        depth = images[-1] * math.prod(axis.ksize for axis in axes)
        sizes = images.as_list()[1:-1]
        # As in TensorFlow, one unknown size leaves all of them open.
        known: list[int | None] = [None] * len(sizes)
        if None not in sizes:
            known = [axis.places(size or 0) for axis, size in zip(axes, sizes, strict=True)]
        return [TensorShape([images[0], *map(Dimension, known), depth])]

    return shape


def _places(op: Operation, sizes: Sequence[int]) -> torch.Tensor:
    """[*places, *ksizes]: the number of the element in its picture, counted from 1; 0 for none."""
    axes = _axes(op.attrs.__getitem__, len(sizes))
    count = len(axes)
    numbers = torch.zeros([1] * (2 * count), dtype=torch.int64)
    outside = torch.zeros([1] * (2 * count), dtype=torch.bool)
    for index, (axis, size) in enumerate(zip(axes, sizes[1:-1], strict=True)):
        found = axis.elements(size)
        view = [1] * (2 * count)
        view[index], view[count + index] = found.shape
        found = found.reshape(view)
        numbers = numbers * size + found
        outside = outside | (found < 0)
    return torch.where(outside, -1, numbers) + 1


def _patches_kernel(op: Operation) -> Callable[[torch.Tensor], torch.Tensor]:
    def compute(images: torch.Tensor) -> torch.Tensor:
        places = _places(op, images.shape)
        count = places.ndim // 2
        batch, depth = images.shape[0], images.shape[-1]
        pixels = images.reshape(batch, -1, depth)
        pixels = torch.cat([pixels.new_zeros(batch, 1, depth), pixels], dim=1)
        taken = pixels.index_select(1, places.reshape(-1))
        return taken.reshape(batch, *places.shape[:count], math.prod(places.shape[count:]) * depth)

    return compute


def _patches_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    """Where each element of a patch came from is found by taking patches of the elements' numbers."""
    images = op.inputs[0]
    sizes = shape_of(images)
    batch, *spatial, depth = unstack(sizes, num=len(op.attrs["ksizes"]))
    count = spatial[0]
    for size in spatial[1:]:
        count = multiply(count, size)
    numbers = reshape(range_of(1, add(count, 1)), [1, *spatial, 1])
    settings = {name: op.attrs[name] for name in ("ksizes", "strides", "padding")}
    if op.type == "ExtractImagePatches":
        places = apply_op(op.type, images=numbers, rates=op.attrs["rates"], **settings)
    else:
        places = apply_op(op.type, input=numbers, **settings)
    rows = transpose(reshape(grad, [batch, -1, depth]), [1, 0, 2])
    rows = reshape(rows, [-1, multiply(batch, depth)])
    # Number 0, outside of the picture, becomes the segment -1, which is left out.
    total = unsorted_segment_sum(rows, subtract(reshape(places, [-1]), 1), count)
    return [reshape(transpose(reshape(total, [count, batch, depth]), [1, 0, 2]), sizes)]


_NUMBERS = "bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64"
register_op(
    "ExtractImagePatches",
    inputs="images: T",
    outputs="patches: T",
    attrs=(
        "ksizes: list(int) >= 4; strides: list(int) >= 4; rates: list(int) >= 4; "
        f"T: type in {{{_NUMBERS}, complex64, complex128, bool}}; padding: string in {{'SAME', 'VALID'}}"
    ),
    shape=_patches_shape(4),
    kernel=_patches_kernel,
    gradient=_patches_gradient,
)
register_op(
    "ExtractVolumePatches",
    inputs="input: T",
    outputs="patches: T",
    attrs=(
        f"ksizes: list(int) >= 5; strides: list(int) >= 5; T: type in {{{_NUMBERS}}}; "
        "padding: string in {'SAME', 'VALID'}"
    ),
    shape=_patches_shape(5),
    kernel=_patches_kernel,
    gradient=_patches_gradient,
)
