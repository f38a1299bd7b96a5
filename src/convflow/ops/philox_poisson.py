"""Poisson distributed numbers, as TensorFlow draws them.

Sources: Knuth's product of uniform numbers for rates below 10; above, Hoermann, "The transformed rejection method
for generating Poisson random variables" (1993), method PTRS.
"""

from __future__ import annotations

import numpy as np
import torch

from convflow.core import errors
from convflow.ops.philox_lanes import Lanes, Source
from convflow.ops.philox_words import Float64s

_TRANSFORMED_FROM = 10.0


def poisson(source: Source, rate: Float64s, largest: float) -> Float64s:
    """One count for each lane: 0 for a negative rate, the rate itself where that is infinite or NaN.

    Args:
        rate: the mean of each lane.
        largest: the output type's largest number.

    Raises:
        InvalidArgumentError: a rate beyond `largest`, where TensorFlow would draw without end.
    """
    result = np.where(np.isfinite(rate), 0.0, rate)
    if (np.isfinite(rate) & (rate > largest)).any():
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Need rates of at most {largest:g}, the largest number of the output's type, got {rate.max():g}. "
            "Ask for a wider dtype.",
        )
    for chosen, draw in ((rate < _TRANSFORMED_FROM, _product), (rate >= _TRANSFORMED_FROM, _transformed)):
        lanes = np.flatnonzero(chosen & (rate >= 0) & np.isfinite(rate))
        if len(lanes):
            result[lanes] = draw(source, lanes, rate[lanes], largest)
    return result


def _product(source: Source, lanes: Lanes, rate: Float64s, largest: float) -> Float64s:
    limit = np.exp(-rate)
    product, count = np.ones(len(rate)), np.zeros(len(rate))
    waiting = np.arange(len(rate))
    while len(waiting):
        product[waiting] *= source.uniform(lanes[waiting])
        more = (product[waiting] > limit[waiting]) | (count[waiting] > largest)
        waiting = waiting[more]
        count[waiting] += 1
    return count


def _transformed(source: Source, lanes: Lanes, rate: Float64s, largest: float) -> Float64s:
    # The paper's names and constants.
    b = 0.931 + 2.53 * np.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    log_rate = np.log(rate)
    result = np.empty(len(rate))
    waiting = np.arange(len(rate))
    while len(waiting):
        w = waiting
        u = source.uniform(lanes[w]) - 0.5
        v = source.uniform(lanes[w])
        u_shifted = 0.5 - np.abs(u)
        with np.errstate(divide="ignore", invalid="ignore"):
            k = np.floor((2 * a[w] / u_shifted + b[w]) * u + rate[w] + 0.43)
            s = np.log(v * inverse_alpha[w] / (a[w] / (u_shifted * u_shifted) + b[w]))
            t = -rate[w] + k * log_rate[w] - _log_factorial(k)
        inside = (u_shifted >= 0.07) & (v <= v_r[w])
        outside = (k < 0) | ((u_shifted < 0.013) & (v > u_shifted))
        accepted = (k <= largest) & (inside | (~outside & (s <= t)))
        result[w[accepted]] = k[accepted]
        waiting = w[~accepted]
    return result


def _log_factorial(k: Float64s) -> Float64s:
    return torch.lgamma(torch.from_numpy(k + 1)).numpy()
