"""Blocks of positions moved between space and batch (API: tf.space_to_batch_nd, tf.batch_to_space_nd).

A convolution with spread-out filters on a picture is an ordinary one on the pictures of every n-th pixel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.constant import constant, zeros
from convflow.ops.array.stack import stack
from convflow.ops.factories import constant_kernel
from convflow.ops.math.arithmetic import floormod


def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """Positions that lie apart by whole blocks, as pictures of their own (API: tf.space_to_batch_nd).

    Args:
        input: shape (batch, size_1, ..., size_M, ...).
        block_shape: M block sizes, at least 1.
        paddings: M pairs (before, after) of zeros to add first; then block sizes must divide sizes.

    Returns:
        Shape (batch * product of blocks, size_1 / block_1, ..., size_M / block_M, ...).

    Raises:
        ValueError: blocks that do not divide the padded sizes.
    """
    return apply_op("SpaceToBatchND", input=input, block_shape=block_shape, paddings=paddings, name=name)


def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """The inverse of `space_to_batch_nd` (API: tf.batch_to_space_nd).

    Args:
        input: shape (batch, size_1, ..., size_M, ...); the product of the blocks divides the batch.
        block_shape: M block sizes, at least 1.
        crops: M pairs (before, after) of positions to take away at the end.
    """
    return apply_op("BatchToSpaceND", input=input, block_shape=block_shape, crops=crops, name=name)


def space_to_batch(
    input: Any, paddings: Any, block_size: int | None = None, name: str | None = None, block_shape: Any = None
) -> Tensor:
    """`space_to_batch_nd` of pictures with square blocks (API: tf.space_to_batch).

    Args:
        input: shape (batch, height, width, channels).
        paddings: two pairs (before, after) of zeros for rows and columns; then block_size must divide both.
        block_size: the size of a block, at least 1.
        block_shape: the same by its later name, or one size for both; `block_size` must be left out then.

    Returns:
        (batch * block_size ** 2, padded height / block_size, padded width / block_size, channels).

    Raises:
        ValueError: a block that does not divide the padded sizes, both names of its size, or neither.
    """
    result = space_to_batch_nd(input, _square_block(block_size, block_shape), paddings, name)
    result.set_shape(unknown_shape(4))
    return result


def batch_to_space(
    input: Any, crops: Any, block_size: int | None = None, name: str | None = None, block_shape: Any = None
) -> Tensor:
    """`batch_to_space_nd` of pictures with square blocks (API: tf.batch_to_space).

    Args:
        input: shape (batch, height, width, channels); the block's area divides the batch.
        crops: two pairs (before, after) of rows and columns to take away at the end.
        block_size: the size of a block, at least 1.
        block_shape: the same by its later name, or one size for both; `block_size` must be left out then.

    Returns:
        (batch / block_size ** 2, height * block_size - crops, width * block_size - crops, channels).

    Raises:
        ValueError: a batch that the block's area does not divide, crops that leave less than nothing, both names of the
            block's size, or neither.
    """
    result = batch_to_space_nd(input, _square_block(block_size, block_shape), crops, name)
    result.set_shape(unknown_shape(4))
    return result


def _square_block(block_size: Any, block_shape: Any) -> Any:
    if block_size is not None and block_shape is not None:
        raise ValueError(
            f"Cannot specify both 'block_size' and 'block_shape', got {block_size} and {block_shape}. Leave one out."
        )
    size = block_size if block_shape is None else block_shape
    if size is None:
        raise ValueError("You must specify 'block_size', the height and width of a block, got None. Give a number.")
    return np.array([size, size])


def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The paddings that make sizes divisible by blocks (API: tf.required_space_to_batch_paddings).

    Args:
        input_shape: M sizes.
        block_shape: M block sizes.
        base_paddings: M pairs to begin with, zeros by default; more is added behind.

    Returns:
        `paddings` for `space_to_batch_nd` and the `crops` that take the addition away again.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        sizes = convert_to_tensor(input_shape, dtype="int32", name="input_shape")
        blocks = convert_to_tensor(block_shape, dtype="int32", name="block_shape")
        count = blocks.shape[0].value if blocks.shape.rank == 1 else None
        if count is None:
            raise ValueError(f"block_shape must be a vector of known length, got {blocks}.")
        if base_paddings is None:
            base = zeros([count, 2], dtype="int32")
        else:
            base = convert_to_tensor(base_paddings, dtype="int32", name="base_paddings")
        known = [constant_value(tensor) for tensor in (sizes, blocks, base)]
        if all(value is not None for value in known):
            return _known_paddings(*known)
        return _computed_paddings(sizes, blocks, base, count)


def _known_paddings(sizes: Any, blocks: Any, base: Any) -> tuple[Tensor, Tensor]:
    start, end = base[:, 0], base[:, 1]
    extra = -(sizes + start + end) % blocks
    paddings = np.stack([start, end + extra], axis=1).astype(np.int32)
    crops = np.stack([np.zeros_like(extra), extra], axis=1).astype(np.int32)
    return constant(paddings, name="paddings"), constant(crops, name="crops")


def _computed_paddings(sizes: Any, blocks: Any, base: Any, count: int) -> tuple[Tensor, Tensor]:
    start, end = base[:, 0], base[:, 1]
    extra: Any = floormod(blocks - floormod(sizes + start + end, blocks, name="mod"), blocks, name="mod")
    new_end: Any = end + extra
    paddings = stack([[start[index], new_end[index]] for index in range(count)], name="paddings")
    crops = stack([[0, extra[index]] for index in range(count)], name="crops")
    return paddings, crops


def _checked_blocks(ctx: InferenceContext, what: str) -> tuple[Any, Any]:
    """The block sizes and paddings as arrays where they are known."""
    blocks, pairs = ctx.constant(1), ctx.constant(2)
    if blocks is not None and (blocks.ndim != 1 or (blocks < 1).any()):
        raise ValueError(f"block_shape must be a vector of sizes of at least 1, got {blocks.tolist()}.")
    if pairs is not None:
        count = None if blocks is None else len(blocks)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or count not in (None, len(pairs)) or (pairs < 0).any():
            raise ValueError(f"{what} must be {count or 'some'} pairs of at least 0, got {pairs.tolist()}.")
    return blocks, pairs


def _split_shape(ctx: InferenceContext, count: int) -> tuple[Any, list[int | None], list[int | None]]:
    sizes = ctx.input(0).as_list()
    if len(sizes) < count + 1:
        raise ValueError(f"The input must have rank {count + 1} or more for {count} blocks, it has shape {sizes}.")
    return sizes[0], sizes[1 : count + 1], sizes[count + 1 :]


def _behind_blocks(ctx: InferenceContext) -> TensorShape:
    """What is known while the blocks are not: the sizes behind the axes they are for."""
    count = ctx.input(1).num_elements()
    sizes = ctx.input(0).as_list()
    known = len(sizes) if count is None else min(count + 1, len(sizes))
    return TensorShape([*[None] * known, *sizes[known:]])


def _space_to_batch_shape(ctx: InferenceContext) -> list[TensorShape]:
    blocks, paddings = _checked_blocks(ctx, "paddings")
    if ctx.input(0).rank is None:
        return [unknown_shape()]
    if blocks is None:
        return [_behind_blocks(ctx)]
    batch, spatial, rest = _split_shape(ctx, len(blocks))
    result: list[int | None] = []
    for axis, (size, block) in enumerate(zip(spatial, blocks.tolist(), strict=True)):
        if size is None or paddings is None:
            result.append(None)
            continue
        padded = size + int(paddings[axis].sum())
        if padded % block:
            raise ValueError(f"Padded size {padded} of axis {axis + 1} is not divisible by its block size {block}.")
        result.append(padded // block)
    return [TensorShape([None if batch is None else batch * math.prod(blocks.tolist()), *result, *rest])]


def _batch_to_space_shape(ctx: InferenceContext) -> list[TensorShape]:
    blocks, crops = _checked_blocks(ctx, "crops")
    if ctx.input(0).rank is None:
        return [unknown_shape()]
    if blocks is None:
        return [_behind_blocks(ctx)]
    batch, spatial, rest = _split_shape(ctx, len(blocks))
    product = math.prod(blocks.tolist())
    if batch is not None and batch % product:
        raise ValueError(f"The batch size {batch} is not divisible by the product {product} of the block sizes.")
    result: list[int | None] = []
    for axis, (size, block) in enumerate(zip(spatial, blocks.tolist(), strict=True)):
        if size is None or crops is None:
            result.append(None)
            continue
        left = size * block - int(crops[axis].sum())
        if left < 0:
            raise ValueError(f"Crops {crops[axis].tolist()} take more than the {size * block} of axis {axis + 1}.")
        result.append(left)
    return [TensorShape([None if batch is None else batch // product, *result, *rest])]


def _to_batch(x: torch.Tensor, block_shape: torch.Tensor, paddings: torch.Tensor) -> torch.Tensor:
    blocks, pairs = block_shape.tolist(), paddings.tolist()
    count = len(blocks)
    for axis, (before, after) in enumerate(pairs, 1):
        parts = [x.new_zeros([*x.shape[:axis], size, *x.shape[axis + 1 :]]) for size in (before, after)]
        x = torch.cat([parts[0], x, parts[1]], dim=axis) if before or after else x
    batch, spatial, rest = x.shape[0], x.shape[1 : count + 1], x.shape[count + 1 :]
    if any(size % block for size, block in zip(spatial, blocks, strict=True)):
        raise ValueError(f"Padded sizes {tuple(spatial)} are not divisible by the block sizes {blocks}.")
    places = [size // block for size, block in zip(spatial, blocks, strict=True)]
    x = x.reshape(batch, *(part for pair in zip(places, blocks, strict=True) for part in pair), *rest)
    inside, outside = range(2, 2 * count + 1, 2), range(1, 2 * count, 2)
    x = x.permute(*inside, 0, *outside, *range(2 * count + 1, x.ndim))
    return x.reshape(batch * math.prod(blocks), *places, *rest)


def _to_space(x: torch.Tensor, block_shape: torch.Tensor, crops: torch.Tensor) -> torch.Tensor:
    blocks, pairs = block_shape.tolist(), crops.tolist()
    count = len(blocks)
    product = math.prod(blocks)
    if x.shape[0] % product:
        raise ValueError(f"The batch size {x.shape[0]} is not divisible by the product {product} of the block sizes.")
    batch, places, rest = x.shape[0] // product, x.shape[1 : count + 1], x.shape[count + 1 :]
    x = x.reshape(*blocks, batch, *places, *rest)
    order = [part for axis in range(count) for part in (count + 1 + axis, axis)]
    x = x.permute(count, *order, *range(2 * count + 1, x.ndim))
    sizes = [place * block for place, block in zip(places, blocks, strict=True)]
    x = x.reshape(batch, *sizes, *rest)
    for axis, ((before, after), size) in enumerate(zip(pairs, sizes, strict=True), 1):
        x = x.narrow(axis, before, size - before - after)
    return x.contiguous()


def _space_to_batch_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [batch_to_space_nd(grad, op.inputs[1], op.inputs[2]), None, None]


def _batch_to_space_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [space_to_batch_nd(grad, op.inputs[1], op.inputs[2]), None, None]


register_op(
    "SpaceToBatchND",
    inputs="input: T; block_shape: Tblock_shape; paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tblock_shape: type = int32 in {int32, int64}; Tpaddings: type = int32 in {int32, int64}",
    shape=_space_to_batch_shape,
    kernel=constant_kernel(_to_batch),
    gradient=_space_to_batch_gradient,
)
register_op(
    "BatchToSpaceND",
    inputs="input: T; block_shape: Tblock_shape; crops: Tcrops",
    outputs="output: T",
    attrs="T: type; Tblock_shape: type = int32 in {int32, int64}; Tcrops: type = int32 in {int32, int64}",
    shape=_batch_to_space_shape,
    kernel=constant_kernel(_to_space),
    gradient=_batch_to_space_gradient,
)
