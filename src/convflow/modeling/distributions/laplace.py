"""The Laplace distribution (API: tf.distributions.Laplace)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED
from convflow.modeling.distributions.parameters import Scalar, checked
from convflow.modeling.distributions.special import log_cdf_laplace
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.identity import identity
from convflow.ops.assert_compare import assert_positive
from convflow.ops.assert_type import assert_same_float_dtype
from convflow.ops.math.elementwise import abs as absolute
from convflow.ops.math.elementwise import exp, log, log1p, sign
from convflow.ops.random import random_uniform


class Laplace(Scalar):
    """Density exp(-|x - loc| / scale) / (2 scale) (API: tf.distributions.Laplace).

    Args:
        loc, scale: tensors of one floating type that broadcast together; scale is positive.
        validate_args: check that the scale is positive, when run; False by default.
        allow_nan_stats: whether statistics that do not exist are NaN; else they are errors.
        name: of the scope.
    """

    _PARAMETERS = ("loc", "scale")

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Laplace"
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
            self._loc.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, self._sources, name
        )

    @property
    def loc(self) -> Tensor:
        return self._loc

    @property
    def scale(self) -> Tensor:
        return self._scale

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        # -1 itself would give an infinite sample.
        number = self.dtype.as_numpy_dtype
        uniform = random_uniform(shape, np.nextafter(number(-1.0), number(0.0)), 1.0, self.dtype, seed)
        return self.loc - self.scale * sign(uniform) * log1p(-absolute(uniform))

    def _log_prob(self, x: Tensor) -> Tensor:
        return -absolute(self._z(x)) - (math.log(2.0) + log(self.scale))

    def _log_cdf(self, x: Tensor) -> Tensor:
        return log_cdf_laplace(self._z(x))

    def _log_survival_function(self, x: Tensor) -> Tensor:
        return log_cdf_laplace(-self._z(x))

    def _cdf(self, x: Tensor) -> Tensor:
        z = self._z(x)
        return 0.5 + 0.5 * sign(z) * (1.0 - exp(-absolute(z)))

    def _entropy(self) -> Tensor:
        return math.log(2.0) + 1.0 + log(self.scale + zeros_like(self.loc))

    def _mean(self) -> Tensor:
        return self.loc + zeros_like(self.scale)

    def _stddev(self) -> Tensor:
        return math.sqrt(2.0) * self.scale + zeros_like(self.loc)

    def _mode(self) -> Tensor:
        return self._mean()

    def _z(self, x: Tensor) -> Tensor:
        return (x - self.loc) / self.scale
