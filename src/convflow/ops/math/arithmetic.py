"""Arithmetic, element by element with broadcasting (API: tf.add, tf.subtract, tf.multiply, tf.truediv ...)."""

from __future__ import annotations

from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.indexed_slices import convert_to_tensor_or_indexed_slices
from convflow.graph.opdef import NO_GRADIENT, NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, name_scope
from convflow.ops import rules
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.factories import on_wide_unsigned, register_binary
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import greater_equal, less_equal
from convflow.ops.types import INDEX


def binary_operands(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Two operands as tensors of one type, a tensor deciding for a Python number."""
    x = convert_to_tensor(x, name="x")
    return x, convert_to_tensor(y, dtype=x.dtype.base_dtype, name="y")


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x + y, strings concatenated (API: tf.add).

    Args:
        x, y: tensors of one type (floating, integers, complex, strings), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type; the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "Add", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, preferred_dtype=x.dtype.base_dtype, name="y")
        op_type = "Add" if x.dtype.base_dtype is dtypes.string else "AddV2"
        return apply_op(op_type, x=x, y=y, name=scope)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x - y (API: tf.subtract).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Sub", x=x, y=y, name=name)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y (API: tf.multiply).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Mul", x=x, y=y, name=name)


DIVIDED_AS = {
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.uint32: dtypes.float64,
    dtypes.uint64: dtypes.float64,
}


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y; integers are divided as float32 (up to 16 bits) or float64 (API: tf.truediv).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, of integers a floating one; the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "truediv", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")
        if x.dtype.base_dtype is not y.dtype.base_dtype:
            raise TypeError(
                f"`x` and `y` must have the same dtype, got {x.dtype.base_dtype!r} != {y.dtype.base_dtype!r}."
            )
        wide = DIVIDED_AS.get(x.dtype.base_dtype)
        if wide is not None:
            x, y = cast(x, wide), cast(y, wide)
        return apply_op("RealDiv", x=x, y=y, name=scope)


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y by Python's rules (API: tf.divide).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The type of Python's division; the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    if name is None and not isinstance(x, Tensor) and not hasattr(x, "_as_graph_element"):
        x = convert_to_tensor(x, dtype=y.dtype.base_dtype) if isinstance(y, Tensor) else convert_to_tensor(x)
    return truediv(x, y, name=name)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y by Python 2's rules: integers stay integers (API: tf.div).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type; the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "div", [x, y]) as scope:
        x, y = binary_operands(x, y)
        op_type = "RealDiv" if x.dtype.is_floating or x.dtype.is_complex else "FloorDiv"
        return apply_op(op_type, x=x, y=y, name=scope)


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y of floating or complex numbers (API: tf.realdiv).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("RealDiv", x=x, y=y, name=name)


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards minus infinity (API: tf.floordiv).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "floordiv", [x, y]) as scope:
        return apply_op("FloorDiv", x=x, y=y, name=scope)


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """`floordiv` under its op's name (API: tf.floor_div).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("FloorDiv", x=x, y=y, name=name)


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of `floordiv`, with the sign of y (API: tf.floormod, tf.mod).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("FloorMod", x=x, y=y, name=name)


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y of integers rounded towards zero (API: tf.truncatediv).

    Args:
        x, y: tensors of one type (floating, integers, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("TruncateDiv", x=x, y=y, name=name)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of `truncatediv`, with the sign of x (API: tf.truncatemod).

    Args:
        x, y: tensors of one type (floating, int32 or int64), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("TruncateMod", x=x, y=y, name=name)


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x to the power y (API: tf.pow).

    Args:
        x, y: tensors of one type (floating, int8 to int64, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    with name_scope(name, "Pow", [x]) as scope:
        return apply_op("Pow", x=x, y=y, name=scope)


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of x and y (API: tf.maximum).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Maximum", x=x, y=y, name=name)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of x and y (API: tf.minimum).

    Args:
        x, y: tensors of one type (floating, integers), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("Minimum", x=x, y=y, name=name)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """(x - y) squared (API: tf.squared_difference).

    Args:
        x, y: tensors of one type (floating, int32 or int64, complex), or values, of shapes that broadcast.
        name: of the node.

    Returns:
        The same type, the shape they broadcast to.

    Raises:
        ValueError: shapes that do not broadcast.
        TypeError: another type, or two that differ.
    """
    return apply_op("SquaredDifference", x=x, y=y, name=name)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of tensors of one shape (API: tf.add_n).

    Args:
        inputs: a list of tensors (or `IndexedSlices`) of one type and shape.
        name: of the node.

    Returns:
        Their type and shape.

    Raises:
        ValueError: no tensors, or shapes that differ.
    """
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError("inputs must be a list of at least one Tensor with the same dtype and shape.")
    inputs = [convert_to_tensor_or_indexed_slices(item) for item in inputs]
    if len(inputs) == 1:
        tensor = convert_to_tensor(inputs[0])
        return tensor if name is None else apply_op("Identity", input=tensor, name=name)
    return apply_op("AddN", inputs=inputs, name=name)


# Gradients. Where an operand was stretched, its gradient is the sum over the stretched axes.


def reduce_to_shapes_of(x: Tensor, y: Tensor, grad_x: Any, grad_y: Any) -> list[Any]:
    """Gradients of the broadcast operands, summed back to the operands' own shapes."""
    shape_x, shape_y = shape_of(x), shape_of(y)
    axes = stretched_axes(x.shape, y.shape)
    if axes is None:
        axes = apply_op("BroadcastGradientArgs", s0=shape_x, s1=shape_y)
        return [_summed_to(grad_x, axes[0], shape_x), _summed_to(grad_y, axes[1], shape_y)]
    shorter_x, shorter_y = len(x.shape) < len(y.shape), len(y.shape) < len(x.shape)
    return [
        _summed_to(grad_x, axes[0], shape_x) if axes[0] or shorter_x else grad_x,
        _summed_to(grad_y, axes[1], shape_y) if axes[1] or shorter_y else grad_y,
    ]


def stretched_axes(x: TensorShape, y: TensorShape) -> tuple[list[int], list[int]] | None:
    """The axes of the common shape along which x and y are stretched; None where that depends on unknown sizes."""
    if x.rank is None or y.rank is None:
        return None
    rank = max(x.rank, y.rank)
    left, right = ([*[1] * (rank - len(shape)), *(size.value for size in shape)] for shape in (x, y))
    of_x: list[int] = []
    of_y: list[int] = []
    for axis, (mine, other) in enumerate(zip(left, right, strict=True)):
        if mine == 1 and other != 1:
            of_x.append(axis)
        elif other == 1 and mine != 1:
            of_y.append(axis)
        elif mine is None or other is None:
            return None
    return of_x, of_y


def _summed_to(grad: Any, axes: Any, shape: Tensor) -> Any:
    if grad is None:
        return None
    total = apply_op("Sum", input=grad, reduction_indices=axes, keep_dims=True)
    return apply_op("Reshape", tensor=total, shape=shape)


def _of_one_shape(x: Tensor, y: Tensor, grad: Any) -> bool:
    known = isinstance(grad, Tensor) and x.shape.is_fully_defined()
    return known and x.shape == y.shape == grad.shape


def _add_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = op.inputs
    return [grad, grad] if _of_one_shape(x, y, grad) else reduce_to_shapes_of(x, y, grad, grad)


def _sub_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = op.inputs
    return [grad, -grad] if _of_one_shape(x, y, grad) else reduce_to_shapes_of(x, y, grad, -grad)


def negative(x: Any, name: str | None = None) -> Tensor:
    """-x (API: tf.negative).

    Args:
        x: a tensor (floating, int8 to int64, complex), or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    return apply_op("Neg", x=x, name=name)


def _mul_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = op.inputs
    if _of_one_shape(x, y, grad) and x.dtype.base_dtype in (dtypes.float32, dtypes.int32):
        # The order of the factors is TensorFlow's; it differs where shapes may have to be reduced.
        return [multiply(grad, y), multiply(grad, x)]
    return reduce_to_shapes_of(x, y, multiply(grad, _conjugate(y)), multiply(_conjugate(x), grad))


def _conjugate(x: Tensor) -> Tensor:
    return apply_op("Conj", input=x) if x.dtype.is_complex else x


def _div_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = (_conjugate(value) for value in op.inputs)
    grad_x = realdiv(grad, y)
    return reduce_to_shapes_of(op.inputs[0], op.inputs[1], grad_x, grad * realdiv(realdiv(-x, y), y))


def _floormod_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = op.inputs
    quotient = apply_op("FloorDiv", x=x, y=y)
    return reduce_to_shapes_of(x, y, grad, grad * negative(quotient))


def _pow_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = (_conjugate(value) for value in op.inputs)
    grad_x = grad * y * pow(x, y - 1)
    # log x is taken only where it exists; elsewhere y has no influence that could be followed.
    exists = apply_op("NotEqual", x=x, y=0) if x.dtype.is_complex else x > 0
    usable = apply_op("Select", condition=exists, t=x, e=ones_like(op.inputs[0]))
    log = apply_op("Log", x=usable)
    log = apply_op("Select", condition=exists, t=log, e=zeros_like(op.inputs[0]))
    return reduce_to_shapes_of(op.inputs[0], op.inputs[1], grad_x, grad * _conjugate(op.outputs[0]) * log)


def _maximum_gradient(op: Operation, grad: Any) -> list[Any]:
    return _extremum_gradient(op, grad, greater_equal)


def _minimum_gradient(op: Operation, grad: Any) -> list[Any]:
    return _extremum_gradient(op, grad, less_equal)


def _extremum_gradient(op: Operation, grad: Any, x_wins: Any) -> list[Any]:
    x, y = op.inputs
    nothing = zeros_like(grad)
    mask = x_wins(x, y)
    grad_x = apply_op("SelectV2", condition=mask, t=grad, e=nothing)
    grad_y = apply_op("SelectV2", condition=mask, t=nothing, e=grad)
    return reduce_to_shapes_of(x, y, grad_x, grad_y)


def _squared_difference_gradient(op: Operation, grad: Any) -> list[Any]:
    x, y = op.inputs
    with control_dependencies([grad]):
        grad_x = multiply(convert_to_tensor(2, dtype=grad.dtype.base_dtype, name="scalar"), grad) * (x - y)
    return [grad_x, -grad_x] if _of_one_shape(x, y, grad) else reduce_to_shapes_of(x, y, grad_x, -grad_x)


def _stops(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [None, None]


_WIDE = "bfloat16, half, float, double, uint8, int8, uint16, int16, int32, {}int64, complex64, complex128{}"
_MUL = _WIDE.format("uint32, uint64, ", "")
_SUB = _WIDE.format("", ", uint32, uint64")
_ORDERED = "bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64"


def _string_add(x: Any, y: Any) -> Any:
    return torch.add(x, y) if isinstance(x, torch.Tensor) else x + y


def _floor_divide(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.div(x, y, rounding_mode="floor")


def _truncate_divide(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.div(x, y, rounding_mode="trunc")


def _real_divide(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if not (x.is_floating_point() or x.is_complex()):
        raise ValueError(
            f"RealDiv does not divide integers, got {x.dtype}; use tf.truediv, or tf.floordiv for whole ones."
        )
    return torch.div(x, y)


def _power(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if not (y.is_floating_point() or y.is_complex()) and bool((y < 0).any()):
        raise ValueError("Integers to negative integer powers are not allowed")
    return torch.pow(x, y)


def _squared_difference(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    difference = torch.sub(x, y)
    return difference * (difference.conj() if difference.is_complex() else difference)


register_binary(
    "Add", "bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128, string",
    _string_add, _add_gradient,
)  # fmt: skip
register_binary(
    "AddV2",
    "bfloat16, half, float, double, uint8, uint16, uint32, uint64, int8, int16, int32, int64, complex64, complex128",
    on_wide_unsigned(torch.add),
    _add_gradient,
)
register_binary("Sub", _SUB, on_wide_unsigned(torch.sub), _sub_gradient)
register_binary("Mul", _MUL, on_wide_unsigned(torch.mul), _mul_gradient)
register_binary("RealDiv", _MUL, on_wide_unsigned(_real_divide), _div_gradient)
register_binary("FloorDiv", _MUL, on_wide_unsigned(_floor_divide), _stops)
register_binary("TruncateDiv", _MUL, on_wide_unsigned(_truncate_divide), _stops)
register_binary(
    "FloorMod",
    "int8, int16, int32, int64, uint8, uint16, uint32, uint64, bfloat16, half, float, double",
    on_wide_unsigned(torch.remainder),
    _floormod_gradient,
)
register_binary("TruncateMod", "int32, int64, bfloat16, half, float, double", on_wide_unsigned(torch.fmod), NO_GRADIENT)
register_binary(
    "Pow",
    "bfloat16, float, half, double, int8, int16, int32, int64, complex64, complex128",
    _power,
    _pow_gradient,
)
register_binary("Maximum", _ORDERED, on_wide_unsigned(torch.maximum), _maximum_gradient)
register_binary("Minimum", _ORDERED, on_wide_unsigned(torch.minimum), _minimum_gradient)
register_binary(
    "SquaredDifference", "bfloat16, half, float, double, int32, int64, complex64, complex128",
    _squared_difference, _squared_difference_gradient,
)  # fmt: skip


def sum_of(*values: torch.Tensor) -> torch.Tensor:
    """The kernel of ops that add tensors of one shape."""
    total = values[0]
    if any(value.shape != total.shape for value in values):
        raise ValueError(f"Inputs of AddN must have one shape, got {[list(value.shape) for value in values]}.")
    for value in values[1:]:
        total = on_wide_unsigned(torch.add)(total, value)
    return total


register_op(
    "AddN",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs=(
        "N: int >= 1; T: type in {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
        "qint32, bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64, variant}"
    ),
    shape=rules.same_shapes,
    kernel=lambda op: sum_of,
    gradient=lambda op, grad: [grad] * len(op.inputs),
)


def _broadcast_gradient_axes(s0: torch.Tensor, s1: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    sizes = [s0.tolist(), s1.tolist()]
    rank = max(map(len, sizes))
    padded = [[1] * (rank - len(size)) + size for size in sizes]
    result: list[torch.Tensor] = []
    for mine, other in (padded, padded[::-1]):
        axes = [i for i in range(rank) if mine[i] == 1 and (other[i] != 1 or i < rank - len(sizes[len(result)]))]
        result.append(torch.tensor(axes, dtype=s0.dtype))
    return result[0], result[1]


register_op(
    "BroadcastGradientArgs",
    inputs="s0: T; s1: T",
    outputs="r0: T; r1: T",
    attrs=f"T: type = int32 in {{{INDEX}}}",
    shape=lambda ctx: [unknown_shape(1), unknown_shape(1)],
    kernel=lambda op: _broadcast_gradient_axes,
    gradient=NOT_DIFFERENTIABLE,
)
