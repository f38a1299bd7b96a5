"""Elements moved along axes, round the end or turned over (API: tf.roll, tf.reverse_sequence)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.math.arithmetic import negative
from convflow.ops.types import INDEX
from convflow.ops.window import either


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """`input` with its elements moved along axes; what leaves at the end comes in at the front (API: tf.roll).

    Args:
        shift: how far, an integer or a vector of them.
        axis: along which axes, as many as shifts; those of an axis that is named twice add up.

    Raises:
        ValueError: a scalar input, shift and axis of different shapes; (when run: InvalidArgumentError) an axis
            outside of the rank.
    """
    return apply_op("Roll", input=input, shift=shift, axis=axis, name=name)


def _roll_shape(ctx: Any) -> list[TensorShape]:
    if ctx.input(0).rank == 0:
        raise ValueError(f"Shape must be at least rank 1 but is rank 0: input of tf.roll is {ctx.input(0)}.")
    shift, axis = ctx.input(1), ctx.input(2)
    for what, shape in (("shift", shift), ("axis", axis)):
        if shape.rank is not None and shape.rank > 1:
            raise ValueError(f"Shape of {what} must be at most rank 1 but is rank {shape.rank}: {shape}.")
    if not shift.is_compatible_with(axis):
        raise ValueError(f"shift and axis must have the same shape, but have {shift} and {axis}.")
    axes, rank = ctx.constant(2), ctx.input(0).rank
    if axes is not None and rank is not None:
        for at in axes.reshape(-1).tolist():
            if not -rank <= at < rank:
                raise ValueError(f"axis {at} is out of range [{-rank}, {rank}) of the input {ctx.input(0)}.")
    return [ctx.input(0)]


def _roll_compute(input: Any, shift: torch.Tensor, axis: torch.Tensor) -> Any:
    shifts, axes = shift.reshape(-1).tolist(), axis.reshape(-1).tolist()
    if input.ndim == 0 or shift.shape != axis.shape or shift.ndim > 1:
        raise ValueError(f"Cannot roll shape {list(input.shape)} by {shifts} along {axes}.")
    if any(not -input.ndim <= at < input.ndim for at in axes):
        raise ValueError(f"axis {axes} is out of range of shape {list(input.shape)}.")
    for count, at in zip(shifts, axes, strict=True):
        input = np.roll(input, count, at) if isinstance(input, np.ndarray) else input.roll(count, at)
    return input


def _roll_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [roll(grad, negative(op.inputs[1]), op.inputs[2]), None, None]


register_op(
    "Roll",
    inputs="input: T; shift: Tshift; axis: Taxis",
    outputs="output: T",
    attrs=f"T: type; Tshift: type in {{{INDEX}}}; Taxis: type in {{{INDEX}}}",
    shape=_roll_shape,
    kernel=lambda op: _roll_compute,
    gradient=_roll_gradient,
)


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Tensor:
    """The first `seq_lengths[i]` elements of each example turned round (API: tf.reverse_sequence).

    Args:
        input: a tensor with an axis of examples and one of steps.
        seq_lengths: integers [batch]: how many steps of each example to turn round, the rest stays.
        seq_axis: the axis of the steps. `seq_dim` is its former name.
        batch_axis: the axis of the examples, 0 by default. `batch_dim` is its former name.

    Raises:
        ValueError: axes that are the same or outside of the rank, as many lengths as there are no examples.
    """
    steps = either("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch = either("batch_axis", batch_axis, "batch_dim", batch_dim)
    return apply_op(
        "ReverseSequence", input=input, seq_lengths=seq_lengths, seq_dim=steps, batch_dim=batch or 0, name=name
    )


def _reverse_sequence_shape(ctx: Any) -> list[TensorShape]:
    shape, lengths = ctx.input(0), rules.with_rank(ctx.input(1), 1, "seq_lengths")
    steps, batch = ctx.attr("seq_dim"), ctx.attr("batch_dim")
    if shape.rank is None:
        return [shape]
    for what, axis in (("batch_dim", batch), ("seq_dim", steps)):
        if axis >= shape.rank:
            raise ValueError(f"{what} must be < input rank: {axis} vs. {shape.rank} of {shape}.")
    if steps == batch:
        raise ValueError(f"batch_dim == seq_dim == {steps}: tf.reverse_sequence needs two different axes.")
    count = rules.merge_dimension(
        shape[batch], lengths[0], f"axis {batch} of input {shape} and the number of seq_lengths {lengths}"
    )
    known, limit = ctx.constant(1), shape[steps].value
    if known is not None and limit is not None and known.size and not 0 <= known.min() <= known.max() <= limit:
        raise ValueError(f"seq_lengths must lie between 0 and {limit}, the size of axis {steps}, got {known.tolist()}.")
    return [shape[:batch].concatenate(TensorShape([count])).concatenate(shape[batch + 1 :])]


def _reverse_sequence_kernel(op: Operation) -> Callable[..., Any]:
    steps, batch = op.attrs["seq_dim"], op.attrs["batch_dim"]

    def compute(input: Any, lengths: torch.Tensor) -> Any:
        if isinstance(input, np.ndarray):
            places = torch.arange(input.size).reshape(input.shape)
            return input.reshape(-1)[compute(places, lengths).numpy()]
        count, size = input.shape[batch], input.shape[steps]
        limits = lengths.long().reshape(-1, 1)
        if lengths.shape != (count,) or (count and not 0 <= int(limits.min()) <= int(limits.max()) <= size):
            raise ValueError(f"seq_lengths {lengths.tolist()} do not fit axis {steps} of {list(input.shape)}.")
        order = torch.arange(size).expand(count, size)
        order = torch.where(order < limits, limits - 1 - order, order)
        rows = input.movedim((batch, steps), (0, 1))
        taken = rows[torch.arange(count).reshape(-1, 1), order]
        return taken.movedim((0, 1), (batch, steps)).contiguous()

    return compute


def _reverse_sequence_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    back = reverse_sequence(grad, op.inputs[1], seq_axis=op.attrs["seq_dim"], batch_axis=op.attrs["batch_dim"])
    return [back, None]


register_op(
    "ReverseSequence",
    inputs="input: T; seq_lengths: Tlen",
    outputs="output: T",
    attrs=f"seq_dim: int; batch_dim: int = 0; T: type; Tlen: type = int64 in {{{INDEX}}}",
    shape=_reverse_sequence_shape,
    kernel=_reverse_sequence_kernel,
    gradient=_reverse_sequence_gradient,
)
