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
from convflow.ops.array.constant import zeros
from convflow.ops.array.identity import group, identity, no_op
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.transpose import transpose
from convflow.ops.control_flow import cond
from convflow.ops.math.arithmetic import minimum
from convflow.ops.math.cast import cast
from convflow.ops.math.elementwise import ceil, log

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

    All of them are kept: memory grows with the data. It grows by half each time it is full, so that appending copies
    each value a few times at most.

    Args:
        values: their sizes other than along `axis` are known.
        axis: along which they are joined.
        max_size: keeps that many along `axis` and forgets the others.
        metrics_collections, updates_collections: collections for the value and the update.
        name: of the scope.

    Returns:
        what was kept so far; and an operation that appends this batch, whose value is how many there are then.

    Raises:
        ValueError: the rank or a size is not known, or there is no such axis.
    """
    with variable_scope(name, "streaming_concat", (values,)):
        values = convert_to_tensor(values)
        axis = _checked_axis(values.shape, axis)
        first = [axis, *(other for other in range(values.shape.rank) if other != axis)]
        back = [first.index(place) for place in range(len(first))]
        sizes = [int(values.shape[place]) for place in first[1:]]
        array: Any = metric_variable([max_size or 0, *sizes], values.dtype, name="array", is_fixed=False)
        count: Any = metric_variable([], dtypes.int32, name="size")
        kept = array[:count]
        kept.set_shape([None, *sizes])
        value = transpose(kept, back)
        update = _appended(array, count, transpose(values, first), max_size)
        return listed(value, metrics_collections), listed(update, updates_collections)


def next_array_size(required_size: Any, growth_factor: Any = _GROWTH) -> Any:
    """The size a growing memory has next.

    Args:
        required_size: how much is needed, at least 1: a number or an integer tensor.
        growth_factor: greater than 1.

    Returns:
        the smallest power of the factor that is no smaller, rounded up; int32, shape ().
    """
    required = cast(required_size, dtypes.float64)
    factor = cast(growth_factor, dtypes.float64)
    return cast(ceil(factor ** ceil(log(required) / log(factor))), dtypes.int32)


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
    """How many rows there are, once these are appended in the array."""
    there = identity(count)
    if max_size is not None:
        rows = rows[: minimum(shape_of(rows)[0], max_size - there)]
    needed = there + shape_of(rows)[0]
    room = shape_of(array.read_value())[0]
    with control_dependencies([cond(needed > room, lambda: _enlarged(array, there, needed), no_op)]):
        written = array[there:needed].assign(rows)
    with control_dependencies([written]):
        return state.assign(count, needed)


def _enlarged(array: Any, there: Any, needed: Any) -> Any:
    """The operation that gives the array its next size; its first rows stay."""
    kept = array.read_value()[:there]
    size = next_array_size(needed)
    empty = zeros(concat([[size - there], shape_of(kept)[1:]], 0), kept.dtype)
    return group(state.assign(array, concat([kept, empty], 0), validate_shape=False))
