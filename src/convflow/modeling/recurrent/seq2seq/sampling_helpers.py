"""Helpers that draw at random, or feed outputs back (API: tf.contrib.seq2seq; Bengio et al., "Scheduled Sampling for
Sequence Prediction with Recurrent Neural Networks", 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.distributions.bernoulli import Bernoulli
from convflow.modeling.distributions.categorical import Categorical
from convflow.modeling.recurrent.seq2seq.helpers import (
    GreedyEmbeddingHelper,
    Helper,
    TrainingHelper,
    check_outputs,
    embedding_function,
)
from convflow.ops.array.constant import fill
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.math.arithmetic import maximum
from convflow.ops.math.select import where

_NOT_SAMPLED = -1


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds the embedding of a symbol drawn with the step's probabilities (API:
    tf.contrib.seq2seq.SampleEmbeddingHelper).

    Args:
        embedding, start_tokens, end_token: as of `GreedyEmbeddingHelper`.
        softmax_temperature: what logits are divided by, 1 by default.
        seed: an op seed.
    """

    def __init__(
        self, embedding: Any, start_tokens: Any, end_token: Any, softmax_temperature: Any = None, seed: Any = None
    ) -> None:
        super().__init__(embedding, start_tokens, end_token)
        self._softmax_temperature = softmax_temperature
        self._seed = seed

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Symbols drawn with probabilities softmax(outputs / temperature), int32 of shape (batch,)."""
        logits = check_outputs(outputs)
        if self._softmax_temperature is not None:
            logits = logits / self._softmax_temperature
        return Categorical(logits=logits).sample(seed=self._seed)


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Feeds, now and then, a symbol drawn from the outputs instead of the right one (API:
    tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper).

    Args:
        inputs: shape (batch, time, size).
        sequence_length: integers of shape (batch,).
        embedding: a table of shape (symbols, size), or a function of ids.
        sampling_probability: how often, a float32 scalar or shape (batch,).
        time_major: the inputs are (time, batch, size).
        seed: an op seed for the symbols.
        scheduling_seed: an op seed for whether.

    Samples are -1 where the right input comes next.

    Raises:
        ValueError: a probability of another rank.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        embedding: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        scheduling_seed: Any = None,
        name: str | None = None,
    ) -> None:
        with name_scope(name, "ScheduledEmbeddingSamplingWrapper", [embedding, sampling_probability]):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _probability(sampling_probability)
            self._seed, self._scheduling_seed = seed, scheduling_seed
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Symbols drawn, or -1, int32 of shape (batch,)."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs]):
            chosen = _chosen(self._sampling_probability, self.batch_size, self._scheduling_seed)
            drawn = Categorical(logits=check_outputs(outputs)).sample(seed=self._seed)
            return where(chosen, drawn, fill([self.batch_size], _NOT_SAMPLED))

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, right, state = super().next_inputs(time, outputs, state, sample_ids)
            drawn = self._embedding_fn(maximum(sample_ids, 0))
            return finished, where(sample_ids > _NOT_SAMPLED, drawn, right), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Feeds, now and then, the output instead of the right input (API:
    tf.contrib.seq2seq.ScheduledOutputTrainingHelper).

    Args:
        inputs: shape (batch, time, size).
        sequence_length: integers of shape (batch,).
        sampling_probability: how often, a float32 scalar or shape (batch,).
        time_major: the inputs are (time, batch, size).
        seed: an op seed.
        next_inputs_fn: outputs -> the inputs made of them, by default the outputs.

    Samples are booleans of shape (batch,): whether the output comes next.
    """

    def __init__(
        self,
        inputs: Any,
        sequence_length: Any,
        sampling_probability: Any,
        time_major: bool = False,
        seed: Any = None,
        next_inputs_fn: Callable[[Any], Any] | None = None,
        name: str | None = None,
    ) -> None:
        with name_scope(name, "ScheduledOutputTrainingHelper", [inputs, sampling_probability]):
            self._sampling_probability = _probability(sampling_probability)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn or (lambda outputs: outputs)
            super().__init__(inputs, sequence_length, time_major=time_major, name=name)

    @property
    def sample_ids_dtype(self) -> Any:
        return dtypes.bool

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """Which outputs come next."""
        with name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return _chosen(self._sampling_probability, self.batch_size, self._seed)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs", [time, outputs, state, sample_ids]):
            finished, right, state = super().next_inputs(time, outputs, state, sample_ids)
            return finished, where(sample_ids, self._next_inputs_fn(outputs), right), state


def _probability(value: Any) -> Tensor:
    probability = convert_to_tensor(value, name="sampling_probability")
    if probability.shape.rank not in (0, 1):
        raise ValueError(
            "sampling_probability must be either a scalar or a vector, got shape: "
            f"{probability.shape}. Give one probability, or one for each sequence."
        )
    return probability


def _chosen(probability: Tensor, batch_size: Any, seed: Any) -> Tensor:
    """True with the probability, shape (batch,)."""
    if probability.shape.rank == 0:
        probability = fill([batch_size], probability)
    return Bernoulli(probs=probability, dtype=dtypes.bool).sample(seed=seed)


class InferenceHelper(Helper):
    """Feeds samples that functions draw (API: tf.contrib.seq2seq.InferenceHelper).

    Args:
        sample_fn: outputs -> samples.
        sample_shape: a sample's shape, without the batch.
        sample_dtype: a sample's type.
        start_inputs: the first step's inputs, shape (batch, ...).
        end_fn: samples -> which sequences have ended, bool of shape (batch,).
        next_inputs_fn: samples -> the next inputs; by default the samples.
    """

    def __init__(
        self,
        sample_fn: Callable[[Any], Any],
        sample_shape: Any,
        sample_dtype: Any,
        start_inputs: Any,
        end_fn: Callable[[Any], Any],
        next_inputs_fn: Callable[[Any], Any] | None = None,
    ) -> None:
        self._sample_fn, self._end_fn = sample_fn, end_fn
        self._sample_shape: TensorShape = as_shape(sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn or (lambda samples: samples)
        self._start_inputs = convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = shape_of(self._start_inputs)[0]

    @property
    def batch_size(self) -> Any:
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> Any:
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        return fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        return self._sample_fn(outputs)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        return self._end_fn(sample_ids), self._next_inputs_fn(sample_ids), state
