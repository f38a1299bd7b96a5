"""The check that others are made of (API: tf.Assert)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from convflow.core import dtypes, errors, values
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.opdef import NOT_DIFFERENTIABLE, register_op
from convflow.graph.operation import Operation
from convflow.graph.scopes import executing_eagerly, name_scope
from convflow.ops import rules
from convflow.ops.array.identity import no_op
from convflow.ops.control_flow import cond

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
    if not isinstance(data, (list, tuple)):
        raise TypeError(f"The data of tf.Assert must be a list of tensors or values to show, got {data!r}.")
    if not data:
        raise ValueError("The data of tf.Assert is what its error shows: it needs at least one value, got none.")
    shown = _SHOWN if summarize is None else summarize

    def check() -> Operation:
        return apply_op("Assert", condition=condition, data=data, summarize=shown, name="Assert")

    with name_scope(name, "Assert", [condition, *data]):
        # TensorFlow makes these constants, and then its own ones: the names of later nodes count them.
        tensors = [convert_to_tensor(item) for item in data]
        if all(tensor.dtype in (dtypes.string, dtypes.int32) for tensor in tensors):
            return check()
        condition = convert_to_tensor(condition, name="Condition")
        if executing_eagerly():
            return check()
        # Data that may be large is only looked at where the check has failed.
        return cond(condition, no_op, check, name="AssertGuard").op


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
