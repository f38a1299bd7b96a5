"""Choosing elements by a condition (API: tf.where)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import zeros, zeros_like
from convflow.ops.math.arithmetic import reduce_to_shapes_of
from convflow.ops.types import NUMBER


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Elements of `x` where `condition` holds, else of `y` (API: tf.where).

    Args:
        condition: of the shape of x and y, or a vector that chooses whole rows of them, or a scalar.
        x, y: tensors of one shape and type; both None for the int64 indices [n, rank] of what is true.
    """
    return _where(condition, x, y, name, "Select")


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """`where` with all three operands stretched to a common shape (API: tf.where_v2).

    Args:
        condition: bool.
        x, y: of one type; both None for the int64 indices [n, rank] of what is true.

    Returns:
        Of the type of `x` and the common shape.

    Raises:
        ValueError: shapes that do not broadcast, or only one of `x` and `y`.
    """
    return _where(condition, x, y, name, "SelectV2")


def _where(condition: Any, x: Any, y: Any, name: str | None, op_type: str) -> Tensor:
    if x is None and y is None:
        with name_scope(name, "Where", [condition]) as scope:
            condition = convert_to_tensor(condition, preferred_dtype="bool", name="condition")
            return apply_op("Where", input=condition, name=scope)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply_op(op_type, condition=condition, t=x, e=y, name=name)


def _select_shape(ctx: Any) -> list[TensorShape]:
    condition, t, e = (ctx.input(index) for index in range(3))
    try:
        data = t.merge_with(e)
    except ValueError:
        raise ValueError(f"t and e of Select must have one shape, but are {t} and {e}.") from None
    if condition.rank is None or condition.rank == 0 or data.rank is None:
        return [data]
    if condition.rank == 1 and data.rank != 1:
        if data.rank == 0:
            raise ValueError(f"A condition of shape {condition} cannot choose between scalars in Select.")
        if not condition[0].is_compatible_with(data[0]):
            raise ValueError(
                f"Dimension 0 in both shapes must be equal, but are {condition[0]} and {data[0]}: the condition "
                f"{condition} chooses rows of {data}."
            )
        return [TensorShape([condition[0].merge_with(data[0])]).concatenate(data[1:])]
    try:
        return [data.merge_with(condition)]
    except ValueError:
        raise ValueError(
            f"The condition of Select has shape {condition}, t and e have {data}; expected the same shape, a "
            f"scalar, or a vector of length {data[0] if data.rank else 1}."
        ) from None


def _select_compute(condition: torch.Tensor, t: Any, e: Any) -> Any:
    is_scalar = condition.ndim == 0
    chooses_rows = condition.ndim == 1 and t.ndim > 1 and condition.shape[0] == t.shape[0]
    if t.shape != e.shape or not (is_scalar or chooses_rows or condition.shape == t.shape):
        raise ValueError(
            f"Select of shapes {list(condition.shape)}, {list(t.shape)} and {list(e.shape)} is not possible."
        )
    if chooses_rows:
        condition = condition.reshape(-1, *[1] * (t.ndim - 1))
    return _chosen(condition, t, e)


def _chosen(condition: torch.Tensor, t: Any, e: Any) -> Any:
    if isinstance(t, np.ndarray):
        return np.where(condition.numpy(), t, e)
    return torch.where(condition, t, e)


def _select_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    condition = op.inputs[0]
    nothing = zeros_like(op.inputs[1])
    return [None, where(condition, grad, nothing), where(condition, nothing, grad)]


register_op(
    "Select",
    inputs="condition: bool; t: T; e: T",
    outputs="output: T",
    attrs="T: type",
    shape=_select_shape,
    kernel=lambda op: _select_compute,
    gradient=_select_gradient,
)


def _select_v2_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    condition, x, y = op.inputs
    nothing = zeros([], dtype=grad.dtype.base_dtype)
    grad_x, grad_y = where_v2(condition, grad, nothing), where_v2(condition, nothing, grad)
    z = op.outputs[0]
    return [None, reduce_to_shapes_of(x, z, grad_x, None)[0], reduce_to_shapes_of(y, z, grad_y, None)[0]]


register_op(
    "SelectV2",
    inputs="condition: bool; t: T; e: T",
    outputs="output: T",
    attrs="T: type",
    shape=rules.broadcast,
    kernel=lambda op: _chosen,
    gradient=_select_v2_gradient,
)


def _where_shape(ctx: Any) -> list[TensorShape]:
    rank = ctx.input(0).rank
    return [unknown_shape(2) if rank is None else TensorShape([None, rank])]


def _where_compute(input: torch.Tensor) -> torch.Tensor:
    return torch.nonzero(input)


register_op(
    "Where",
    inputs="input: T",
    outputs="index: int64",
    attrs=f"T: type = bool in {{{NUMBER}, bool}}",
    shape=_where_shape,
    kernel=lambda op: _where_compute,
    gradient=NO_GRADIENT,
)
