"""Discrete convolutions in plain NumPy, for teaching and as something to compare with.

y[i] = sum over k of x[i - k] w[k], zeros outside of x: the kernel is turned around, which `tf.nn.conv2d` does not do.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from convflow.tools.calculators.sizes import output_size

Padding = str | int


def conv1d(x: ArrayLike, w: ArrayLike, padding: Padding = "same", stride: int = 1) -> np.ndarray:
    """The convolution of two vectors.

    Args:
        x: the signal, shape (n,).
        w: the kernel, shape (m,).
        padding: "full", every place where the two overlap, n + m - 1 of them; "same", n of them around the middle;
            "valid", where all of the kernel lies on the signal, n - m + 1 of them; or a number p of zeros on both
            sides.
        stride: how far the kernel moves each time: every `stride`-th of those places.

    Returns:
        shape (floor((n + 2p - m) / stride) + 1,) for p zeros on both sides; (ceil(places / stride),) in every case.

    Raises:
        ValueError: wrong ranks, an empty vector, a padding that does not exist, or a kernel that does not fit.
    """
    return _convolve(_checked("x", x, 1), _checked("w", w, 1), (padding,), (stride,))


def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    padding: Padding | tuple[int, int] = "same",
    stride: int | tuple[int, int] = 1,
) -> np.ndarray:
    """The convolution of two matrices: along each axis as `conv1d`.

    Args:
        x: the picture, shape (height, width).
        w: the kernel, shape (kernel height, kernel width).
        padding: as of `conv1d`, or zeros (above and below, left and right).
        stride: one for both axes, or (down, right).

    Raises:
        ValueError: as `conv1d`.
    """
    paddings = padding if isinstance(padding, tuple) else (padding, padding)
    strides = stride if isinstance(stride, tuple) else (stride, stride)
    return _convolve(_checked("x", x, 2), _checked("w", w, 2), paddings, strides)


def _convolve(x: np.ndarray, w: np.ndarray, paddings: tuple[Padding, ...], strides: tuple[int, ...]) -> np.ndarray:
    pads = [_pads(m, padding) for m, padding in zip(w.shape, paddings, strict=True)]
    sizes = [output_size(n, m, s, around) for n, m, s, around in zip(x.shape, w.shape, strides, pads, strict=True)]
    padded, turned = np.pad(x, pads), np.flip(w)
    made = np.empty(sizes, np.result_type(x, w))
    for place in np.ndindex(*sizes):
        corner = [index * stride for index, stride in zip(place, strides, strict=True)]
        under = tuple(slice(start, start + m) for start, m in zip(corner, w.shape, strict=True))
        made[place] = np.sum(padded[under] * turned)
    return made


def _pads(kernel: int, padding: Padding) -> tuple[int, int]:
    if not isinstance(padding, str):
        return padding, padding
    match padding.lower():
        case "full":
            return kernel - 1, kernel - 1
        case "valid":
            return 0, 0
        case "same":
            # The middle of "full", as NumPy and SciPy cut it: the odd zero stands before the signal.
            return kernel // 2, (kernel - 1) // 2
    raise ValueError(f"padding is {padding!r}. Expected 'full', 'same', 'valid' or the number of zeros on both sides.")


def _checked(name: str, value: ArrayLike, rank: int) -> np.ndarray:
    array = np.asarray(value)
    if array.ndim != rank or not math.prod(array.shape):
        raise ValueError(f"{name} has the shape {array.shape}. Expected {rank} axes and at least one element.")
    return array
