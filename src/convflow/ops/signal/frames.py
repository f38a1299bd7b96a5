"""Overlapping frames of a signal, and signals of frames (API: tf.signal.frame, tf.signal.overlap_and_add)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import zeros
from convflow.ops.array.gather import gather, unsorted_segment_sum
from convflow.ops.array.pad import pad
from convflow.ops.array.reshape import expand_dims, reshape
from convflow.ops.array.sequence import range as range_of
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import maximum
from convflow.ops.signal.lengths import is_known, scalar_length


def frame(
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: bool = False,
    pad_value: Any = 0,
    axis: Any = -1,
    name: str | None = None,
) -> Tensor:
    """Windows of `frame_length` samples that begin every `frame_step` samples (API: tf.signal.frame).

    Args:
        signal: numbers of shape (..., samples, ...).
        frame_length: the samples of a frame, an integer scalar.
        frame_step: from the beginning of a frame to that of the next, an integer scalar.
        pad_end: whether frames that begin within the signal and end behind it are filled up; else they are left out.
        pad_value: what fills them.
        axis: the samples' axis, an integer.

    Returns:
        Shape (..., frames, frame_length, ...): (samples - frame_length) // frame_step + 1 frames, or none; with
        `pad_end` samples / frame_step, rounded up.

    Raises:
        ValueError: a length or step that is no integer scalar; a scalar signal, or an axis that it does not have.
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(1)
        length = scalar_length(frame_length, "frame_length")
        step = scalar_length(frame_step, "frame_step")
        axis = _axis(signal, axis)
        samples = _size(signal, axis)
        if pad_end:
            count = -(-samples // step)
            missing = _at_least_zero(length + step * (count - 1) - samples)
            signal = _padded(signal, axis, missing, pad_value)
        else:
            count = _at_least_zero(1 + (samples - length) // step)
        starts = expand_dims(range_of(count) * step, 1)
        return gather(signal, starts + expand_dims(range_of(length), 0), axis=axis)


def _axis(signal: Tensor, axis: Any) -> int:
    value = constant_value(convert_to_tensor(axis, name="axis"))
    rank = signal.shape.rank
    if value is None:
        raise ValueError(f"axis must be known when the graph is built, got {axis}. Give an integer.")
    index = int(value)
    if rank is None:
        return index
    if not -rank <= index < rank:
        raise ValueError(f"axis {index} is not an axis of the signal, whose shape is {signal.shape}.")
    return index % rank


def _size(tensor: Tensor, axis: int) -> int | Tensor:
    known = None if tensor.shape.rank is None else tensor.shape.as_list()[axis]
    return shape_of(tensor)[axis] if known is None else known


def _at_least_zero(value: Any) -> Any:
    return max(value, 0) if isinstance(value, int) else maximum(0, value)


def _padded(signal: Tensor, axis: int, missing: Any, value: Any) -> Tensor:
    rank = rank_of(signal) if signal.shape.rank is None else signal.shape.rank
    before = axis if axis >= 0 else rank + axis
    margins = concat(
        [
            zeros([before, 2], dtype=dtypes.int32),
            [[0, missing]],
            zeros([rank - before - 1, 2], dtype=dtypes.int32),
        ],
        0,
    )
    padded = pad(signal, margins, constant_values=value)
    if signal.shape.rank is not None and not is_known(missing):
        sizes = signal.shape.as_list()
        padded.set_shape([*sizes[:axis], None, *sizes[axis + 1 :]])
    return padded


def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """The sum of frames, each `frame_step` samples behind the one before (API: tf.signal.overlap_and_add).

    Args:
        signal: numbers of shape (..., frames, frame_length).
        frame_step: an integer scalar.

    Returns:
        Shape (..., (frames - 1) * frame_step + frame_length).

    Raises:
        ValueError: a step that is no integer scalar; a signal of less than two axes.
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        step = scalar_length(frame_step, "frame_step")
        frames, length = _size(signal, -2), _size(signal, -1)
        total = (frames - 1) * step + length
        places = expand_dims(range_of(frames) * step, 1) + expand_dims(range_of(length), 0)
        columns = transpose(reshape(signal, [-1, frames * length]))
        sums = transpose(unsorted_segment_sum(columns, reshape(places, [-1]), total))
        result = reshape(sums, concat([shape_of(signal)[:-2], [total]], 0))
        if signal.shape.rank is not None:
            last = total if is_known(total) else None
            result.set_shape(signal.shape[:-2].concatenate(TensorShape([last])))
        return result
