"""The gradient of a loop is a loop that runs backwards.

The forward loop counts its iterations and keeps on stacks what the backward loop needs to know of each; the
backward loop takes the values off again, in the opposite order.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from convflow.core import dtypes
from convflow.core.shape import TensorShape
from convflow.graph.indexed_slices import IndexedSlices
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with, control_dependencies
from convflow.graph.static_value import constant_value
from convflow.ops.array.concat import concat
from convflow.ops.array.constant import constant, zeros, zeros_like
from convflow.ops.array.shape_ops import shape_internal
from convflow.ops.flow_context import FlowContext, output_context
from convflow.ops.loop_nodes import add_back_edge, control_trigger, enter, exit_, is_loop_constant, loop_cond
from convflow.ops.loop_nodes import next_iteration as next_iteration_of
from convflow.ops.math.arithmetic import add, maximum, subtract
from convflow.ops.math.comparison import greater_equal
from convflow.ops.stack_nodes import stack_pop_v2, stack_push_v2, stack_v2
from convflow.ops.switch import merge, switch, switch_ref_or_tensor
from convflow.ops.while_context import WhileContext


class LoopGradient:
    """The backward loop of one forward loop.

    Args:
        forward: the loop to differentiate.
        outer: the same for the loop around it, None if there is none.
    """

    def __init__(self, forward: WhileContext, outer: LoopGradient | None) -> None:
        self.forward_context = forward
        self.outer = outer
        self.unused_exits: list[Tensor] = []
        self.deferred_exits: list[Tensor] = []
        self.forward_exits = list(forward.loop_exits)
        self.pending_exits = len(forward.loop_exits)
        self.merges: dict[Operation, Any] = {}
        self._known: dict[Tensor, Tensor] = {}
        self._forward_sync: Operation | None = None
        self._backward_sync: Operation | None = None
        around = forward.outer_context if outer is None else outer.forward_context
        with _inside(around):
            count, self._forward_index = self._count_forwards(outer)
        if outer is None:
            with _inside(around):
                self.context = self._backward_context()
                self._backward_index = self._count_backwards(count, None)
        else:
            outer.forward_context.add_name(count)
            history = outer.remember(count)
            with outer.context.entered():
                self.context = self._backward_context()
                total = outer.recall(history, count)
                self._backward_index = self._count_backwards(total, outer)

    def _backward_context(self) -> WhileContext:
        forward = self.forward_context
        return WhileContext(
            forward.maximum_iterations,
            forward.parallel_iterations,
            forward.back_prop,
            forward.swap_memory,
            forward.name,
            grad_state=self,
        )

    # Counting the iterations

    def _count_forwards(self, outer: LoopGradient | None) -> tuple[Tensor, Tensor]:
        """Give the forward loop a variable that counts; returns the count and the variable's NextIteration."""
        loop = self.forward_context
        start = constant(0, name="f_count")
        if outer is not None:
            # Pushes of one iteration come after those of the iteration before.
            start.op._add_control_input(outer._forward_index.op.inputs[0].op)
        with loop.entered():
            loop.add_name(start)
            entered = enter(start, loop.name, parallel_iterations=loop.parallel_iterations, name="f_count")
            loop.loop_enters.append(entered)
            merged = merge([entered, entered])[0]
            leaving, going_on = switch(merged, loop.pivot)
            following = add_back_edge(merged, add(going_on, 1))
            total = exit_(leaving, name="f_count")
            loop.loop_exits.append(total)
            loop.pass_out([total])
        return total, following

    def _count_backwards(self, count: Tensor, outer: LoopGradient | None) -> Tensor:
        """Make the loop variable that says when the backward loop is done; returns its NextIteration."""
        loop = self.context
        one = constant(1, name="b_count")
        with loop.entered():
            loop.add_name(count)
            entered = enter(count, loop.name, parallel_iterations=loop.parallel_iterations, name="b_count")
            loop.loop_enters.append(entered)
            merged = merge([entered, entered])[0]
            loop.pivot_for_pred = merged
            loop.pivot = loop_cond(greater_equal(merged, one), name="b_count")
            leaving, going_on = switch(merged, loop.pivot)
            loop.pivot_for_body = subtract(going_on, one)
            following = add_back_edge(merged, loop.pivot_for_body)
            last = exit_(leaving, name="b_count")
            loop.loop_exits.append(last)
            if outer is not None:
                # The backward loop around waits for this one before its next iteration.
                outer._sync_backwards()._add_control_input(last.op)
            loop.pass_out([last])
        return following

    def _sync_forwards(self) -> Operation:
        if self._forward_sync is None:
            self._forward_sync = _sync("f_sync", self.forward_context, self._forward_index)
        return self._forward_sync

    def _sync_backwards(self) -> Operation:
        if self._backward_sync is None:
            self._backward_sync = _sync("b_sync", self.context, self._backward_index)
        return self._backward_sync

    # Values of the forward loop

    def real_value(self, value: Tensor) -> Tensor:
        """In the backward loop: what `value` was in the iteration that is differentiated."""
        if value not in self._known:
            self._known[value] = self._recovered(value)
        return self._known[value]

    def _recovered(self, value: Tensor) -> Tensor:
        state: LoopGradient = self
        while True:
            entered = is_loop_constant(value)
            if entered is None:
                break
            value = entered.inputs[0]
            if state.outer is None:
                return self.context.add_value(value)
            state = state.outer
        if value.op.type == "Const":
            return constant(constant_value(value), dtype=value.dtype.base_dtype)
        with self.context.left():
            history = state.remember(value)
        real = state.recall(history, value)
        return real if state is self else self.context.add_value(real)

    def real_predicate(self, pred: Tensor) -> Tensor:
        """In the backward loop: which branch was taken in the iteration that is differentiated."""
        if pred not in self._known:
            with self.context.left():
                history = self.remember(pred)
            self._known[pred] = self.recall(history, pred)
        return self._known[pred]

    def remember(self, value: Tensor, dead_branch: bool = False) -> Tensor:
        """Let the forward loop push `value` in each iteration; returns the stack.

        Args:
            dead_branch: push when the branch of the value is not taken.
        """
        loop = self.forward_context
        current: FlowContext | None = loop.graph._get_control_flow_context()
        with control_dependencies(None):
            with _inside(current), colocate_with(value.op):
                stack = stack_v2(constant(-1, dtypes.int32), value.dtype.base_dtype, name="f_acc")
            entered = loop.add_value(stack)
            made_in = output_context(value.op)
            if made_in is loop:
                with loop.entered():
                    pushed = stack_push_v2(entered, value, loop.swap_memory)
                self._forward_index.op._add_control_input(pushed.op)
            else:
                pushed = self._push_in_branch(made_in, entered, value, dead_branch)
                self._sync_forwards()._add_control_input(pushed.op)
            pushed.op._add_control_input(self._forward_index.op.inputs[0].op)
        return stack

    def _push_in_branch(self, branch: Any, stack: Tensor, value: Tensor, dead_branch: bool) -> Tensor:
        swap = self.forward_context.swap_memory
        if branch is None or branch.is_while:
            raise TypeError(f"{value} is neither in the loop {self.forward_context.name} nor in a branch inside of it.")
        if not dead_branch:
            with branch.entered():
                return stack_push_v2(stack, value, swap)
        with branch.outer_context.entered():
            pushed = stack_push_v2(stack, value, swap)
        pushed.op._control_flow_context = branch
        return pushed

    def recall(self, history: Tensor, value: Tensor, dead_branch: bool = False) -> Tensor:
        """In the backward loop: the value that the forward loop pushed on the stack `history`."""
        branch = _branch_between(value.op._get_control_flow_context(), history.op._get_control_flow_context())
        with control_dependencies(None), self.context.entered():
            if branch is not None:
                side = 1 - branch.branch if dead_branch else branch.branch
                history = switch_ref_or_tensor(history, self._known_predicate(branch.pred))[side]
            popped = stack_pop_v2(history, value.dtype.base_dtype)
            popped.set_shape(value.shape)
        if self.context.parallel_iterations > 1:
            self._sync_backwards()._add_control_input(popped.op)
        return popped

    def _known_predicate(self, pred: Tensor) -> Tensor:
        state: LoopGradient | None = self
        while state is not None:
            if pred in state._known:
                return state._known[pred]
            state = state.outer
        return pred

    # Gradients that go in, round and out

    def enter_gradient(self, grad: Any) -> Any:
        """The gradient of an Exit: it enters the backward loop."""
        loop = self.context
        parts = grad.components if isinstance(grad, IndexedSlices) else [grad]
        for part in parts:
            loop.add_name(part)
        with loop.entered():
            entered = [enter(p, loop.name, parallel_iterations=loop.parallel_iterations, name="b_exit") for p in parts]
        loop.loop_enters += entered
        return IndexedSlices(*entered) if isinstance(grad, IndexedSlices) else entered[0]

    def go_round(self, op: Operation, leaving: Any = None, going_on: Any = None) -> Any:
        """The gradient of a loop's Switch: at first what came from behind the loop, later from the next iteration."""
        merged = self.merges.get(op)
        if merged is not None:
            if going_on is not None:
                _close(merged, going_on)
            return None
        if leaving is None:
            return None
        if isinstance(leaving, IndexedSlices):
            merged = IndexedSlices(*(merge([part, part], name="b_switch")[0] for part in leaving.components))
        else:
            merged = merge([leaving, leaving], name="b_switch")[0]
        self.merges[op] = merged
        return merged

    def leave(self, op: Operation, grad: Any) -> Any:
        """The gradient of an Enter: it leaves the backward loop, that of a constant as the sum over all iterations."""
        if op.attrs["is_constant"]:
            if isinstance(grad, IndexedSlices):
                return self._sum_of_slices(op, grad)
            return self._sum(op, grad)
        parts = grad.components if isinstance(grad, IndexedSlices) else [grad]
        left = [exit_(part) for part in parts]
        self.context.loop_exits += left
        self.context.pass_out(left)
        return IndexedSlices(*left) if isinstance(grad, IndexedSlices) else left[0]

    def _sum(self, op: Operation, grad: Tensor) -> Tensor:
        loop = self.context
        with loop.left():
            start = self._zero_sum(op, grad)
        loop.add_name(start)
        entered = enter(start, loop.name, parallel_iterations=loop.parallel_iterations, name="b_acc")
        loop.loop_enters.append(entered)
        merged = merge([entered, entered], name="b_acc")[0]
        leaving, going_on = switch(merged, loop.pivot)
        add_back_edge(merged, add(going_on, grad))
        total = exit_(leaving, name="b_acc")
        loop.loop_exits.append(total)
        loop.pass_out([total])
        return total

    def _zero_sum(self, op: Operation, grad: Tensor) -> Tensor:
        around = self.context.outer_context
        if grad.shape.is_fully_defined():
            with _inside(around):
                return constant(0, grad.dtype.base_dtype, shape=grad.shape, name="b_acc")
        value = op.inputs[0]
        if self.outer is None:
            with _inside(around):
                return zeros(shape_internal(value, optimize=False), grad.dtype.base_dtype)
        with _inside(self.forward_context.outer_context):
            size = shape_internal(value, optimize=False)
        history = self.outer.remember(size)
        with _inside(around):
            return zeros(self.outer.recall(history, size), grad.dtype.base_dtype)

    def _sum_of_slices(self, op: Operation, grad: IndexedSlices) -> IndexedSlices:
        loop = self.context
        with loop.left(), _inside(loop.outer_context):
            starts = self._first_slices(op, grad)
        for start in starts:
            loop.add_name(start)
        entered = [
            enter(s, loop.name, parallel_iterations=loop.parallel_iterations, use_input_shape=False, name="b_acc")
            for s in starts
        ]
        entered[0].set_shape([None])
        if starts[1].shape.rank is not None:
            entered[1].set_shape([None, *starts[1].shape[1:]])
        loop.loop_enters += entered
        merged = [merge([tensor, tensor], name="b_acc")[0] for tensor in entered]
        switched = [switch(tensor, loop.pivot) for tensor in merged]
        joined = [concat([s[1], part], 0) for s, part in zip(switched[:2], (grad.indices, grad.values), strict=True)]
        if len(switched) == 3:
            joined.append(maximum(grad.dense_shape, switched[2][1]))
        following = [next_iteration_of(tensor) for tensor in joined]
        for tensor, after in zip(merged, following, strict=True):
            tensor.op._update_input(1, after)
        left = [exit_(s[0], name="b_acc") for s in switched]
        loop.loop_exits += left
        loop.pass_out(left)
        return IndexedSlices(left[1], left[0], *left[2:])

    def _first_slices(self, op: Operation, grad: IndexedSlices) -> list[Tensor]:
        """Indices, values and dense shape of one row of zeros."""
        values, indices, size = grad.values, grad.indices, grad.dense_shape
        if values.shape.is_fully_defined():
            shape = TensorShape([1]).concatenate(values.shape[1:])
            first = constant(0, values.dtype.base_dtype, shape=shape, name="b_acc")
        else:
            rest = shape_internal(op.inputs[0], optimize=False)[1:]
            first = zeros(concat([[1], rest], 0), values.dtype.base_dtype)
        starts = [constant([0], indices.dtype.base_dtype), first]
        if size is not None:
            starts.append(self._first_size(op, size))
        return starts

    def _first_size(self, op: Operation, size: Tensor) -> Tensor:
        if size.shape.is_fully_defined():
            return constant(0, size.dtype.base_dtype, shape=size.shape)
        return zeros_like(shape_internal(op.inputs[0], optimize=False, out_type=size.dtype.base_dtype), optimize=False)

    def close_rounds(self) -> None:
        """Where nothing came from the next iteration, zeros do."""
        for merged in self.merges.values():
            for part in merged.components if isinstance(merged, IndexedSlices) else [merged]:
                if part.op.inputs[0] is part.op.inputs[1]:
                    self._close_with_zeros(part)

    def _close_with_zeros(self, merged: Tensor) -> None:
        entered = merged.op.inputs[0]
        if entered.shape.is_fully_defined():
            with self.context.entered():
                add_back_edge(merged, constant(0, dtype=entered.dtype.base_dtype, shape=entered.shape))
            return
        with _inside(self.context.outer_context):
            size = shape_internal(entered.op.inputs[0], optimize=False)
            nothing = zeros(size, dtype=entered.dtype.base_dtype)
        with self.context.entered():
            add_back_edge(merged, nothing)


def _close(merged: Any, grad: Any) -> None:
    if isinstance(merged, IndexedSlices):
        for part, following in zip(merged.components, grad.components, strict=True):
            add_back_edge(part, following)
    else:
        add_back_edge(merged, grad)


def _sync(name: str, loop: WhileContext, index: Tensor) -> Operation:
    """A node of a loop that its next iteration waits for."""
    with control_dependencies(None):
        trigger = control_trigger(name=name)
    trigger._control_flow_context = loop
    index.op._add_control_input(trigger)
    return trigger


def _branch_between(context: Any, stop: Any) -> Any:
    """The innermost branch around a node, before the context `stop`."""
    while context is not None and context is not stop:
        if not context.is_while:
            return context
        context = context.outer_context
    return None


def _inside(context: Any) -> Any:
    return nullcontext() if context is None else context.entered()
