"""What metrics keep between batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import unknown_shape
from convflow.graph.collections import GraphKeys
from convflow.graph.operation import Tensor
from convflow.graph.scopes import add_to_collections, executing_eagerly
from convflow.modeling.variables.variable import Variable
from convflow.ops.array.constant import zeros


def metric_variable(shape: Any, dtype: dtypes.DType, name: str | None = None, is_fixed: bool = True) -> Variable:
    """A variable that starts at 0, for the counts of a metric: local, so `tf.local_variables_initializer` resets it.

    Args:
        is_fixed: whether it keeps its shape; else any value may be assigned.
    """
    if executing_eagerly():
        raise RuntimeError(
            "tf.metrics.* is not supported when eager execution is enabled: its counts are variables of a graph. Use "
            "tf.contrib.eager.metrics."
        )
    return Variable(
        lambda: zeros(shape, dtype),
        trainable=False,
        validate_shape=is_fixed,
        shape=None if is_fixed else unknown_shape(),
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        name=name,
    )


def value_and_update(
    compute: Callable[..., Tensor], counts: list[Any], updates: list[Any], metrics: Any, updated: Any
) -> tuple[Tensor, Tensor]:
    """A metric's value from its counts, and its value from the counts with this batch in them.

    Args:
        compute: takes the counts and the name of the value.
        metrics, updated: names of the collections that list the value and the update; None for none.
    """
    value = listed(compute(*counts, "value"), metrics)
    return value, listed(compute(*updates, "update_op"), updated)


def listed(tensor: Tensor, collections: Any) -> Tensor:
    """`tensor`, listed in collections; None for none."""
    if collections:
        add_to_collections(collections, tensor)
    return tensor
