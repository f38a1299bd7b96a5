"""Products and quotients that a zero decides, whatever the other operand (API: tf.div_no_nan, tf.math.xlogy ...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.factories import binary_function, in_single_precision, register_binary
from convflow.ops.math.arithmetic import DIVIDED_AS, add, multiply, negative, reduce_to_shapes_of
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import not_equal
from convflow.ops.math.complex import conj
from convflow.ops.math.elementwise import square
from convflow.ops.types import FLOATING_OR_COMPLEX

xlogy = binary_function("Xlogy", "math.xlogy", "x log(y), and 0 wherever x is 0")


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, and 0 wherever x is 0 (API: tf.math.xdivy).

    Args:
        x, y: tensors of one type (floating, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "xdivy", [x]):
        return apply_op("Xdivy", x=x, y=y)


def xlog1py(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x log(1 + y), and 0 wherever x is 0 (API: tf.math.xlog1py).

    Args:
        x, y: tensors of one type (floating, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "xlog1py", [x]):
        return apply_op("Xlog1py", x=x, y=y)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y, and 0 wherever y is 0, even where x is infinite or NaN (API: tf.math.multiply_no_nan).

    Args:
        x, y: floating or complex numbers of one type; shapes that broadcast.

    Returns:
        Of their type and the shape they broadcast to.

    Raises:
        TypeError: operands of different types.
    """
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        _check_same_type(x, y)
        return apply_op("MulNoNan", x=x, y=y, name=scope)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, and 0 wherever y is 0 (API: tf.div_no_nan). Integers are divided as by `tf.truediv`.

    Args:
        x, y: numbers of one type; shapes that broadcast.

    Returns:
        Of the shape they broadcast to; their type, float32 or float64 for integers.

    Raises:
        TypeError: operands of different types.
    """
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype_hint=x.dtype.base_dtype)
        _check_same_type(x, y)
        wide = DIVIDED_AS.get(x.dtype.base_dtype)
        if wide is not None:
            x, y = cast(x, wide), cast(y, wide)
        return apply_op("DivNoNan", x=x, y=y, name=scope)


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """1 / x, and 0 wherever x is 0 (API: tf.math.reciprocal_no_nan).

    Args:
        x: a tensor (floating, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = convert_to_tensor(1, dtype=x.dtype.base_dtype, name="one")
        return apply_op("DivNoNan", x=one, y=x, name=scope)


def _check_same_type(x: Tensor, y: Tensor) -> None:
    if x.dtype.base_dtype is not y.dtype.base_dtype:
        raise TypeError(
            f"`x` and `y` must have the same dtype, got {x.dtype.base_dtype!r} != {y.dtype.base_dtype!r}. Use tf.cast."
        )


def _zero_where(decides: str, compute: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def computed(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        result = compute(x, y)
        return torch.where((x if decides == "x" else y) == 0, torch.zeros((), dtype=result.dtype), result)

    return in_single_precision(computed)


def _is_not_zero(x: Tensor) -> Tensor:
    """1 where x is not 0: the derivative by x of products that are 0 there by definition."""
    return cast(not_equal(x, convert_to_tensor(0, dtype=x.dtype.base_dtype)), x.dtype.base_dtype)


def _xlogy_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    grad_x = multiply(xlogy(_is_not_zero(x), y), grad)
    return reduce_to_shapes_of(x, y, grad_x, multiply(xdivy(x, y), grad))


def _xlog1py_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    one = convert_to_tensor(1, dtype=y.dtype.base_dtype)
    grad_x = multiply(xlog1py(_is_not_zero(x), y), grad)
    return reduce_to_shapes_of(x, y, grad_x, multiply(xdivy(x, add(y, one)), grad))


def _xdivy_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    grad_x = multiply(xdivy(_is_not_zero(x), y), grad)
    return reduce_to_shapes_of(x, y, grad_x, multiply(xdivy(negative(x), square(y)), grad))


def _mul_no_nan_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    return reduce_to_shapes_of(
        x, y, apply_op("MulNoNan", x=grad, y=y), apply_op("MulNoNan", x=x, y=grad)
    )  # fmt: skip


def _div_no_nan_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = (conj(value) for value in op.inputs)
    twice = apply_op("DivNoNan", x=apply_op("DivNoNan", x=negative(x), y=y), y=y)
    return reduce_to_shapes_of(
        op.inputs[0], op.inputs[1], apply_op("DivNoNan", x=grad, y=y), multiply(grad, twice)
    )  # fmt: skip


register_binary("Xlogy", FLOATING_OR_COMPLEX, _zero_where("x", lambda x, y: x * torch.log(y)), _xlogy_gradient)
register_binary("Xlog1py", FLOATING_OR_COMPLEX, _zero_where("x", lambda x, y: x * torch.log1p(y)), _xlog1py_gradient)
register_binary("Xdivy", FLOATING_OR_COMPLEX, _zero_where("x", torch.div), _xdivy_gradient)
register_binary("MulNoNan", FLOATING_OR_COMPLEX, _zero_where("y", torch.mul), _mul_no_nan_gradient)
register_binary("DivNoNan", FLOATING_OR_COMPLEX, _zero_where("y", torch.div), _div_no_nan_gradient)
