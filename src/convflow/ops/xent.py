"""Softmax cross-entropy in one numerically safe step (API: tf.nn.softmax_cross_entropy_with_logits and kin)."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any

import torch

from convflow.core import dtypes, errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import EagerTensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops import rules
from convflow.ops.array.identity import stop_gradient
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.strided_slice import getitem
from convflow.ops.assert_compare import assert_equal
from convflow.ops.factories import constant_kernel
from convflow.ops.math.arithmetic import multiply, negative, subtract
from convflow.ops.math.cast import cast
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.types import FLOATING, INDEX
from convflow.ops.window import either


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: int | None = None,
) -> Tensor:
    """The cross-entropy of `labels` and softmax(logits), the labels constant (API: the 1.x function of that name).

    Use named arguments only. As `softmax_cross_entropy_with_logits_v2`, but no gradient flows into `labels`.

    Args:
        _sentinel: nothing; it catches arguments without a name.
        labels: probabilities, shape and meaning of axes as in `logits`; cast to its type.
        logits: unscaled log probabilities, a float type; half precision is computed as float32.
        dim: the old name of `axis`.
        axis: the axis of the classes, the last by default.

    Returns:
        One loss per example: the shape of `logits` without `axis`, and its type.

    Raises:
        ValueError: arguments without names, labels or logits missing, shapes that do not go together, or the axis given
            under both its names.
    """
    axis = either("axis", axis, "dim", None if axis is not None and dim == -1 else dim)
    _check_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = stop_gradient(labels, name="labels_stop_gradient")
        return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=axis, name=scope)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Tensor:
    """The cross-entropy of `labels` and softmax(logits) (API: tf.nn.softmax_cross_entropy_with_logits_v2).

    Args:
        labels: probabilities, shape and meaning of axes as in `logits`; cast to its type.
        logits: unscaled log probabilities, a float type; half precision is computed as float32.
        axis: the axis of the classes, the last by default.
        dim: the old name of `axis`.

    Returns:
        One loss per example: the shape of `logits` without `axis`, and its type.

    Raises:
        ValueError: labels or logits missing, or shapes that do not go together.
    """
    axis = either("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    _check_named("softmax_cross_entropy_with_logits", None, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        precise = _precise(logits)
        labels = cast(labels, precise.dtype)
        rank = rank_of(precise)
        if axis != -1:
            axis = axis + logits.shape.rank if axis < 0 and logits.shape.rank is not None else axis
            precise, labels = _with_axis_last(precise, axis, rank), _with_axis_last(labels, axis, rank)
        shape = shape_of(precise)
        loss = apply_op(
            "SoftmaxCrossEntropyWithLogits", features=_as_matrix(precise), labels=_as_matrix(labels), name=scope
        )[0]
        loss = apply_op(
            "Reshape", tensor=loss, shape=apply_op("Slice", input=shape, begin=[0], size=[subtract(rank, 1)])
        )
        if logits.shape.rank is not None:
            loss.set_shape([size for i, size in enumerate(logits.shape) if i != axis % logits.shape.rank])
        return cast(loss, logits.dtype)


def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross-entropy of softmax(logits) with one true class each (API of that name). Named arguments only.

    Args:
        labels: class numbers from 0 on, int32 or int64, the shape of `logits` without its last axis.
        logits: unscaled log probabilities, classes along the last axis; half precision is computed as float32.

    Returns:
        One loss per example, in the shape of `labels` and the type of `logits`.

    Raises:
        ValueError: labels or logits missing, or shapes that do not go together.
        InvalidArgumentError: a label outside of [0, classes), when run.
    """
    _check_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    # A scope for the nodes around; the op itself goes by the caller's name inside it, as in TensorFlow.
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        precise = cast(logits, dtypes.float32) if logits.dtype is dtypes.float16 else logits
        labels_shape = shape_of(labels)
        _check_sparse_shapes(labels.shape, logits.shape)
        if logits.shape.rank == 2:
            loss = _sparse_loss(precise, labels, name)
        else:
            loss = _sparse_loss_of_any_rank(precise, labels, logits, name)
            loss = apply_op("Reshape", tensor=loss, shape=labels_shape)
            loss.set_shape(labels.shape)
        return cast(loss, logits.dtype)


def _sparse_loss(logits: Tensor, labels: Tensor, name: str | None) -> Tensor:
    return apply_op("SparseSoftmaxCrossEntropyWithLogits", features=logits, labels=labels, name=name)[0]


def _sparse_loss_of_any_rank(precise: Tensor, labels: Tensor, logits: Tensor, name: str | None) -> Tensor:
    checks = []
    if not (labels.shape.is_fully_defined() and _without_classes(logits.shape).is_fully_defined()):
        checks.append(assert_equal(shape_of(labels), getitem(shape_of(logits), slice(None, -1))))
    with control_dependencies(checks) if checks else nullcontext():
        shape = shape_of(logits)
        classes = getitem(shape, apply_op("Sub", x=rank_of(logits), y=1, name="sub"))
        matrix = apply_op("Reshape", tensor=precise, shape=[-1, classes])
        vector = apply_op("Reshape", tensor=labels, shape=[-1])
        return _sparse_loss(matrix, vector, name)


def _check_named(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    if sentinel is not None:
        raise ValueError(f"Only call `{function}` with named arguments (labels=..., logits=..., ...)")
    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided.")


def _precise(logits: Tensor) -> Tensor:
    return cast(logits, dtypes.float32) if logits.dtype in (dtypes.float16, dtypes.bfloat16) else logits


def _with_axis_last(tensor: Tensor, axis: int, rank: Tensor) -> Tensor:
    before = apply_op("Range", start=0, limit=axis, delta=1, name="range")
    after = apply_op("Range", start=axis + 1, limit=rank, delta=1, name="range")
    order = apply_op("ConcatV2", values=[before, after, [axis]], axis=0, name="concat")
    return apply_op("Transpose", x=tensor, perm=order, name="transpose")


def _as_matrix(tensor: Tensor) -> Tensor:
    """All axes but the last flattened into one."""
    rank = rank_of(tensor)
    shape = shape_of(tensor)
    last_size = apply_op("Slice", input=shape, begin=[subtract(rank, 1)], size=[1])
    sizes = apply_op("ConcatV2", values=[[-1], last_size], axis=0, name="concat")
    matrix = apply_op("Reshape", tensor=tensor, shape=sizes)
    if tensor.shape.rank:
        rows = [size.value for size in tensor.shape[:-1]]
        if None not in rows:
            matrix.set_shape([math.prod(rows), tensor.shape[-1]])
    return matrix


def _without_classes(shape: TensorShape) -> TensorShape:
    return shape[:-1] if shape.rank is not None else shape


def _check_sparse_shapes(labels: TensorShape, logits: TensorShape) -> None:
    if logits.rank is None:
        return
    if logits.rank == 0:
        raise ValueError(f"`logits` cannot be a scalar. Received logits of shape {logits}.")
    if labels.rank is not None and labels.rank != logits.rank - 1:
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {labels.rank}) should equal rank of logits minus 1 (received "
            f"{logits.rank}): labels have shape {labels}, logits {logits}. For labels that are one-hot use "
            "softmax_cross_entropy_with_logits."
        )
    if not labels.is_compatible_with(logits[:-1]):
        raise ValueError(
            f"Shape mismatch: The shape of labels (received {labels}) should equal the shape of logits except for "
            f"the last dimension (received {logits})."
        )


# Dense labels.


def _xent_shape(ctx: InferenceContext) -> list[TensorShape]:
    features, labels = rules.with_rank(ctx.input(0), 2, "logits"), rules.with_rank(ctx.input(1), 2, "labels")
    try:
        shape = rules.broadcast_shapes(features, labels)
    except ValueError:
        raise ValueError(
            f"logits and labels must be broadcastable: logits_size={features} labels_size={labels}. "
            "Both need one row per example and one column per class."
        ) from None
    _check_classes(shape)
    return [shape[:1], shape]


def _check_classes(logits: TensorShape) -> None:
    if logits[1].value == 0:
        raise ValueError(f"Must have at least one class, but got logits shape {logits}.")


def _xent_compute(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if features.ndim != 2 or labels.ndim != 2 or 0 in (features.shape[1], labels.shape[1]):
        raise ValueError(f"Need matrices with columns, got {list(features.shape)} and {list(labels.shape)}.")
    logs = torch.log_softmax(features, 1)
    loss = torch.sum(labels * logs, 1).neg_()
    # Labels that are stretched over the rows leave the probabilities their shape; logits that are do not.
    if logs.shape[0] < labels.shape[0] or logs.shape[1] < labels.shape[1]:
        return loss, torch.sub(torch.exp(logs), labels)
    return loss, logs.exp_().sub_(labels)


def _xent_gradient(op: Operation, grad_loss: Tensor | None, grad_backprop: Tensor | None) -> list[Tensor | None]:
    logits = op.inputs[0]
    grad_logits = _logits_gradient(op, grad_loss, grad_backprop)
    if grad_loss is None:
        return [grad_logits, None]
    return [grad_logits, _scaled_rows(grad_loss, negative(log_softmax(logits)))]


def _logits_gradient(op: Operation, grad_loss: Tensor | None, grad_backprop: Tensor | None) -> Tensor | None:
    """The loss's derivative is the op's other output; that one's is the derivative of softmax."""
    result = None if grad_loss is None else _scaled_rows(grad_loss, op.outputs[1])
    if grad_backprop is None or _is_zero(grad_backprop):
        return result
    probabilities = softmax(op.inputs[0])
    mean = apply_op(
        "Sum", input=multiply(grad_backprop, probabilities, name="mul"), reduction_indices=1, keep_dims=True
    )
    second = multiply(subtract(grad_backprop, mean, name="sub"), probabilities, name="mul")
    return second if result is None else apply_op("AddV2", x=result, y=second, name="add")


def _is_zero(tensor: Tensor) -> bool:
    """Whether a gradient is one that nobody took. In eager mode that is None, so that nothing is computed of it."""
    return not isinstance(tensor, EagerTensor) and tensor.op.type in ("Zeros", "ZerosLike")


def _scaled_rows(factors: Tensor, matrix: Tensor) -> Tensor:
    column = apply_op("ExpandDims", input=factors, dim=-1)
    return multiply(column, matrix, name="mul")


register_op(
    "SoftmaxCrossEntropyWithLogits",
    inputs="features: T; labels: T",
    outputs="loss: T; backprop: T",
    attrs=f"T: type in {{{FLOATING}}}",
    shape=_xent_shape,
    kernel=constant_kernel(_xent_compute),
    gradient=_xent_gradient,
)


# Class numbers as labels.


def _sparse_xent_shape(ctx: InferenceContext) -> list[TensorShape]:
    features, labels = rules.with_rank(ctx.input(0), 2, "logits"), rules.with_rank(ctx.input(1), 1, "labels")
    if not features[0].is_compatible_with(labels[0]):
        raise ValueError(
            "logits and labels must have the same first dimension, got logits shape "
            f"{features} and labels shape {labels}."
        )
    _check_classes(features)
    batch = features[0].merge_with(labels[0])
    return [TensorShape([batch]), TensorShape([batch, features[1]])]


def _sparse_xent_compute(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    if features.ndim != 2 or labels.ndim != 1 or features.shape[0] != labels.shape[0] or not features.shape[1]:
        raise ValueError(f"logits {list(features.shape)} and labels {list(labels.shape)} do not go together.")
    _check_labels(labels, features.shape[1])
    index = labels.long().unsqueeze(1)
    logs = torch.log_softmax(features, 1)
    loss = logs.gather(1, index).squeeze(1).neg_()
    backprop = logs.exp_()
    return loss, backprop.scatter_add_(1, index, backprop.new_full((), -1).expand_as(index))


def _check_labels(labels: torch.Tensor, classes: int) -> None:
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.numel():
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Received a label value of {wrong[0].item()} which is outside the valid range of [0, {classes}). "
            f"Label values: {' '.join(map(str, labels[:20].tolist()))}{' ...' if len(labels) > 20 else ''}. "
            "Labels are class numbers: count them from 0, and make the logits as wide as there are classes.",
        )


def _sparse_xent_gradient(op: Operation, grad_loss: Tensor | None, grad_backprop: Tensor | None) -> list[Tensor | None]:
    return [_logits_gradient(op, grad_loss, grad_backprop), None]


register_op(
    "SparseSoftmaxCrossEntropyWithLogits",
    inputs="features: T; labels: Tlabels",
    outputs="loss: T; backprop: T",
    attrs=f"T: type in {{{FLOATING}}}; Tlabels: type = int64 in {{{INDEX}}}",
    shape=_sparse_xent_shape,
    kernel=constant_kernel(_sparse_xent_compute),
    gradient=_sparse_xent_gradient,
)
