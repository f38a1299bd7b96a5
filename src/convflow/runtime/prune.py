"""Which nodes a run needs: what the fetches depend on, up to what is fed.

Who only waits for a node does not need its value. So a control dependency on a node without effects (such as
the optimizers' gates make on gradients that nobody takes) asks for the effects behind that node, not for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from convflow.graph.operation import Operation, Tensor
from convflow.ops.loop_nodes import NEXT_ITERATIONS
from convflow.ops.switch import MERGES, SWITCHES

# They draw where their windows begin, though their signatures do not say so.
_DRAWING = ("FractionalAvgPool", "FractionalMaxPool")


def needed_operations(fetches: Iterable[Tensor | Operation], fed: Iterable[Tensor]) -> set[Operation]:
    """The operations that must run. A fed tensor hides what would have computed it."""
    fed_set = set(fed)
    wanted = [_producer(item) for item in fetches if item not in fed_set]
    everything = _walk(wanted, fed_set, _always)
    # In a branch, whether a node runs at all is told by what it waits for.
    if any(op.type in SWITCHES or op.type in MERGES for op in everything):
        return everything
    return _walk(wanted, fed_set, has_effects)


def _walk(wanted: list[Operation], fed: set[Tensor], runs_for_waiters: Callable[[Operation], bool]) -> set[Operation]:
    needed: set[Operation] = set()
    looked_through: set[Operation] = set()
    # The nodes of one block of control dependencies all wait for the same ones, which may be hundreds.
    waited_for: set[tuple[Operation, ...]] = {()}
    waiting = [(op, True) for op in wanted]
    while waiting:
        op, takes_value = waiting.pop()
        if op in needed or (op in looked_through and not takes_value):
            continue
        runs = takes_value or runs_for_waiters(op)
        (needed if runs else looked_through).add(op)
        waiting.extend((tensor.op, runs) for tensor in op.inputs if tensor not in fed)
        controls = tuple(op.control_inputs)
        if controls not in waited_for:
            waited_for.add(controls)
            waiting.extend((control, False) for control in controls if not _is_fed(control, fed))
    return needed


def has_effects(op: Operation) -> bool:
    """Whether running a node does anything but make a value that follows from its inputs: it has state or draws
    numbers, touches a variable, or must be fed."""
    references = any(tensor.dtype._is_ref_dtype for tensor in (*op.inputs, *op.outputs))
    return op.definition.stateful or references or op.type in _DRAWING or op.type == "Placeholder"


def _is_fed(op: Operation, fed: set[Tensor]) -> bool:
    """Whether a placeholder is fed: who waits for it has nothing to wait for."""
    return op.type == "Placeholder" and op.outputs[0] in fed


def _always(op: Operation) -> bool:
    return True


def _producer(item: Tensor | Operation) -> Operation:
    return item.op if isinstance(item, Tensor) else item


def _from_round_before(op: Operation, tensor: Tensor) -> bool:
    return op.type in MERGES and tensor.op.type in NEXT_ITERATIONS


def waits_for(op: Operation, needed: set[Operation], fed: set[Tensor]) -> set[Operation]:
    """The needed operations that must run before `op`, seen through those that need not run."""
    found: set[Operation] = set()
    looked_through: set[Operation] = set()
    waiting = [tensor.op for tensor in op.inputs if tensor not in fed and not _from_round_before(op, tensor)]
    waiting += op.control_inputs
    while waiting:
        before = waiting.pop()
        if before in needed:
            found.add(before)
        elif before not in looked_through:
            looked_through.add(before)
            waiting.extend(tensor.op for tensor in before.inputs if tensor not in fed)
            waiting.extend(before.control_inputs)
    return found


class Gate:
    """What all the nodes of a block of control dependencies wait for."""

    def __init__(self, ops: tuple[Operation, ...]) -> None:
        self.ops = ops


Waiting = Operation | Gate


def waiting_graph(needed: set[Operation], fed: set[Tensor]) -> dict[Waiting, set[Waiting]]:
    """What each needed operation waits for, for graphs without loops: other ones, nodes that need not run and are seen
    through, and gates, one for all nodes with the same control inputs."""
    waiting: dict[Waiting, set[Waiting]] = {}
    gates: dict[tuple[Operation, ...], Gate] = {}
    found: list[Waiting] = list(needed)
    while found:
        item = found.pop()
        if item not in waiting:
            waiting[item] = set(item.ops) if isinstance(item, Gate) else _waits_directly(item, fed, gates)
            found.extend(waiting[item])
    return waiting


def _waits_directly(op: Operation, fed: set[Tensor], gates: dict[tuple[Operation, ...], Gate]) -> set[Waiting]:
    before: set[Waiting] = {tensor.op for tensor in op.inputs if tensor not in fed}
    controls = tuple(op.control_inputs)
    if len(controls) < 2:
        before.update(controls)
    else:
        before.add(gates.setdefault(controls, Gate(controls)))
    return before
