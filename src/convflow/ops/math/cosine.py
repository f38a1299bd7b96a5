"""Cosine transforms of types I to IV, made of Fourier transforms (API: tf.spectral.dct, tf.spectral.idct)."""

from __future__ import annotations

import math
from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.control_flow import cond
from convflow.ops.math.cast import cast
from convflow.ops.math.complex import complex, real
from convflow.ops.math.elementwise import exp, rsqrt, sqrt
from convflow.ops.math.real_fourier import irfft, rfft

_INVERSE_TYPE = {1: 1, 2: 3, 3: 2, 4: 4}


def dct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The discrete cosine transform along the last axis (API: tf.spectral.dct).

    Args:
        input: float32 or float64.
        type: 1, 2, 3 or 4, numbered as in Makhoul 1980 and SciPy.
        n: the length: the input is cut, or filled up with zeros.
        axis: -1.
        norm: 'ortho' makes types 2 to 4 orthogonal.

    Raises:
        NotImplementedError: another axis.
        ValueError: another type or norm, or a length below 1 (below 2 for type 1).
    """
    _check(input, type, n, axis, norm)
    return _transformed(input, type, n, norm, name)


def idct(
    input: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """The inverse of `dct`, up to the factor 2n (type 1: 2 (n - 1)) without 'ortho' (API: tf.spectral.idct).

    Arguments as of `dct`.
    """
    _check(input, type, n, axis, norm)
    return _transformed(input, _INVERSE_TYPE[type], n, norm, name)


def _check(input: Any, type: int, n: int | None, axis: int, norm: str | None) -> None:
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}. Transpose the input first.")
    if n is not None and n < 1:
        raise ValueError(f"n should be a positive integer or None, got {n}.")
    if type not in _INVERSE_TYPE:
        raise ValueError(f"Types 1, 2, 3 and 4 of the cosine transform are supported, got {type}.")
    if type == 1:
        if norm == "ortho":
            raise ValueError("Normalization is not supported for the cosine transform of type 1. Leave norm out.")
        length = input.shape[-1]
        if length is not None and getattr(length, "value", length) is not None and length < 2:
            raise ValueError(f"The cosine transform of type 1 needs a dimension greater than one, got {input.shape}.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}.")


def _transformed(x: Any, type: int, n: Any, norm: str | None, name: str | None = None) -> Tensor:
    with name_scope(name, "dct", [x]):
        x = convert_to_tensor(x)
        zero = convert_to_tensor(0.0, dtype=x.dtype.base_dtype)
        if n is None:
            _length(x)
        else:
            x = _of_length(x, n)
        length = _length(x)
        count = cast(length, x.dtype.base_dtype)
        if type == 1:
            return real(rfft(concat([x, x[..., -2:0:-1]], axis=-1)))
        if type == 2:
            return _second(x, length, count, zero, norm)
        if type == 3:
            return _third(x, length, count, zero, norm)
        # The odd frequencies of type 2 at twice the length.
        result = _transformed(x, 2, 2 * length, None)[..., 1::2]
        return result * (math.sqrt(0.5) * rsqrt(count)) if norm == "ortho" else result


def _length(x: Tensor) -> Any:
    return x.shape[-1].value or shape_of(x)[-1]


def _of_length(x: Tensor, n: Any) -> Tensor:
    given = _length(x)

    def cut() -> Tensor:
        return x[..., 0:n]

    def filled() -> Tensor:
        margins: list[list[Any]] = [[0, 0] for _ in range(len(x.shape))]
        margins[-1][1] = n - given
        return pad(x, convert_to_tensor(margins, dtype="int32"))

    is_shorter = n <= given
    if isinstance(is_shorter, Tensor):
        return cond(is_shorter, cut, filled)
    return cut() if is_shorter else filled()


def _angles(count: Tensor, zero: Tensor, sign: int) -> Tensor:
    """2 exp(sign i pi k / 2n) for k from 0 to n - 1."""
    steps = -range_of(count) if sign < 0 else range_of(count)
    return 2.0 * exp(complex(zero, steps * math.pi * 0.5 / count))


def _weights(first: Tensor, others: Any, length: Any) -> Tensor:
    return pad(expand_dims(first, 0), [[0, length - 1]], constant_values=others)


def _second(x: Tensor, length: Any, count: Tensor, zero: Tensor, norm: str | None) -> Tensor:
    scale = _angles(count, zero, -1)
    result = real(rfft(x, fft_length=[2 * length])[..., :length] * scale)
    if norm != "ortho":
        return result
    first = 0.5 * rsqrt(count)
    return result * _weights(first, first * math.sqrt(2.0), length)


def _third(x: Tensor, length: Any, count: Tensor, zero: Tensor, norm: str | None) -> Tensor:
    if norm == "ortho":
        first = sqrt(count)
        x = x * _weights(first, first * math.sqrt(0.5), length)
    else:
        x = x * count
    scale = _angles(count, zero, 1)
    return real(irfft(scale * complex(x, zero), fft_length=[2 * length]))[..., :length]
