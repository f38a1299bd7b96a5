"""Layers of recurrent networks that read both ways (API: tf.contrib.rnn.stack_bidirectional_dynamic_rnn)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.graph.operation import Tensor
from convflow.modeling.recurrent.dynamic import bidirectional_dynamic_rnn
from convflow.modeling.recurrent.static import static_bidirectional_rnn
from convflow.modeling.variables.scope import variable_scope
from convflow.ops.array.concat import concat

_SCOPE = "stack_bidirectional_rnn"
_Layer = Callable[[Any, Any, Any, Any, Any], tuple[Any, Any, Any]]


def stack_bidirectional_dynamic_rnn(
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Any,
    initial_states_fw: Sequence[Any] | None = None,
    initial_states_bw: Sequence[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    parallel_iterations: int | None = None,
    time_major: bool = False,
    scope: Any = None,
    swap_memory: bool = False,
) -> tuple[Tensor, tuple[Any, ...], tuple[Any, ...]]:
    """`tf.nn.bidirectional_dynamic_rnn`, one layer upon another, each reading both directions of the one below.

    API: tf.contrib.rnn.stack_bidirectional_dynamic_rnn.

    Args:
        cells_fw, cells_bw: a cell for each layer.
        inputs: [batch, time, size], [time, batch, size] if `time_major`.
        initial_states_fw, initial_states_bw: a state for each layer; zeros of `dtype` by default.
        sequence_length: int [batch], how many steps of each row count.
        scope: of the variables, "stack_bidirectional_rnn" by default; layers are "cell_0", "cell_1" ... in it.

    Returns:
        the last layer's outputs of both directions, joined along the last axis; the final states of the layers
        forward, and backward.

    Raises:
        ValueError: not as many cells forward as backward, or states as cells. TypeError: no list of cells.
    """

    def layer(fw: Any, bw: Any, below: Any, state_fw: Any, state_bw: Any) -> tuple[Any, Any, Any]:
        outputs, (last_fw, last_bw) = bidirectional_dynamic_rnn(
            fw, bw, below, sequence_length, state_fw, state_bw, dtype, parallel_iterations, swap_memory, time_major
        )
        return concat(outputs, 2), last_fw, last_bw

    return _stacked(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def stack_bidirectional_rnn(
    cells_fw: Sequence[Any],
    cells_bw: Sequence[Any],
    inputs: Any,
    initial_states_fw: Sequence[Any] | None = None,
    initial_states_bw: Sequence[Any] | None = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Tensor], tuple[Any, ...], tuple[Any, ...]]:
    """`stack_bidirectional_dynamic_rnn` of a list of steps (API: tf.contrib.rnn.stack_bidirectional_rnn).

    Args:
        cells_fw, cells_bw: a cell for each layer.
        inputs: a list of tensors [batch, size], one for each step.
        initial_states_fw, initial_states_bw: a state for each layer; zeros of `dtype` by default.
        dtype: the type of the states; needed where none are given.
        sequence_length: int [batch], how many steps of each row count; all by default.
        scope: of the variables, "stack_bidirectional_rnn" by default; layers are "cell_0", "cell_1" ... in it.

    Returns:
        the last layer's outputs, a list of tensors [batch, both sizes]; the final states of the layers forward, and
        backward.

    Raises:
        ValueError: not as many cells forward as backward, or states as cells. TypeError: no list of cells.
    """

    def layer(fw: Any, bw: Any, below: Any, state_fw: Any, state_bw: Any) -> tuple[Any, Any, Any]:
        return static_bidirectional_rnn(fw, bw, below, state_fw, state_bw, dtype=dtype, sequence_length=sequence_length)

    return _stacked(layer, cells_fw, cells_bw, inputs, initial_states_fw, initial_states_bw, scope)


def _stacked(
    layer: _Layer, cells_fw: Any, cells_bw: Any, inputs: Any, states_fw: Any, states_bw: Any, scope: Any
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:
    for name, cells, states in (("fw", cells_fw, states_fw), ("bw", cells_bw, states_bw)):
        if not isinstance(cells, list | tuple) or not cells:
            raise TypeError(f"cells_{name} must be a list of one or more cells, one for each layer, got {cells!r}.")
        if states is not None and (not isinstance(states, list | tuple) or len(states) != len(cells)):
            raise ValueError(
                f"initial_states_{name} must be a list of states, one for each of {len(cells)} layers, got {states!r}."
            )
    if len(cells_fw) != len(cells_bw):
        raise ValueError(f"Forward and backward cells must have the same depth: {len(cells_fw)} and {len(cells_bw)}.")
    below, last_fw, last_bw = inputs, [], []
    with variable_scope(scope or _SCOPE):
        for number, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            first_fw = states_fw[number] if states_fw else None
            first_bw = states_bw[number] if states_bw else None
            with variable_scope(f"cell_{number}"):
                below, state_fw, state_bw = layer(fw, bw, below, first_fw, first_bw)
            last_fw.append(state_fw)
            last_bw.append(state_bw)
    return below, tuple(last_fw), tuple(last_bw)
