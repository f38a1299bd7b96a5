"""Stacks of values (API: tf.raw_ops.StackV2): what a loop's iterations leave for the loop that computes gradients.

A stack lives within one run: each time its node runs there is a new one, a Python list, which is its handle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import errors
from convflow.core.shape import TensorShape
from convflow.graph.apply import apply_op
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op
from convflow.graph.operation import Operation, Tensor
from convflow.ops import rules


def stack_v2(max_size: Any, elem_type: Any, stack_name: str = "", name: str | None = None) -> Tensor:
    """The handle of a new stack for values of a type (API: tf.raw_ops.StackV2).

    Args:
        max_size: how many values it holds at most; -1 for any number.
    """
    return apply_op("StackV2", max_size=max_size, elem_type=elem_type, stack_name=stack_name, name=name)


def stack_push_v2(handle: Any, elem: Any, swap_memory: bool = False, name: str | None = None) -> Tensor:
    """Put a value on a stack; returns the value (API: tf.raw_ops.StackPushV2)."""
    return apply_op("StackPushV2", handle=handle, elem=elem, swap_memory=swap_memory, name=name)


def stack_pop_v2(handle: Any, elem_type: Any, name: str | None = None) -> Tensor:
    """Take the last value off a stack (API: tf.raw_ops.StackPopV2)."""
    return apply_op("StackPopV2", handle=handle, elem_type=elem_type, name=name)


def stack_close_v2(handle: Any, name: str | None = None) -> Operation:
    """Let a stack's values go (API: tf.raw_ops.StackCloseV2)."""
    return apply_op("StackCloseV2", handle=handle, name=name)


class Stack(list[Any]):
    """The values of a stack."""

    def __init__(self, max_size: int) -> None:
        super().__init__()
        self.max_size = max_size


def _stack_shape(ctx: InferenceContext) -> list[Any]:
    rules.with_rank(ctx.input(0), 0, "max_size")
    return [TensorShape([2])]


def _push(stack: Stack, elem: Any) -> Any:
    if 0 <= stack.max_size <= len(stack):
        raise errors.InvalidArgumentError(
            None, None, f"Stack overflowed its max_size ({stack.max_size}): give it a larger one, or -1 for any size."
        )
    stack.append(elem)
    return elem


def _pop(stack: Stack) -> Any:
    if not stack:
        raise errors.InvalidArgumentError(
            None, None, "Stack is empty when calling Pop(): more values were asked for than were pushed."
        )
    return stack.pop()


def _kernel(compute: Callable[..., Any]) -> Callable[[Operation, Any], Callable[..., Any]]:
    return lambda op, store: compute


register_op(
    "StackV2",
    inputs="max_size: int32",
    outputs="handle: resource",
    attrs="elem_type: type; stack_name: string = ''",
    shape=_stack_shape,
    kernel=_kernel(lambda max_size: Stack(int(max_size))),
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "StackPushV2",
    inputs="handle: resource; elem: T",
    outputs="output: T",
    attrs="T: type; swap_memory: bool = false",
    shape=lambda ctx: [ctx.input(1)],
    kernel=_kernel(_push),
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "StackPopV2",
    inputs="handle: resource",
    outputs="elem: elem_type",
    attrs="elem_type: type",
    shape=rules.unknown_output,
    kernel=_kernel(_pop),
    gradient=NO_GRADIENT,
    stateful=True,
)
register_op(
    "StackCloseV2",
    inputs="handle: resource",
    shape=rules.no_output,
    kernel=_kernel(lambda stack: stack.clear()),
    gradient=NO_GRADIENT,
    stateful=True,
)
