"""A `tf.while_loop` while it is built: what takes its nodes' inputs into the loop and what makes values go round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convflow.core.shape import TensorShape
from convflow.formats import messages
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import control_dependencies, get_default_graph
from convflow.ops.array.identity import identity
from convflow.ops.flow_context import FlowContext, output_context, while_context_of
from convflow.ops.loop_nodes import ENTERS, EXITS, add_back_edge, enter, exit_, loop_cond
from convflow.ops.switch import merge, ref_identity, switch_ref_or_tensor


class WhileContext(FlowContext):
    """The nodes of one loop.

    A node of the loop takes values from outside through an Enter, so that it has them in every iteration; a node
    without inputs waits for the loop's pivot, which there is once per iteration.

    Args:
        parallel_iterations: kept on the nodes; iterations run one after the other here.
        back_prop: whether the loop has gradients.
        swap_memory: kept on the nodes.
        grad_state: of a loop that is part of a gradient, the state of that gradient.
    """

    is_while = True

    def __init__(
        self,
        maximum_iterations: Tensor | None = None,
        parallel_iterations: int = 10,
        back_prop: bool = True,
        swap_memory: bool = False,
        name: str = "while_context",
        grad_state: Any = None,
    ) -> None:
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError(f"'parallel_iterations' must be a positive integer: {parallel_iterations}.")
        super().__init__(name)
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self._back_prop = back_prop
        self.swap_memory = swap_memory
        self._grad_state = grad_state
        # The predicate; what there is when it is computed; what there is when the body runs.
        self.pivot: Any = None
        self.pivot_for_pred: Any = None
        self.pivot_for_body: Any = None
        self.loop_enters: list[Tensor] = []
        self.loop_exits: list[Tensor] = []

    @property
    def grad_state(self) -> Any:
        return self._grad_state

    @property
    def back_prop(self) -> bool:
        return self._back_prop

    def while_context(self) -> WhileContext:
        return self

    def control_pivot(self) -> Tensor | None:
        return self.pivot_for_pred if self.pivot_for_body is None else self.pivot_for_body

    def to_proto(self) -> Any:
        """The loop as a meta graph lists it, a `WhileContextDef`."""
        proto = messages.WhileContextDef(
            context_name=self.name,
            parallel_iterations=self.parallel_iterations,
            back_prop=self.back_prop,
            swap_memory=self.swap_memory,
            pivot_name=self.pivot.name,
            pivot_for_pred_name=self.pivot_for_pred.name,
            pivot_for_body_name=self.pivot_for_body.name,
            loop_exit_names=[tensor.name for tensor in self.loop_exits],
            loop_enter_names=[tensor.name for tensor in self.loop_enters],
        )
        if self.maximum_iterations is not None:
            proto.maximum_iterations_name = self.maximum_iterations.name
        self._external_names(proto)
        for context in self._nested:
            context.add_to_proto(proto.nested_contexts.add())
        return proto

    def add_to_proto(self, proto: Any) -> None:
        """Fill the `ControlFlowContextDef` that lists this inside another context."""
        proto.while_ctxt.CopyFrom(self.to_proto())

    # Nodes and values

    def add_op(self, op: Operation) -> None:
        """Make a new node part of the loop."""
        source = self._context_of_measured(op)
        if source is None:
            self._add_op(op)
        else:
            # The size of a value of the forward loop is kept rather than the value.
            op._control_flow_context = source
            source._add_op(op) if source.is_while else source.add_op(op)

    def _context_of_measured(self, op: Operation) -> Any:
        if op.type not in ("Shape", "Size", "Rank"):
            return None
        current = get_default_graph()._get_control_flow_context()
        loop = None if current is None else current.while_context()
        if loop is None or loop.grad_state is None:
            return None
        if while_context_of(op.inputs[0].op) is not loop.grad_state.forward_context:
            return None
        return op.inputs[0].op._get_control_flow_context()

    def _add_op(self, op: Operation) -> None:
        for index, tensor in enumerate(op.inputs):
            own = self.add_value(tensor)
            if own is not tensor:
                op._update_input(index, own)
        outside = self._drop_control_inputs_from_outside(op)
        if self._runs_freely(op):
            op._add_control_input(self.control_pivot().op)  # type: ignore[union-attr]
        self._values.update(op.outputs)
        self._wait_for(op, outside)
        if self.outer_context is not None or op.type not in EXITS:
            op.graph.prevent_fetching(op)
            for tensor in op.outputs:
                op.graph.prevent_feeding(tensor)

    def _runs_freely(self, op: Operation) -> bool:
        """Whether nothing ties a node to an iteration."""
        if op.control_inputs:
            return False
        return all(tensor.op.type in ENTERS and tensor.op.attrs["is_constant"] for tensor in op.inputs)

    def _wait_for(self, op: Operation, outside: list[Operation]) -> None:
        """What the node waited for outside of the loop, it waits for through a value that enters."""
        if not outside:
            return
        with control_dependencies(None), self.entered():
            entered = [identity(control.outputs[0]).op for control in outside if control.outputs]
        op._add_control_inputs(entered)

    def add_value(self, value: Tensor) -> Tensor:
        """What stands for `value` in this loop."""
        if value in self._values or value.op._get_control_flow_context() is self:
            return self._external.get(value, value)
        self._values.add(value)
        real = self._remembered(value)
        if real is None:
            real = self._entered_value(value)
        self._external[value] = real
        return real

    def _remembered(self, value: Tensor) -> Tensor | None:
        """In a loop that computes gradients, a value that the forward loop had is the one it had in that iteration."""
        current = self.graph._get_control_flow_context()
        loop = None if current is None else current.while_context()
        if loop is None or loop.grad_state is None:
            return None
        made_in = while_context_of(value.op)
        if value.op.type in EXITS and made_in is not None:
            made_in = None if made_in.outer_context is None else made_in.outer_context.while_context()
        return loop.grad_state.real_value(value) if made_in is loop.grad_state.forward_context else None

    def _entered_value(self, value: Tensor) -> Tensor:
        source = value if self.outer_context is None else self.outer_context.add_value(value)
        with control_dependencies(None):
            entered = enter(source, self.name, is_constant=True, parallel_iterations=self.parallel_iterations)
            entered.graph.prevent_feeding(entered)
        self._own_enters([entered])
        self._values.add(entered)
        return entered

    def _own_enters(self, enters: list[Tensor]) -> None:
        """Enter nodes belong to the loop though they wait for what is outside of it."""
        graph = get_default_graph()
        for tensor in enters:
            op = tensor.op
            controls = [c for c in graph._control_inputs_for(op.inputs) if self._is_just_outside(c)]
            op._control_flow_context = self
            op._add_control_inputs(controls)
            graph._seen_by_controllers(op)

    def _is_just_outside(self, control: Operation) -> bool:
        """Whether a node is in a context around this loop, not outside of the next loop."""
        wanted, context = output_context(control), self.outer_context
        last = None if context is None else context.while_context()
        while context is not wanted:
            if context is None or context is last:
                return False
            context = context.outer_context
        return True

    # The loop itself

    def build(
        self,
        pred: Callable[[list[Tensor]], Any],
        body: Callable[[list[Tensor]], list[Any]],
        loop_vars: list[Tensor],
        invariants: list[TensorShape],
    ) -> list[Tensor]:
        """Make the loop's nodes.

        Args:
            pred, body: functions of the loop's values.
            loop_vars: the values it begins with.
            invariants: what stays true of their shapes in every iteration.

        Returns:
            The values after the last iteration.
        """
        self._values = set(loop_vars)
        outer = self.outer_context
        real = loop_vars if outer is None else [outer.add_value(tensor) for tensor in loop_vars]
        enters = self._enters(real, invariants)
        self._values = set(enters)
        self.loop_enters = enters
        merges = [merge([tensor, tensor])[0] for tensor in enters]
        self.pivot_for_pred = merges[0]
        self.pivot = loop_cond(pred(merges), name="LoopCond")
        switches = [switch_ref_or_tensor(tensor, self.pivot) for tensor in merges]
        inside = [_same(switch[1]) for switch in switches]
        self.pivot_for_body = inside[0]
        for merged, value in zip(merges, body(inside), strict=True):
            _check_invariant(merged, add_back_edge(merged, value))
        self.loop_exits = [exit_(switch[0]) for switch in switches]
        self.pass_out(self.loop_exits)
        return self.loop_exits

    def _enters(self, values: list[Tensor], invariants: list[TensorShape]) -> list[Tensor]:
        enters = []
        with control_dependencies(None):
            for value, invariant in zip(values, invariants, strict=True):
                entered = enter(value, self.name, parallel_iterations=self.parallel_iterations, use_input_shape=False)
                if not is_narrower(value.shape, invariant):
                    raise ValueError(
                        f"The shape invariant specified for {value.name} is not compatible with the initial shape of "
                        f"the loop variable. It enters the loop with shape {value.shape}, but the specified shape "
                        f"invariant is {invariant}."
                    )
                entered.set_shape(invariant)
                entered.graph.prevent_feeding(entered)
                enters.append(entered)
        pivot = self._outer_pivot()
        for entered in enters:
            source = entered.op.inputs[0].op
            if pivot is not None and source.type in ENTERS and source.attrs["is_constant"]:
                entered.op._add_control_input(pivot.op)
        self._own_enters(enters)
        return enters

    def _outer_pivot(self) -> Tensor | None:
        for context in self.around()[1:]:
            pivot = context.control_pivot()
            if pivot is not None:
                return pivot
        return None


def _same(tensor: Tensor) -> Tensor:
    return ref_identity(tensor) if tensor.dtype._is_ref_dtype else identity(tensor)


def is_narrower(shape: TensorShape, invariant: TensorShape) -> bool:
    """Whether everything that `invariant` says of a shape is true of `shape`."""
    if invariant.rank is None:
        return True
    if shape.rank != invariant.rank:
        return False
    sizes = zip(shape.as_list(), invariant.as_list(), strict=True)
    return all(wanted is None or size == wanted for size, wanted in sizes)


def _check_invariant(merged: Tensor, following: Tensor) -> None:
    if not is_narrower(following.shape, merged.shape):
        first = merged.op.inputs[0].op.inputs[0]
        raise ValueError(
            f"Input tensor '{first.name}' enters the loop with shape {first.shape}, but has shape {following.shape} "
            "after one iteration. To allow the shape to vary across iterations, use the `shape_invariants` argument of "
            "tf.while_loop to specify a less-specific shape."
        )
