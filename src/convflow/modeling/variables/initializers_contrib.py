"""The initializers of tf.contrib.layers, which scale by the number of a unit's connections."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.modeling.variables.initializers import compute_fans
from convflow.ops.random import random_uniform, truncated_normal

_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")
# What cutting at two deviations takes off the variance, as contrib rounded it.
_LOST_VARIANCE = 1.3


def xavier_initializer(
    uniform: bool = True, seed: int | None = None, dtype: Any = dtypes.float32
) -> Callable[..., Tensor]:
    """Variance 2 / (inputs + outputs) (API: tf.contrib.layers.xavier_initializer, xavier_initializer_conv2d).

    Source: Glorot, Bengio (2010).

    Args:
        uniform: an even distribution, or else a truncated normal one.

    Raises:
        TypeError: a dtype that is not floating.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


def variance_scaling_initializer(
    factor: float = 2.0,
    mode: str = "FAN_IN",
    uniform: bool = False,
    seed: int | None = None,
    dtype: Any = dtypes.float32,
) -> Callable[..., Tensor]:
    """Variance `factor` over the number of connections (API: tf.contrib.layers.variance_scaling_initializer).

    The defaults are those of He et al. (2015).

    Args:
        mode: which connections count: "FAN_IN", "FAN_OUT" or their mean, "FAN_AVG".
        uniform: an even distribution, or else a truncated normal one.

    Returns:
        A function of a shape (and optionally a dtype and partition_info), for variables.

    Raises:
        TypeError: a dtype that is not floating, or an unknown mode.
    """
    own = _checked(dtype)
    if mode not in _MODES:
        raise TypeError(f"Unknown mode {mode!r}: expected one of {', '.join(_MODES)}.")

    def initializer(shape: Any, dtype: Any = own, partition_info: Any = None) -> Tensor:
        kind = _checked(dtype)
        fan_in, fan_out = compute_fans(as_shape(shape))
        connections = {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2.0}[mode]
        if uniform:
            limit = math.sqrt(3.0 * factor / connections)
            return random_uniform(shape, -limit, limit, kind, seed=seed)
        return truncated_normal(shape, 0.0, math.sqrt(_LOST_VARIANCE * factor / connections), kind, seed=seed)

    return initializer


def _checked(dtype: Any) -> dtypes.DType:
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise TypeError(f"Cannot create initializer for non-floating point type {dtype.name}.")
    return dtype
