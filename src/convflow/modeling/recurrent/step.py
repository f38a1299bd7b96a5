"""One step over a batch of sequences of different lengths: sequences that have ended keep their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convflow.core import nest
from convflow.core.shape import unknown_shape
from convflow.graph.scopes import colocate_with
from convflow.ops.array.reverse import reverse
from convflow.ops.array.roll import reverse_sequence
from convflow.ops.array.stack import stack, unstack
from convflow.ops.control_flow import cond
from convflow.ops.math.reduce import reduce_max, reduce_min
from convflow.ops.math.select import where
from convflow.ops.tensor_array import TensorArray


class Lengths(NamedTuple):
    """How long the sequences of a batch are: int32, shape (batch,), with the shortest and the longest."""

    each: Any
    shortest: Any
    longest: Any


def with_extremes(lengths: Any) -> Lengths:
    return Lengths(lengths, reduce_min(lengths), reduce_max(lengths))


def kept_where(ended: Any, old: Any, new: Any) -> Any:
    """The old value in the rows where a sequence has ended; scalars and arrays are always new."""
    if isinstance(old, TensorArray) or old.shape.rank == 0:
        return new
    with colocate_with(new):
        return where(ended, old, new)


def step(
    time: Any, lengths: Lengths, zero_output: Any, state: Any, call_cell: Callable[[], Any], unconditional: bool
) -> tuple[Any, Any]:
    """One step of all sequences that still run.

    Args:
        time: the step's number, an integer or a scalar tensor.
        zero_output: what a sequence that has ended returns.
        state: the state before.
        call_cell: makes the step's nodes.
        unconditional: call the cell even if all sequences have ended, as in a loop that ends with the longest.

    Returns:
        The output and the next state, in the structures of `zero_output` and `state`.
    """
    old = nest.flatten(zero_output) + nest.flatten(state)
    ended = time >= lengths.each

    def called() -> list[Any]:
        output, new_state = call_cell()
        nest.assert_same_structure(zero_output, output)
        nest.assert_same_structure(state, new_state)
        return nest.flatten(output) + nest.flatten(new_state)

    def mixed(new: list[Any]) -> list[Any]:
        return [kept_where(ended, before, after) for before, after in zip(old, new, strict=True)]

    def called_and_mixed() -> Any:
        new = called()
        return cond(time < lengths.shortest, lambda: new, lambda: mixed(new), strict=True)

    if unconditional:
        result = mixed(called())
    else:
        result = cond(time >= lengths.longest, lambda: old, called_and_mixed, strict=True)
    for before, after in zip(old, result, strict=True):
        if not isinstance(after, TensorArray):
            after.set_shape(before.shape)
    count = len(nest.flatten(zero_output))
    return nest.pack_sequence_as(zero_output, result[:count]), nest.pack_sequence_as(state, result[count:])


def reversed_in_time(sequence: Any, lengths: Any, time_axis: int, batch_axis: int) -> Any:
    """The steps in reverse order; with lengths, each sequence by itself and what follows its end unchanged."""
    if lengths is None:
        return reverse(sequence, axis=[time_axis])
    return reverse_sequence(sequence, lengths, seq_axis=time_axis, batch_axis=batch_axis)


def reversed_list(sequence: Any, lengths: Any) -> list[Any]:
    """The same of a list with one structure of tensors per step."""
    if lengths is None:
        return list(reversed(sequence))
    by_leaf = [_reversed_leaf(leaf, lengths) for leaf in zip(*(nest.flatten(item) for item in sequence), strict=True)]
    steps = zip(*by_leaf, strict=True)
    return [nest.pack_sequence_as(item, leaves) for item, leaves in zip(sequence, steps, strict=True)]


def _reversed_leaf(leaf: tuple[Any, ...], lengths: Any) -> list[Any]:
    shape = unknown_shape(leaf[0].shape.rank)
    for tensor in leaf:
        shape = shape.merge_with(tensor.shape)
        tensor.set_shape(shape)
    results = unstack(reverse_sequence(stack(leaf), lengths, 0, 1))
    for tensor in results:
        tensor.set_shape(shape)
    return results
