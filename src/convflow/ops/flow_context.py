"""What branches and loops share while they are built: which nodes and values are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph
from convflow.ops.loop_nodes import EXITS


class FlowContext:
    """The nodes of one branch or loop.

    A node of the context takes values from outside through a Switch (a branch) or an Enter (a loop); `add_op` sees
    to it as each node is made.

    Args:
        name: made unique.
    """

    is_while = False

    def __init__(self, name: str) -> None:
        graph = get_default_graph()
        self.graph = graph
        self.name = graph.unique_name(name)
        outer: Any = graph._get_control_flow_context()
        self.outer_context: FlowContext | None = outer
        self._nested: list[FlowContext] = []
        if self.outer_context is not None:
            self.outer_context._nested.append(self)
        # What may be used as it is, and what stands for a value from outside.
        self._values: set[Tensor] = set()
        self._external: dict[Tensor, Tensor] = {}
        self._came_from: list[Any] = []

    @property
    def grad_state(self) -> Any:
        """The state of the gradient that this is part of, None in a program's own loops and branches."""
        loop = self.while_context()
        return None if loop is None else loop.grad_state

    @property
    def back_prop(self) -> bool:
        loop = self.while_context()
        return loop is not None and loop.back_prop

    def while_context(self) -> Any:
        """The innermost loop around, None if there is none."""
        return None if self.outer_context is None else self.outer_context.while_context()

    def control_pivot(self) -> Tensor | None:
        """A value that there is when the context's nodes run, and only then."""
        raise NotImplementedError

    def add_op(self, op: Operation) -> None:
        """Make a new node part of the context."""
        raise NotImplementedError

    def add_value(self, value: Tensor) -> Tensor:
        """What stands for `value` in the context."""
        raise NotImplementedError

    def add_to_proto(self, proto: Any) -> None:
        """Fill the `ControlFlowContextDef` that lists a context inside another."""
        raise NotImplementedError

    def add_name(self, tensor: Tensor) -> None:
        """A value that is the context's own though no node of it made it."""
        self._values.add(tensor)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """New nodes belong to this context."""
        self._came_from.append(self.graph._get_control_flow_context())
        try:
            with self.graph._inside(self):
                yield
        finally:
            self._came_from.pop()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Inside `entered`: new nodes belong where they belonged before it."""
        before = self._came_from.pop()
        try:
            with self.graph._inside(before):
                yield
        finally:
            self._came_from.append(before)

    def around(self) -> list[FlowContext]:
        """This context and those around it, the innermost first."""
        return [self] if self.outer_context is None else [self, *self.outer_context.around()]

    def holds(self, op: Operation) -> bool:
        """Whether a node belongs here or to a context inside."""
        context = op._get_control_flow_context()
        return context is not None and self in context.around()

    def pass_out(self, tensors: list[Tensor]) -> None:
        """Results are values of the context around."""
        if self.outer_context is not None:
            self.outer_context._values.update(tensors)

    def _drop_control_inputs_from_outside(self, op: Operation) -> list[Operation]:
        """A node of a loop waits for nodes of the loop only; the others, which are returned, are let go."""
        loop = self.while_context()
        if loop is None:
            return []
        outside = [control for control in op.control_inputs if not _runs_in(control, loop)]
        if outside:
            inside = [control for control in op.control_inputs if control not in outside]
            op._set_control_inputs(inside)
        return outside

    def _external_names(self, proto: Any) -> None:
        proto.values_def.values.extend(sorted(value.name for value in self._values))
        for value, own in self._external.items():
            proto.values_def.external_values[value.name] = own.name


def output_context(op: Operation) -> Any:
    """The context of a node's outputs: an Exit hands its value to the context around its loop."""
    context = op._get_control_flow_context()
    return context.outer_context if context is not None and op.type in EXITS else context


def while_context_of(op: Operation) -> Any:
    """The innermost loop that a node belongs to."""
    context = op._get_control_flow_context()
    return None if context is None else context.while_context()


def _runs_in(op: Operation, loop: Any) -> bool:
    context = output_context(op)
    return context is not None and context.while_context() is loop
