"""How variables begin (API: tf.*_initializer, tf.initializers).

An initializer is called with a shape and a type and returns a tensor of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.core.shape import as_shape
from convflow.graph.operation import Tensor
from convflow.ops.array.constant import constant, ones, zeros
from convflow.ops.random import random_normal, random_uniform, truncated_normal


class Initializer:
    """What makes the first value of a variable."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        config = {key: value for key, value in config.items() if key != "dtype" or value is not None}
        return cls(**config)


def floating(dtype: Any) -> dtypes.DType:
    """`dtype` if it is a floating type, else ValueError."""
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype.name}: this initializer draws fractions.")
    return dtype


class Zeros(Initializer):
    """All zeros (API: tf.zeros_initializer).

    Args:
        dtype: the type, where the call names none; float32 by default.
    """

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return zeros(shape, dtype or self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {"dtype": self.dtype.name}


class Ones(Initializer):
    """All ones (API: tf.ones_initializer).

    Args:
        dtype: the type, where the call names none; float32 by default.
    """

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return ones(shape, dtype or self.dtype)

    def get_config(self) -> dict[str, Any]:
        return {"dtype": self.dtype.name}


class Constant(Initializer):
    """A given value, the last element repeated to fill the shape (API: tf.constant_initializer).

    Args:
        value: a number, list or array, in the order of rows.
        dtype: the type, where the call names none; float32 by default.
        verify_shape: whether a value of another shape is refused.

    Raises:
        TypeError: `value` is none of these; (when called) another shape with `verify_shape`.
        ValueError: (when called) more numbers than the shape has.
    """

    def __init__(self, value: Any = 0, dtype: Any = dtypes.float32, verify_shape: bool = False) -> None:
        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(f"Invalid type for initial value: {type(value)} (expected a number, list or array).")
        self.value = value
        self.dtype = dtypes.as_dtype(dtype)
        self._verify_shape = verify_shape

    def __call__(
        self, shape: Any, dtype: Any = None, partition_info: Any = None, verify_shape: bool | None = None
    ) -> Tensor:
        verify = self._verify_shape if verify_shape is None else verify_shape
        return constant(self.value, dtype=dtype or self.dtype, shape=shape, verify_shape=verify)

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value, "dtype": self.dtype.name}


class RandomUniform(Initializer):
    """Evenly distributed between `minval` and `maxval` (API: tf.random_uniform_initializer).

    Args:
        minval: the smallest; 0 by default.
        maxval: the end, itself left out; None is 1 for floating types.
        seed: an int; with None the graph's seed decides.
        dtype: the type, where the call names none; float32 by default.
    """

    def __init__(
        self, minval: Any = 0.0, maxval: Any = None, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_uniform(shape, self.minval, self.maxval, dtype or self.dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed, "dtype": self.dtype.name}


class _Normal(Initializer):
    """What normal distributions share: a mean and a standard deviation."""

    def __init__(
        self, mean: Any = 0.0, stddev: Any = 1.0, seed: int | None = None, dtype: Any = dtypes.float32
    ) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed
        self.dtype = floating(dtype)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed, "dtype": self.dtype.name}


class RandomNormal(_Normal):
    """Normally distributed (API: tf.random_normal_initializer)."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_normal(shape, self.mean, self.stddev, dtype or self.dtype, seed=self.seed)


class TruncatedNormal(_Normal):
    """Normally distributed, drawn again beyond two standard deviations (API: tf.truncated_normal_initializer)."""

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return truncated_normal(shape, self.mean, self.stddev, dtype or self.dtype, seed=self.seed)


# The standard deviation of a normal distribution cut at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(Initializer):
    """Random weights whose variance is `scale` over the fan (API: tf.variance_scaling_initializer).

    Args:
        scale: positive.
        mode: "fan_in" (inputs of a unit), "fan_out" (outputs) or "fan_avg".
        distribution: "normal" or "truncated_normal" (cut at two standard deviations), "untruncated_normal",
            or "uniform".
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = dtypes.float32,
    ) -> None:
        if scale <= 0.0:
            raise ValueError(f"`scale` must be positive float. Received: {scale}.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}. It must be one of fan_in, fan_out, fan_avg.")
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(f"Invalid `distribution` argument: {distribution}.")
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed
        self.dtype = floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        dtype = dtype or self.dtype
        whole_shape = shape if partition_info is None else partition_info.full_shape
        variance = self.scale / self._fan(*compute_fans(whole_shape))
        if self.distribution in ("normal", "truncated_normal"):
            stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
            return truncated_normal(shape, 0.0, stddev, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random_normal(shape, 0.0, math.sqrt(variance), dtype, seed=self.seed)
        limit = math.sqrt(3.0 * variance)
        return random_uniform(shape, -limit, limit, dtype, seed=self.seed)

    def _fan(self, fan_in: float, fan_out: float) -> float:
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        return max(1.0, fan)

    def get_config(self) -> dict[str, Any]:
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }


class GlorotUniform(VarianceScaling):
    """Uniform within sqrt(6 / (fan_in + fan_out)) (API: tf.glorot_uniform_initializer; Glorot, Bengio 2010).

    Args:
        seed: an int; with None the graph's seed decides.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance 2 / (fan_in + fan_out) (API: tf.glorot_normal_initializer).

    Args:
        seed: an int; with None the graph's seed decides.
        dtype: a floating type, where the call names none; float32 by default.

    Raises:
        ValueError: a type that is not floating.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "dtype": self.dtype.name}


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal of variance 2 / fan_in (API: tf.initializers.he_normal; He et al. 2015).

    Args:
        seed: an int; with None the graph's seed decides.

    Returns:
        an initializer, a function of shape and dtype.
    """
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform within sqrt(6 / fan_in) (API: tf.initializers.he_uniform; He et al. 2015).

    Args:
        seed: an int; with None the graph's seed decides.

    Returns:
        an initializer, a function of shape and dtype.
    """
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal of variance 1 / fan_in (API: tf.initializers.lecun_normal; LeCun et al. 1998).

    Args:
        seed: an int; with None the graph's seed decides.

    Returns:
        an initializer, a function of shape and dtype.
    """
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform within sqrt(3 / fan_in) (API: tf.initializers.lecun_uniform; LeCun et al. 1998).

    Args:
        seed: an int; with None the graph's seed decides.

    Returns:
        an initializer, a function of shape and dtype.
    """
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def compute_fans(shape: Any) -> tuple[float, float]:
    """Inputs and outputs of one unit of a weight tensor whose last two axes are (in, out)."""
    sizes = [int(size) for size in as_shape(shape)]
    if not sizes:
        return 1, 1
    if len(sizes) == 1:
        return sizes[0], sizes[0]
    receptive_field = math.prod(sizes[:-2])
    return sizes[-2] * receptive_field, sizes[-1] * receptive_field
