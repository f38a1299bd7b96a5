"""Scores of a query against a memory (API: tf.contrib.seq2seq; Bahdanau et al. 2014, Luong et al. 2015)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.layers.core import Dense
from convflow.modeling.recurrent.seq2seq.memory import maybe_mask_score, no_alignments, prepared, static_or_shape
from convflow.modeling.variables.initializers import Constant, Ones, Zeros
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.math.elementwise import rsqrt, square, tanh
from convflow.ops.math.matmul import matmul
from convflow.ops.math.reduce import reduce_sum
from convflow.ops.softmax import softmax

_MINUS_INFINITY = float("-inf")


class AttentionMechanism:
    """What weights the steps of a memory for a query (API: tf.contrib.seq2seq.AttentionMechanism).

    A subclass is called with a query, shape (batch, size), and a state, and returns weights of shape
    (batch, alignments_size) and the next state.
    """

    @property
    def alignments_size(self) -> Any:
        """How many steps the memory has: an integer, or a scalar tensor."""
        raise NotImplementedError(f"{type(self).__name__} does not say what alignments_size it has.")

    @property
    def state_size(self) -> Any:
        """The size of the state."""
        raise NotImplementedError(f"{type(self).__name__} does not say what state_size it has.")


class MemoryAttention(AttentionMechanism):
    """A mechanism whose memory has keys to compare with and values to sum (API: tf.contrib.seq2seq,
    _BaseAttentionMechanism).

    Args:
        query_layer: a layer for queries, or None.
        memory: shape (batch, time, size).
        probability_fn: (scores of shape (batch, time), the state before) -> weights.
        memory_sequence_length: shape (batch,); steps behind it get no weight.
        memory_layer: a layer that makes keys of values, or None for the values themselves.
        check_inner_dims_defined: whether the memory's size must be known.
        score_mask_value: the score of steps behind the end, minus infinity by default.
        custom_key_value_fn: (keys, values) -> (keys, values).

    Raises:
        ValueError: the memory's size is not known.
        InvalidArgumentError: in the run, a length that is not positive.
    """

    def __init__(
        self,
        query_layer: Any,
        memory: Any,
        probability_fn: Callable[[Any, Any], Any],
        memory_sequence_length: Any = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: Any = None,
        custom_key_value_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        name: str | None = None,
    ) -> None:
        for argument, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not callable(layer):
                raise TypeError(f"{argument} is not a Layer: {type(layer).__name__}. Pass e.g. tf.layers.Dense(128).")
        if not callable(probability_fn):
            raise TypeError(
                f"probability_fn must be callable, saw type: {type(probability_fn).__name__}. "
                "Pass a function of the scores and the state before."
            )
        self._query_layer, self._memory_layer = query_layer, memory_layer
        self.dtype = getattr(memory_layer, "dtype", None)
        with name_scope(name, "BaseAttentionMechanismInit"):
            lengths = None
            if memory_sequence_length is not None:
                lengths = convert_to_tensor(memory_sequence_length, name="memory_sequence_length")
            self._values = prepared(memory, lengths, check_inner_dims_defined)
            self._keys = self._values if memory_layer is None else memory_layer(self._values)
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = static_or_shape(self._keys, 0)
            self._alignments_size = static_or_shape(self._keys, 1)
        masked = _MINUS_INFINITY if score_mask_value is None else score_mask_value
        # Mechanisms that programs derive call it by this name.
        self._probability_fn = lambda score, previous: probability_fn(
            maybe_mask_score(score, lengths, masked), previous
        )

    @property
    def memory_layer(self) -> Any:
        """The layer that made the keys."""
        return self._memory_layer

    @property
    def query_layer(self) -> Any:
        """The layer for queries."""
        return self._query_layer

    @property
    def values(self) -> Tensor:
        """What is summed, shape (batch, time, size)."""
        return self._values

    @property
    def keys(self) -> Tensor:
        """What queries are compared with, shape (batch, time, units)."""
        return self._keys

    @property
    def batch_size(self) -> Any:
        """The memory's first size: an integer, or a scalar tensor."""
        return self._batch_size

    @property
    def alignments_size(self) -> Any:
        return self._alignments_size

    @property
    def state_size(self) -> Any:
        return self._alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Tensor:
        """The weights before the first step: zeros, shape (batch_size, alignments_size)."""
        return no_alignments(batch_size, self._alignments_size, dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Tensor:
        """The state before the first step, which is the weights."""
        return self.initial_alignments(batch_size, dtype)


def _of_scores(probability_fn: Callable[[Any], Any] | None) -> Callable[[Any, Any], Any]:
    """A function of scores (the softmax by default) as one of scores and state."""
    function = softmax if probability_fn is None else probability_fn
    return lambda score, _: function(score)


def bahdanau_score(
    processed_query: Any, keys: Any, attention_v: Any, attention_g: Any = None, attention_b: Any = None
) -> Tensor:
    """sum(v * tanh(keys + query + b)), v of length g if g and b are given (API: tf.contrib.seq2seq, _bahdanau_score;
    Bahdanau et al., arXiv 1409.0473).

    Args:
        processed_query: shape (batch, units).
        keys: shape (batch, time, units).
        attention_v: v, shape (units,).
        attention_g: g, a scalar, or None.
        attention_b: b, shape (units,), or None.

    Returns:
        Scores of shape (batch, time).
    """
    query = expand_dims(processed_query, 1)
    if attention_g is None or attention_b is None:
        return reduce_sum(attention_v * tanh(keys + query), [2])
    direction = attention_g * attention_v * rsqrt(reduce_sum(square(attention_v)))
    return reduce_sum(direction * tanh(keys + query + attention_b), [2])


def luong_score(query: Any, keys: Any, scale: Any) -> Tensor:
    """query . keys, times `scale` if it is not None (API: tf.contrib.seq2seq, _luong_score; Luong et al., arXiv
    1508.04025).

    Args:
        query: shape (batch, units).
        keys: shape (batch, time, units).
        scale: a scalar or None.

    Returns:
        Scores of shape (batch, time).

    Raises:
        ValueError: different units.
    """
    asked, units = query.shape.as_list()[-1], keys.shape.as_list()[-1]
    if asked is not None and units is not None and asked != units:
        raise ValueError(
            "Incompatible or unknown inner dimensions between query and keys: "
            f"the query {query.name} has {asked} units, the keys have {units}. "
            f"Give the mechanism num_units={asked}, the cell's output size."
        )
    score = squeeze(matmul(expand_dims(query, 1), keys, transpose_b=True), [1])
    return score if scale is None else scale * score


def bahdanau_variables(num_units: int, dtype: Any, normalize: bool) -> tuple[Any, Any, Any]:
    """v, g and b of `bahdanau_score` in the variable scope; g and b are None unless `normalize`."""
    v = get_variable("attention_v", [num_units], dtype=dtype)
    if not normalize:
        return v, None, None
    g = get_variable("attention_g", [], dtype=dtype, initializer=Constant(math.sqrt(1.0 / num_units)))
    return v, g, get_variable("attention_b", [num_units], dtype=dtype, initializer=Zeros())


def luong_variable(dtype: Any, scale: bool) -> Any:
    """The scale of `luong_score` in the variable scope, None unless `scale`."""
    return get_variable("attention_g", [], dtype=dtype, initializer=Ones()) if scale else None


class BahdanauAttention(MemoryAttention):
    """Scores sum(v * tanh(W_m memory + W_q query)) (API: tf.contrib.seq2seq.BahdanauAttention; Bahdanau et al.,
    arXiv 1409.0473; normalized: Salimans and Kingma, arXiv 1602.07868).

    Variables: memory_layer/kernel where it is made; bahdanau_attention/query_layer/kernel and
    bahdanau_attention/attention_v where it is called; if normalized also attention_g and attention_b there.

    Args:
        num_units: the size in which query and memory are compared.
        memory: the encoder's outputs, shape (batch, time, size).
        memory_sequence_length: their lengths, shape (batch,).
        normalize: whether v has a trained length, and the sum a trained bias.
        probability_fn: scores -> weights, the softmax by default; `tf.contrib.seq2seq.hardmax` is another.
        score_mask_value: the score behind a sequence's end.
        dtype: the type of the layers' variables, float32 by default.
        custom_key_value_fn: (keys, values) -> (keys, values).
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        probability_fn: Callable[[Any], Any] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        name: str = "BahdanauAttention",
    ) -> None:
        dtype = dtypes.float32 if dtype is None else dtype
        super().__init__(
            query_layer=Dense(num_units, name="query_layer", use_bias=False, dtype=dtype),
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            memory=memory,
            probability_fn=_of_scores(probability_fn),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Tensor, Any]:
        """Weights of the memory's steps.

        Args:
            query: shape (batch, size).
            state: the weights of the step before, shape (batch, alignments_size).

        Returns:
            Weights of shape (batch, alignments_size), and the next state.
        """
        with variable_scope(None, "bahdanau_attention", [query]):
            query = self._query_layer(query) if self._query_layer is not None else query
            v, g, b = bahdanau_variables(self._num_units, query.dtype, self._normalize)
            alignments = self._probability_fn(bahdanau_score(query, self._keys, v, g, b), state)
            return alignments, alignments


class LuongAttention(MemoryAttention):
    """Scores query . W memory (API: tf.contrib.seq2seq.LuongAttention; Luong et al., arXiv 1508.04025, "general").

    Variables: memory_layer/kernel where it is made; if scaled also luong_attention/attention_g where it is called.

    Args:
        num_units: the queries' size.
        scale: whether scores are multiplied by a trained number.

    The other arguments are those of `BahdanauAttention`.

    Raises:
        ValueError: when called, a query whose size is not `num_units`.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        probability_fn: Callable[[Any], Any] | None = None,
        score_mask_value: Any = None,
        dtype: Any = None,
        custom_key_value_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
        name: str = "LuongAttention",
    ) -> None:
        dtype = dtypes.float32 if dtype is None else dtype
        super().__init__(
            query_layer=None,
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            memory=memory,
            probability_fn=_of_scores(probability_fn),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Tensor, Any]:
        """Weights of the memory's steps; arguments and results as of `BahdanauAttention`."""
        with variable_scope(None, "luong_attention", [query]):
            score = luong_score(query, self._keys, luong_variable(query.dtype, self._scale))
            alignments = self._probability_fn(score, state)
            return alignments, alignments
