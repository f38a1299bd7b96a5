"""The uniform distribution (API: tf.distributions.Uniform)."""

from __future__ import annotations

import math
from typing import Any

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.parameters import Scalar, checked
from convflow.ops.array.broadcast import broadcast_dynamic_shape
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, ones_like, zeros, zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_less
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.math.comparison import logical_or
from convflow.ops.math.elementwise import is_nan, log, square
from convflow.ops.math.select import where_v2
from convflow.ops.random import random_uniform


class Uniform(Scalar):
    """Density 1 / (high - low) on [low, high) (API: tf.distributions.Uniform).

    Args:
        low, high: tensors of one floating type that broadcast together.
        validate_args: check that low < high, when run.
    """

    _PARAMETERS = ("low", "high")

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        parameters = {
            "low": low,
            "high": high,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[low, high]) as name:
            message = "uniform not defined when low >= high."
            with checked([assert_less(low, high, message=message)] if validate_args else []):
                self._low = identity(low, name="low")
                self._high = identity(high, name="high")
                assert_same_float_dtype([self._low, self._high])
        self._sources = (self._low, self._high)
        super().__init__(
            self._low.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, self._sources, name
        )

    @property
    def low(self) -> Tensor:
        return self._low

    @property
    def high(self) -> Tensor:
        return self._high

    def range(self, name: str = "range") -> Tensor:
        """high - low"""
        with self._name_scope(name):
            return self.high - self.low

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        unit = random_uniform(shape, dtype=self.dtype, seed=seed)
        return self.low + self.range() * unit

    def _prob(self, x: Tensor) -> Tensor:
        x = x * ones(self.batch_shape_tensor(), dtype=x.dtype.base_dtype)
        outside = logical_or(x < self.low, x >= self.high)
        inside = where_v2(outside, zeros_like(x), ones_like(x) / self.range())
        return where_v2(is_nan(x), x, inside)

    def _cdf(self, x: Tensor) -> Tensor:
        shape = broadcast_dynamic_shape(shape_of(x), self.batch_shape_tensor())
        none, all_ = zeros(shape, dtype=self.dtype), ones(shape, dtype=self.dtype)
        part = where_v2(x < self.low, none, (x * all_ - self.low) / self.range())
        return where_v2(x >= self.high, all_, part)

    def _entropy(self) -> Tensor:
        return log(self.range())

    def _mean(self) -> Tensor:
        return (self.low + self.high) / 2.0

    def _variance(self) -> Tensor:
        return square(self.range()) / 12.0

    def _stddev(self) -> Tensor:
        return self.range() / math.sqrt(12.0)
