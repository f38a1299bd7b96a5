"""Checks of how many dimensions there are (API: tf.assert_rank, tf.assert_rank_in, tf.assert_scalar ...)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from convflow.core import dtypes
from convflow.graph.convert import convert_to_tensor
from convflow.graph.eager_tensor import name_of
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.graph.static_value import constant_value
from convflow.ops.array.identity import no_op
from convflow.ops.array.shape_ops import rank as rank_of
from convflow.ops.array.shape_ops import shape as shape_of
from convflow.ops.assert_type import assert_type
from convflow.ops.assertion import assert_
from convflow.ops.dependencies import with_dependencies
from convflow.ops.math.comparison import equal, greater_equal, logical_or

Data = Sequence[Any] | None


def assert_rank(
    x: Any,
    rank: Any,
    data: Data = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """A node that fails unless `x`, which may be sparse, has `rank` dimensions (API: tf.assert_rank).

    Args:
        x: any tensor.
        rank: an int32 scalar.
        data: what to show instead of the rank and the shape.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Raises:
        ValueError: it has another rank, where both are known, or `rank` is no scalar.
        InvalidArgumentError: the same found out in a run.
        TypeError: `rank` is not int32.
    """
    return _checked(
        "assert_rank",
        x,
        [rank],
        "must have rank",
        lambda found, ranks: equal(found, ranks[0]),
        lambda found, ranks: found == ranks[0],
        data,
        summarize,
        message,
        name,
    )


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Data = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """A node that fails unless `x` has at least `rank` dimensions (API of that name).

    Args:
        x: a tensor or value of any type.
        rank: the least rank, an int32 scalar.
        data: what to show instead of the rank and the shape.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        ValueError: it has fewer dimensions, where both are known, or `rank` is no scalar.
        InvalidArgumentError: the same found out in a run.
        TypeError: `rank` is not int32.
    """
    return _checked(
        "assert_rank_at_least",
        x,
        [rank],
        "must have rank at least",
        lambda found, ranks: greater_equal(found, ranks[0]),
        lambda found, ranks: found >= ranks[0],
        data,
        summarize,
        message,
        name,
    )


def assert_rank_in(
    x: Any,
    ranks: Any,
    data: Data = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """A node that fails unless the rank of `x` is one of `ranks` (API: tf.assert_rank_in).

    Args:
        x: a tensor or value of any type.
        ranks: the ranks it may have, int32 scalars.
        data: what to show instead of the ranks and the shape.
        summarize: how many elements of each to show, 3 by default.
        message: the beginning of the error's text.

    Returns:
        The node; nothing waits for it unless `tf.control_dependencies` names it.

    Raises:
        ValueError: it has another rank, where all are known, or one of `ranks` is no scalar.
        InvalidArgumentError: the same found out in a run.
        TypeError: one of `ranks` is not int32.
    """
    return _checked(
        "assert_rank_in",
        x,
        list(ranks),
        "must have rank in",
        lambda found, ranks: reduce(logical_or, [equal(rank, found) for rank in ranks]),
        lambda found, ranks: found in ranks,
        data,
        summarize,
        message,
        name,
    )


def _checked(
    function: str,
    x: Any,
    ranks: list[Any],
    wanted: str,
    holds: Callable[[Tensor, list[Tensor]], Tensor],
    holds_statically: Callable[[int, list[int]], bool],
    data: Data,
    summarize: int | None,
    message: str | None,
    name: str | None,
) -> Operation:
    with name_scope(name, function, [x, *ranks, *(data or [])]):
        x = x if isinstance(x, SparseTensor) else convert_to_tensor(x, name="x")
        ranks = [convert_to_tensor(rank, name="rank") for rank in ranks]
        prefix = f"{message}.  " if message else ""
        what = " " if isinstance(x, SparseTensor) else f" {name_of(x)}"
        if data is None:
            data = [prefix, f"Tensor{what} {wanted}", *ranks, "Received shape: ", shape_of(x)]
        for rank in ranks:
            assert_type(rank, dtypes.int32)
        known = [_known_scalar(rank) for rank in ranks]
        found = x.get_shape().rank
        if found is not None and None not in known:
            if not holds_statically(found, known):  # type: ignore[arg-type]  # no None among them
                numbers = tuple(known) if function == "assert_rank_in" else known[0]
                raise ValueError(
                    f"{prefix}Tensor{what} {wanted} {numbers}.  Received rank {found}, shape {x.get_shape()}. "
                    "Reshape it, or use tf.expand_dims or tf.squeeze."
                )
            return no_op("static_checks_determined_all_ok")
        condition = holds(rank_of(x), ranks)
        checks = [
            assert_rank(rank, 0, data, summarize) for rank, value in zip(ranks, known, strict=True) if value is None
        ]
        if checks:
            condition = with_dependencies(checks, condition)
        return assert_(condition, data, summarize=summarize)


def _known_scalar(rank: Tensor) -> int | None:
    value = constant_value(rank)
    if value is None:
        return None
    if value.ndim != 0:
        raise ValueError(f"Rank must be a scalar. Received {value.tolist()} of shape {value.shape}.")
    return int(value)


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """`tensor` if it is known to be a scalar (API: tf.assert_scalar).

    Args:
        tensor: a tensor or value of any type.
        message: the beginning of the error's text.

    Raises:
        ValueError: it has dimensions, or may have some.
    """
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.shape.rank != 0:
            prefix = f"{message}.  " if message else ""
            raise ValueError(f"{prefix}Expected scalar shape for {name_of(tensor)}, saw shape: {tensor.shape}.")
        return tensor
