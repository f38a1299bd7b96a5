"""Whether elements grow (API: tf.is_non_decreasing, tf.is_strictly_increasing)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Tensor
from convflow.graph.scopes import name_scope
from convflow.ops.array.reshape import reshape
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.array.shape_ops import size
from convflow.ops.array.strided_slice import strided_slice
from convflow.ops.assert_type import is_numeric_tensor
from convflow.ops.control_flow import cond
from convflow.ops.math.comparison import greater, greater_equal, less
from convflow.ops.math.reduce import reduce_all


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no element of `x`, read row by row, is smaller than the one before: a bool (API of that name).

    Args:
        x: numbers, of any shape; fewer than two are in order.

    Raises:
        TypeError: `x` is not numeric.
    """
    with name_scope(name, "is_non_decreasing", [x]):
        return _all_neighbours(x, greater_equal)


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether every element of `x`, read row by row, is larger than the one before: a bool (API of that name).

    Args:
        x: numbers, of any shape; fewer than two are in order.

    Raises:
        TypeError: `x` is not numeric.
    """
    with name_scope(name, "is_strictly_increasing", [x]):
        return _all_neighbours(x, greater)


def _all_neighbours(x: Any, compare: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    flat = reshape(x, [-1])
    if not is_numeric_tensor(flat):
        raise TypeError(f"Expected x to be numeric, instead found: {flat}")
    is_short = less(size(flat), 2)
    last = shape_of(flat) - 1

    def compared() -> Tensor:
        return compare(strided_slice(flat, [1], [1] + last), strided_slice(flat, [0], last))

    # No neighbours to compare: true.
    return reduce_all(cond(is_short, lambda: convert_to_tensor([], dtype=dtypes.bool), compared))
