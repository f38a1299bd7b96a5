"""Dropout around a cell (API: tf.nn.rnn_cell.DropoutWrapper)."""

from __future__ import annotations

import hashlib
import itertools
import numbers
from collections.abc import Callable
from typing import Any

from convflow.core import nest
from convflow.core.shape import as_shape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.modeling.recurrent.lstm import LSTMStateTuple
from convflow.modeling.recurrent.wrappers import CellWrapper
from convflow.ops.array.concat import concat
from convflow.ops.dropout import dropout
from convflow.ops.math.arithmetic import divide
from convflow.ops.math.elementwise import floor
from convflow.ops.random import random_uniform
from convflow.ops.tensor_array import TensorArray


class DropoutWrapper(CellWrapper):
    """Sets inputs, outputs or states of a cell to zero at random (API: tf.nn.rnn_cell.DropoutWrapper).

    The same mask in all steps is that of Gal and Ghahramani, "A Theoretically Grounded Application of Dropout in
    Recurrent Neural Networks", 2016.

    Args:
        cell: the cell.
        input_keep_prob, output_keep_prob: how likely a number is kept, 0 to 1, a number or a scalar tensor; kept
            numbers are divided by it.
        state_keep_prob: the same of the next state, except an LSTM's memory `c`.
        variational_recurrent: one mask for all steps of a run.
        input_size: the inputs' size without the batch, for a variational mask of the inputs.
        dtype: the type of inputs, states and outputs, for variational masks.
        seed: of the masks.
        dropout_state_filter_visitor: a function of a part of the state that returns whether to drop in it, or a
            structure of such answers.

    Raises:
        ValueError: a probability outside [0, 1]; a variational mask without `dtype` or `input_size`.
        TypeError: the visitor cannot be called.
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError(f"dropout_state_filter_visitor must be callable. Received: {dropout_state_filter_visitor}")
        self._state_filter = dropout_state_filter_visitor or _all_but_memories
        self._variational_recurrent = variational_recurrent
        self._input_size = input_size
        self._seed = seed
        self._noise: dict[str, Any] = {}
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
            self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
            self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        if variational_recurrent:
            self._make_noise(dtype)

    def _make_noise(self, dtype: Any) -> None:
        if dtype is None:
            raise ValueError("When variational_recurrent=True, dtype must be provided")
        sizes = {"state": self.cell.state_size, "output": self.cell.output_size}
        if _drops(self._input_keep_prob):
            if self._input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be "
                    "provided: the size of the inputs without the batch."
                )
            sizes = {"input": self._input_size, **sizes}
        for what, size in sizes.items():
            self._noise[what] = _mapped(
                size,
                lambda index, size, what=what: random_uniform(
                    concat(([1], _as_list(size)), 0), seed=self._seed_of(what, index), dtype=dtype
                ),
                size,
            )

    def _seed_of(self, what: str, index: int) -> int | None:
        """A different seed for each mask; TensorFlow's own numbers."""
        if self._seed is None:
            return None
        digest = hashlib.md5(f"{self._seed}{what}_{index}".encode(), usedforsecurity=False).hexdigest()
        return int(digest[:8], 16) & 0x7FFFFFFF

    def _step(self, inputs: Any, state: Any, call_cell: Callable[[Any, Any], Any]) -> Any:
        if _drops(self._input_keep_prob):
            inputs = self._dropped(inputs, "input", self._input_keep_prob, inputs)
        output, new_state = call_cell(inputs, state)
        if _drops(self._state_keep_prob):
            which = _filtered(self._state_filter, new_state)
            new_state = self._dropped(new_state, "state", self._state_keep_prob, which)
        if _drops(self._output_keep_prob):
            output = self._dropped(output, "output", self._output_keep_prob, output)
        return output, new_state

    def _dropped(self, values: Any, what: str, keep_prob: Any, which: Any) -> Any:
        def drop(index: int, dropped: Any, value: Any, *noise: Tensor) -> Any:
            if dropped is False:
                return value
            if noise:
                return _masked(value, noise[0], keep_prob)
            return dropout(value, rate=1.0 - keep_prob, seed=self._seed_of(what, index))

        noise = [self._noise[what]] if self._variational_recurrent else []
        return _mapped(which, drop, which, values, *noise)

    def get_config(self) -> dict[str, Any]:
        names = "input_keep_prob output_keep_prob state_keep_prob variational_recurrent input_size seed"
        config = super().get_config() | {name: getattr(self, f"_{name}") for name in names.split()}
        if self._state_filter is not _all_but_memories:
            config["dropout_state_filter_visitor"] = self._state_filter
        return config


def _probability(name: str, value: Any) -> Any:
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if known < 0 or known > 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1. Received {known}")
    return float(known)


def _drops(keep_prob: Any) -> bool:
    return not isinstance(keep_prob, numbers.Real) or keep_prob < 1


def _as_list(size: Any) -> list[int | None]:
    return [size] if isinstance(size, int) else as_shape(size).as_list()


def _masked(value: Tensor, noise: Tensor, keep_prob: Any) -> Tensor:
    mask = floor(keep_prob + noise)
    kept = divide(value, keep_prob) * mask
    kept.set_shape(value.shape)
    return kept


def _all_but_memories(part: Any) -> Any:
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, TensorArray)


def _filtered(visit: Callable[[Any], Any], part: Any) -> Any:
    """Where to drop: `part` down to where `visit` says False."""
    answer = visit(part)
    if not nest.is_nested(part) or answer is False:
        if not isinstance(answer, bool):
            raise TypeError(f"dropout_state_filter_visitor returned {answer!r} for {part}: expected True or False.")
        return answer
    inner = nest._parts(part)
    if answer is True:
        return _like(part, [_filtered(visit, item) for item in inner])
    nest.assert_same_structure(part, answer)
    answers = nest._parts(answer)
    return _like(part, [_filtered(visit, item) if yes else False for item, yes in zip(inner, answers, strict=True)])


def _like(structure: Any, parts: list[Any]) -> Any:
    if isinstance(structure, dict):
        return dict(zip(sorted(structure), parts, strict=True))
    kind: Any = type(structure)
    return kind(*parts) if hasattr(structure, "_fields") else kind(parts)


def _mapped(shallow: Any, function: Callable[..., Any], *structures: Any) -> Any:
    """`function` of a running number and what stands at each leaf of `shallow` in the structures."""
    numbers_ = itertools.count()

    def descend(part: Any, *items: Any) -> Any:
        if not nest.is_nested(part):
            return function(next(numbers_), *items)
        inner = zip(nest._parts(part), *(nest._parts(item) for item in items), strict=True)
        return _like(part, [descend(*group) for group in inner])

    return descend(shallow, *structures)
