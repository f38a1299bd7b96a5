"""The nodes that nodes are made of (API: tf.contrib.graph_editor.get_backward_walk_ops)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from convflow.graph.operation import Operation, Tensor


def get_backward_walk_ops(
    seed_ops: Any,
    inclusive: bool = True,
    within_ops: Iterable[Operation] | None = None,
    within_ops_fn: Callable[[Operation], bool] | None = None,
    stop_at_ts: Iterable[Tensor] = (),
    control_inputs: bool = False,
) -> list[Operation]:
    """The nodes that others take their values from, directly or not.

    Args:
        seed_ops: operations or tensors to begin with, or one of them.
        inclusive: with those that it begins with.
        within_ops: do not leave these.
        within_ops_fn: do not enter nodes for which it is False.
        stop_at_ts: do not go on to what makes these tensors.
        control_inputs: follow control inputs as well.

    Returns:
        Each node once, the nearest first.

    Raises:
        TypeError: something else than operations and tensors to begin with.
    """
    seeds = [_node(item) for item in (seed_ops if isinstance(seed_ops, (list, tuple, set)) else [seed_ops])]
    inside = None if within_ops is None else set(within_ops)
    stops = set(stop_at_ts)

    def may_enter(op: Operation) -> bool:
        return (inside is None or op in inside) and (within_ops_fn is None or within_ops_fn(op))

    wave = dict.fromkeys(filter(may_enter, seeds))
    found = dict(wave)
    while wave:
        reached = [tensor.op for op in wave for tensor in op.inputs if tensor not in stops]
        if control_inputs:
            reached += [other for op in wave for other in op.control_inputs]
        wave = dict.fromkeys(op for op in reached if op not in found and may_enter(op))
        found.update(wave)
    return [op for op in found if inclusive or op not in seeds]


def _node(item: Any) -> Operation:
    if isinstance(item, Operation):
        return item
    if isinstance(item, Tensor):
        return item.op
    raise TypeError(f"get_backward_walk_ops begins with operations or tensors, got {item!r}.")
