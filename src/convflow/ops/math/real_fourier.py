"""Fourier transforms of real numbers, and back (API: tf.spectral.rfft, irfft, rfft2d, irfft2d, rfft3d, irfft3d)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convflow.core import dtypes
from convflow.core.shape import Dimension, TensorShape, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value, constant_value_as_shape
from convflow.ops import rules
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros, zeros_like
from convflow.ops.array.pad import pad
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack, unstack
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_or
from convflow.ops.math.complex import real
from convflow.ops.math.fourier import COMPLEX_TYPES, ifft, ifft2d, with_axes
from convflow.ops.math.reduce import reduce_prod
from convflow.ops.math.select import where_v2


def _forward(op_type: str, axes: int, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        with name_scope(name, function_name, [input_tensor, fft_length]) as scope:
            x = convert_to_tensor(input_tensor, preferred_dtype=dtypes.float32)
            if x.dtype.base_dtype not in (dtypes.float32, dtypes.float64):
                raise ValueError(f"RFFT requires tf.float32 or tf.float64 inputs, got: {x}. Use tf.cast.")
            kind = dtypes.complex64 if x.dtype.base_dtype is dtypes.float32 else dtypes.complex128
            x.shape.with_rank_at_least(axes)
            length = _length_of_real(x, axes) if fft_length is None else convert_to_tensor(fft_length, dtypes.int32)
            x = _padded(x, axes, length, half=False)
            return apply_op(op_type, input=x, fft_length=_known(length), Tcomplex=kind, name=scope)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary} (API: tf.spectral.{function_name}).

    Args:
        input_tensor: float32 or float64.
        fft_length: the lengths of the transformed axes, [{axes}]: the input is cut or filled up with zeros.

    Returns:
        Complex numbers; of the last axis only the frequencies from 0 to half its length.
    """
    return function


def _backward(op_type: str, axes: int, function_name: str, summary: str) -> Callable[..., Tensor]:
    def function(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        with name_scope(name, function_name, [input_tensor, fft_length]) as scope:
            x = convert_to_tensor(input_tensor, preferred_dtype=dtypes.complex64)
            x.shape.with_rank_at_least(axes)
            if not x.dtype.is_complex:
                raise ValueError(f"IRFFT requires tf.complex64 or tf.complex128 inputs, got: {x}. Use tf.cast.")
            if fft_length is None:
                length = _length_of_half(x, axes)
            else:
                length = convert_to_tensor(fft_length, dtypes.int32)
            x = _padded(x, axes, length, half=True)
            return apply_op(op_type, input=x, fft_length=_known(length), Treal=x.dtype.real_dtype, name=scope)

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary} (API: tf.spectral.{function_name}).

    Args:
        input_tensor: complex64 or complex128, of the last axis the frequencies from 0 to half its length.
        fft_length: the lengths of the output's last axes, [{axes}]; the last one is even by default.

    Returns:
        Real numbers.
    """
    return function


rfft = _forward("RFFT", 1, "rfft", "The Fourier transform of real numbers along the last axis")
rfft2d = _forward("RFFT2D", 2, "rfft2d", "The Fourier transform of real numbers over the last two axes")
rfft3d = _forward("RFFT3D", 3, "rfft3d", "The Fourier transform of real numbers over the last three axes")
irfft = _backward("IRFFT", 1, "irfft", "The inverse of `rfft`")
irfft2d = _backward("IRFFT2D", 2, "irfft2d", "The inverse of `rfft2d`")
irfft3d = _backward("IRFFT3D", 3, "irfft3d", "The inverse of `rfft3d`")


def _known(length: Tensor) -> Any:
    value = constant_value(length)
    return length if value is None else value


def _length_of_real(x: Tensor, axes: int) -> Tensor:
    sizes = x.shape[-axes:] if x.shape.rank is not None else unknown_shape()
    if not sizes.is_fully_defined():
        return shape_of(x)[-axes:]
    return convert_to_tensor(sizes.as_list(), dtypes.int32)


def _length_of_half(x: Tensor, axes: int) -> Tensor:
    sizes = x.shape[-axes:] if x.shape.rank is not None else unknown_shape()
    if sizes.is_fully_defined():
        known = [int(size) for size in sizes]
        return convert_to_tensor([*known[:-1], max(0, 2 * (known[-1] - 1))], dtypes.int32)
    lengths = unstack(shape_of(x)[-axes:])
    lengths[-1] = maximum(0, 2 * (lengths[-1] - 1))
    return stack(lengths)


def _padded(x: Tensor, axes: int, length: Tensor, half: bool) -> Tensor:
    """`x` filled up with zeros to `length` (of the last axis to half of it)."""
    if not length.shape.is_compatible_with([axes]):
        raise ValueError(f"fft_length must be a vector of {axes}, not of shape {length.shape}.")
    wanted = constant_value_as_shape(length)
    if x.shape.rank is not None and 0 in x.shape.as_list():
        return x
    if wanted.is_fully_defined() and x.shape.rank is not None and x.shape[-axes:].is_fully_defined():
        sizes = [int(size) for size in wanted]
        if half:
            sizes[-1] = sizes[-1] // 2 + 1
        margins = [[0, max(size - given, 0)] for size, given in zip(sizes, map(int, x.shape[-axes:]), strict=True)]
        if not any(after for _, after in margins):
            return x
        return pad(x, [[0, 0]] * max(x.shape.rank - axes, 0) + margins)
    rank, given = rank_of(x), shape_of(x)[-axes:]
    outer = zeros([maximum(0, rank - axes)], length.dtype)
    if half:
        length = concat([length[:-1], length[-1:] // 2 + 1], 0)
    after = concat([outer, maximum(0, length - given)], 0)
    return pad(x, stack([zeros_like(after), after], axis=1))


def _sizes(ctx: Any, axes: int) -> list[Any]:
    length = rules.with_rank(ctx.input(1), 1, "fft_length")
    rules.merge_dimension(length[0], axes, f"fft_length must be a vector of {axes}, not of shape {length}")
    known = ctx.constant(1)
    return [Dimension(None if known is None else int(known[axis])) for axis in range(axes)]


def _forward_shape(ctx: Any, axes: int) -> list[TensorShape]:
    x, sizes = with_axes(ctx.input(0), axes, "input"), _sizes(ctx, axes)
    if x.rank is None:
        return [unknown_shape()]
    last = sizes[-1].value
    half = Dimension(None if last is None else (last // 2 + 1 if last else 0))
    return [x[:-axes].concatenate(TensorShape([*sizes[:-1], half]))]


def _backward_shape(ctx: Any, axes: int) -> list[TensorShape]:
    x, sizes = with_axes(ctx.input(0), axes, "input"), _sizes(ctx, axes)
    return [unknown_shape() if x.rank is None else x[:-axes].concatenate(TensorShape(sizes))]


def _checked(x: torch.Tensor, length: torch.Tensor, axes: int, half: bool) -> list[int]:
    lengths = [int(size) for size in length.reshape(-1).tolist()]
    if x.ndim < axes or len(lengths) != axes or min(lengths) < 0:
        raise ValueError(f"fft_length must be {axes} numbers >= 0 for an input of {axes} axes or more, got {lengths}.")
    needed = [*lengths[:-1], lengths[-1] // 2 + 1 if half else lengths[-1]]
    for have, need in zip(x.shape[-axes:], needed, strict=True):
        if have < need and x.numel():
            raise ValueError(
                f"Input dimension of length {have} is too short: {need} are needed. Fill it up with zeros."
            )
    return lengths


def _forward_kernel(axes: int) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def make(op: Operation) -> Callable[..., torch.Tensor]:
        kind = op.attrs["Tcomplex"].as_torch_dtype

        def compute(x: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
            lengths = _checked(x, length, axes, half=False)
            if not x.numel() or 0 in lengths:
                half = lengths[-1] // 2 + 1 if lengths[-1] else 0
                return torch.zeros((*x.shape[:-axes], *lengths[:-1], half), dtype=kind)
            return torch.fft.rfftn(x, s=lengths, dim=tuple(range(-axes, 0))).to(kind)

        return compute

    return make


def _backward_kernel(axes: int) -> Callable[[Operation], Callable[..., torch.Tensor]]:
    def make(op: Operation) -> Callable[..., torch.Tensor]:
        kind = op.attrs["Treal"].as_torch_dtype

        def compute(x: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
            lengths = _checked(x, length, axes, half=True)
            if not x.numel() or 0 in lengths:
                return torch.zeros((*x.shape[:-axes], *lengths), dtype=kind)
            return torch.fft.irfftn(x, s=lengths, dim=tuple(range(-axes, 0))).to(kind)

        return compute

    return make


# Gradients: the adjoint maps. The frequencies that a real transform leaves out are conjugates of others, so in the
# way back each of those counts twice.


def _filled_up(grad: Tensor, sizes: Tensor, axes: int) -> Tensor:
    """`grad` with zeros after its last axes up to `sizes`."""
    after = maximum(sizes - shape_of(grad)[-axes:], 0)
    outer = zeros([rank_of(grad) - axes], dtypes.int32)
    margins = concat([outer, after], 0)
    return pad(grad, stack([zeros_like(margins), margins], axis=1))


def _forward_gradient(axes: int, inverse: Callable[..., Tensor]) -> Any:
    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        x, length = op.inputs
        count = cast(reduce_prod(length), x.dtype)
        result = real(inverse(_filled_up(grad, length, axes))) * count
        result = _filled_up(result, shape_of(x)[-axes:], axes)
        result.set_shape(x.shape)
        return [result, None]

    return gradient


def _backward_gradient(axes: int, forward: Callable[..., Tensor]) -> Any:
    def gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
        x, length = op.inputs
        last = length[-1]
        positions = range_of(last // 2 + 1)
        is_single = logical_or(equal(positions, 0), equal(positions * 2, last))
        times = where_v2(is_single, zeros_like(positions) + 1, zeros_like(positions) + 2)
        weight = cast(times, grad.dtype) / cast(reduce_prod(length), grad.dtype)
        result = forward(grad, length) * cast(weight, x.dtype)
        result = _filled_up(result, shape_of(x)[-axes:], axes)
        result.set_shape(x.shape)
        return [result, None]

    return gradient


def _register(axes: int, suffix: str, forward_gradient: Any, backward_gradient: Any) -> None:
    register_op(
        f"RFFT{suffix}",
        inputs="input: Treal; fft_length: int32",
        outputs="output: Tcomplex",
        attrs=f"Treal: type = float in {{float, double}}; {COMPLEX_TYPES}",
        shape=lambda ctx: _forward_shape(ctx, axes),
        kernel=_forward_kernel(axes),
        gradient=forward_gradient,
    )
    register_op(
        f"IRFFT{suffix}",
        inputs="input: Tcomplex; fft_length: int32",
        outputs="output: Treal",
        attrs=f"Treal: type = float in {{float, double}}; {COMPLEX_TYPES}",
        shape=lambda ctx: _backward_shape(ctx, axes),
        kernel=_backward_kernel(axes),
        gradient=backward_gradient,
    )


_register(1, "", _forward_gradient(1, ifft), _backward_gradient(1, rfft))
_register(2, "2D", _forward_gradient(2, ifft2d), _backward_gradient(2, rfft2d))
_register(3, "3D", NO_GRADIENT, NO_GRADIENT)
