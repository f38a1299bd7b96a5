"""The normal distribution (API: tf.distributions.Normal)."""

from __future__ import annotations

import math
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import Scalar, checked
from convflow.modeling.distributions.special import log_ndtr, ndtr
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones_like
from convflow.ops.array.identity import identity
from convflow.ops.assert_compare import assert_positive
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.math.arithmetic import squared_difference
from convflow.ops.math.elementwise import log, square
from convflow.ops.math.error_function import ndtri
from convflow.ops.random import random_normal


class Normal(Scalar):
    """Mean `loc`, standard deviation `scale` (API: tf.distributions.Normal).

    Args:
        loc, scale: tensors of one floating type that broadcast together; scale is positive.
        validate_args: check that it is, when run.
    """

    _PARAMETERS = ("loc", "scale")

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Normal"
    ) -> None:
        parameters = {
            "loc": loc,
            "scale": scale,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[loc, scale]) as name, checked([assert_positive(scale)] if validate_args else []):
            self._loc = identity(loc, name="loc")
            self._scale = identity(scale, name="scale")
            assert_same_float_dtype([self._loc, self._scale])
        self._sources = (self._loc, self._scale)
        super().__init__(
            self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, self._sources, name
        )

    @property
    def loc(self) -> Tensor:
        return self._loc

    @property
    def scale(self) -> Tensor:
        return self._scale

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        return random_normal(shape, 0.0, 1.0, self.dtype, seed) * self.scale + self.loc

    def _log_prob(self, x: Tensor) -> Tensor:
        return -0.5 * square(self._z(x)) - (0.5 * math.log(2.0 * math.pi) + log(self.scale))

    def _log_cdf(self, x: Tensor) -> Tensor:
        return log_ndtr(self._z(x))

    def _cdf(self, x: Tensor) -> Tensor:
        return ndtr(self._z(x))

    def _log_survival_function(self, x: Tensor) -> Tensor:
        return log_ndtr(-self._z(x))

    def _survival_function(self, x: Tensor) -> Tensor:
        return ndtr(-self._z(x))

    def _entropy(self) -> Tensor:
        scale = self.scale * ones_like(self.loc)
        return 0.5 * math.log(2.0 * math.pi * math.e) + log(scale)

    def _mean(self) -> Tensor:
        return self.loc * ones_like(self.scale)

    def _quantile(self, p: Tensor) -> Tensor:
        z = ndtri(p)
        with name_scope("reconstruct", values=[z]):
            return z * self.scale + self.loc

    def _stddev(self) -> Tensor:
        return self.scale * ones_like(self.loc)

    def _mode(self) -> Tensor:
        return self._mean()

    def _z(self, x: Tensor) -> Tensor:
        with name_scope("standardize", values=[x]):
            return (x - self.loc) / self.scale


@RegisterKL(Normal, Normal)
def _kl_normal_normal(a: Normal, b: Normal, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_normal_normal", [a.loc, b.loc]):
        one, two, half = (constant(value, dtype=a.dtype) for value in (1, 2, 0.5))
        variance_a, variance_b = square(a.scale), square(b.scale)
        ratio = variance_a / variance_b
        return squared_difference(a.loc, b.loc) / (two * variance_b) + half * (ratio - one - log(ratio))
