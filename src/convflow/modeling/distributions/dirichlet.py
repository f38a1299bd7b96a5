"""The Dirichlet distribution (API: tf.distributions.Dirichlet)."""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import FULLY_REPARAMETERIZED, Distribution
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import above_one, checked_classes, nan_of_shape
from convflow.ops.array.constant import ones
from convflow.ops.array.matrix_diag import matrix_set_diag
from convflow.ops.array.reshape import expand_dims
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_compare import assert_near, assert_positive
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import rsqrt
from convflow.ops.math.gamma import digamma, lbeta
from convflow.ops.math.matmul import matmul
from convflow.ops.math.no_nan import xlogy
from convflow.ops.math.reduce import reduce_all, reduce_sum
from convflow.ops.math.select import where_v2
from convflow.ops.random_gamma import random_gamma


class Concentrations(Distribution):
    """What distributions with a concentration for each class share: shapes and checks."""

    _concentration: Tensor
    _total_concentration: Tensor

    @property
    def concentration(self) -> Tensor:
        return self._concentration

    @property
    def total_concentration(self) -> Tensor:
        """The sum over the classes."""
        return self._total_concentration

    def _batch_shape_tensor(self) -> Tensor:
        return shape_of(self.total_concentration)

    def _batch_shape(self) -> TensorShape:
        return self.total_concentration.shape

    def _event_shape_tensor(self) -> Tensor:
        return shape_of(self.concentration)[-1:]

    def _event_shape(self) -> TensorShape:
        shape = self.concentration.shape
        return TensorShape([None]) if shape.rank is None else shape[-1:]

    def _covariance(self) -> Tensor:
        x = self._variance_scale() * self._known("_mean")()
        outer = matmul(expand_dims(x, -1), expand_dims(x, -2))
        return matrix_set_diag(-outer, self._known("_variance")())

    def _variance_scale(self) -> Tensor:
        raise NotImplementedError(type(self).__name__)


def concentrations(value: Any, validate_args: bool) -> Tensor:
    """The parameter as a tensor, checked if asked for."""
    tensor = convert_to_tensor(value, name="concentration")
    if tensor.shape.rank == 0:
        raise ValueError("concentration must have at least one axis, that of the classes; got a scalar.")
    if not validate_args:
        return tensor
    tensor = checked_classes(tensor)
    return with_dependencies([assert_positive(tensor, message="Concentration parameter must be positive.")], tensor)


class Dirichlet(Concentrations):
    """Probabilities of classes, density proportional to the product of x_i^(concentration_i - 1).

    API: tf.distributions.Dirichlet.

    Args:
        concentration: positive, shape [*batch, classes].
        validate_args: check that it is positive and values are probabilities, when run.
    """

    def __init__(
        self, concentration: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Dirichlet"
    ) -> None:
        parameters = {
            "concentration": concentration,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[concentration]) as name:
            self._concentration = concentrations(concentration, validate_args)
            self._total_concentration = reduce_sum(self._concentration, -1)
        parents = (self._concentration, self._total_concentration)
        super().__init__(
            self._concentration.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name
        )

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        drawn = random_gamma([n], self.concentration, dtype=self.dtype, seed=seed)
        return drawn / reduce_sum(drawn, -1, keepdims=True)

    def _log_prob(self, x: Tensor) -> Tensor:
        x = self._valid(x)
        return reduce_sum(xlogy(self.concentration - 1.0, x), -1) - lbeta(self.concentration)

    def _entropy(self) -> Tensor:
        k = cast(self.event_shape_tensor()[0], self.dtype)
        of_total = (self.total_concentration - k) * digamma(self.total_concentration)
        of_each = reduce_sum((self.concentration - 1.0) * digamma(self.concentration), axis=-1)
        return lbeta(self.concentration) + of_total - of_each

    def _mean(self) -> Tensor:
        return self.concentration / expand_dims(self.total_concentration, -1)

    def _variance(self) -> Tensor:
        scale = self._variance_scale()
        x = scale * self._mean()
        return x * (scale - x)

    def _variance_scale(self) -> Tensor:
        return rsqrt(1.0 + expand_dims(self.total_concentration, -1))

    def _mode(self) -> Tensor:
        k = cast(self.event_shape_tensor()[0], self.dtype)
        mode = (self.concentration - 1.0) / (expand_dims(self.total_concentration, -1) - k)
        if self.allow_nan_stats:
            is_defined = reduce_all(self.concentration > 1.0, axis=-1, keepdims=True)
            return where_v2(is_defined, mode, nan_of_shape(shape_of(mode), self.dtype))
        return with_dependencies([above_one(self.concentration, "Mode undefined when any concentration <= 1")], mode)

    def _valid(self, x: Tensor) -> Tensor:
        if not self.validate_args:
            return x
        message = "sample last-dimension must sum to `1`"
        checks = [
            assert_positive(x, message="samples must be positive"),
            assert_near(ones([], self.dtype), reduce_sum(x, -1), message=message),
        ]
        return with_dependencies(checks, x)


@RegisterKL(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(a: Dirichlet, b: Dirichlet, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_dirichlet_dirichlet", [a.concentration, b.concentration]):
        of_total = digamma(reduce_sum(a.concentration, axis=-1, keepdims=True))
        expected_logs = digamma(a.concentration) - of_total
        moved = reduce_sum((a.concentration - b.concentration) * expected_logs, axis=-1)
        return moved - lbeta(a.concentration) + lbeta(b.concentration)
