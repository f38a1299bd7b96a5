"""The Bernoulli distribution (API: tf.distributions.Bernoulli)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import NOT_REPARAMETERIZED
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import Scalar, checked_counts, logits_and_probs
from convflow.ops.activation import softplus
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones_like
from convflow.ops.array.identity import identity
from convflow.ops.assert_compare import assert_less_equal
from convflow.ops.dependencies import with_dependencies
from convflow.ops.losses import sigmoid_cross_entropy_with_logits
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import less
from convflow.ops.math.elementwise import sigmoid
from convflow.ops.random import random_uniform


class Bernoulli(Scalar):
    """1 with probability `probs`, else 0 (API: tf.distributions.Bernoulli).

    Args:
        logits: log-odds, log(probs / (1 - probs)); or
        probs: probabilities of 1.
        dtype: the type of samples.
        validate_args: check that probabilities lie in [0, 1] and values are 0 or 1, when run.

    Raises:
        ValueError: both logits and probs, or none.
    """

    _PARAMETERS = ("logits",)

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = dtypes.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ) -> None:
        parameters = {
            "logits": logits,
            "probs": probs,
            "dtype": dtype,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name) as name:
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, name)
        self._sources = (self._logits,)
        parents = (self._logits, self._probs)
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    @property
    def logits(self) -> Tensor:
        return self._logits

    @property
    def probs(self) -> Tensor:
        return self._probs

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        uniform = random_uniform(shape, seed=seed, dtype=self.probs.dtype.base_dtype)
        return cast(less(uniform, self.probs), self.dtype)

    def _log_prob(self, event: Tensor) -> Tensor:
        if self.validate_args:
            event = checked_counts(event)
            event = with_dependencies([assert_less_equal(event, ones_like(event))], event)
        event = cast(event, self.logits.dtype.base_dtype)
        logits = self.logits
        both_known = event.shape.is_fully_defined() and logits.shape.is_fully_defined()
        if not (both_known and event.shape == logits.shape):
            logits, event = ones_like(event) * logits, ones_like(logits) * event
        return -sigmoid_cross_entropy_with_logits(labels=event, logits=logits)

    def _entropy(self) -> Tensor:
        return -self.logits * (sigmoid(self.logits) - 1) + softplus(-self.logits)

    def _mean(self) -> Tensor:
        return identity(self.probs)

    def _variance(self) -> Tensor:
        return self._mean() * (1.0 - self.probs)

    def _mode(self) -> Tensor:
        return cast(self.probs > 0.5, self.dtype)


@RegisterKL(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(a: Bernoulli, b: Bernoulli, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_bernoulli_bernoulli", [a.logits, b.logits]):
        of_zero = softplus(-b.logits) - softplus(-a.logits)
        of_one = softplus(b.logits) - softplus(a.logits)
        return sigmoid(a.logits) * of_zero + sigmoid(-a.logits) * of_one
