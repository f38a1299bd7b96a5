"""Softmax and its logarithm (API: tf.nn.softmax, tf.nn.log_softmax)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.factories import constant_kernel
from convflow.ops.math.arithmetic import floormod, multiply, subtract
from convflow.ops.math.elementwise import exp
from convflow.ops.types import FLOATING
from convflow.ops.window import either


def softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Tensor:
    """exp(x) / sum(exp(x)) along an axis (API: tf.nn.softmax).

    Args:
        logits: at least one axis, a float type.
        axis: the axis whose elements sum to 1; the last by default.
        dim: the old name of `axis`.

    Returns:
        A tensor of the shape and type of `logits`.

    Raises:
        InvalidArgumentError: no such axis.
        ValueError: both names given, or an axis other than -1 of a tensor whose rank is not known.
    """
    axis = either("axis", axis, "dim", dim)
    return _along("Softmax", logits, -1 if axis is None else axis, name)


def log_softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Tensor:
    """x - log(sum(exp(x))) along an axis (API: tf.nn.log_softmax).

    Args:
        logits: at least one axis, a float type.
        axis: the axis whose exponentials sum to 1; the last by default.
        dim: the old name of `axis`.

    Returns:
        Of the shape and type of `logits`.

    Raises:
        InvalidArgumentError: no such axis.
        ValueError: both names given, or an axis other than -1 of a tensor whose rank is not known.
    """
    axis = either("axis", axis, "dim", dim)
    return _along("LogSoftmax", logits, -1 if axis is None else axis, name)


def _along(op_type: str, logits: Any, axis: Any, name: str | None) -> Tensor:
    """The op works on the last axis: another one is swapped to the end and back."""
    logits = convert_to_tensor(logits)
    if isinstance(axis, Tensor):
        known = constant_value(axis)
        if known is None:
            raise ValueError(f"The axis of {op_type} must be known while the graph is built, got {axis}.")
        axis = int(known)
    rank = logits.shape.rank
    if axis == -1 or (rank is not None and axis == rank - 1):
        return apply_op(op_type, logits=logits, name=name)
    if rank is None:
        raise ValueError(
            f"{op_type} along axis {axis} needs a tensor of known rank, got {logits}. "
            "Give it a shape with set_shape, or use the last axis."
        )
    if not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"`dim` must be in the range [{-rank}, {rank}) where {rank} is the number of dimensions in the input. "
            f"Received: dim={axis}, logits of shape {logits.shape}",
        )
    axes: Any = rank_of(logits)
    position: Any = apply_op("AddV2", x=axis, y=axes, name="add") if axis < 0 else axis
    axes = rank_of(logits)
    if axis < 0:
        position = floormod(position, rank, name="mod")
    swapped = _with_axis_last(logits, position, axes)
    result = _with_axis_last(apply_op(op_type, logits=swapped), position, axes, name=name)
    result.set_shape(logits.shape)
    return result


def _with_axis_last(tensor: Tensor, axis: Any, rank: Tensor, name: str | None = None) -> Tensor:
    """`tensor` with `axis` and the last axis swapped, by the nodes that TensorFlow makes for it."""
    last = subtract(rank, 1)
    before = apply_op("Range", start=0, limit=axis, delta=1, name="range")
    after = apply_op("AddV2", x=axis, y=1, name="add") if isinstance(axis, Tensor) else axis + 1
    between = apply_op("Range", start=after, limit=last, delta=1, name="range")
    order = apply_op("ConcatV2", values=[before, [last], between, [axis]], axis=0, name="concat")
    return apply_op("Transpose", x=tensor, perm=order, name=name or "transpose")


def _softmax_shape(ctx: InferenceContext) -> list[TensorShape]:
    shape = ctx.input(0)
    if shape.rank == 0:
        raise ValueError("Shape must be at least rank 1 but is rank 0: logits need an axis to sum over.")
    return [shape]


def _sum_over_last(x: Tensor) -> Tensor:
    return apply_op("Sum", input=x, reduction_indices=-1, keep_dims=True, name="Sum")


def _softmax_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    result = op.outputs[0]
    mean = _sum_over_last(multiply(grad, result, name="mul"))
    return [multiply(subtract(grad, mean, name="sub"), result, name="mul")]


def _log_softmax_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    probabilities = exp(op.outputs[0])
    return [subtract(grad, multiply(_sum_over_last(grad), probabilities, name="mul"), name="sub")]


def _last_axis(x: torch.Tensor) -> int:
    # PyTorch takes a scalar as a vector of one.
    if not x.ndim:
        raise ValueError("logits need at least one axis.")
    return x.ndim - 1


def _softmax(logits: torch.Tensor) -> torch.Tensor:
    return torch.softmax(logits, _last_axis(logits))


def _log_softmax(logits: torch.Tensor) -> torch.Tensor:
    return torch.log_softmax(logits, _last_axis(logits))


for _op_type, _output, _compute, _gradient in (
    ("Softmax", "softmax", _softmax, _softmax_gradient),
    ("LogSoftmax", "logsoftmax", _log_softmax, _log_softmax_gradient),
):
    register_op(
        _op_type,
        inputs="logits: T",
        outputs=f"{_output}: T",
        attrs=f"T: type in {{{FLOATING}}}",
        shape=_softmax_shape,
        kernel=constant_kernel(_compute),
        gradient=_gradient,
    )
