"""Margins round an array: constant or mirrored (API: tf.pad)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import is_tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.slice import slice_
from convflow.ops.array.stack import stack
from convflow.ops.types import INDEX


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """`tensor` with margins (API: tf.pad).

    Args:
        paddings: [rank, 2] integers: how many elements go before and after each axis.
        mode: CONSTANT, REFLECT (mirrored without the edge) or SYMMETRIC (with it).
        constant_values: the element a constant margin is made of, a scalar.

    Raises:
        ValueError: another mode; paddings of another shape; (when run: InvalidArgumentError) a mirrored margin
            wider than what there is to mirror.
    """
    result = _padded_node(tensor, paddings, mode.upper(), name, constant_values)
    if isinstance(result, EagerTensor):
        return result
    input_shape = result.op.inputs[0].shape
    margins = _known_parts(result.op.inputs[1])
    if input_shape.rank is not None and margins is not None and not result.shape.is_fully_defined():
        result.set_shape([_known_size(size, pair) for size, pair in zip(input_shape.as_list(), margins, strict=True)])
    return result


def _known_parts(tensor: Tensor) -> Any:
    """The value of a tensor packed of known and unknown numbers, None in the place of the unknown ones."""
    known = constant_value(tensor)
    if known is not None:
        return known.tolist()
    if tensor.op.type != "Pack" or tensor.op.attrs["axis"] != 0:
        return None
    return [_known_parts(part) for part in tensor.op.inputs]


def _known_size(size: int | None, margins: list[int | None] | None) -> int | None:
    if size is None or margins is None:
        return None
    before, after = margins
    return None if before is None or after is None else size + before + after


def _padded_node(tensor: Any, paddings: Any, mode: str, name: str | None, constant_values: Any) -> Tensor:
    if mode == "CONSTANT":
        if is_tensor(constant_values) or constant_values != 0:
            return apply_op("PadV2", input=tensor, paddings=paddings, constant_values=constant_values, name=name)
        return apply_op("Pad", input=tensor, paddings=paddings, name=name)
    if mode not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(
            'Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or "SYMMETRIC". Received '
            f"`mode` = {mode}"
        )
    return apply_op("MirrorPad", input=tensor, paddings=paddings, mode=mode, name=name)


def _pad_shape(ctx: Any) -> list[TensorShape]:
    return _grown(ctx, 1)


def _grown(ctx: Any, sign: int) -> list[TensorShape]:
    shape, paddings, margins = ctx.input(0), ctx.input(1), ctx.constant(1)
    if paddings.rank not in (None, 2) or (paddings.rank == 2 and not paddings[1].is_compatible_with(2)):
        raise ValueError(f"paddings must be of shape [rank, 2] but is {paddings}.")
    rank = shape.rank if shape.rank is not None else (paddings[0].value if paddings.rank is not None else None)
    if rank is None:
        return [unknown_shape()]
    if paddings.rank is not None and not paddings[0].is_compatible_with(rank):
        raise ValueError(f"paddings of shape {paddings} cannot pad the {rank} axes of {shape}: expected ({rank}, 2).")
    if margins is None:
        return [unknown_shape(rank)]
    if (margins < 0).any():
        raise ValueError(f"paddings must be non-negative, got {margins.tolist()}.")
    sizes = shape.dims or [Dimension(None)] * rank
    return [
        TensorShape([
            size.value if size.value is None else size.value + sign * int(margin.sum())
            for size, margin in zip(sizes, margins, strict=True)
        ])
    ]  # fmt: skip


def _margins(input: Any, paddings: torch.Tensor) -> list[tuple[int, int]]:
    margins = paddings.tolist()
    if list(paddings.shape) != [input.ndim, 2] or any(margin < 0 for pair in margins for margin in pair):
        raise ValueError(f"paddings {margins} do not fit the {input.ndim} axes of {list(input.shape)}.")
    return [(before, after) for before, after in margins]


def _padded(input: Any, paddings: torch.Tensor, value: Any = 0) -> Any:
    margins = _margins(input, paddings)
    if isinstance(input, np.ndarray):
        return np.pad(input, margins, constant_values=value.item() if hasattr(value, "item") else b"")
    sizes = [before + size + after for size, (before, after) in zip(input.shape, margins, strict=True)]
    result = input.new_full(sizes, value.item() if isinstance(value, torch.Tensor) else value)
    inside = tuple(slice(before, before + size) for size, (before, _) in zip(input.shape, margins, strict=True))
    result[inside] = input
    return result


def _inside(op: Operation, grad: Tensor) -> Tensor:
    x, paddings = op.inputs[:2]
    before = reshape(slice_(paddings, [0, 0], stack([rank_of(x), 1])), [-1])
    return slice_(grad, before, shape_of(x, out_type=paddings.dtype.base_dtype))


def _pad_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [_inside(op, grad), None]


def _pad_v2_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    # TensorFlow gives the margin's value no gradient.
    return [_inside(op, grad), None, None]


_TYPES = f"T: type; Tpaddings: type = int32 in {{{INDEX}}}"
register_op(
    "Pad",
    inputs="input: T; paddings: Tpaddings",
    outputs="output: T",
    attrs=_TYPES,
    shape=_pad_shape,
    kernel=lambda op: _padded,
    gradient=_pad_gradient,
)
register_op(
    "PadV2",
    inputs="input: T; paddings: Tpaddings; constant_values: T",
    outputs="output: T",
    attrs=_TYPES,
    shape=_pad_shape,
    kernel=lambda op: _padded,
    gradient=_pad_v2_gradient,
)


def _sources(size: int, before: int, after: int, skip: int) -> torch.Tensor:
    """Which element stands at each place of a mirrored axis; `skip` is 1 where the edge is not repeated."""
    if max(before, after) > size - skip:
        raise ValueError(
            f"paddings must be no greater than the dimension size{' minus 1' * skip}: {before}, {after} greater than "
            f"{size - skip}"
        )
    places = torch.arange(-before, size + after)
    places = torch.where(places < 0, -places - 1 + skip, places)
    return torch.where(places >= size, 2 * size - 1 - places - skip, places)


def _mirror_kernel(op: Operation) -> Callable[..., Any]:
    skip = _skip(op)

    def compute(input: Any, paddings: torch.Tensor) -> Any:
        for axis, (before, after) in enumerate(_margins(input, paddings)):
            if before or after:
                sources = _sources(input.shape[axis], before, after, skip)
                if isinstance(input, np.ndarray):
                    input = np.take(input, sources.numpy(), axis)
                else:
                    input = input.index_select(axis, sources)
        return input

    return compute


def _skip(op: Operation) -> int:
    mode = op.attrs["mode"]
    return 1 if mode in ("REFLECT", b"REFLECT") else 0


def _mirror_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [apply_op("MirrorPadGrad", input=grad, paddings=op.inputs[1], mode=op.attrs["mode"]), None]


def _folded_kernel(op: Operation) -> Callable[..., torch.Tensor]:
    skip = _skip(op)

    def compute(input: torch.Tensor, paddings: torch.Tensor) -> torch.Tensor:
        for axis, (before, after) in enumerate(_margins(input, paddings)):
            if before or after:
                size = input.shape[axis] - before - after
                sizes = [*input.shape[:axis], size, *input.shape[axis + 1 :]]
                sources = _sources(size, before, after, skip)
                input = input.new_zeros(sizes).index_add_(axis, sources, input)
        return input

    return compute


def _folded_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [apply_op("MirrorPad", input=grad, paddings=op.inputs[1], mode=op.attrs["mode"]), None]


_MIRROR_ATTRS = f"{_TYPES}; mode: string in {{'REFLECT', 'SYMMETRIC'}}"
register_op(
    "MirrorPad",
    inputs="input: T; paddings: Tpaddings",
    outputs="output: T",
    attrs=_MIRROR_ATTRS,
    shape=_pad_shape,
    kernel=_mirror_kernel,
    gradient=_mirror_gradient,
)
register_op(
    "MirrorPadGrad",
    inputs="input: T; paddings: Tpaddings",
    outputs="output: T",
    attrs=_MIRROR_ATTRS,
    shape=lambda ctx: _grown(ctx, -1),
    kernel=_folded_kernel,
    gradient=_folded_gradient,
)
