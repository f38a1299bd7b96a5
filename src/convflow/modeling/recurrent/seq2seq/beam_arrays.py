"""Arrays of steps along the paths of a beam search (API: tf.contrib.seq2seq)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes, logging
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.recurrent.seq2seq.memory import static_or_shape
from convflow.ops.array.gather_nd import gather_nd
from convflow.ops.array.grid import sequence_mask
from convflow.ops.array.reshape import reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.stack import stack
from convflow.ops.array.tile import tile
from convflow.ops.array.transpose import transpose
from convflow.ops.assertion import assert_
from convflow.ops.gather_tree import gather_tree
from convflow.ops.math.cast import cast
from convflow.ops.math.comparison import equal, logical_and, logical_or
from convflow.ops.math.reduce import reduce_max, reduce_prod
from convflow.ops.math.select import where
from convflow.ops.tensor_array import TensorArray


def gather_tree_from_array(t: Any, parent_ids: Any, sequence_length: Any) -> Tensor:
    """The steps of each final beam, which came from other beams before (API: tf.contrib.seq2seq,
    gather_tree_from_array).

    Args:
        t: shape (time, batch, beams, ...) or (time, batch * beams, ...).
        parent_ids: the beam of the step before that each beam went on from, int32 of shape (time, batch, beams).
        sequence_length: the lengths of the beams, integers of shape (batch, beams). Steps behind them stay.

    Returns:
        The shape and type of `t`.
    """
    t, parent_ids = convert_to_tensor(t), convert_to_tensor(parent_ids, name="parent_ids")
    steps, batch, beams = (static_or_shape(parent_ids, axis) for axis in range(3))
    own = tile(reshape(range_of(beams), [1, 1, -1]), stack([steps, batch, 1]))
    longest = cast(reduce_max(sequence_length, axis=1), dtypes.int32)
    paths = gather_tree(own, parent_ids, longest, beams + 1)
    within = transpose(sequence_mask(sequence_length, maxlen=steps), [2, 0, 1])
    paths = where(within, paths, own)
    times = tile(reshape(range_of(steps), [-1, 1, 1]), stack([1, batch, beams]))
    examples = tile(reshape(range_of(batch), [1, -1, 1]), stack([steps, 1, beams]))
    depth = reduce_prod(shape_of(t)[1:]) // (batch * beams)
    split = reshape(t, stack([steps, batch, beams, depth]))
    ordered = reshape(gather_nd(split, stack([times, examples, paths], axis=-1)), shape_of(t))
    ordered.set_shape(t.shape)
    return ordered


def sorted_array(array: Any, parent_ids: Any, lengths: Any, batch_size: Any, beam_width: int) -> Any:
    """An array of steps as a tensor along the paths; anything else, and arrays of no beams, as they are.

    Raises:
        InvalidArgumentError: in the run, steps that are neither (batch, beams, ...) nor (batch * beams, ...).
    """
    if not isinstance(array, TensorArray):
        return array
    if not array.element_shape.rank:
        logging.warn(
            "The TensorArray %s in the cell state is not amenable to sorting based on the beam search result: its "
            "element shape %s does not tell a batch. Make it with element_shape.",
            array.handle.name,
            array.element_shape,
        )
        return array
    if not _may_hold_beams(array.element_shape, batch_size, beam_width):
        logging.warn(
            "The TensorArray %s of element shape %s in the cell state has no beams: expected (batch, %d, ...) or "
            "(batch * %d, ...). It stays unsorted.",
            array.handle.name,
            array.element_shape,
            beam_width,
            beam_width,
        )
        return array
    steps = array.stack()
    with control_dependencies([_check(steps, batch_size, beam_width)]):
        return gather_tree_from_array(steps, parent_ids, lengths)


def _may_hold_beams(shape: Any, batch_size: Any, beam_width: int) -> bool:
    sizes = shape.as_list()
    if not isinstance(batch_size, int) or sizes[0] is None:
        return True
    return sizes[0] == batch_size * beam_width or (
        len(sizes) > 1 and sizes[0] == batch_size and sizes[1] in (None, beam_width)
    )


def _check(steps: Tensor, batch_size: Any, beam_width: int) -> Any:
    sizes = shape_of(steps)
    holds = equal(sizes[1], batch_size * beam_width)
    if steps.shape.rank is None or steps.shape.rank > 2:
        holds = logical_or(holds, logical_and(equal(sizes[1], batch_size), equal(sizes[2], beam_width)))
    message = (
        "TensorArray reordering expects elements to be reshapable to [batch_size, beam_size, -1] which is "
        f"incompatible with the dynamic shape of {steps.name} elements. Disable it with reorder_tensor_arrays=False."
    )
    return assert_(holds, [message])
