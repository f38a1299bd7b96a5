"""Gamma distributed numbers, as TensorFlow draws them.

Source: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): a cubed normal deviate,
rejected rarely. Below a shape of 1 one draws for the next higher shape and scales by a power of a uniform number.
"""

from __future__ import annotations

import math

import numpy as np

from convflow.ops.philox_lanes import Lanes, Source
from convflow.ops.philox_words import Float64s

# The paper's bound on the density: below it the logarithms need not be taken.
_SQUEEZE = 0.0331


def gamma(source: Source, alpha: Float64s) -> Float64s:
    """One number for each lane.

    Args:
        alpha: the shape parameter of each lane, positive.
    """
    result = np.empty(len(alpha))
    exponential = np.flatnonzero(alpha == 1)
    if len(exponential):
        result[exponential] = -np.log1p(-source.uniform(exponential))
    others = np.flatnonzero(alpha != 1)
    if len(others):
        result[others] = _rejection(source, others, alpha[others])
    return result


def _rejection(source: Source, lanes: Lanes, alpha: Float64s) -> Float64s:
    small = alpha < 1
    d = alpha + np.where(small, 2.0 / 3, -1.0 / 3)
    c = 1.0 / 3 / np.sqrt(d)
    result = np.empty(len(alpha))
    waiting = np.arange(len(alpha))
    while len(waiting):
        x = source.normal(lanes[waiting])
        v = 1 + c[waiting] * x
        positive = v > 0
        tried, x, v = waiting[positive], x[positive], v[positive]
        v = v * v * v
        accepted = _accepted(source.uniform(lanes[tried]), x, v, d[tried])
        result[tried[accepted]] = d[tried[accepted]] * v[accepted]
        waiting = np.union1d(waiting[~positive], tried[~accepted])
    narrow = np.flatnonzero(small)
    if len(narrow):
        powers = map(math.pow, source.uniform(lanes[narrow]).tolist(), (1 / alpha[narrow]).tolist())
        result[narrow] *= np.fromiter(powers, np.float64, len(narrow))
    return result


def _accepted(u: Float64s, x: Float64s, v: Float64s, d: Float64s) -> np.ndarray:
    below = u < 1 - _SQUEEZE * (x * x) * (x * x)
    with np.errstate(divide="ignore"):
        return below | (np.log(u) < 0.5 * x * x + d * (1 - v + np.log(v)))
