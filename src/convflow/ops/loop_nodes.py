"""The nodes that loops are made of: Enter, Exit, NextIteration, LoopCond and their kin (API: tf.raw_ops.Enter).

A value goes into a loop's frame through an Enter and comes out through an Exit; in between it goes round: a Merge
takes it from the Enter at first and from a NextIteration later, a Switch passes it on to the body or to the Exit.
These nodes have no kernels: a session's plan turns a frame into a `while` statement (runtime/loops.py).
"""

from __future__ import annotations

from typing import Any

from convflow.core.shape import TensorShape, scalar, unknown_shape
from convflow.graph.apply import apply_op
from convflow.graph.convert import convert_to_tensor
from convflow.graph.inference import InferenceContext
from convflow.graph.opdef import NO_GRADIENT, register_op, routed
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph
from convflow.ops import rules

ENTERS = frozenset({"Enter", "RefEnter"})
EXITS = frozenset({"Exit", "RefExit"})
NEXT_ITERATIONS = frozenset({"NextIteration", "RefNextIteration"})


def enter(
    data: Any,
    frame_name: str,
    is_constant: bool = False,
    parallel_iterations: int = 10,
    use_input_shape: bool = True,
    name: str | None = None,
) -> Tensor:
    """`data` inside the frame called `frame_name`.

    Args:
        is_constant: there is the same value in every iteration.
        use_input_shape: the value keeps its shape, as far as it is known.
    """
    tensor = convert_to_tensor(data, as_ref=True)
    op_type = "RefEnter" if tensor.dtype._is_ref_dtype else "Enter"
    result = apply_op(
        op_type,
        data=tensor,
        frame_name=frame_name,
        is_constant=is_constant,
        parallel_iterations=parallel_iterations,
        name=name,
    )
    if use_input_shape:
        result.set_shape(tensor.shape)
    return result


def exit_(data: Any, name: str | None = None) -> Tensor:
    """`data`, the value of a loop's last iteration, outside of the loop."""
    tensor = convert_to_tensor(data, as_ref=True)
    return apply_op("RefExit" if tensor.dtype._is_ref_dtype else "Exit", data=tensor, name=name)


def next_iteration(data: Any, name: str | None = None) -> Tensor:
    """`data` in the iteration after this one."""
    tensor = convert_to_tensor(data, as_ref=True)
    return apply_op("RefNextIteration" if tensor.dtype._is_ref_dtype else "NextIteration", data=tensor, name=name)


def loop_cond(input: Any, name: str | None = None) -> Tensor:
    """Whether there is another iteration, the predicate of a loop's Switch nodes."""
    return apply_op("LoopCond", input=input, name=name)


def control_trigger(name: str | None = None) -> Operation:
    """A node that runs when all it waits for have run, or cannot run."""
    return apply_op("ControlTrigger", name=name)


def is_loop_constant(tensor: Tensor) -> Operation | None:
    """The Enter node behind a value that is the same in every iteration, None for any other value."""
    op = tensor.op
    while op.type in ("Switch", "RefSwitch", "Identity", "RefIdentity"):
        op = op.inputs[0].op
    return op if op.type in ENTERS and op.attrs["is_constant"] else None


def add_back_edge(merge: Tensor, value: Tensor) -> Tensor:
    """Let a loop's Merge take `value` from the second iteration on."""
    if value.dtype.base_dtype is not merge.dtype.base_dtype:
        raise ValueError(
            f"Input tensor '{merge.op.inputs[0].op.inputs[0].name}' enters the loop as {merge.dtype.base_dtype.name}, "
            f"but is {value.dtype.base_dtype.name} after one iteration ({value.name}). Use tf.cast in the body."
        )
    following = next_iteration(value)
    merge.op._update_input(1, following)
    return following


def _enter_shape(ctx: InferenceContext) -> list[TensorShape]:
    # What goes round may change its shape; the function that builds the loop knows better.
    return [ctx.input(0) if ctx.attr("is_constant") else unknown_shape()]


def _enter_gradient(op: Operation, grad: Any) -> list[Any]:
    context = get_default_graph()._get_control_flow_context()
    if context is None or not context.back_prop or context.grad_state is None:
        return [grad]
    return [context.grad_state.leave(op, grad)]


def _exit_gradient(op: Operation, grad: Any) -> list[Any]:
    context = get_default_graph()._get_control_flow_context()
    if not context.back_prop:
        return [None]
    if op._get_control_flow_context().grad_state is not None:
        raise TypeError(
            f"Second-order gradient for while loops not supported: {op.describe()} belongs to a loop that tf.gradients "
            "made. Write the first derivative out by hand, or unroll the loop in Python."
        )
    return [context.grad_state.enter_gradient(grad)]


_ENTER_ATTRS = "T: type; frame_name: string; is_constant: bool = false; parallel_iterations: int = 10"

for _prefix, _edge in (("", "T"), ("Ref", "Ref(T)")):
    register_op(
        f"{_prefix}Enter",
        inputs=f"data: {_edge}",
        outputs=f"output: {_edge}",
        attrs=_ENTER_ATTRS,
        shape=_enter_shape,
        kernel=routed,
        gradient=_enter_gradient,
    )
    register_op(
        f"{_prefix}Exit",
        inputs=f"data: {_edge}",
        outputs=f"output: {_edge}",
        attrs="T: type",
        shape=rules.unchanged,
        kernel=routed,
        gradient=_exit_gradient,
    )
    register_op(
        f"{_prefix}NextIteration",
        inputs=f"data: {_edge}",
        outputs=f"output: {_edge}",
        attrs="T: type",
        shape=rules.unchanged,
        kernel=routed,
        gradient=lambda op, grad: [grad],
    )


def _cond_shape(ctx: InferenceContext) -> list[TensorShape]:
    rules.with_rank(ctx.input(0), 0, "input")
    return [scalar()]


register_op(
    "LoopCond",
    inputs="input: bool",
    outputs="output: bool",
    shape=_cond_shape,
    kernel=routed,
    gradient=lambda op, grad: [None],
)
register_op("ControlTrigger", shape=rules.no_output, kernel=lambda op: lambda: None, gradient=NO_GRADIENT)
