"""Where along one axis of a picture each element of the resized one comes from.

Places and weights are calculated in float32, as TensorFlow does: in wider numbers some pixels would move.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

_STEPS = 1024
_F32 = np.float32


class Taps(NamedTuple):
    """Per element of the result: which elements it is made of, [taps, size], and how much of each."""

    indices: torch.Tensor
    weights: torch.Tensor


def scale(source: int, target: int, align_corners: bool) -> np.float32:
    """How many elements of the source one of the target stands for."""
    if align_corners and target > 1:
        return _F32(source - 1) / _F32(target - 1)
    return _F32(source) / _F32(target)


def places(source: int, target: int, align_corners: bool, half_pixel_centers: bool) -> np.ndarray:
    """The source coordinate of each target element."""
    step, numbers = scale(source, target, align_corners), np.arange(target, dtype=_F32)
    if half_pixel_centers:
        return (numbers + _F32(0.5)) * step - _F32(0.5)
    return numbers * step


def linear(source: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The two neighbours of each place; the second weight is how far it is from the first."""
    at = places(source, target, align_corners, half_pixel_centers)
    floor = np.floor(at)
    lower = np.maximum(floor, 0)
    upper = np.minimum(np.ceil(at), source - 1)
    part = at - floor
    return _taps([lower, upper], [_F32(1) - part, part])


def nearest(source: int, target: int, align_corners: bool, half_pixel_centers: bool) -> torch.Tensor:
    """[target]: the element that each place takes its value from."""
    step, numbers = scale(source, target, align_corners), np.arange(target, dtype=_F32)
    at = (numbers + _F32(0.5)) * step if half_pixel_centers else numbers * step
    # Halves go up where corners are aligned; NumPy would send them to the even neighbour.
    at = np.floor(at + _F32(0.5)) if align_corners else np.floor(at)
    return torch.from_numpy(np.clip(at, 0, source - 1).astype(np.int64))


def _cubic_table(a: float) -> np.ndarray:
    """[_STEPS + 1, 2]: the cubic kernel at distances x and 1 + x (Keys, 1981, with parameter `a`)."""
    x = (np.arange(_STEPS + 1) / _STEPS).astype(_F32).astype(np.float64)
    far = x + 1
    near_weight = ((a + 2) * x - (a + 3)) * x * x + 1
    far_weight = ((a * far - 5 * a) * far + 8 * a) * far - 4 * a
    return np.stack([near_weight, far_weight], axis=1).astype(_F32)


# TensorFlow's first definition has another parameter than Keys' own, which goes with centred pixels.
_TABLES = {False: _cubic_table(-0.75), True: _cubic_table(-0.5)}


def cubic(source: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The four neighbours of each place. With centred pixels those outside do not count; else the edge repeats."""
    at = places(source, target, align_corners, half_pixel_centers)
    floor = np.floor(at)
    offset = np.rint((at - floor) * _F32(_STEPS)).astype(np.int64)
    table = _TABLES[half_pixel_centers]
    weights = np.stack([table[offset, 1], table[offset, 0], table[_STEPS - offset, 0], table[_STEPS - offset, 1]])
    wanted = floor.astype(np.int64) + np.arange(-1, 3).reshape(4, 1)
    indices = np.clip(wanted, 0, source - 1)
    if half_pixel_centers:
        weights = np.where(indices == wanted, weights, _F32(0))
        total = weights.sum(axis=0, dtype=_F32)
        weights = weights * (_F32(1) / np.where(np.abs(total) < 1000 * np.finfo(_F32).tiny, _F32(1), total))
    return _taps(list(indices), list(weights))


def area(source: int, target: int, align_corners: bool) -> torch.Tensor:
    """[target, source]: how much of each source element the area of a target element covers."""
    step = scale(source, target, align_corners)
    begin = np.arange(target, dtype=_F32) * step
    end = (np.arange(target, dtype=_F32) + _F32(1)) * step
    weights = np.zeros((target, source), _F32)
    for row, (low, high) in enumerate(zip(begin, end, strict=True)):
        cells = np.arange(int(np.floor(low)), int(np.ceil(high)))
        covered = np.minimum(cells + 1, high) - np.maximum(cells, low)
        # What rounding puts beyond the last element belongs to it.
        np.add.at(weights[row], np.clip(cells, 0, source - 1), covered.astype(_F32))
    return torch.from_numpy(weights / step)


def _taps(indices: list[np.ndarray], weights: list[np.ndarray]) -> Taps:
    return Taps(
        torch.from_numpy(np.stack(indices).astype(np.int64)), torch.from_numpy(np.stack(weights).astype(np.float32))
    )
