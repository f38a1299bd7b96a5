"""Complex numbers and their parts (API: tf.complex, tf.real, tf.imag, tf.angle, tf.conj)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.dtypes import DType
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops import rules
from convflow.ops.array.constant import ones_like, zeros_like
from convflow.ops.math.arithmetic import multiply, negative, reduce_to_shapes_of
from convflow.ops.math.comparison import less
from convflow.ops.math.select import where

_PARTS: dict[DType, DType] = {dtypes.complex64: dtypes.float32, dtypes.complex128: dtypes.float64}
_WHOLES = {part: whole for whole, part in _PARTS.items()}


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """Complex numbers of their parts, both float32 or both float64 (API: tf.complex).

    Args:
        real, imag: float32 or float64, both of one type; shapes that broadcast.

    Returns:
        complex64 for float32, complex128 for float64.

    Raises:
        TypeError: other types, or two that differ.
    """
    with name_scope(name, "Complex") as scope:
        real, imag = convert_to_tensor(real, name="real"), convert_to_tensor(imag, name="imag")
        kinds = real.dtype.base_dtype, imag.dtype.base_dtype
        if kinds[0] is not kinds[1] or kinds[0] not in _WHOLES:
            raise TypeError(
                f"The element types of `real` and `imag` must both be float32 or both float64, got {kinds[0].name} "
                f"and {kinds[1].name}."
            )
        return apply_op("Complex", real=real, imag=imag, Tout=_WHOLES[kinds[0]], name=scope)


def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; a real tensor is returned as it is (API: tf.real).

    Args:
        input: real or complex numbers.

    Returns:
        Of the shape of `input`: float32 for complex64, float64 for complex128, else its own type.
    """
    with name_scope(name, "Real", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return input
        return apply_op("Real", input=input, Tout=_PARTS[input.dtype.base_dtype], name=scope)


def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for a real tensor (API: tf.imag).

    Args:
        input: real or complex numbers.

    Returns:
        Of the shape of `input`: float32 for complex64, float64 for complex128, else its own type.
    """
    with name_scope(name, "Imag", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if not input.dtype.is_complex:
            return zeros_like(input)
        return apply_op("Imag", input=input, Tout=_PARTS[input.dtype.base_dtype], name=scope)


def angle(input: Any, name: str | None = None) -> Tensor:
    """The angle in radians of complex numbers; of real ones 0, or pi where negative (API: tf.angle).

    Args:
        input: real or complex numbers.

    Returns:
        Of the shape of `input`: float32 for complex64, float64 for complex128, else its own type.
    """
    with name_scope(name, "Angle", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        if input.dtype.is_complex:
            return apply_op("Angle", input=input, Tout=_PARTS[input.dtype.base_dtype], name=scope)
        return where(less(input, 0), math.pi * ones_like(input), zeros_like(input))


def conj(x: Any, name: str | None = None) -> Tensor:
    """The complex conjugate; a real tensor is returned as it is (API: tf.conj).

    Args:
        x: a tensor, or a value, of any shape.
        name: of the node.

    Returns:
        The same type, the same shape.

    Raises:
        TypeError: another type.
    """
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return apply_op("Conj", input=x, name=scope)
        if not (x.dtype.is_floating or x.dtype.is_integer):
            raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}.")
        return x


def complex_abs(x: Tensor, name: str | None = None) -> Tensor:
    """The absolute value of complex numbers, real; part of `tf.abs`."""
    return apply_op("ComplexAbs", x=x, Tout=_PARTS[x.dtype.base_dtype], name=name)


def _register_part(
    name: str, types: str, input_name: str, output_name: str, compute: Callable[..., Any], gradient: Any
) -> None:
    register_op(
        name,
        inputs=f"{input_name}: T",
        outputs=f"{output_name}: Tout",
        attrs=f"T: type = complex64 in {{{types}}}; Tout: type = float in {{float, double}}",
        shape=rules.unchanged,
        kernel=lambda op: compute,
        gradient=gradient,
    )


def _real_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [complex(grad, zeros_like(grad))]


def _imag_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [complex(zeros_like(grad), grad)]


def _abs_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    return [multiply(complex(grad, zeros_like(grad)), apply_op("Sign", x=op.inputs[0]))]


def _angle_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x = op.inputs[0]
    turned = apply_op("Reciprocal", x=complex(imag(x), real(x)))
    return [multiply(negative(complex(grad, zeros_like(grad))), turned)]


_COMPLEX = "complex64, complex128"
_register_part("Real", _COMPLEX, "input", "output", lambda x: x.real.contiguous(), _real_gradient)
_register_part("Imag", _COMPLEX, "input", "output", lambda x: x.imag.contiguous(), _imag_gradient)
_register_part("ComplexAbs", _COMPLEX, "x", "y", torch.abs, _abs_gradient)
_register_part("Angle", _COMPLEX, "input", "output", torch.angle, _angle_gradient)


def _complex_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    x, y = op.inputs
    return reduce_to_shapes_of(x, y, real(grad), imag(grad))


register_op(
    "Complex",
    inputs="real: T; imag: T",
    outputs="out: Tout",
    attrs=f"T: type = float in {{float, double}}; Tout: type = complex64 in {{{_COMPLEX}}}",
    shape=rules.broadcast,
    kernel=lambda op: lambda real, imag: torch.complex(*torch.broadcast_tensors(real, imag)),
    gradient=_complex_gradient,
)
register_op(
    "Conj",
    inputs="input: T",
    outputs="output: T",
    attrs=f"T: type = complex64 in {{{_COMPLEX}, variant}}",
    shape=rules.unchanged,
    kernel=lambda op: torch.conj_physical,
    gradient=lambda op, grad: [conj(grad)],
)
