"""Going through the steps of sequences (API: tf.keras.backend.rnn)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import dtypes
from convflow.modeling.functional import scan
from convflow.ops.array.constant import zeros_like
from convflow.ops.array.reshape import reshape
from convflow.ops.array.reverse import reverse
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack, unstack
from convflow.ops.array.transpose import transpose
from convflow.ops.math.cast import cast
from convflow.ops.math.select import where_v2

Step = Callable[[Any, list[Any]], tuple[Any, list[Any]]]


def swapped(tensor: Any) -> Any:
    """(batch, steps, ...) with steps first, and back."""
    return transpose(tensor, [1, 0, *range(2, tensor.shape.rank)])


def rnn(
    step_function: Step,
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: int | None = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
) -> tuple[Any, Any, list[Any]]:
    """Go through the steps of sequences (API: tf.keras.backend.rnn).

    Args:
        step_function: takes a step's input, (batch, ...), and the states with `constants` after them; returns the
            output and new states.
        inputs: (batch, steps, ...), or steps first if `time_major`.
        initial_states: a list.
        go_backwards: begin with the last step.
        mask: (batch, steps) or (batch, steps, 1) of bool: where it is False, states and output stay as they were.
        constants: a list of tensors for each step.
        unroll: the steps as nodes of their own instead of a loop; their number must be known.
        input_length: is not needed.
        zero_output_for_mask: the output is zero where the mask is False.

    Returns:
        The last output, all outputs, (batch, steps, ...), and the last states.
    """
    steps = inputs if time_major else swapped(inputs)
    kept = None if mask is None else _steps_of(mask, time_major)
    if go_backwards:
        steps = reverse(steps, [0])
        kept = None if kept is None else reverse(kept, [0])
    extra, states = list(constants or ()), list(initial_states)
    if unroll:
        if steps.shape[0].value is None:
            raise ValueError("Unrolling requires a fixed number of timesteps: give the input's shape.")
        outputs, last, final = _unrolled(step_function, steps, kept, states, extra, zero_output_for_mask)
    else:
        outputs, last, final = _looped(step_function, steps, kept, states, extra, zero_output_for_mask)
    return last, outputs if time_major else swapped(outputs), final


def _steps_of(mask: Any, time_major: bool) -> Any:
    mask = cast(mask, dtypes.bool)
    if mask.shape.rank == 3:
        mask = reshape(mask, shape_of(mask)[:2])
    return mask if time_major else transpose(mask, [1, 0])


def _chosen(kept: Any, new: Any, old: Any) -> Any:
    """`new` in the examples where `kept` is True."""
    return where_v2(reshape(kept, [-1, *([1] * (new.shape.rank - 1))]), new, old)


def _step(
    function: Step, x: Any, kept: Any, before: Any, states: list[Any], extra: list[Any], zeros: bool
) -> tuple[Any, list[Any]]:
    output, new = function(x, [*states, *extra])
    if kept is None:
        return output, list(new)
    held = zeros_like(output) if zeros or before is None else before
    states = [_chosen(kept, one, other) for one, other in zip(new, states, strict=True)]
    return _chosen(kept, output, held), states


def _unrolled(
    function: Step, steps: Any, kept: Any, states: list[Any], extra: list[Any], zeros: bool
) -> tuple[Any, Any, list[Any]]:
    keeps = [None] * steps.shape[0].value if kept is None else unstack(kept, num=steps.shape[0].value)
    outputs: list[Any] = []
    for x, keep in zip(unstack(steps), keeps, strict=True):
        output, states = _step(function, x, keep, outputs[-1] if outputs else None, states, extra, zeros)
        outputs.append(output)
    return stack(outputs), outputs[-1], states


def _looped(
    function: Step, steps: Any, kept: Any, states: list[Any], extra: list[Any], zeros: bool
) -> tuple[Any, Any, list[Any]]:
    # Once outside of the loop: what the step draws for all steps, it draws there; and what the output is like.
    first, _ = function(steps[0], [*states, *extra])

    def round_of(carried: Any, row: Any) -> Any:
        x, keep = (row, None) if kept is None else row
        output, new = _step(function, x, keep, carried[0], list(carried[1:]), extra, zeros)
        return [output, *new]

    every = scan(round_of, steps if kept is None else (steps, kept), initializer=[zeros_like(first), *states])
    return every[0], every[0][-1], [state[-1] for state in every[1:]]
