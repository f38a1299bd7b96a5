"""Losses of single elements (API: tf.nn.sigmoid_cross_entropy_with_logits and kin, log_poisson_loss, l2_loss)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import operators, rules  # noqa: F401  (tensors get their operators)
from convflow.ops.activation import relu
from convflow.ops.array.constant import constant, ones_like, zeros_like
from convflow.ops.math import elementwise
from convflow.ops.math.arithmetic import add, multiply
from convflow.ops.math.comparison import logical_and
from convflow.ops.math.elementwise import exp, log, log1p
from convflow.ops.math.select import where
from convflow.ops.types import FLOATING
from convflow.ops.window import either


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross-entropy of probabilities and sigmoid(logits) (API of that name). Named arguments only.

    Args:
        labels: probabilities, of the shape and type of `logits`.
        logits: a float tensor.

    Returns:
        max(x, 0) - x * z + log(1 + exp(-|x|)) for each logit x and its label z.

    Raises:
        ValueError: labels or logits missing, or shapes that differ.
    """
    if _sentinel is not None:
        raise ValueError(
            "Only call `sigmoid_cross_entropy_with_logits` with named arguments (labels=..., logits=..., ...)"
        )
    _check_given(labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        x: Any = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _check_shapes("logits", x, "labels", labels)
        # Not a maximum and an absolute value: their slopes at 0 would not be the loss's.
        zeros = zeros_like(x, dtype=x.dtype.base_dtype)
        positive = x >= zeros
        above: Any = where(positive, x, zeros)
        distance = where(positive, -x, x)
        return add(above - x * labels, log1p(exp(distance)), name=scope)


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> Tensor:
    """`sigmoid_cross_entropy_with_logits` in which positive labels weigh more (API of that name).

    Args:
        labels: probabilities z, of the shape and type of `logits`; `targets` is the former name.
        logits: a float tensor x.
        pos_weight: a factor q for the positive labels' part.

    Returns:
        (1 - z) * x + (1 + (q - 1) * z) * (log(1 + exp(-|x|)) + max(-x, 0)), in the shape of `logits`.

    Raises:
        ValueError: labels or logits missing, or shapes that differ.
    """
    labels = either("labels", labels, "targets", targets)
    _check_given(labels, logits)
    if pos_weight is None:
        raise ValueError("`pos_weight` must be provided: the factor for positive labels, a number or a tensor.")
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        x: Any = convert_to_tensor(logits, name="logits")
        z: Any = convert_to_tensor(labels, name="labels")
        _check_shapes("logits", x, "labels", z)
        weight = 1 + (pos_weight - 1) * z
        negative_part = (1 - z) * x
        distance: Any = log1p(exp(-elementwise.abs(x)))
        return add(negative_part, weight * (distance + relu(-x)), name=scope)


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Tensor:
    """What counts are unlikely by under Poisson's distribution, up to a constant (API: tf.nn.log_poisson_loss).

    Args:
        targets: counts z, of the shape and type of `log_input`.
        log_input: the logarithm x of the expected counts.
        compute_full_loss: add Stirling's z * log(z) - z + log(2 pi z) / 2 where z is outside of [0, 1].

    Returns:
        exp(x) - x * z, in the shape of `log_input`.

    Raises:
        ValueError: shapes that differ.
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        x: Any = convert_to_tensor(log_input, name="log_input")
        z: Any = convert_to_tensor(targets, name="targets")
        _check_shapes("log_input", x, "targets", z)
        result: Any = exp(x)
        result = result - x * z
        return result + _stirling(z) if compute_full_loss else result


def _stirling(z: Any) -> Any:
    dtype = z.dtype.base_dtype
    half, two_pi = constant(0.5, dtype=dtype), constant(2 * math.pi, dtype=dtype)
    approximation = z * log(z) - z
    approximation = approximation + half * log(two_pi * z)
    zeros, ones = zeros_like(z, dtype=dtype), ones_like(z, dtype=dtype)
    return where(logical_and(z >= zeros, z <= ones), zeros, approximation)


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of the squares of a float tensor, a scalar (API: tf.nn.l2_loss).

    Args:
        t: a tensor of a float type and any shape.

    Returns:
        A scalar of the type of `t`.
    """
    return apply_op("L2Loss", t=t, name=name)


def _check_given(labels: Any, logits: Any) -> None:
    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided.")


def _check_shapes(name: str, tensor: Tensor, other_name: str, other: Tensor) -> None:
    if not other.shape.is_compatible_with(tensor.shape):
        raise ValueError(
            f"`{name}` and `{other_name}` must have the same shape, received ({tensor.shape} vs {other.shape}). "
            "Use tf.reshape, or tf.squeeze for an axis of size 1."
        )


def _l2_loss_kernel(op: Operation) -> Callable[[torch.Tensor], torch.Tensor]:
    def compute(t: torch.Tensor) -> torch.Tensor:
        flat = t.reshape(-1)
        return torch.dot(flat, flat) / 2

    return compute


def _l2_loss_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(op.inputs[0], grad, name="mul")]


register_op(
    "L2Loss",
    inputs="t: T",
    outputs="output: T",
    attrs=f"T: type in {{{FLOATING}}}",
    shape=rules.scalar_output,
    kernel=_l2_loss_kernel,
    gradient=_l2_loss_gradient,
)
