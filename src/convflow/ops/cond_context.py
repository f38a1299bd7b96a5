"""A branch of a `tf.cond` while it is built: what keeps its nodes from running when it is not taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core import nest
from convflow.formats import messages
from convflow.graph.convert import convert_to_tensor
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies, name_scope
from convflow.graph.sparse_tensor import SparseTensor
from convflow.ops.array.identity import identity
from convflow.ops.flow_context import FlowContext
from convflow.ops.loop_nodes import EXITS, NEXT_ITERATIONS
from convflow.ops.loop_values import parts_of
from convflow.ops.switch import MERGES, switch_ref_or_tensor


class CondContext(FlowContext):
    """The nodes of one branch.

    A node of the branch takes values from outside through a Switch, so that it has them only when the branch is
    taken; a node without inputs waits for the branch's pivot, which exists only then.

    Args:
        pred: the predicate, a bool scalar.
        pivot: a tensor that has a value when the branch is taken, and only then.
        branch: 1 for the branch taken when `pred` is true, 0 for the other one.
    """

    def __init__(self, pred: Tensor, pivot: Tensor, branch: int) -> None:
        super().__init__("cond_text")
        self.pred = pred
        self.pivot = pivot
        self.branch = branch
        self._values |= {pred, pivot}
        self._external[pred] = pred
        pivot.op._control_flow_context = self

    def control_pivot(self) -> Tensor:
        return self.pivot

    def to_proto(self) -> Any:
        """The branch as a meta graph lists it, a `CondContextDef`."""
        proto = messages.CondContextDef(
            context_name=self.name, pred_name=self.pred.name, pivot_name=self.pivot.name, branch=self.branch
        )
        self._external_names(proto)
        for context in self._nested:
            context.add_to_proto(proto.nested_contexts.add())
        return proto

    def add_to_proto(self, proto: Any) -> None:
        """Fill the `ControlFlowContextDef` that lists this inside another context."""
        proto.cond_ctxt.CopyFrom(self.to_proto())

    def add_op(self, op: Operation) -> None:
        """Make a new node of the branch depend on the branch being taken."""
        if op.inputs:
            self._take_inputs_inside(op)
            self._drop_control_inputs_from_outside(op)
        else:
            self._drop_control_inputs_from_outside(op)
            if not any(self.holds(control) for control in op.control_inputs):
                op._add_control_input(self.pivot.op)
        for context in self.around():
            context._values.update(op.outputs)
        if self.outer_context is not None or op.type not in EXITS:
            op.graph.prevent_fetching(op)

    def _take_inputs_inside(self, op: Operation) -> None:
        for index, tensor in enumerate(op.inputs):
            if op.type in MERGES and tensor.op.type in NEXT_ITERATIONS:
                continue
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
        result.graph.prevent_fetching(result.op)
        for context in self.around():
            context._values.add(result)
        self._external[value] = result
        return result

    def build(self, function: Callable[[], Any]) -> tuple[Any, list[Tensor]]:
        """What the branch's function returns, and the tensors of this branch that stand for it."""
        result = function()
        if result is None:
            return None, []
        leaves = nest.flatten(result)
        values = [self._output(part) for item in leaves for part in parts_of(item)]
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


def _after(op: Operation, tensor: Tensor) -> Tensor:
    """`tensor`, once `op` has run."""
    with name_scope(None, "control_dependency") as scope, colocate_with(tensor.op), control_dependencies([op]):
        return identity(tensor, name=scope)
