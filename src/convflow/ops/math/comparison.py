"""Comparison and logic, element by element with broadcasting (API: tf.equal, tf.greater, tf.logical_and ...)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from convflow.graph.apply import apply_op
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.factories import register_comparison
from convflow.ops.types import NUMBER, REAL


def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x == y (API: tf.equal).

    Args:
        x, y: tensors of one type, or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Equal", x=x, y=y, name=name)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x != y (API: tf.not_equal).

    Args:
        x, y: tensors of one type, or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("NotEqual", x=x, y=y, name=name)


def less(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x < y (API: tf.less).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Less", x=x, y=y, name=name)


def less_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x <= y (API: tf.less_equal).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("LessEqual", x=x, y=y, name=name)


def greater(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x > y (API: tf.greater).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Greater", x=x, y=y, name=name)


def greater_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether x >= y (API: tf.greater_equal).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("GreaterEqual", x=x, y=y, name=name)


def approximate_equal(x: Any, y: Any, tolerance: float = 1e-5, name: str | None = None) -> Tensor:
    """Whether |x - y| < tolerance; x and y have one shape. TensorFlow offers it as an op only (`ApproximateEqual`)."""
    return apply_op("ApproximateEqual", x=x, y=y, tolerance=tolerance, name=name)


def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether both are true (API: tf.logical_and).

    Args:
        x, y: tensors of type bool, or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("LogicalAnd", x=x, y=y, name=name)


def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether at least one is true (API: tf.logical_or).

    Args:
        x, y: tensors of type bool, or values, of shapes that broadcast.
        name: of the node.

    Returns:
        Type bool, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("LogicalOr", x=x, y=y, name=name)


def logical_not(x: Any, name: str | None = None) -> Tensor:
    """Whether x is false (API: tf.logical_not).

    Args:
        x: a tensor of type bool, or a value, of any shape.
        name: of the node.

    Returns:
        Type bool, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("LogicalNot", x=x, name=name)


def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Whether exactly one is true (API: tf.logical_xor).

    Args:
        x, y: bools, shapes that broadcast.

    Returns:
        Bool of the shape they broadcast to.
    """
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


def _equality(compute: Any, on_objects: Any) -> Any:
    def computed(x: Any, y: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return compute(x, y)
        return torch.from_numpy(np.asarray(on_objects(x, y), dtype=np.bool_))

    return computed


def _ordered(compute: Any) -> Any:
    """PyTorch does not order its wide unsigned types: with the sign bit turned the signed ones order alike."""
    signed = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}

    def turned(x: torch.Tensor) -> torch.Tensor:
        kind = signed[x.dtype]
        return x.view(kind) ^ torch.iinfo(kind).min

    def computed(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return compute(turned(x), turned(y)) if x.dtype in signed else compute(x, y)

    return computed


_EQUALITY = "T: type; incompatible_shape_error: bool = true"
_ORDER = f"T: type in {{{REAL}}}"
register_comparison("Equal", _EQUALITY, _equality(torch.eq, np.equal), NOT_DIFFERENTIABLE)
register_comparison("NotEqual", _EQUALITY, _equality(torch.ne, np.not_equal), NOT_DIFFERENTIABLE)
register_comparison("Less", _ORDER, _ordered(torch.lt), NOT_DIFFERENTIABLE)
register_comparison("LessEqual", _ORDER, _ordered(torch.le), NOT_DIFFERENTIABLE)
register_comparison("Greater", _ORDER, _ordered(torch.gt), NOT_DIFFERENTIABLE)
register_comparison("GreaterEqual", _ORDER, _ordered(torch.ge), NOT_DIFFERENTIABLE)


def _approximate_kernel(op: Operation) -> Any:
    tolerance = op.attrs["tolerance"]

    def near(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if x.shape != y.shape:
            raise ValueError(f"x and y must have one shape, got {list(x.shape)} and {list(y.shape)}.")
        if x.dtype in (torch.uint16, torch.uint32, torch.uint64):
            x, y = x.double(), y.double()
        return torch.abs(x - y) < tolerance

    return near


register_op(
    "ApproximateEqual",
    inputs="x: T; y: T",
    outputs="z: bool",
    attrs=f"T: type in {{{NUMBER}}}; tolerance: float = 9.99999975e-06",
    shape=rules.same_shapes,
    kernel=_approximate_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _register_logical(name: str, compute: Any) -> None:
    register_op(
        name,
        inputs="x: bool; y: bool",
        outputs="z: bool",
        shape=rules.broadcast,
        kernel=lambda op: compute,
        gradient=NOT_DIFFERENTIABLE,
    )


_register_logical("LogicalAnd", torch.logical_and)
_register_logical("LogicalOr", torch.logical_or)
register_op(
    "LogicalNot",
    inputs="x: bool",
    outputs="y: bool",
    shape=rules.unchanged,
    kernel=lambda op: torch.logical_not,
    gradient=NOT_DIFFERENTIABLE,
)
