"""Attention that only moves forward (API: tf.contrib.seq2seq; Raffel et al., "Online and Linear-Time Attention by
Enforcing Monotonic Alignments", arXiv 1704.00784)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.modeling.functional import scan
from convflow.modeling.layers.core import Dense
from convflow.modeling.recurrent.seq2seq.attention import (
    MemoryAttention,
    bahdanau_score,
    bahdanau_variables,
    luong_score,
    luong_variable,
)
from convflow.modeling.variables.initializers import Constant
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import ones, zeros
from convflow.ops.array.one_hot import one_hot
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.cast import cast
from convflow.ops.math.clip import clip_by_value
from convflow.ops.math.elementwise import exp, log, sigmoid
from convflow.ops.math.scan import cumprod, cumsum
from convflow.ops.random import random_normal


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Running products whose gradients stay finite: exp(cumsum(log(x))) (API: tf.contrib.seq2seq.safe_cumprod).

    Args:
        x: float32 or float64, from 0 to 1; below the smallest normal number it counts as that.
        args: the positional arguments of `tf.cumsum` after the first.
        kwargs: its keyword arguments, such as `axis` and `exclusive`.

    Returns:
        The shape and type of `x`.
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return exp(cumsum(log(clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: Any) -> Tensor:
    """Weights of a memory's steps of which one is chosen, none before the last choice (API:
    tf.contrib.seq2seq.monotonic_attention; arXiv 1704.00784, equation 14).

    Args:
        p_choose_i: the probability of choosing a step once it is reached, shape (batch, time).
        previous_attention: the weights of the output before, shape (batch, time).
        mode: "recursive" goes step by step and is exact; "parallel" takes running products and sums, which is
            faster and less exact for long memories; "hard" needs probabilities and weights of 0 and 1.

    Returns:
        Weights of shape (batch, time).

    Raises:
        ValueError: another mode.
    """
    p = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        return _recursive(p, previous)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        # Products underflow far from the start, where nothing arrives any more.
        return p * passed * cumsum(previous / clip_by_value(passed, 1e-10, 1.0), axis=1)
    if mode == "hard":
        reached = p * cumsum(previous, axis=1)
        return reached * cumprod(1 - reached, axis=1, exclusive=True)
    raise ValueError(f"mode must be 'recursive', 'parallel', or 'hard'. Received: {mode!r}.")


def _recursive(p: Tensor, previous: Tensor) -> Tensor:
    batch = p.shape.as_list()[0] or shape_of(p)[0]
    passed = concat([ones([batch, 1], dtype=p.dtype), 1 - p[:, :-1]], 1)
    arriving = scan(
        lambda before, step: step[0] * before + step[1],
        [transpose(passed), transpose(previous)],
        zeros([batch], dtype=p.dtype),
    )
    weights = p * transpose(arriving)
    weights.set_shape(p.shape)
    return weights


def monotonic_probability_fn(
    score: Any, previous_alignments: Any, sigmoid_noise: float, mode: str, seed: Any = None
) -> Tensor:
    """Weights of scores through `monotonic_attention` (API: tf.contrib.seq2seq, _monotonic_probability_fn).

    Args:
        score: shape (batch, time).
        previous_alignments: the weights before, shape (batch, time).
        sigmoid_noise: the standard deviation of what is added to the scores, so that training makes them decided.
        mode: as of `monotonic_attention`; "hard" chooses where the score is positive.
        seed: an op seed for the noise.

    Returns:
        Weights of shape (batch, time).
    """
    if sigmoid_noise > 0:
        score = score + sigmoid_noise * random_normal(shape_of(score), dtype=score.dtype, seed=seed)
    p_choose_i = cast(score > 0, score.dtype) if mode == "hard" else sigmoid(score)
    return monotonic_attention(p_choose_i, previous_alignments, mode)


class MonotonicAttention(MemoryAttention):
    """A mechanism whose weights begin on the first step (API: tf.contrib.seq2seq, _BaseMonotonicAttentionMechanism).

    The arguments are those of the base class.
    """

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Tensor:
        """Weights that are 1 on the first step, shape (batch_size, alignments_size)."""
        return one_hot(zeros([batch_size], dtype=dtypes.int32), self._alignments_size, dtype=dtype)


def _with_noise(sigmoid_noise: float, mode: str, seed: Any) -> Callable[[Any, Any], Any]:
    return lambda score, previous: monotonic_probability_fn(score, previous, sigmoid_noise, mode, seed)


def _score_bias(dtype: Any, initial: float) -> Any:
    return get_variable("attention_score_bias", [], dtype=dtype, initializer=Constant(initial))


class BahdanauMonotonicAttention(MonotonicAttention):
    """Bahdanau's scores plus a trained bias, as monotonic attention (API:
    tf.contrib.seq2seq.BahdanauMonotonicAttention; arXiv 1704.00784).

    Variables: those of `BahdanauAttention`, under bahdanau_monotonic_attention/, and attention_score_bias there.

    Args:
        num_units: the size in which query and memory are compared.
        memory: the encoder's outputs, shape (batch, time, size).
        memory_sequence_length: their lengths, shape (batch,).
        normalize: whether v has a trained length, and the sum a trained bias.
        score_mask_value: the score behind a sequence's end, minus infinity by default.
        sigmoid_noise: the standard deviation of noise added to scores.
        sigmoid_noise_seed: an op seed.
        score_bias_init: the bias to begin with.
        mode: "parallel", "recursive" or "hard", see `monotonic_attention`.
        dtype: the type of the layers' variables, float32 by default.
        custom_key_value_fn: (keys, values) -> (keys, values).
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        normalize: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "BahdanauMonotonicAttention",
        custom_key_value_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    ) -> None:
        dtype = dtypes.float32 if dtype is None else dtype
        super().__init__(
            query_layer=Dense(num_units, name="query_layer", use_bias=False, dtype=dtype),
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            memory=memory,
            probability_fn=_with_noise(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._score_bias_init = score_bias_init
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Tensor, Any]:
        """Weights of the memory's steps; arguments and results as of `BahdanauAttention`."""
        with variable_scope(None, "bahdanau_monotonic_attention", [query]):
            query = self._query_layer(query) if self._query_layer is not None else query
            v, g, b = bahdanau_variables(self._num_units, query.dtype, self._normalize)
            score = bahdanau_score(query, self._keys, v, g, b) + _score_bias(query.dtype, self._score_bias_init)
            alignments = self._probability_fn(score, state)
            return alignments, alignments


class LuongMonotonicAttention(MonotonicAttention):
    """Luong's scores plus a trained bias, as monotonic attention (API: tf.contrib.seq2seq.LuongMonotonicAttention;
    arXiv 1704.00784).

    Variables: those of `LuongAttention`, under luong_monotonic_attention/, and attention_score_bias there.

    Args:
        num_units: the queries' size.
        memory: the encoder's outputs, shape (batch, time, size).
        memory_sequence_length: their lengths, shape (batch,).
        scale: whether scores are multiplied by a trained number.
        score_mask_value: the score behind a sequence's end, minus infinity by default.
        sigmoid_noise: the standard deviation of noise added to scores.
        sigmoid_noise_seed: an op seed.
        score_bias_init: the bias to begin with.
        mode: "parallel", "recursive" or "hard", see `monotonic_attention`.
        dtype: the type of the layers' variables, float32 by default.
        custom_key_value_fn: (keys, values) -> (keys, values).

    Raises:
        ValueError: when called, a query whose size is not `num_units`.
    """

    def __init__(
        self,
        num_units: int,
        memory: Any,
        memory_sequence_length: Any = None,
        scale: bool = False,
        score_mask_value: Any = None,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: Any = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        dtype: Any = None,
        name: str = "LuongMonotonicAttention",
        custom_key_value_fn: Callable[[Any, Any], tuple[Any, Any]] | None = None,
    ) -> None:
        dtype = dtypes.float32 if dtype is None else dtype
        super().__init__(
            query_layer=None,
            memory_layer=Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            memory=memory,
            probability_fn=_with_noise(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            score_mask_value=score_mask_value,
            custom_key_value_fn=custom_key_value_fn,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._score_bias_init = score_bias_init
        self._name = name

    def __call__(self, query: Any, state: Any) -> tuple[Tensor, Any]:
        """Weights of the memory's steps; arguments and results as of `BahdanauAttention`."""
        with variable_scope(None, "luong_monotonic_attention", [query]):
            score = luong_score(query, self._keys, luong_variable(query.dtype, self._scale))
            score = score + _score_bias(query.dtype, self._score_bias_init)
            alignments = self._probability_fn(score, state)
            return alignments, alignments
