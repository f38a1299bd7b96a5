"""Counts of classes (API: tf.distributions.Multinomial, DirichletMultinomial)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.dirichlet import Concentrations, concentrations
from convflow.modeling.distributions.distribution import NOT_REPARAMETERIZED, Distribution
from convflow.modeling.distributions.parameters import (
    checked_counts,
    further_seed,
    log_combinations,
    logits_and_probs,
)
from convflow.modeling.functional import map_fn
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import identity
from convflow.ops.array.matrix_diag import matrix_set_diag
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.assert_compare import assert_equal
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import log, sqrt
from convflow.ops.math.gamma import lbeta
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.random_discrete import multinomial
from convflow.ops.random_gamma import random_gamma
from convflow.ops.softmax import log_softmax


def _count(total_count: Any, validate_args: bool) -> Tensor:
    tensor = convert_to_tensor(total_count, name="total_count")
    return checked_counts(tensor) if validate_args else tensor


def _valid_counts(counts: Tensor, total_count: Tensor, validate_args: bool) -> Tensor:
    if not validate_args:
        return counts
    counts = checked_counts(counts)
    message = "counts must sum to `self.total_count`"
    return with_dependencies([assert_equal(total_count, reduce_sum(counts, -1), message=message)], counts)


class Multinomial(Distribution):
    """How often each class comes in `total_count` draws (API: tf.distributions.Multinomial).

    Args:
        total_count: the number of draws, floating, shape [*batch].
        logits: logarithms of the probabilities up to a constant, shape [*batch, classes]; or
        probs: the probabilities.
        validate_args: check parameters and that counts add up, when run.

    Raises:
        ValueError: both logits and probs, or none.
    """

    def __init__(
        self,
        total_count: Any,
        logits: Any = None,
        probs: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Multinomial",
    ) -> None:
        parameters = {
            "total_count": total_count,
            "logits": logits,
            "probs": probs,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[total_count, logits, probs]) as name:
            self._total_count = _count(total_count, validate_args)
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, name, multidimensional=True)
            self._expected = expand_dims(self._total_count, -1) * self._probs
        parents = (self._total_count, self._logits, self._probs)
        super().__init__(
            self._probs.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name
        )

    @property
    def total_count(self) -> Tensor:
        return self._total_count

    @property
    def logits(self) -> Tensor:
        return self._logits

    @property
    def probs(self) -> Tensor:
        return self._probs

    def _batch_shape_tensor(self) -> Tensor:
        return shape_of(self._expected)[:-1]

    def _batch_shape(self) -> TensorShape:
        return self._expected.shape[:-1]

    def _event_shape_tensor(self) -> Tensor:
        return shape_of(self._expected)[-1:]

    def _event_shape(self) -> TensorShape:
        return TensorShape([None]) if self._expected.shape.rank is None else self._expected.shape[-1:]

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        counts = cast(self.total_count, dtypes.int32)
        k = self.event_shape_tensor()[0]
        counts = ones_like(self.logits[..., 0], dtype=dtypes.int32) * counts
        logits = ones_like(expand_dims(counts, -1), dtype=self.logits.dtype.base_dtype) * self.logits

        def of_one(row: Any) -> Tensor:
            drawn = reshape(multinomial(expand_dims(row[0], 0), row[1], seed), [n, -1])
            return reduce_sum(one_hot(drawn, depth=k, dtype=self.dtype), axis=-2)

        rows = (reshape(logits, [-1, k]), n * reshape(counts, [-1]))
        drawn = transpose(map_fn(of_one, rows, dtype=self.dtype), perm=[1, 0, 2])
        return reshape(drawn, concat([[n], self.batch_shape_tensor(), [k]], 0))

    def _log_prob(self, counts: Tensor) -> Tensor:
        counts = _valid_counts(counts, self.total_count, self.validate_args)
        unnormalized = reduce_sum(counts * log_softmax(self.logits), -1)
        return unnormalized + log_combinations(self.total_count, counts)

    def _mean(self) -> Tensor:
        return identity(self._expected)

    def _covariance(self) -> Tensor:
        outer = matmul(expand_dims(self._expected, -1), expand_dims(self._all_probs(), -2))
        return matrix_set_diag(-outer, self._variance())

    def _variance(self) -> Tensor:
        return self._expected - self._expected * self._all_probs()

    def _all_probs(self) -> Tensor:
        return self.probs * expand_dims(ones_like(self.total_count), -1)


class DirichletMultinomial(Concentrations):
    """`Multinomial` with Dirichlet distributed probabilities (API: tf.distributions.DirichletMultinomial).

    Args:
        total_count: the number of draws, floating, shape [*batch].
        concentration: positive, shape [*batch, classes].
        validate_args: check parameters and that counts add up, when run.
    """

    def __init__(
        self,
        total_count: Any,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DirichletMultinomial",
    ) -> None:
        parameters = {
            "total_count": total_count,
            "concentration": concentration,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[total_count, concentration]) as name:
            self._total_count = _count(total_count, validate_args)
            self._concentration = concentrations(concentration, validate_args)
            self._total_concentration = reduce_sum(self._concentration, -1)
        parents = (self._total_count, self._concentration)
        super().__init__(
            self._concentration.dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name
        )

    @property
    def total_count(self) -> Tensor:
        return self._total_count

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        k = self.event_shape_tensor()[0]
        gammas = random_gamma([n], self.concentration, dtype=self.dtype, seed=seed)
        count = cast(self.total_count, dtypes.int32)
        drawn = multinomial(reshape(log(gammas), [-1, k]), count, further_seed(seed, "dirichlet_multinomial"))
        counts = reduce_sum(one_hot(drawn, depth=k), -2)
        return cast(reshape(counts, concat([[n], self.batch_shape_tensor(), [k]], 0)), self.dtype)

    def _log_prob(self, counts: Tensor) -> Tensor:
        counts = _valid_counts(counts, self.total_count, self.validate_args)
        ordered = lbeta(self.concentration + counts) - lbeta(self.concentration)
        return ordered + log_combinations(self.total_count, counts)

    def _mean(self) -> Tensor:
        return expand_dims(self.total_count, -1) * (self.concentration / expand_dims(self.total_concentration, -1))

    def _variance(self) -> Tensor:
        scale = self._variance_scale()
        x = scale * self._mean()
        return x * (expand_dims(self.total_count, -1) * scale - x)

    def _variance_scale(self) -> Tensor:
        total = expand_dims(self.total_concentration, -1)
        return sqrt((1.0 + total / expand_dims(self.total_count, -1)) / (1.0 + total))
