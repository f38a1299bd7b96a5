"""Steps of a decoder until all sequences have ended (API: tf.contrib.seq2seq.dynamic_decode)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, nest
from convflow.core.shape import TensorShape, as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import is_tensor
from convflow.graph.static_value import constant_value
from convflow.modeling.recurrent.arguments import cache_on_device
from convflow.modeling.recurrent.sizes import joined
from convflow.modeling.recurrent.step import kept_where
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.constant import constant, fill, zeros, zeros_like
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import logical_not, logical_or
from convflow.ops.math.reduce import reduce_all
from convflow.ops.math.select import where
from convflow.ops.tensor_array import TensorArray
from convflow.ops.while_loop import while_loop


class Decoder:
    """What `dynamic_decode` runs (API: tf.contrib.seq2seq.Decoder)."""

    @property
    def batch_size(self) -> Any:
        """How many sequences there are, an int32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what batch_size it has.")

    @property
    def output_size(self) -> Any:
        """The shapes of a step's outputs without the batch, in their structure."""
        raise NotImplementedError(f"{type(self).__name__} does not say what output_size it has.")

    @property
    def output_dtype(self) -> Any:
        """The types of a step's outputs, in their structure."""
        raise NotImplementedError(f"{type(self).__name__} does not say what output_dtype it has.")

    @property
    def tracks_own_finished(self) -> bool:
        """Whether `step` says of all sequences that they have ended; by default it says it once."""
        return False

    def initialize(self, name: str | None = None) -> tuple[Any, Any, Any]:
        """(finished, first inputs, first state)."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it begins with.")

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> tuple[Any, Any, Any, Any]:
        """(outputs, next state, next inputs, finished) of the step number `time`, an int32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not say what a step is.")

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> tuple[Any, Any]:
        """The outputs, shape (time, batch, ...), and the state as `dynamic_decode` returns them."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to finish.")


def dynamic_decode(
    decoder: Any,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Run a decoder until all sequences have ended (API: tf.contrib.seq2seq.dynamic_decode).

    Args:
        decoder: a `Decoder`.
        output_time_major: outputs are (time, batch, ...), which saves transposing them.
        impute_finished: behind its end a sequence's outputs are zeros and its state stays; costs time, but the last
            state is that of the last step of each sequence.
        maximum_iterations: an int32 scalar: the most steps; None for as many as it takes.
        parallel_iterations: kept on the nodes.
        swap_memory: kept on the nodes.
        scope: the variable scope, "decoder" by default.

    Returns:
        The outputs, shape (batch, time, ...), in their structure; the last state; the lengths, int32 of shape
        (batch,).

    Raises:
        TypeError: not a decoder.
        ValueError: `maximum_iterations` is no scalar; a state that changes its structure.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(
            f"Expected decoder to be type Decoder, but saw: {type(decoder).__name__}. "
            "Pass e.g. tf.contrib.seq2seq.BasicDecoder(cell, helper, initial_state)."
        )
    with variable_scope(scope, "decoder") as opened:
        cache_on_device(opened)
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(maximum_iterations, dtype=dtypes.int32, name="maximum_iterations")
            if maximum_iterations.shape.rank != 0:
                raise ValueError(f"maximum_iterations must be a scalar, got shape {maximum_iterations.shape}.")
        loop = _Loop(decoder, impute_finished, maximum_iterations)
        outputs, state, lengths = loop.run(parallel_iterations, swap_memory)
        # A class of the program may leave it undefined, as TensorFlow's base class does.
        if type(decoder).finalize is not Decoder.finalize:
            outputs, state = decoder.finalize(outputs, state, lengths)
        if not output_time_major:
            outputs = nest.map_structure(_batch_first, outputs)
    return outputs, state, lengths


class _Loop:
    def __init__(self, decoder: Any, impute_finished: bool, maximum_iterations: Tensor | None) -> None:
        self._decoder = decoder
        self._impute = impute_finished
        self._most = maximum_iterations
        self._finished, self._inputs, self._state = decoder.initialize()
        batch = decoder.batch_size
        self._zero = nest.map_structure(
            lambda size, dtype: zeros(joined(batch, size), dtype=dtype), decoder.output_size, decoder.output_dtype
        )
        self._arrays = nest.map_structure(
            lambda size, dtype: TensorArray(
                dtype, size=0, dynamic_size=True, element_shape=TensorShape([_known(batch)]).concatenate(_shape(size))
            ),
            decoder.output_size,
            decoder.output_dtype,
        )
        if self._most is not None:
            self._finished = logical_or(self._finished, self._most <= 0)

    def run(self, parallel_iterations: int, swap_memory: bool) -> tuple[Any, Any, Any]:
        """The outputs, shape (time, batch, ...), the last state and the lengths."""
        lengths = zeros_like(self._finished, dtype=dtypes.int32)
        result = while_loop(
            lambda time, arrays, state, inputs, finished, lengths: logical_not(reduce_all(finished)),
            self._step,
            loop_vars=(
                constant(0, dtype=dtypes.int32), self._arrays, self._state, self._inputs, self._finished, lengths,
            ),
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
        )  # fmt: skip
        _, arrays, state, _, _, lengths = result
        return nest.map_structure(lambda array: array.stack(), arrays), state, lengths

    def _step(self, time: Tensor, arrays: Any, state: Any, inputs: Any, finished: Tensor, lengths: Tensor) -> Any:
        outputs, next_state, next_inputs, ending = self._decoder.step(time, inputs, state)
        nest.assert_same_structure(state, next_state)
        nest.assert_same_structure(self._zero, outputs)
        nest.assert_same_structure(inputs, next_inputs)
        next_finished = ending if self._decoder.tracks_own_finished else logical_or(ending, finished)
        if self._most is not None:
            next_finished = logical_or(next_finished, time + 1 >= self._most)
        lengths = self._next_lengths(time, next_state, finished, lengths)
        if self._impute:
            outputs = nest.map_structure(lambda zero, new: where(finished, zero, new), self._zero, outputs)
            next_state = nest.map_structure(lambda old, new: _kept(finished, old, new), state, next_state)
        arrays = nest.map_structure(lambda array, output: array.write(time, output), arrays, outputs)
        return time + 1, arrays, next_state, next_inputs, next_finished, lengths

    def _next_lengths(self, time: Tensor, next_state: Any, finished: Tensor, lengths: Tensor) -> Tensor:
        kept = getattr(next_state, "lengths", None) if self._decoder.tracks_own_finished else None
        if kept is not None:
            # A decoder that moves its sequences about counts them itself.
            return cast(kept, dtypes.int32)
        return where(logical_not(finished), fill(shape_of(lengths), time + 1), lengths)


def _kept(finished: Tensor, old: Any, new: Any) -> Any:
    if not isinstance(old, TensorArray):
        new.set_shape(old.shape)
    return kept_where(finished, old, new)


def _known(batch: Any) -> int | None:
    value = constant_value(batch) if is_tensor(batch) else batch
    return None if value is None else int(value)


def _shape(size: Any) -> TensorShape:
    if isinstance(size, Tensor):
        value = constant_value(size)
        return TensorShape(None) if value is None else TensorShape(value.reshape(-1).tolist())
    return TensorShape([size]) if isinstance(size, int) else as_shape(size)


def _batch_first(tensor: Tensor) -> Tensor:
    rank = tensor.shape.rank
    return tensor if rank is None or rank < 2 else transpose(tensor, [1, 0, *range(2, rank)])
