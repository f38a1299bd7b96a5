"""What a decoder is fed at each step (API: tf.contrib.seq2seq.Helper and its kinds)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.ops.array.constant import fill, zeros_like
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.control_flow import cond
from convflow.ops.embedding import embedding_lookup
from convflow.ops.math.argmax import argmax
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, greater_equal
from convflow.ops.math.reduce import reduce_all
from convflow.ops.tensor_array import TensorArray


class Helper:
    """What draws a step's sample and makes the next step's inputs (API: tf.contrib.seq2seq.Helper)."""

    @property
    def batch_size(self) -> Any:
        """How many sequences there are, an int32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what batch_size it has.")

    @property
    def sample_ids_shape(self) -> Any:
        """A sample's shape, without the batch."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self) -> Any:
        """A sample's type."""
        return dtypes.int32

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        """Which sequences have ended already, bool of shape (batch,), and the first step's inputs."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the first inputs are.")

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The samples for a step's outputs."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to sample.")

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """Which sequences have ended, the next step's inputs, and its state."""
        raise NotImplementedError(f"{type(self).__name__} does not say what the next inputs are.")


class CustomHelper(Helper):
    """A helper of functions (API: tf.contrib.seq2seq.CustomHelper).

    Args:
        initialize_fn: () -> (finished, first inputs).
        sample_fn: (time, outputs, state) -> samples.
        next_inputs_fn: (time, outputs, state, sample_ids) -> (finished, next inputs, next state).
        sample_ids_shape: a sample's shape without the batch, a scalar's by default.
        sample_ids_dtype: a sample's type, int32 by default.
    """

    def __init__(
        self,
        initialize_fn: Callable[[], Any],
        sample_fn: Callable[..., Any],
        next_inputs_fn: Callable[..., Any],
        sample_ids_shape: Any = None,
        sample_ids_dtype: Any = None,
    ) -> None:
        self._initialize_fn, self._sample_fn, self._next_inputs_fn = initialize_fn, sample_fn, next_inputs_fn
        self._batch_size: Any = None
        self._sample_ids_shape = as_shape([] if sample_ids_shape is None else sample_ids_shape)
        self._sample_ids_dtype = sample_ids_dtype or dtypes.int32

    @property
    def batch_size(self) -> Any:
        """How many sequences there are; known after `initialize`.

        Raises:
            ValueError: before.
        """
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called. Call initialize() first.")
        return self._batch_size

    @property
    def sample_ids_shape(self) -> Any:
        return self._sample_ids_shape

    @property
    def sample_ids_dtype(self) -> Any:
        return self._sample_ids_dtype

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        with name_scope(name, f"{type(self).__name__}Initialize"):
            finished, inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = static_or_shape(convert_to_tensor(finished), 0)
        return finished, inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        with name_scope(name, f"{type(self).__name__}Sample"):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        with name_scope(name, f"{type(self).__name__}NextInputs"):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


def _time_first(tensor: Tensor) -> Tensor:
    rank = tensor.shape.rank
    if rank is None or rank < 2:
        raise ValueError(f"inputs must have a batch and a time axis, got shape {tensor.shape}. Use set_shape on it.")
    return transpose(tensor, [1, 0, *range(2, rank)])


def as_array(steps: Tensor) -> TensorArray:
    """The steps of a tensor of shape (time, ...)."""
    array = TensorArray(steps.dtype, size=static_or_shape(steps, 0), element_shape=steps.shape[1:])
    return array.unstack(steps)


class TrainingHelper(Helper):
    """Feeds the sequences that should come out (API: tf.contrib.seq2seq.TrainingHelper).

    Args:
        inputs: shape (batch, time, ...), or a structure of such tensors.
        sequence_length: integers of shape (batch,).
        time_major: the inputs are (time, batch, ...).

    Raises:
        ValueError: lengths that are no vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False, name: str | None = None) -> None:
        with name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = nest.map_structure(lambda part: convert_to_tensor(part, name="inputs"), inputs)
            self._inputs = inputs
            if not time_major:
                inputs = nest.map_structure(_time_first, inputs)
            self._input_tas = nest.map_structure(as_array, inputs)
            self._sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.shape.rank not in (1, None):
                raise ValueError(
                    "Expected sequence_length to be a vector, but received shape: "
                    f"{self._sequence_length.shape}. Give one length for each sequence of the batch."
                )
            self._zero_inputs = nest.map_structure(lambda part: zeros_like(part[0, :]), inputs)
            self._batch_size = shape_of(self._sequence_length)[0]

    @property
    def inputs(self) -> Any:
        """The inputs as given."""
        return self._inputs

    @property
    def sequence_length(self) -> Tensor:
        """The lengths as given."""
        return self._sequence_length

    @property
    def batch_size(self) -> Any:
        return self._batch_size

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        with name_scope(name, "TrainingHelperInitialize"):
            finished = equal(cast(0, self._sequence_length.dtype), self._sequence_length)
            return finished, self._read(0, finished)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The numbers of the largest outputs."""
        with name_scope(name, "TrainingHelperSample", [time, outputs]):
            return cast(argmax(outputs, -1), dtypes.int32)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        """The next step's inputs, whatever was sampled."""
        with name_scope(name, "TrainingHelperNextInputs", [time, outputs, state]):
            next_time = time + 1
            finished = greater_equal(cast(next_time, self._sequence_length.dtype), self._sequence_length)
            return finished, self._read(next_time, finished), state

    def _read(self, time: Any, finished: Tensor) -> Any:
        """The inputs of a step, zeros behind the end of all sequences, where there is nothing to read."""
        return cond(
            reduce_all(finished),
            lambda: self._zero_inputs,
            lambda: nest.map_structure(lambda array: array.read(time), self._input_tas),
        )


def embedding_function(embedding: Any) -> Callable[[Any], Any]:
    """The function given, or the lookup in the table given."""
    return embedding if callable(embedding) else lambda ids: embedding_lookup(embedding, ids)


class GreedyEmbeddingHelper(Helper):
    """Feeds the embedding of the likeliest symbol of the step before (API:
    tf.contrib.seq2seq.GreedyEmbeddingHelper).

    Args:
        embedding: a table of shape (symbols, size), or a function of ids of shape (batch,).
        start_tokens: int32 of shape (batch,), the first symbols.
        end_token: an int32 scalar; a sequence ends with it.

    Raises:
        ValueError: other ranks.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embedding_fn = embedding_function(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        check_tokens(self._start_tokens, self._end_token)
        self._batch_size = shape_of(self._start_tokens)[0]
        self._start_inputs = self._embedding_fn(self._start_tokens)

    @property
    def batch_size(self) -> Any:
        return self._batch_size

    def initialize(self, name: str | None = None) -> tuple[Any, Any]:
        return fill([self._batch_size], False), self._start_inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The numbers of the largest outputs, int32 of shape (batch,)."""
        return argmax(check_outputs(outputs), -1, output_type=dtypes.int32)

    def next_inputs(
        self, time: Any, outputs: Any, state: Any, sample_ids: Any, name: str | None = None
    ) -> tuple[Any, Any, Any]:
        finished = equal(sample_ids, self._end_token)
        # The loop ends when all have ended: then nobody takes the embeddings.
        inputs = cond(reduce_all(finished), lambda: self._start_inputs, lambda: self._embedding_fn(sample_ids))
        return finished, inputs, state


def check_tokens(start_tokens: Tensor, end_token: Tensor) -> None:
    """ValueError unless the first is a vector and the second a scalar."""
    if start_tokens.shape.rank not in (1, None):
        raise ValueError(f"start_tokens must be a vector, got shape {start_tokens.shape}: one symbol a sequence.")
    if end_token.shape.rank not in (0, None):
        raise ValueError(f"end_token must be a scalar, got shape {end_token.shape}: one symbol for all sequences.")


def check_outputs(outputs: Any) -> Tensor:
    """TypeError unless the outputs are one tensor."""
    if not isinstance(outputs, Tensor):
        raise TypeError(f"Expected outputs to be a single Tensor, got: {type(outputs).__name__}. Join them first.")
    return outputs
