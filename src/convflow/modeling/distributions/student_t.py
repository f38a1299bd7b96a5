"""Student's t distribution (API: tf.distributions.StudentT)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.parameters import Scalar, above_one, checked, further_seed, nan_of_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import fill, ones, ones_like
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims
from convflow.ops.assert_compare import assert_positive
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.comparison import greater, less
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import log, log1p, rsqrt, square
from convflow.ops.math.gamma import digamma, lbeta, lgamma
from convflow.ops.math.incomplete import betainc
from convflow.ops.math.select import where_v2
from convflow.ops.random import random_normal
from convflow.ops.random_gamma import random_gamma


class StudentT(Scalar):
    """`df` degrees of freedom, moved by `loc` and stretched by `scale` (API: tf.distributions.StudentT).

    Args:
        df, loc, scale: tensors of one floating type that broadcast together; df is positive.
        validate_args: check that it is, when run.
        allow_nan_stats: a mean or variance that does not exist (df <= 1) is NaN, not an error.
    """

    _PARAMETERS = ("df", "loc", "scale")

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentT",
    ) -> None:
        parameters = {
            "df": df,
            "loc": loc,
            "scale": scale,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[df, loc, scale]) as name, checked([assert_positive(df)] if validate_args else []):
            self._df = identity(df, name="df")
            self._loc = identity(loc, name="loc")
            self._scale = identity(scale, name="scale")
            assert_same_float_dtype((self._df, self._loc, self._scale))
        self._sources = (self._df, self._loc, self._scale)
        super().__init__(
            self._scale.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, self._sources, name
        )

    @property
    def df(self) -> Tensor:
        return self._df

    @property
    def loc(self) -> Tensor:
        return self._loc

    @property
    def scale(self) -> Tensor:
        return self._scale

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        # A normal number over the root of a chi-squared one over its degrees of freedom.
        normal = random_normal(concat([[n], self.batch_shape_tensor()], 0), dtype=self.dtype, seed=seed)
        df = self.df * self._ones()
        gamma = random_gamma([n], 0.5 * df, beta=0.5, dtype=self.dtype, seed=further_seed(seed, "student_t"))
        return normal * rsqrt(gamma / df) * self.scale + self.loc

    def _log_prob(self, x: Tensor) -> Tensor:
        y = (x - self.loc) / self.scale
        unnormalized = -0.5 * (self.df + 1.0) * log1p(y**2.0 / self.df)
        of_scale = log(absolute(self.scale)) + 0.5 * log(self.df) + 0.5 * math.log(math.pi)
        return unnormalized - (of_scale + lgamma(0.5 * self.df) - lgamma(0.5 * (self.df + 1.0)))

    def _cdf(self, x: Tensor) -> Tensor:
        y = (x - self.loc) / absolute(self.scale)
        tail = 0.5 * betainc(0.5 * self.df, 0.5, self.df / (y**2.0 + self.df))
        return where_v2(less(y, 0.0), tail, 1.0 - tail)

    def _entropy(self) -> Tensor:
        v = expand_dims(self._ones(), -1)
        halves = concat([v * expand_dims(self.df, -1), v], -1) / 2.0
        of_scale = log(absolute(self.scale)) + 0.5 * log(self.df)
        differences = digamma(0.5 * (self.df + 1.0)) - digamma(0.5 * self.df)
        return of_scale + lbeta(halves) + 0.5 * (self.df + 1.0) * differences

    def _mean(self) -> Tensor:
        return self._where_defined(self.loc * self._ones(), "mean not defined for components of df <= 1")

    def _variance(self) -> Tensor:
        # Elsewhere the quotient is not used; without a denominator of 1 its gradient would be NaN.
        denominator = where_v2(greater(self.df, 2.0), self.df - 2.0, ones_like(self.df))
        variance = self._ones() * square(self.scale) * self.df / denominator
        infinity = np.array(np.inf, dtype=self.dtype.as_numpy_dtype)
        is_finite = self.df > np.array(2.0, dtype=self.dtype.as_numpy_dtype)
        variance = where_v2(is_finite, variance, fill(self.batch_shape_tensor(), infinity, name="inf"))
        return self._where_defined(variance, "variance not defined for components of df <= 1")

    def _mode(self) -> Tensor:
        return identity(self.loc)

    def _where_defined(self, moment: Tensor, message: str) -> Tensor:
        if not self.allow_nan_stats:
            return with_dependencies([above_one(self.df, message)], moment)
        return where_v2(greater(self.df, self._ones()), moment, nan_of_shape(self.batch_shape_tensor(), self.dtype))

    def _ones(self) -> Tensor:
        return ones(self.batch_shape_tensor(), dtype=self.dtype)
