"""Well-known 3x3 kernels by name, for one channel.

They are applied as `tf.nn.conv2d` does, without being turned around.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from convflow.models.registry import unknown

_TOP = ((1, 2, 1), (0, 0, 0), (-1, -2, -1))

# Several kernels: the root of the sum of the squares of what each gives.
_KERNELS: dict[str, Sequence[Sequence[Sequence[float]]]] = {
    "identity": [((0, 0, 0), (0, 1, 0), (0, 0, 0))],
    "blur": [((1 / 16, 1 / 8, 1 / 16), (1 / 8, 1 / 4, 1 / 8), (1 / 16, 1 / 8, 1 / 16))],
    "box_blur": [((1 / 9,) * 3,) * 3],
    "sharpen": [((0, -1, 0), (-1, 5, -1), (0, -1, 0))],
    "edge": [((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))],
    "edge_cross": [((0, -1, 0), (-1, 4, -1), (0, -1, 0))],
    "emboss": [((-2, -1, 0), (-1, 1, 1), (0, 1, 2))],
    "top_sobel": [_TOP],
    "bottom_sobel": [_TOP[::-1]],
    "left_sobel": [tuple(zip(*_TOP, strict=True))],
    "right_sobel": [tuple(zip(*_TOP[::-1], strict=True))],
    "sobel": [_TOP, tuple(zip(*_TOP, strict=True))],
}


def get(name: str) -> np.ndarray:
    """The kernel called `name`, float32 [3, 3, kernels]; with more than one their results are taken together.

    Raises:
        errors.NotFoundError: there is none; the message lists them all.
    """
    if name not in _KERNELS:
        raise unknown("kernel", name, _KERNELS)
    return np.stack([np.array(kernel, np.float32) for kernel in _KERNELS[name]], axis=-1)


def names() -> list[str]:
    """The names of all kernels."""
    return list(_KERNELS)
