"""A branch of a `tf.cond` while it is built: what keeps its nodes from running when it is not taken."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from convflow.core import nest
from convflow.formats import messages
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, get_default_graph, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.identity import identity
from convflow.ops.switch import switch_ref_or_tensor


class CondContext:
    """The nodes of one branch.

    A node of the branch takes values from outside through a Switch, so that it has them only when the branch is
    taken; a node without inputs waits for the branch's pivot, which exists only then.

    Args:
        pred: the predicate, a bool scalar.
        pivot: a tensor that has a value when the branch is taken, and only then.
        branch: 1 for the branch taken when `pred` is true, 0 for the other one.
    """

    def __init__(self, pred: Tensor, pivot: Tensor, branch: int) -> None:
        self.pred = pred
        self.pivot = pivot
        self.branch = branch
        self.name = pred.graph.unique_name("cond_text")
        outer: Any = get_default_graph()._get_control_flow_context()
        self.outer_context: CondContext | None = outer
        self._nested: list[CondContext] = []
        if self.outer_context is not None:
            self.outer_context._nested.append(self)
        # What may be used as it is, and what stands for a value from outside.
        self._values = {pred, pivot}
        self._external = {pred: pred}
        pivot.op._control_flow_context = self

    def to_proto(self) -> Any:
        """The branch as a meta graph lists it, a `CondContextDef`."""
        proto = messages.CondContextDef(
            context_name=self.name, pred_name=self.pred.name, pivot_name=self.pivot.name, branch=self.branch
        )
        proto.values_def.values.extend(sorted(value.name for value in self._values))
        for value, own in self._external.items():
            proto.values_def.external_values[value.name] = own.name
        for context in self._nested:
            proto.nested_contexts.add().cond_ctxt.CopyFrom(context.to_proto())
        return proto

    def entered(self) -> AbstractContextManager[None]:
        """New nodes belong to this branch."""
        return self.pred.graph._inside(self)

    def add_op(self, op: Operation) -> None:
        """Make a new node of the branch depend on the branch being taken."""
        self._guard(op)
        for context in self._and_outer():
            context._values.update(op.outputs)
        op.graph.prevent_fetching(op)

    def _guard(self, op: Operation) -> None:
        if not op.inputs and not any(self._holds(control) for control in op.control_inputs):
            op._add_control_input(self.pivot.op)
        for index, tensor in enumerate(op.inputs):
            own = self.add_value(tensor)
            if own is not tensor:
                op._update_input(index, own)

    def add_value(self, value: Tensor) -> Tensor:
        """What stands for `value` in this branch."""
        if value in self._values:
            return self._external.get(value, value)
        self._values.add(value)
        source = self._from_outer(value)
        with control_dependencies(None):
            result = switch_ref_or_tensor(source, self.pred)[self.branch]
        result.op._control_flow_context = self
        if self.outer_context is not None:
            self.outer_context._guard(result.op)
        result.graph.prevent_fetching(result.op)
        for context in self._and_outer():
            context._values.add(result)
        self._external[value] = result
        return result

    def build(self, function: Callable[[], Any]) -> tuple[Any, list[Tensor]]:
        """What the branch's function returns, and the tensors of this branch that stand for it."""
        result = function()
        if result is None:
            return None, []
        leaves = nest.flatten(result)
        values = [self._output(part) for item in leaves for part in _parts(item)]
        for item in leaves:
            if isinstance(item, SparseTensor):
                # TensorFlow puts the parts together again: the names of later sparse tensors count it.
                with name_scope(None, "SparseTensor"):
                    pass
        return result, values

    def _output(self, item: Any) -> Tensor:
        if isinstance(item, Operation):
            return _after(item, self.pivot)
        value = convert_to_tensor(item)
        if value in self._values:
            return self._external.get(value, value)
        # A value from outside, returned as it is.
        self._values.add(value)
        result = switch_ref_or_tensor(self._from_outer(value), self.pred)[self.branch]
        self._external[value] = result
        return result

    def _from_outer(self, value: Tensor) -> Tensor:
        if self.outer_context is None:
            return value
        source = self.outer_context.add_value(value)
        self._values.add(source)
        self._external[source] = source
        return source

    def _and_outer(self) -> list[CondContext]:
        return [self] if self.outer_context is None else [self, *self.outer_context._and_outer()]

    def _holds(self, op: Operation) -> bool:
        context = op._get_control_flow_context()
        return context is not None and self in context._and_outer()


def _parts(item: Any) -> list[Any]:
    return [item.indices, item.values, item.dense_shape] if isinstance(item, SparseTensor) else [item]


def _after(op: Operation, tensor: Tensor) -> Tensor:
    """`tensor`, once `op` has run."""
    with name_scope(None, "control_dependency") as scope, colocate_with(tensor.op), control_dependencies([op]):
        return identity(tensor, name=scope)
