"""Strings joined by the number of a segment (API: tf.strings.unsorted_segment_join)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convflow.core import errors, values
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.string import text_of
from convflow.ops.types import INDEX


def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: str = "", name: str | None = None
) -> Tensor:
    """The strings of each segment one after the other (API: tf.strings.unsorted_segment_join).

    Args:
        inputs: strings.
        segment_ids: int32 or int64 from 0 to num_segments - 1, of the shape of `inputs`, or of its first dimensions:
            then whole slices are joined, element by element.
        num_segments: how many segments there are: an int32 or int64 scalar.
        separator: stands between the strings of a segment.
        name: of the node.

    Returns:
        strings, [num_segments, ...] with the dimensions that `segment_ids` does not have; "" for empty segments.

    Raises:
        ValueError: the shape of `segment_ids` is not the beginning of that of `inputs`.
        InvalidArgumentError: (when run) a number below 0, or of no segment.
    """
    return apply_op(
        "UnsortedSegmentJoin",
        inputs=inputs,
        segment_ids=segment_ids,
        num_segments=num_segments,
        separator=separator,
        name=name,
    )


def _shape(ctx: InferenceContext) -> list[TensorShape]:
    inputs, ids = ctx.input(0), ctx.input(1)
    rules.with_rank(ctx.input(2), 0, "num_segments")
    count = ctx.constant(2)
    if count is not None and int(count) < 0:
        raise ValueError(f"num_segments must be 0 or more, got {int(count)}.")
    if inputs.rank is None or ids.rank is None:
        return [TensorShape(None)]
    if ids.rank > inputs.rank or not ids.is_compatible_with(inputs[: ids.rank]):
        raise ValueError(
            f"segment_ids must have the shape of inputs or of its first dimensions, got {ids} for inputs of {inputs}."
        )
    return [TensorShape([None if count is None else int(count)]).concatenate(inputs[ids.rank :])]


def _kernel(op: Operation) -> Callable[..., np.ndarray]:
    separator = text_of(op.attrs["separator"]).encode("utf-8", "surrogateescape")

    def compute(inputs: np.ndarray, segment_ids: Any, num_segments: Any) -> np.ndarray:
        ids, count = values.to_numpy(segment_ids), int(num_segments)
        if inputs.shape[: ids.ndim] != ids.shape:
            raise ValueError("segment_ids does not fit inputs")
        if ids.size and (ids.min() < 0 or ids.max() >= count):
            wrong = ids.min() if ids.min() < 0 else ids.max()
            raise errors.InvalidArgumentError(
                None, None, f"segment_ids must be from 0 to num_segments - 1 = {count - 1}, got {wrong}."
            )
        rows = inputs.reshape(ids.size, -1)
        joined = np.full((count, rows.shape[1]), b"", dtype=object)
        for number in range(count):
            members = rows[ids.reshape(-1) == number]
            for column in range(rows.shape[1]):
                joined[number, column] = separator.join(members[:, column])
        return joined.reshape(count, *inputs.shape[ids.ndim :])

    return compute


register_op(
    "UnsortedSegmentJoin",
    inputs="inputs: string; segment_ids: Tindices; num_segments: Tnumsegments",
    outputs="output: string",
    attrs=f"separator: string = ''; Tindices: type in {{{INDEX}}}; Tnumsegments: type = int32 in {{{INDEX}}}",
    shape=_shape,
    kernel=_kernel,
    gradient=NO_GRADIENT,
)
