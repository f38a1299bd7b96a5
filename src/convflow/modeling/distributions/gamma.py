"""The gamma and exponential distributions (API: tf.distributions.Gamma, Exponential)."""

from __future__ import annotations

from typing import Any

import numpy as np

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import Scalar, above_one, checked, nan_of_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_positive
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.elementwise import log, sqrt, square
from convflow.ops.math.gamma import digamma, lgamma
from convflow.ops.math.incomplete import igamma
from convflow.ops.math.no_nan import xlogy
from convflow.ops.math.select import where_v2
from convflow.ops.random import random_uniform
from convflow.ops.random_gamma import random_gamma


class Gamma(Scalar):
    """Density proportional to x^(concentration - 1) exp(-rate x) (API: tf.distributions.Gamma).

    Args:
        concentration, rate: positive tensors of one floating type that broadcast together.
        validate_args: check that they and values are positive, when run; False by default.
        allow_nan_stats: whether statistics that do not exist are NaN; else they are errors.
        name: of the scope.
    """

    _PARAMETERS: tuple[str, ...] = ("concentration", "rate")

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ) -> None:
        parameters = {
            "concentration": concentration,
            "rate": rate,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with (
            name_scope(name, values=[concentration, rate]) as name,
            checked([assert_positive(value) for value in (concentration, rate)] if validate_args else []),
        ):
            self._concentration = identity(concentration, name="concentration")
            self._rate = identity(rate, name="rate")
            assert_same_float_dtype([self._concentration, self._rate])
        self._sources = (self._concentration, self._rate)
        super().__init__(
            self._concentration.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            self._sources,
            name,
        )

    @property
    def concentration(self) -> Tensor:
        return self._concentration

    @property
    def rate(self) -> Tensor:
        return self._rate

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        return random_gamma([n], self.concentration, self.rate, self.dtype, seed)

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        unnormalized = xlogy(self.concentration - 1.0, x) - self.rate * x
        return unnormalized - (lgamma(self.concentration) - self.concentration * log(self.rate))

    def _cdf(self, x: Tensor) -> Tensor:
        return igamma(self.concentration, self.rate * self._valid(x))

    def _entropy(self) -> Tensor:
        of_shape = lgamma(self.concentration) + (1.0 - self.concentration) * digamma(self.concentration)
        return self.concentration - log(self.rate) + of_shape

    def _mean(self) -> Tensor:
        return self.concentration / self.rate

    def _variance(self) -> Tensor:
        return self.concentration / square(self.rate)

    def _stddev(self) -> Tensor:
        return sqrt(self.concentration) / self.rate

    def _mode(self) -> Tensor:
        mode = (self.concentration - 1.0) / self.rate
        if self.allow_nan_stats:
            return where_v2(self.concentration > 1.0, mode, nan_of_shape(self.batch_shape_tensor(), self.dtype))
        message = "mode not defined when any concentration <= 1"
        return with_dependencies([above_one(self.concentration, message)], mode)

    def _valid(self, x: Tensor) -> Tensor:
        assert_same_float_dtype([x], self.dtype)
        return with_dependencies([assert_positive(x)], x) if self.validate_args else x


class Exponential(Gamma):
    """Density rate exp(-rate x) (API: tf.distributions.Exponential).

    Args:
        rate: a positive tensor of a floating type, one number for each distribution.
        validate_args: check that rates and values are positive, when run; False by default.
        allow_nan_stats: whether statistics that do not exist are NaN; else they are errors.
        name: of the scope.
    """

    _PARAMETERS = ("rate",)

    def __init__(
        self, rate: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Exponential"
    ) -> None:
        parameters = {"rate": rate, "validate_args": validate_args, "allow_nan_stats": allow_nan_stats, "name": name}
        with name_scope(name, values=[rate]) as name:
            rate = convert_to_tensor(rate, name="rate")
        super().__init__(ones([], rate.dtype.base_dtype), rate, validate_args, allow_nan_stats, name)
        self._rate = rate
        self._parameters = parameters
        self._graph_parents.append(rate)

    def _log_survival_function(self, value: Tensor) -> Tensor:
        return self._log_prob(value) - log(self._rate)

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        shape = concat([[n], shape_of(self._rate)], 0)
        # 0 would give an infinite sample.
        tiny = np.finfo(self.dtype.as_numpy_dtype).tiny
        return -log(random_uniform(shape, tiny, 1.0, self.dtype, seed)) / self._rate


@RegisterKL(Gamma, Gamma)
def _kl_gamma_gamma(a: Gamma, b: Gamma, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_gamma_gamma", [a.concentration, a.rate, b.concentration, b.rate]):
        of_shapes = (a.concentration - b.concentration) * digamma(a.concentration)
        of_rates = b.concentration * log(a.rate) - b.concentration * log(b.rate)
        normalizations = lgamma(b.concentration) - lgamma(a.concentration)
        return of_shapes + normalizations + of_rates + a.concentration * (b.rate / a.rate - 1.0)
