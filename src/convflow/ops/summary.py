"""Nodes that make `Summary` messages (API: what tf.summary.scalar, histogram, image, text and merge build).

Each outputs a scalar string, the serialized message, for `tf.summary.FileWriter.add_summary`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from google.protobuf.message import DecodeError
from tensorboard.compat.proto import summary_pb2

from convflow.core import dtypes, values
from convflow.core.shape import TensorShape, scalar
from convflow.formats import tensor_proto
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules
from convflow.ops.summary_histogram import histogram_proto
from convflow.ops.summary_image import png, to_bytes
from convflow.ops.types import REAL

_RED = np.array([255, 0, 0, 255], dtype=np.uint8)


def _serialized(summary: summary_pb2.Summary) -> np.ndarray:
    result = np.empty((), dtype=object)
    result[()] = summary.SerializeToString()
    return result


def scalar_summary(tags: Any, values: Any, name: str | None = None) -> Tensor:
    """A summary of one number, or of as many as there are tags; they are written as float32."""
    return apply_op("ScalarSummary", tags=tags, values=values, name=name)


def _scalar_summary_shape(ctx: InferenceContext) -> list[TensorShape]:
    if not ctx.input(0).is_compatible_with(ctx.input(1)):
        raise ValueError(
            f"The tags have shape {ctx.input(0)}, the values {ctx.input(1)}: they must be the same. "
            "A scalar summary takes one number: reduce the tensor first, e.g. with tf.reduce_mean."
        )
    return [scalar()]


def scalar_message(tags: np.ndarray, numbers: torch.Tensor) -> np.ndarray:
    """Numbers under their tags as a serialized `Summary`."""
    if tuple(tags.shape) != tuple(numbers.shape):
        raise ValueError("tags and values differ in shape")
    summary = summary_pb2.Summary()
    for tag, number in zip(tags.flat, numbers.reshape(-1).to(torch.float32).tolist(), strict=True):
        summary.value.add(tag=tag.decode(), simple_value=number)
    return _serialized(summary)


register_op(
    "ScalarSummary",
    inputs="tags: string; values: T",
    outputs="summary: string",
    attrs=f"T: type in {{{REAL}}}",
    shape=_scalar_summary_shape,
    kernel=lambda op: scalar_message,
    gradient=NOT_DIFFERENTIABLE,
)


def histogram_summary(tag: Any, values: Any, name: str | None = None) -> Tensor:
    """A summary of how the values of a tensor are distributed; NaN and infinity are an InvalidArgumentError."""
    return apply_op("HistogramSummary", tag=tag, values=values, name=name)


def _tag_scalar(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "tag")
    return [scalar()]


def histogram_message(op: Operation) -> Callable[..., np.ndarray]:
    """A kernel from a tag and values to a serialized `Summary`; `op` is named where they are not finite."""

    def compute(tag: np.ndarray, numbers: torch.Tensor) -> np.ndarray:
        if not torch.isfinite(numbers).all():
            what = "Nan" if torch.isnan(numbers).any() else "Infinity"
            raise ValueError(
                f"{what} in summary histogram for: {op.name}. Values must be finite; look for a division by "
                "zero, the logarithm of zero, or a learning rate that is too large."
            )
        summary = summary_pb2.Summary()
        summary.value.add(tag=tag.item().decode(), histo=histogram_proto(numbers))
        return _serialized(summary)

    return compute


register_op(
    "HistogramSummary",
    inputs="tag: string; values: T",
    outputs="summary: string",
    attrs=f"T: type = float in {{{REAL}}}",
    shape=_tag_scalar,
    kernel=histogram_message,
    gradient=NOT_DIFFERENTIABLE,
)


def image_summary(tag: Any, tensor: Any, max_images: int = 3, bad_color: Any = None, name: str | None = None) -> Tensor:
    """A summary of pictures.

    Args:
        tag: a scalar string; the pictures are called `tag/image/0` and so on, `tag/image` where `max_images` is 1.
        tensor: [batch, height, width, channels] with 1 (grey), 3 (RGB) or 4 (RGBA) channels; uint8 as it is,
            floats stretched picture by picture to the range 0 to 255.
        max_images: how many of the batch are kept.
        bad_color: uint8, the channels of pixels that are not finite; red by default.
    """
    color = _RED if bad_color is None else np.asarray(bad_color, dtype=np.uint8)
    return apply_op("ImageSummary", tag=tag, tensor=tensor, max_images=max_images, bad_color=color, name=name)


def _image_summary_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "tag")
    shape = ctx.input(1)
    channels = shape[3].value if shape.rank == 4 else None
    if shape.rank not in (None, 4) or channels not in (None, 1, 3, 4):
        raise ValueError(
            f"Tensor must be 4-D with last dim 1, 3, or 4, not {shape}: an image summary takes "
            "[batch, height, width, channels]."
        )
    if channels is not None and ctx.attr("bad_color").size < channels:
        raise ValueError(f"bad_color has {ctx.attr('bad_color').size} channels, the pictures have {channels}.")
    return [scalar()]


def _image_summary_kernel(op: Operation) -> Callable[..., np.ndarray]:
    max_images, bad_color = op.attrs["max_images"], op.attrs["bad_color"]
    return lambda tag, tensor: image_message(tag, tensor, max_images, bad_color)


def image_message(tag: np.ndarray, tensor: torch.Tensor, max_images: int, bad_color: np.ndarray) -> np.ndarray:
    """The first pictures of a batch as a serialized `Summary`; see `image_summary`."""
    suffix = "/image/{}" if max_images > 1 else "/image"
    if tensor.ndim != 4 or tensor.shape[3] not in (1, 3, 4):
        raise ValueError("not a batch of pictures")
    _, height, width, channels = tensor.shape
    summary = summary_pb2.Summary()
    for index, image in enumerate(values.to_numpy(tensor[:max_images])):
        pixels = image if image.dtype == np.uint8 else to_bytes(image, bad_color)
        value = summary.value.add(tag=tag.item().decode() + suffix.format(index))
        value.image.height, value.image.width, value.image.colorspace = height, width, channels
        value.image.encoded_image_string = png(pixels)
    return _serialized(summary)


register_op(
    "ImageSummary",
    inputs="tag: string; tensor: T",
    outputs="summary: string",
    attrs="max_images: int = 3 >= 1; T: type = float in {uint8, float, half, double}; bad_color: tensor",
    shape=_image_summary_shape,
    kernel=_image_summary_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def tensor_summary_v2(tag: Any, tensor: Any, serialized_summary_metadata: Any, name: str | None = None) -> Tensor:
    """A summary of a whole tensor; the metadata say which of TensorBoard's plugins shows it."""
    return apply_op(
        "TensorSummaryV2",
        tag=tag,
        tensor=tensor,
        serialized_summary_metadata=serialized_summary_metadata,
        name=name,
    )


def _tensor_summary_kernel(op: Operation) -> Callable[..., np.ndarray]:
    dtype = op.attrs["T"]

    def compute(tag: np.ndarray, tensor: Any, metadata: np.ndarray) -> np.ndarray:
        summary = summary_pb2.Summary()
        value = summary.value.add(tag=tag.item().decode())
        value.metadata.ParseFromString(metadata.item())
        array = values.to_numpy(tensor)
        value.tensor.CopyFrom(tensor_proto.make_tensor_proto(array, None if dtype is dtypes.string else dtype))
        return _serialized(summary)

    return compute


register_op(
    "TensorSummaryV2",
    inputs="tag: string; tensor: T; serialized_summary_metadata: string",
    outputs="summary: string",
    attrs="T: type",
    shape=_tag_scalar,
    kernel=_tensor_summary_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def merge_summary(inputs: Any, name: str | None = None) -> Tensor:
    """One summary with all values of several; the same tag twice is an InvalidArgumentError."""
    return apply_op("MergeSummary", inputs=inputs, name=name)


def _parsed(inputs: tuple[np.ndarray, ...]) -> Iterator[summary_pb2.Summary]:
    for text in inputs:
        for item in text.flat:
            try:
                yield summary_pb2.Summary.FromString(item)
            except DecodeError as error:
                raise ValueError(
                    f"Could not parse one of the summary inputs ({error}). Merge only what tf.summary makes."
                ) from error


def _merge_summary_compute(*inputs: np.ndarray) -> np.ndarray:
    merged = summary_pb2.Summary()
    tags: set[str] = set()
    for summary in _parsed(inputs):
        for value in summary.value:
            if value.tag and value.tag in tags:
                raise ValueError(
                    f"Duplicate tag {value.tag} found in summary inputs. Name each summary differently, or "
                    "merge it once."
                )
            tags.add(value.tag)
            merged.value.append(value)
    return _serialized(merged)


register_op(
    "MergeSummary",
    inputs="inputs: N * string",
    outputs="summary: string",
    attrs="N: int >= 1",
    shape=rules.scalar_output,
    kernel=lambda op: _merge_summary_compute,
    gradient=NOT_DIFFERENTIABLE,
)
