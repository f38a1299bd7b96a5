"""Convolution of sequences: a `Conv2D` of pictures of height 1 (API: tf.nn.conv1d)."""

from __future__ import annotations

from functools import partial
from typing import Any

from convflow.graph.apply import apply_op
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import expand_dims, squeeze
from convflow.ops.batch_dims import squeeze_batch_dims
from convflow.ops.window import either, given, spread

_LAST = (None, "NWC", "NHWC")
_FIRST = ("NCW", "NCHW")


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The correlation of sequences with filters (API: tf.nn.conv1d).

    Args:
        value: shape (batch, length, channels), or (batch, channels, length) for "NCW"; there may be several
            batch sizes.
        filters: shape (length, channels, filters), of the input's type.
        stride: steps between two places: a number, or three in the order of `data_format`.
        padding: "SAME" or "VALID".
        use_cudnn_on_gpu: kept as an attribute; without effect.
        data_format: "NWC" (the default) or "NCW".
        input: another name of `value`.
        dilations: steps between the filter's elements, in the forms of `stride`.

    Returns:
        Shape (batch, out_length, filters) in the data format.

    Raises:
        ValueError: shapes, strides or a data format that cannot work.
    """
    value = either("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        if data_format not in _LAST + _FIRST:
            raise ValueError(f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}")
        picture_format, axis = ("NHWC", -3) if data_format in _LAST else ("NCHW", -2)
        strides = [1, *spread(stride, picture_format, "stride", spatial=1)]
        dilations = [1, *spread(dilations, picture_format, "dilations", spatial=1)]
        value = expand_dims(value, axis)
        convolve = partial(
            apply_op,
            "Conv2D",
            filter=expand_dims(filters, 0),
            strides=strides,
            padding=given("padding", padding),
            use_cudnn_on_gpu=use_cudnn_on_gpu,
            data_format=picture_format,
            dilations=dilations,
        )
        return squeeze(squeeze_batch_dims(value, convolve, inner_rank=3, name=scope), [axis])
