"""The categorical distribution (API: tf.distributions.Categorical)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.distribution import NOT_REPARAMETERIZED
from convflow.modeling.distributions.kullback_leibler import RegisterKL
from convflow.modeling.distributions.parameters import Scalar, checked_counts, logits_and_probs
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, ones, ones_like, zeros_like
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.identity import identity
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.math.select import where
from convflow.ops.random_discrete import multinomial
from convflow.ops.softmax import log_softmax, softmax
from convflow.ops.xent import sparse_softmax_cross_entropy_with_logits


class Categorical(Scalar):
    """Class k with probability `probs[..., k]` (API: tf.distributions.Categorical).

    Args:
        logits: logarithms of the probabilities up to a constant, shape [*batch, classes]; or
        probs: the probabilities.
        dtype: the type of samples.
        validate_args: check that probabilities add up to 1 and values are classes, when run.

    Raises:
        ValueError: both logits and probs, or none.
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = dtypes.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ) -> None:
        parameters = {
            "logits": logits,
            "probs": probs,
            "dtype": dtype,
            "validate_args": validate_args,
            "allow_nan_stats": allow_nan_stats,
            "name": name,
        }
        with name_scope(name, values=[logits, probs]) as name:
            self._logits, self._probs = logits_and_probs(logits, probs, validate_args, name, multidimensional=True)
            self._find_shapes()
        parents = (self._logits, self._probs)
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, parameters, parents, name)

    def _find_shapes(self) -> None:
        known = self._logits.shape
        if known.rank == 0:
            raise ValueError(f"logits or probs must have at least one axis, that of the classes; got {self._logits}.")
        if known.rank is not None:
            self._batch_rank = convert_to_tensor(known.rank - 1, dtype=dtypes.int32, name="batch_rank")
        else:
            with name_scope("batch_rank"):
                self._batch_rank = rank_of(self._logits) - 1
        sizes = shape_of(self._logits, name="logits_shape")
        if known.rank is not None and known[-1].value is not None:
            self._event_size = convert_to_tensor(known[-1].value, dtype=dtypes.int32, name="event_size")
        else:
            with name_scope("event_size"):
                self._event_size = sizes[self._batch_rank]
        if known.rank is not None and known[:-1].is_fully_defined():
            self._batch_sizes = constant(known[:-1].as_list(), dtype=dtypes.int32, name="batch_shape")
        else:
            with name_scope("batch_shape"):
                self._batch_sizes = sizes[:-1]

    @property
    def event_size(self) -> Tensor:
        """The number of classes, a scalar."""
        return self._event_size

    @property
    def logits(self) -> Tensor:
        return self._logits

    @property
    def probs(self) -> Tensor:
        return self._probs

    def _batch_shape_tensor(self) -> Tensor:
        return identity(self._batch_sizes)

    def _batch_shape(self) -> TensorShape:
        return self.logits.shape[:-1]

    def _sample_n(self, n: Any, seed: int | None = None) -> Tensor:
        logits = self.logits if self.logits.shape.rank == 2 else reshape(self.logits, [-1, self.event_size])
        wide = dtypes.int64 if self.dtype.size > 4 else dtypes.int32
        drawn = transpose(multinomial(logits, n, seed, output_dtype=wide))
        return cast(reshape(drawn, concat([[n], self.batch_shape_tensor()], 0)), self.dtype)

    def _cdf(self, k: Tensor) -> Tensor:
        k, probs = self._stretched(k, self.probs)
        probs = reshape(probs, [-1, self._event_size])
        counted = where(sequence_mask(reshape(k, [-1]), self._event_size), probs, zeros_like(probs))
        return reshape(reduce_sum(counted, axis=-1), shape_of(k))

    def _log_prob(self, k: Tensor) -> Tensor:
        k, logits = self._stretched(k, self.logits)
        return -sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _stretched(self, event: Tensor, parameter: Tensor) -> tuple[Tensor, Tensor]:
        """Classes and a parameter with one batch shape."""
        if self.validate_args:
            event = checked_counts(event)
        if event.dtype.is_floating:
            event = cast(event, dtypes.int32)
        elif not event.dtype.is_integer:
            raise TypeError(f"`value` should have integer `dtype` or {self.dtype.name}, got {event.dtype.name}.")
        batch = None if parameter.shape.rank is None else parameter.shape[:-1]
        known = batch is not None and batch.is_fully_defined() and event.shape.is_fully_defined()
        if not known or batch != event.shape:
            parameter = parameter * ones_like(expand_dims(event, -1), dtype=parameter.dtype.base_dtype)
            event = event * ones(shape_of(parameter)[:-1], dtype=event.dtype.base_dtype)
            if parameter.shape.rank is not None:
                event.set_shape(parameter.shape[:-1])
        return event, parameter

    def _entropy(self) -> Tensor:
        return -reduce_sum(log_softmax(self.logits) * self.probs, axis=-1)

    def _mode(self) -> Tensor:
        mode = cast(argmax(self.logits, axis=self._batch_rank), self.dtype)
        mode.set_shape(self.batch_shape)
        return mode


@RegisterKL(Categorical, Categorical)
def _kl_categorical_categorical(a: Categorical, b: Categorical, name: str | None = None) -> Tensor:
    with name_scope(name, "kl_categorical_categorical", [a.logits, b.logits]):
        difference = log_softmax(a.logits) - log_softmax(b.logits)
        return reduce_sum(softmax(a.logits) * difference, axis=-1)
