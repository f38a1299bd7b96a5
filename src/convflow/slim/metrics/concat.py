"""All values of all batches (API: slim.metrics.streaming_concat)."""

from __future__ import annotations

from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.scopes import control_dependencies
from convflow.modeling.metrics.state import listed, metric_variable
from convflow.modeling.variables.scope import variable_scope
from convflow.ops import state
from convflow.ops.array.concat import concat
from convflow.ops.array.identity import identity
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.math.arithmetic import minimum

Pair = tuple[Any, Any]
_GROWTH = 1.5


def streaming_concat(
    values: Any,
    axis: int = 0,
    max_size: int | None = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The values of all batches, one after the other.

    All of them are kept, and copied when a batch is appended: memory and time grow with the data.

    Args:
        values: their sizes other than along `axis` are known.
        axis: along which they are joined.
        max_size: keeps that many along `axis` and forgets the others.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.

    Returns:
        what was kept so far, and with this batch.

    Raises:
        ValueError: the rank or a size is not known, or there is no such axis.
    """
    with variable_scope(name, "streaming_concat", (values,)):
        values = convert_to_tensor(values)
        axis = _checked_axis(values.shape, axis)
        first = [axis, *(other for other in range(values.shape.rank) if other != axis)]
        back = [first.index(place) for place in range(len(first))]
        rows = transpose(values, first)
        sizes = [int(values.shape[place]) for place in first[1:]]
        array = metric_variable([0, *sizes], values.dtype, name="array", is_fixed=False)
        count: Any = metric_variable([], dtypes.int32, name="size")
        value = transpose(array.read_value(), back)
        update = transpose(_appended(array, count, rows, max_size), back)
        return listed(value, metrics_collections), listed(update, updates_collections)


def _checked_axis(shape: Any, axis: int) -> int:
    if shape.rank is None:
        raise ValueError("streaming_concat: the rank of `values` is not known. Give them a shape with set_shape.")
    if not -shape.rank <= axis < shape.rank:
        raise ValueError(f"streaming_concat: axis {axis} is not in [{-shape.rank}, {shape.rank}), for values {shape}.")
    axis %= shape.rank
    if any(size.value is None for place, size in enumerate(shape) if place != axis):
        raise ValueError(
            f"streaming_concat: all sizes but that of axis {axis} must be known; values have shape {shape}."
        )
    return axis


def _appended(array: Any, count: Any, rows: Any, max_size: int | None) -> Any:
    """The memory, once rows are appended to it."""
    before = array.read_value()
    if max_size is not None:
        rows = rows[: minimum(shape_of(rows)[0], max_size - shape_of(before)[0])]
    written = state.assign(array, concat([before, rows], 0), validate_shape=False)
    with control_dependencies([written]):
        after = array.read_value()
    with control_dependencies([state.assign(count, shape_of(after)[0])]):
        return identity(after)
