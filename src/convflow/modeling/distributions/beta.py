"""The beta distribution (API: tf.distributions.Beta)."""

from __future__ import annotations

from typing import Any

from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import Scalar, above_one, further_seed, nan_of_shape
from convflow.ops.array.constant import ones, ones_like
from convflow.ops.assert_compare import assert_less, assert_positive
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.comparison import logical_and
from convflow.ops.math.elementwise import log1p
from convflow.ops.math.gamma import digamma, lgamma
from convflow.ops.math.incomplete import betainc
from convflow.ops.math.no_nan import xlogy
from convflow.ops.math.select import where_v2
from convflow.ops.random_gamma import random_gamma


class Beta(Scalar):
    """Density proportional to x^(concentration1 - 1) (1 - x)^(concentration0 - 1) (API: tf.distributions.Beta).

    Args:
        concentration1, concentration0: positive tensors of one floating type that broadcast together.
        validate_args: check that they are positive and values inside (0, 1), when run.
    """

    _PARAMETERS = ("concentration1", "concentration0")

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ) -> None:
        parameters = {
            "concentration1": concentration1,
            "concentration0": concentration0,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[concentration1, concentration0]) as name:
            self._concentration1 = _positive(concentration1, "concentration1", validate_args)
            self._concentration0 = _positive(concentration0, "concentration0", validate_args)
            assert_same_float_dtype([self._concentration1, self._concentration0])
            self._total_concentration = self._concentration1 + self._concentration0
        self._sources = (self._total_concentration,)
        super().__init__(
            self._total_concentration.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            (self._concentration1, self._concentration0, self._total_concentration),
            name,
        )

    @property
    def concentration1(self) -> Tensor:
        return self._concentration1

    @property
    def concentration0(self) -> Tensor:
        return self._concentration0

    @property
    def total_concentration(self) -> Tensor:
        """concentration1 + concentration0"""
        return self._total_concentration

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        whole = ones_like(self.total_concentration)
        concentrations = [whole * value for value in (self.concentration1, self.concentration0)]
        seeds = (seed, further_seed(seed, "beta"))
        first, second = (
            random_gamma([n], alpha, dtype=self.dtype, seed=own)
            for alpha, own in zip(concentrations, seeds, strict=True)
        )
        return first / (first + second)

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        unnormalized = xlogy(self.concentration1 - 1.0, x) + (self.concentration0 - 1.0) * log1p(-x)
        return unnormalized - self._log_normalization()

    def _cdf(self, x: Tensor) -> Tensor:
        return betainc(self.concentration1, self.concentration0, x)

    def _log_normalization(self) -> Tensor:
        return lgamma(self.concentration1) + lgamma(self.concentration0) - lgamma(self.total_concentration)

    def _entropy(self) -> Tensor:
        return (
            self._log_normalization()
            - (self.concentration1 - 1.0) * digamma(self.concentration1)
            - (self.concentration0 - 1.0) * digamma(self.concentration0)
            + (self.total_concentration - 2.0) * digamma(self.total_concentration)
        )

    def _mean(self) -> Tensor:
        return self._concentration1 / self._total_concentration

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self._mean()) / (1.0 + self.total_concentration)

    def _mode(self) -> Tensor:
        mode = (self.concentration1 - 1.0) / (self.total_concentration - 2.0)
        if self.allow_nan_stats:
            is_defined = logical_and(self.concentration1 > 1.0, self.concentration0 > 1.0)
            return where_v2(is_defined, mode, nan_of_shape(self.batch_shape_tensor(), self.dtype))
        checks = [
            above_one(self.concentration1, "Mode undefined for concentration1 <= 1."),
            above_one(self.concentration0, "Mode undefined for concentration0 <= 1."),
        ]
        return with_dependencies(checks, mode)

    def _valid(self, x: Tensor) -> Tensor:
        if not self.validate_args:
            return x
        checks = [
            assert_positive(x, message="sample must be positive"),
            assert_less(x, ones([], self.dtype), message="sample must be less than `1`."),
        ]
        return with_dependencies(checks, x)


def _positive(value: Any, name: str, validate_args: bool) -> Tensor:
    tensor = convert_to_tensor(value, name=name)
    if not validate_args:
        return tensor
    return with_dependencies([assert_positive(tensor, message="Concentration parameter must be positive.")], tensor)


@RegisterKL(Beta, Beta)
def _kl_beta_beta(a: Beta, b: Beta, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_beta_beta", [a.total_concentration, b.total_concentration]):
        return (
            b._log_normalization()
            - a._log_normalization()
            - digamma(a.concentration1) * (b.concentration1 - a.concentration1)
            - digamma(a.concentration0) * (b.concentration0 - a.concentration0)
            + digamma(a.total_concentration) * (b.total_concentration - a.total_concentration)
        )
