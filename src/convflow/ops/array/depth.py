"""Blocks of pixels moved into the channels and back (API: tf.space_to_depth, tf.depth_to_space)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules

_AXES = {"NHWC": (0, 1, 2, 3), "NCHW": (0, 2, 3, 1)}


def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Blocks of block_size x block_size pixels as channels (API: tf.space_to_depth, tf.nn.space_to_depth).

    Args:
        input: [batch, height, width, channels]; channels second in the format NCHW.
        block_size: at least 2; it divides height and width.
        data_format: "NHWC" or "NCHW".

    Returns:
        [batch, height / block_size, width / block_size, channels * block_size ** 2]: the pixels of a block row by
        row, the channels of each beside each other.

    Raises:
        ValueError: a block that does not divide the size.
    """
    return apply_op("SpaceToDepth", input=input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """The inverse of `space_to_depth` (API: tf.depth_to_space, tf.nn.depth_to_space).

    Args:
        input: [batch, height, width, channels]; channels second in the format NCHW.
        block_size: at least 2; its square divides the number of channels.
        data_format: "NHWC" or "NCHW".

    Returns:
        [batch, height * block_size, width * block_size, channels / block_size ** 2] of the type of `input`.

    Raises:
        ValueError: a number of channels that the block's area does not divide.
    """
    return apply_op("DepthToSpace", input=input, block_size=block_size, data_format=data_format, name=name)


def _sizes(ctx: Any) -> tuple[int, str, list[Dimension]] | None:
    """Block size, format, and batch, height, width and channels; None where the rank is unknown."""
    block, data_format = ctx.attr("block_size"), _text(ctx.attr("data_format"))
    if data_format not in _AXES:
        raise ValueError(f"data_format must be 'NHWC' or 'NCHW', got {data_format!r}.")
    shape = ctx.input(0)
    if shape.rank is None:
        return None
    rules.with_rank(shape, 4, "input")
    return block, data_format, [shape[axis] for axis in _AXES[data_format]]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _arranged(data_format: str, *sizes: Any) -> list[TensorShape]:
    result: list[Any] = [None] * 4
    for axis, size in zip(_AXES[data_format], sizes, strict=True):
        result[axis] = size
    return [TensorShape(result)]


def _divided(size: Dimension, by: int, what: str) -> int | None:
    if size.value is None:
        return None
    if size.value % by:
        raise ValueError(f"Dimension size must be evenly divisible by {by} but is {size.value}: the {what} of input.")
    return size.value // by


def _space_to_depth_shape(ctx: Any) -> list[TensorShape]:
    found = _sizes(ctx)
    if found is None:
        return [unknown_shape(4)]
    block, data_format, (batch, height, width, channels) = found
    return _arranged(
        data_format, batch, _divided(height, block, "height"), _divided(width, block, "width"), channels * block**2
    )


def _depth_to_space_shape(ctx: Any) -> list[TensorShape]:
    found = _sizes(ctx)
    if found is None:
        return [unknown_shape(4)]
    block, data_format, (batch, height, width, channels) = found
    return _arranged(
        data_format, batch, height * block, width * block, _divided(channels, block**2, "number of channels")
    )


def _in_format(compute: Callable[[torch.Tensor, int], torch.Tensor]) -> Callable[[Operation], Callable[..., Any]]:
    def kernel(op: Operation) -> Callable[[torch.Tensor], torch.Tensor]:
        block, data_format = op.attrs["block_size"], _text(op.attrs["data_format"])
        if data_format == "NHWC":
            return lambda input: compute(input, block)
        return lambda input: compute(input.permute(0, 2, 3, 1), block).permute(0, 3, 1, 2).contiguous()

    return kernel


def _to_depth(input: torch.Tensor, block: int) -> torch.Tensor:
    batch, height, width, channels = input.shape
    if height % block or width % block:
        raise ValueError(f"Blocks of {block} do not divide {height} x {width}.")
    blocks = input.reshape(batch, height // block, block, width // block, block, channels)
    blocks = blocks.permute(0, 1, 3, 2, 4, 5)
    return blocks.reshape(batch, height // block, width // block, channels * block**2)


def _to_space(input: torch.Tensor, block: int) -> torch.Tensor:
    batch, height, width, channels = input.shape
    if channels % block**2:
        raise ValueError(f"Blocks of {block} x {block} do not divide {channels} channels.")
    blocks = input.reshape(batch, height, width, block, block, channels // block**2)
    return blocks.permute(0, 1, 3, 2, 4, 5).reshape(batch, height * block, width * block, channels // block**2)


def _settings(op: Operation) -> dict[str, Any]:
    return {"block_size": op.attrs["block_size"], "data_format": op.attrs["data_format"]}


_ATTRS = "T: type; block_size: int >= 2; data_format: string = 'NHWC' in {'NHWC', 'NCHW', 'NCHW_VECT_C'}"
register_op(
    "SpaceToDepth",
    inputs="input: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=_space_to_depth_shape,
    kernel=_in_format(_to_depth),
    gradient=lambda op, grad: [depth_to_space(grad, **_settings(op))],
)
register_op(
    "DepthToSpace",
    inputs="input: T",
    outputs="output: T",
    attrs=_ATTRS,
    shape=_depth_to_space_shape,
    kernel=_in_format(_to_space),
    gradient=lambda op, grad: [space_to_depth(grad, **_settings(op))],
)
