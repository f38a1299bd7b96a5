"""Summaries of variables and activations (API: tf.contrib.layers.summarize_tensors and its kin)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from convflow.core import dtypes
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import get_collection
from convflow.ops.math.cast import cast, to_float
from convflow.ops.math.comparison import greater, less
from convflow.ops.math.reduce import reduce_mean
from convflow.training.summaries import histogram, scalar


def summarize_tensor(tensor: Any, tag: str | None = None) -> Tensor | None:
    """A scalar's value, or the distribution of several; None for texts and truth values.

    Args:
        tag: the summary's name; by default the tensor's with "_summary".
    """
    if tensor.dtype.base_dtype in (dtypes.string, dtypes.bool):
        return None
    summary = scalar if tensor.get_shape().rank == 0 else histogram
    return summary(tag or f"{tensor.op.name}_summary", tensor)


def summarize_activation(op: Any) -> Tensor:
    """The distribution of an activation; of rectified ones also how much of it is at the limits.

    Args:
        op: the tensor.
    """
    given: Any = op.op.inputs[0] if op.op.inputs else None
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        below = less(given, cast(0.0, given.dtype))
        scalar(f"{op.op.name}/zeros", reduce_mean(to_float(below)))
    if op.op.type == "Relu6":
        above = greater(given, cast(6.0, given.dtype))
        scalar(f"{op.op.name}/sixes", reduce_mean(to_float(above)))
    return histogram(f"{op.op.name}/activation", op)


def summarize_tensors(tensors: Iterable[Any], summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """What `summarizer` makes of each tensor (API: slim.summarize_tensors).

    Args:
        tensors: a list of tensors.
        summarizer: a function of a tensor that makes a summary.

    Returns:
        a list of what `summarizer` returned.
    """
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: Any, name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """What `summarizer` makes of each member of a collection.

    Args:
        name_filter: a regular expression that names must match from their beginning.
    """
    members = get_collection(collection)
    return summarize_tensors(
        [member for member in members if name_filter is None or re.match(name_filter, member.op.name)], summarizer
    )


summarize_variables = functools.partial(summarize_collection, GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, GraphKeys.BIASES)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """Summaries of what the ACTIVATIONS list (API: slim.summarize_activations).

    Args:
        name_filter: a regular expression that names must match from their beginning; None for all.
        summarizer: a function of a tensor that makes a summary.

    Returns:
        a list of what `summarizer` returned.
    """
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)
