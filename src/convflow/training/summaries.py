"""Summaries of tensors for TensorBoard (API: tf.summary.scalar, histogram, image, text, merge, merge_all).

Each function adds a node that outputs a serialized `Summary`, and lists it in a collection for `merge_all`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tensorboard.compat.proto import summary_pb2

from convflow.core import dtypes, logging
from convflow.graph.collections import GraphKeys
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collection, executing_eagerly, get_collection, name_scope
from convflow.ops import summary, summary_audio

_NOT_IN_TAGS = re.compile(r"[^-/\w.]")


def clean_tag(name: str | None) -> str | None:
    """`name` with an underscore for each character that tags may not have, and without slashes in front."""
    if name is None:
        return None
    cleaned = _NOT_IN_TAGS.sub("_", name).lstrip("/")
    if cleaned != name:
        logging.info("Summary name %s is illegal; using %s instead.", name, cleaned)
    return cleaned


@contextmanager
def summary_scope(name: str, family: str | None, tensor: Any) -> Iterator[tuple[str, str]]:
    """The tag and the name scope of a summary. The family stands first in both, so TensorBoard groups by it."""
    cleaned_name, cleaned_family = clean_tag(name), clean_tag(family)
    scope_name = cleaned_name if cleaned_family is None else f"{cleaned_family}/{cleaned_name}"
    with name_scope(scope_name, None, [tensor]) as scope:
        tag = scope.rstrip("/")
        yield (tag if cleaned_family is None else f"{cleaned_family}/{tag}"), scope


def _collect(tensor: Tensor, collections: Any) -> Tensor:
    for key in [GraphKeys.SUMMARIES] if collections is None else collections:
        add_to_collection(key, tensor)
    return tensor


def scalar(name: str, tensor: Any, collections: Any = None, family: str | None = None) -> Tensor:
    """A summary of one real number (API: tf.summary.scalar).

    Args:
        name: the tag, after the name scopes around it.
        tensor: a real scalar.
        collections: where to list the summary, the SUMMARIES by default.
        family: put in front of the tag.
    """
    with summary_scope(name, family, tensor) as (tag, scope):
        return _collect(summary.scalar_summary(tags=tag, values=tensor, name=scope), collections)


def histogram(name: str, values: Any, collections: Any = None, family: str | None = None) -> Tensor:
    """A summary of how the values of a real tensor are distributed (API: tf.summary.histogram)."""
    with summary_scope(name, family, values) as (tag, scope):
        return _collect(summary.histogram_summary(tag=tag, values=values, name=scope), collections)


def image(name: str, tensor: Any, max_outputs: int = 3, collections: Any = None, family: str | None = None) -> Tensor:
    """A summary of the first pictures of a batch (API: tf.summary.image).

    Args:
        name: the tag; the pictures are called `tag/image/0` and so on, `tag/image` where `max_outputs` is 1.
        tensor: [batch, height, width, channels] of uint8 or a floating type, with 1, 3 or 4 channels. Floats are
            stretched to bytes picture by picture.
        max_outputs: how many pictures are kept.
    """
    with summary_scope(name, family, tensor) as (tag, scope):
        node = summary.image_summary(tag=tag, tensor=tensor, max_images=max_outputs, name=scope)
        return _collect(node, collections)


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Any = None,
    family: str | None = None,
) -> Tensor:
    """A summary of the first clips of a batch (API: tf.summary.audio).

    Args:
        name: the tag; the clips are called `tag/audio/0` and so on, `tag/audio` where `max_outputs` is 1.
        tensor: float32 from -1 to 1, [batch, frames, channels] or [batch, frames].
        sample_rate: frames in a second, a float scalar.
        max_outputs: how many clips are kept.
    """
    with summary_scope(name, family, tensor) as (tag, scope):
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        node = summary_audio.audio_summary(
            tag=tag, tensor=tensor, max_outputs=max_outputs, sample_rate=rate, name=scope
        )
        return _collect(node, collections)


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: Any = None,
    collections: Any = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Tensor:
    """A summary of a whole tensor of any type (API: tf.summary.tensor_summary).

    Args:
        summary_metadata: a `SummaryMetadata`, which names the plugin of TensorBoard that shows it.
        summary_description: has no effect beside `display_name`; accepted as in TensorFlow.
        display_name: what TensorBoard calls it.
    """
    metadata = summary_pb2.SummaryMetadata()
    if summary_metadata is not None:
        metadata.CopyFrom(summary_metadata)
    if display_name is not None:
        metadata.display_name = display_name
    if summary_description is not None:
        metadata.summary_description = str(summary_description)
    with summary_scope(name, family, tensor) as (tag, scope):
        node = summary.tensor_summary_v2(
            tag=tag, tensor=tensor, serialized_summary_metadata=metadata.SerializeToString(), name=scope
        )
        return _collect(node, collections)


def text(name: str, tensor: Any, collections: Any = None) -> Tensor:
    """A summary of texts, which TensorBoard shows as Markdown (API: tf.summary.text).

    Raises:
        ValueError: `tensor` is not of strings.
    """
    if tensor.dtype.base_dtype is not dtypes.string:
        raise ValueError(
            f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype.name}. "
            "Use tf.as_string for numbers."
        )
    plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    metadata = summary_pb2.SummaryMetadata(plugin_data=plugin)
    return tensor_summary(name, tensor, collections=collections, summary_metadata=metadata)


def _refuse_eager() -> None:
    if executing_eagerly():
        raise RuntimeError(
            "Merging tf.summary.* ops is not compatible with eager execution. Use tf.contrib.summary instead."
        )


def merge(inputs: Any, collections: Any = None, name: str | None = None) -> Tensor:
    """One summary of several; the same tag twice is an InvalidArgumentError when it runs (API: tf.summary.merge)."""
    _refuse_eager()
    inputs = list(inputs)
    with name_scope(name, "Merge", inputs):
        return _collect(summary.merge_summary(inputs=inputs, name=name), collections or [])


def merge_all(key: Any = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None) -> Tensor | None:
    """All summaries of a collection as one, None if there are none (API: tf.summary.merge_all).

    Args:
        key: the collection.
        scope: a regular expression that the summaries' names must begin with.
    """
    _refuse_eager()
    summaries = get_collection(key, scope=scope)
    return merge(summaries, name=name) if summaries else None
