"""Checks that run with the graph (API: tf.Assert, tf.assert_equal)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import errors, values
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import name_scope
from convflow.graph.static_value import constant_value
from convflow.ops import rules
from convflow.ops.math.comparison import equal
from convflow.ops.math.reduce import reduce_all

_SHOWN = 3


def assert_(condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None) -> Operation:
    """A node that fails with `data` in its message unless `condition` holds (API: tf.Assert).

    Nothing waits for it by itself: name it in `tf.control_dependencies`.

    Args:
        condition: a bool scalar.
        data: tensors or values to show.
        summarize: how many elements of each to show, 3 by default; -1 for all.

    Raises:
        InvalidArgumentError: the condition does not hold, when run.
    """
    with name_scope(name, "Assert", [condition, *data]):
        # TensorFlow makes these constants, and then its own ones: the names of later nodes count them.
        for item in data:
            convert_to_tensor(item)
        shown = _SHOWN if summarize is None else summarize
        return apply_op("Assert", condition=condition, data=data, summarize=shown, name="Assert")


def assert_equal(
    x: Any,
    y: Any,
    data: Sequence[Any] | None = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """A node that fails unless x == y everywhere, with broadcasting (API: tf.assert_equal).

    Args:
        x, y: tensors of one type.
        data: what to show instead of x and y.
        summarize: how many elements of each to show.
        message: the beginning of the error's text.

    Raises:
        InvalidArgumentError: they differ; at once where both are constants, else when run.
    """
    with name_scope(name, "assert_equal", [x, y]):
        pass  # TensorFlow enters this scope twice, so that the nodes stand in "assert_equal_1"
    with name_scope(name, "assert_equal", [x, y]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        text = [] if message is None else [message]
        if data is None:
            data = ["Condition x == y did not hold element-wise:", f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        shown = [*text, *data]
        condition = reduce_all(equal(x, y))
        known_x, known_y = constant_value(x), constant_value(y)
        if known_x is not None and known_y is not None and not np.all(np.equal(known_x, known_y)):
            parts = [str(constant_value(item) if isinstance(item, Tensor) else item) for item in shown]
            raise errors.InvalidArgumentError(None, None, "\n".join(parts))
        return assert_(condition, shown, summarize=summarize)


def _assert_shape(ctx: Any) -> list[Any]:
    rules.with_rank(ctx.input(0), 0, "condition")
    return []


def _assert_kernel(op: Operation, store: Any) -> Callable[..., None]:
    summarize = op.attrs["summarize"]

    def check(condition: Any, *data: Any) -> None:
        if condition.ndim:
            raise ValueError(f"The condition must be a scalar, got shape {list(condition.shape)}.")
        if not condition:
            shown = " ".join(f"[{_summary(values.to_numpy(item), summarize)}]" for item in data)
            raise errors.InvalidArgumentError(None, None, f"assertion failed: {shown}")

    return check


def _summary(array: np.ndarray, count: int) -> str:
    flat = array.reshape(-1)
    items = flat if count < 0 else flat[:count]
    text = " ".join(item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in items)
    return text + ("..." if len(items) < len(flat) else "")


register_op(
    "Assert",
    inputs="condition: bool; data: (T...)",
    attrs="T: list(type) >= 1; summarize: int = 3",
    shape=_assert_shape,
    kernel=_assert_kernel,
    gradient=NOT_DIFFERENTIABLE,
    stateful=True,
)
