"""Parts by their first index and size (API: tf.slice)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.types import INDEX


def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The part of `input_` that begins at `begin` and has `size` (API: tf.slice).

    Args:
        begin, size: vectors with an entry per axis; a size of -1 goes to the axis' end.
    """
    return apply_op("Slice", input=input_, begin=begin, size=size, name=name)


def _slice_shape(ctx: Any) -> list[TensorShape]:
    shape, begin, sizes = ctx.input(0), ctx.constant(1), ctx.constant(2)
    rank = shape.rank
    for index, what in ((1, "begin"), (2, "size")):
        given = ctx.input(index)
        if given.rank not in (None, 1):
            raise ValueError(f"Shape of {what} must be rank 1 but is rank {given.rank}.")
        length = given[0].value if given.rank is not None else None
        if None not in (rank, length) and rank != length:
            raise ValueError(f"{what} has {length} entries for the {rank} axes of {shape}.")
        rank = length if rank is None else rank
    if sizes is not None and begin is None and shape.rank is not None:
        starts = ctx.constant_shape(1).merge_with(unknown_shape(rank)).as_list()
        ends = zip(shape.as_list(), starts, sizes.tolist(), strict=True)
        return [TensorShape([_taken_from_somewhere(axis, *end) for axis, end in enumerate(ends)])]
    if sizes is None or begin is None or shape.rank is None:
        known = ctx.constant_shape(2)
        unknown = unknown_shape(rank)
        # A size of -1 and one that is not known yet look alike.
        return [known.merge_with(unknown) if known.rank is not None and rank is not None else unknown]
    # As in TensorFlow, a part that reaches too far is left to the run: the node may never be asked for.
    ends = zip(shape.as_list(), begin.tolist(), sizes.tolist(), strict=True)
    return [TensorShape([_taken(axis, *end, check=False) for axis, end in enumerate(ends)])]


def _taken_from_somewhere(axis: int, available: int | None, begin: int | None, size: int) -> int | None:
    if begin is None and size == -1:
        return None
    return _taken(axis, available, begin or 0, size, check=False)


def _taken(axis: int, available: int | None, begin: int, size: int, check: bool) -> int | None:
    if size < -1 or begin < 0:
        raise ValueError(f"Expected begin >= 0 and size >= -1 for axis {axis}, got {begin} and {size}.")
    if available is None:
        return None if size == -1 else size
    taken = max(available - begin, 0) if size == -1 else size
    if check and not 0 <= taken <= available - begin:
        raise ValueError(
            f"Expected begin[{axis}] in [0, {available}] and size[{axis}] in [0, {available - begin}], got {begin} "
            f"and {size}."
        )
    return taken


def _slice_compute(input: Any, begin: torch.Tensor, size: torch.Tensor) -> Any:
    first, sizes = begin.tolist(), size.tolist()
    if not len(first) == len(sizes) == input.ndim:
        raise ValueError(f"begin {first} and size {sizes} need {input.ndim} entries.")
    counts = [_taken(axis, input.shape[axis], first[axis], sizes[axis], check=True) for axis in range(input.ndim)]
    part = input[tuple(slice(start, start + (count or 0)) for start, count in zip(first, counts, strict=True))]
    return part.contiguous() if isinstance(part, torch.Tensor) else part.copy()


def _slice_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    input_, begin, _ = op.inputs
    rank = rank_of(input_)
    sizes = shape_of(op.outputs[0], out_type=begin.dtype.base_dtype)
    column = stack([rank, 1])
    before = apply_op("Reshape", tensor=begin, shape=column)
    input_sizes = shape_of(input_, out_type=begin.dtype.base_dtype)
    after = apply_op("Reshape", tensor=input_sizes - sizes - begin, shape=column)
    paddings = apply_op("ConcatV2", values=[before, after], axis=1, name="concat")
    return [apply_op("Pad", input=grad, paddings=paddings), None, None]


register_op(
    "Slice",
    inputs="input: T; begin: Index; size: Index",
    outputs="output: T",
    attrs=f"T: type; Index: type in {{{INDEX}}}",
    shape=_slice_shape,
    kernel=lambda op: _slice_compute,
    gradient=_slice_gradient,
)
