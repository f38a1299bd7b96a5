"""Loops on the way of a gradient: each gets a loop that runs backwards, and its exits wait for one another."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import colocate_with
from convflow.ops.array.constant import constant, zeros, zeros_like
from convflow.ops.array.shape_ops import shape_internal
from convflow.ops.flow_context import while_context_of
from convflow.ops.loop_nodes import ENTERS, EXITS
from convflow.ops.switch import SWITCHES, switch_ref_or_tensor, zeros_like_output
from convflow.ops.while_gradient import LoopGradient


class LoopGradients:
    """The backward loops of one gradient.

    Args:
        between: the nodes between ys and xs; exits of their loops that are not among them are added.
        colocate: put the backward nodes where the forward ones are.
    """

    def __init__(self, between: dict[Operation, None], colocate: bool) -> None:
        self._of: dict[Any, LoopGradient] = {}
        for op in list(between):
            if op.type in EXITS:
                with colocate_with(op) if colocate else nullcontext():
                    self._add(op, between)

    def _add(self, op: Operation, between: dict[Operation, None]) -> None:
        loop = while_context_of(op)
        if loop is None:
            raise ValueError(
                f"Failed to call gradients on the loop that {op.describe()} belongs to: it came with a GraphDef, which "
                "does not say what belongs to a loop. Import it with tf.train.import_meta_graph."
            )
        if loop in self._of:
            return
        self._of[loop] = gradient = LoopGradient(loop, self._around(loop))
        for exit_ in gradient.forward_exits:
            between.setdefault(exit_.op)

    def _around(self, loop: Any) -> LoopGradient | None:
        """The backward loop of the loop around `loop`."""
        outer = None if loop.outer_context is None else loop.outer_context.while_context()
        return self._of.get(outer)

    def of(self, op: Operation, outside: bool = False) -> LoopGradient | None:
        """The backward loop in which the gradient of a node is computed.

        Args:
            outside: of an Exit, the loop in which its output's gradient is.
        """
        loop = while_context_of(op)
        if loop is not None and outside and op.type in EXITS:
            return self._around(loop)
        return self._of.get(loop)

    def entered(self, op: Operation, outside: bool = False) -> AbstractContextManager[Any]:
        """New nodes belong to the backward loop of a node."""
        gradient = self.of(op, outside)
        return nullcontext() if gradient is None else gradient.context.entered()

    def exits_without_readers(self, edges_left: dict[Operation, int], ys: set[Operation]) -> list[Tensor]:
        """The exits of loops of which nothing is used that leads to the ys: their gradients are zeros."""
        found: list[Tensor] = []
        for gradient in self._of.values():
            for exit_ in gradient.forward_exits:
                if edges_left.get(exit_.op, 0) == 0:
                    gradient.pending_exits -= 1
                    if exit_.op not in ys:
                        gradient.unused_exits.append(exit_)
                    if gradient.pending_exits == 0:
                        found += gradient.unused_exits
            for entered in gradient.forward_context.loop_enters:
                # An Enter of the loop is reached when the loop has been gone through, whoever reads it.
                if edges_left.get(entered.op, 0) == 0:
                    edges_left[entered.op] = 1
        return found

    def reached(self, exit_: Tensor, has_gradient: Any) -> tuple[list[Tensor], list[Tensor]]:
        """All exits of a loop wait for the last one.

        Returns:
            The exits to go on from, and those among them that need zeros for a gradient.
        """
        gradient = self._of[while_context_of(exit_.op)]
        gradient.deferred_exits.append(exit_)
        gradient.pending_exits -= 1
        if gradient.pending_exits:
            return [], []
        used = [exit_ for exit_ in gradient.deferred_exits if has_gradient(exit_)]
        gradient.unused_exits += [exit_ for exit_ in gradient.deferred_exits if not has_gradient(exit_)]
        return used + gradient.unused_exits, gradient.unused_exits if used else []

    def zeros_for_exit(self, exit_: Tensor) -> Tensor:
        """The gradient of a value that nothing takes from a loop."""
        loop = exit_.op._get_control_flow_context()
        outer = self._around(loop)
        dtype = exit_.dtype.base_dtype
        if outer is None:
            return zeros(exit_.shape, dtype) if exit_.shape.is_fully_defined() else zeros_like(exit_, optimize=False)
        if exit_.shape.is_fully_defined():
            with outer.context.entered():
                return zeros(exit_.shape, dtype)
        with loop.outer_context.entered():
            size = shape_internal(exit_, optimize=False)
        history = outer.remember(size)
        with outer.context.entered():
            return zeros(outer.recall(history, size), dtype)

    def zeros_like_output(self, op: Operation, index: int) -> Tensor | None:
        """Zeros in place of a gradient that nothing gave for an output; a loop's Switch needs none."""
        if is_loop_switch(op):
            return None
        gradient = self._of.get(while_context_of(op))
        if gradient is None:
            return zeros_like_output(op, index)
        return _zeros_in_loop(gradient, op, index)

    def close(self) -> None:
        """After the walk: complete what goes round."""
        for gradient in self._of.values():
            gradient.close_rounds()


def loops_between(between: dict[Operation, None], colocate: bool) -> LoopGradients | None:
    """The backward loops that a gradient needs, None if there is no loop on its way."""
    if any(op.type in EXITS for op in between):
        return LoopGradients(between, colocate)
    return None


def is_loop_switch(op: Operation) -> bool:
    """Whether a node is the Switch of a loop rather than of a branch inside of it."""
    context = op._get_control_flow_context()
    return op.type in SWITCHES and context is not None and context.is_while and not _leads_to_branches(op)


def _leads_to_branches(op: Operation) -> bool:
    readers = [reader for tensor in op.outputs for reader in tensor.consumers()]
    return all(_is_branch(_context_of_reader(reader)) for reader in readers)


def _context_of_reader(op: Operation) -> Any:
    context = op._get_control_flow_context()
    return context.outer_context if op.type in ENTERS and context is not None else context


def _is_branch(context: Any) -> bool:
    return context is not None and not context.is_while


def _zeros_in_loop(gradient: LoopGradient, op: Operation, index: int) -> Tensor:
    """Zeros inside the backward loop; for a branch not taken, of the size of what the other one got."""
    value, branch = op.outputs[index], op._get_control_flow_context()
    dead_branch = op.type in SWITCHES
    dtype = value.dtype.base_dtype
    if value.shape.is_fully_defined():
        result = constant(0, dtype, shape=value.shape)
        if dead_branch:
            result = switch_ref_or_tensor(result, gradient.real_predicate(branch.pred))[1 - branch.branch]
        return result
    if dead_branch:
        with branch.outer_context.entered():
            other = switch_ref_or_tensor(op.inputs[0], branch.pred)[1 - branch.branch]
            size = shape_internal(other, optimize=False)
        other.op._control_flow_context = branch
        size.op._control_flow_context = branch
    else:
        with branch.entered():
            size = shape_internal(value, optimize=False)
    with gradient.context.left():
        history = gradient.remember(size, dead_branch)
    return zeros(gradient.recall(history, size, dead_branch), dtype)
