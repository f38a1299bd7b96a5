"""Fourier transforms of complex numbers (API: tf.fft, tf.ifft, tf.fft2d, tf.ifft2d, tf.fft3d, tf.ifft3d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.gather import gather
from convflow.ops.array.roll import roll
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.math.select import where

COMPLEX_TYPES = "Tcomplex: type = complex64 in {complex64, complex128}"


_DOCSTRING = """{summary}, complex64 or complex128 (API: tf.{name}).

    Args:
        input: complex64 or complex128, of at least as many axes.
        name: of the node.

    Returns:
        Of the type and shape of `input`.

    Raises:
        ValueError: fewer axes.
    """


def _transform(op_type: str, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(input: Any, name: str | None = None) -> Tensor:
        return apply_op(op_type, input=input, name=name)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = _DOCSTRING.format(summary=summary, name=function_name)
    return function


fft = _transform("FFT", "fft", "The Fourier transform along the last axis")
ifft = _transform("IFFT", "ifft", "The inverse Fourier transform along the last axis")
fft2d = _transform("FFT2D", "fft2d", "The Fourier transform over the last two axes")
ifft2d = _transform("IFFT2D", "ifft2d", "The inverse Fourier transform over the last two axes")
fft3d = _transform("FFT3D", "fft3d", "The Fourier transform over the last three axes")
ifft3d = _transform("IFFT3D", "ifft3d", "The inverse Fourier transform over the last three axes")


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """`x` with the frequency 0 moved to the middle of each axis (API: tf.signal.fftshift).

    Args:
        axes: a number or several, all by default.
    """
    with name_scope(name, "fftshift") as scope:
        return _shifted(x, axes, scope, back=False)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `fftshift` (API: tf.signal.ifftshift). Arguments as there."""
    with name_scope(name, "ifftshift") as scope:
        return _shifted(x, axes, scope, back=True)


def _shifted(x: Any, axes: Any, scope: str, back: bool) -> Tensor:
    x = convert_to_tensor(x)
    if axes is None:
        axes = tuple(range(len(x.shape)))
        lengths = shape_of(x)
    elif isinstance(axes, int):
        lengths = shape_of(x)[axes]
    else:
        rank = rank_of(x)
        axes = where(less(axes, 0), axes + rank, axes)
        lengths = gather(shape_of(x), axes)
    return roll(x, -(lengths // 2) if back else lengths // 2, axes, scope)


def with_axes(shape: TensorShape, count: int, what: str) -> TensorShape:
    """`shape` if it has at least `count` axes to transform."""
    if shape.rank is not None and shape.rank < count:
        raise ValueError(f"Shape of {what} must be at least rank {count} but is rank {shape.rank}: {shape}.")
    return shape


def _kernel(compute: Callable[..., torch.Tensor], count: int) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    axes = tuple(range(-count, 0))

    def transformed(x: torch.Tensor) -> torch.Tensor:
        if x.ndim < count:
            raise ValueError(f"Input must have rank of at least {count} but got: {list(x.shape)}")
        return compute(x, dim=axes) if x.numel() else x.clone()

    return lambda op: transformed


def transformed_count(grad: Tensor, axes: int) -> Tensor:
    """How many numbers each transform of the last `axes` axes takes."""
    return reduce_prod(shape_of(grad)[-axes:])


def _forward_gradient(inverse: Callable[..., Tensor], axes: int) -> Any:
    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        return [inverse(grad) * cast(transformed_count(grad, axes), grad.dtype)]

    return gradient


def _inverse_gradient(forward: Callable[..., Tensor], axes: int) -> Any:
    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        share = 1.0 / cast(transformed_count(grad, axes), grad.dtype.real_dtype)
        return [forward(grad) * cast(share, grad.dtype)]

    return gradient


def _register(axes: int, name: str, forward: Callable[..., Tensor], inverse: Callable[..., Tensor]) -> None:
    rules = (
        (name, torch.fft.fftn, _forward_gradient(inverse, axes)),
        (f"I{name}", torch.fft.ifftn, _inverse_gradient(forward, axes)),
    )
    for op_type, compute, gradient in rules:
        register_op(
            op_type,
            inputs="input: Tcomplex",
            outputs="output: Tcomplex",
            attrs=COMPLEX_TYPES,
            shape=lambda ctx: [with_axes(ctx.input(0), axes, "input")],
            kernel=_kernel(compute, axes),
            gradient=gradient,
        )


_register(1, "FFT", fft, ifft)
_register(2, "FFT2D", fft2d, ifft2d)
_register(3, "FFT3D", fft3d, ifft3d)
