"""The loops of a graph, read off its Enter and Exit nodes: which nodes run round after round."""

from __future__ import annotations

from typing import Any

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.ops.loop_nodes import ENTERS, EXITS, NEXT_ITERATIONS
from convflow.ops.switch import MERGES, SWITCHES

# The names of the loops around a node, the outermost first.
Frame = tuple[str, ...]


class Loop:
    """One loop: its nodes, and what goes in and out.

    Attributes:
        items: the nodes inside in the order they run in one round; loops inside are items themselves.
        ops: the loop's own nodes, those of loops inside left out.
        enters, merges, exits: those of its nodes that take values in, make them go round and take them out.
    """

    def __init__(self, frame: Frame, items: list[Item], ops: list[Operation]) -> None:
        self.frame = frame
        self.ops = ops
        self.enters = [op for op in ops if op.type in ENTERS]
        self.exits = [op for op in ops if op.type in EXITS]
        self.merges = [op for op in ops if is_loop_merge(op)]
        apart = {*self.enters, *self.merges, *self.exits}
        self.items = [item for item in items if item not in apart]
        self._id = min(op._id for op in ops)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The values that enter, from outside."""
        return tuple(op.inputs[0] for op in self.enters)

    @property
    def outputs(self) -> list[Tensor]:
        """The values that come out, as they are known outside."""
        return [op.outputs[0] for op in self.exits]

    @property
    def control_inputs(self) -> list[Operation]:
        """What must run before the loop begins."""
        return [control for op in self.enters for control in op.control_inputs]

    @property
    def condition(self) -> Operation:
        """The LoopCond node, which says whether there is another round."""
        for op in self.merges:
            for reader in op.outputs[0]._consumers:
                if reader.type in SWITCHES and reader.inputs[1].op.type == "LoopCond":
                    return reader.inputs[1].op
        raise errors.InvalidArgumentError(
            None, self.enters[0], f"The loop {self.frame[-1]} of {self.enters[0].describe()} has no LoopCond node."
        )

    def __lt__(self, other: Any) -> bool:
        return self._id < other._id


Item = Operation | Loop


def is_loop_merge(op: Operation) -> bool:
    """Whether a Merge takes a value from the round before."""
    return op.type in MERGES and any(tensor.op.type in NEXT_ITERATIONS for tensor in op.inputs)


def frames_of(
    flat: list[Operation], waiting: dict[Operation, set[Operation]], fed: set[Tensor]
) -> dict[Operation, Frame]:
    """The loops around each node.

    Args:
        flat: the nodes, each after what it waits for but the round before.
        waiting: what each waits for.
    """
    frames: dict[Operation, Frame] = {}
    for op in flat:
        around = {_outside(other, frames) for other in waiting[op]}
        # What is constant may be used in any loop; what waits for nothing is outside of all.
        frame = max(around, key=len, default=())
        frames[op] = (*frame, _text(op.attrs["frame_name"])) if op.type in ENTERS else frame
    return frames


def _outside(op: Operation, frames: dict[Operation, Frame]) -> Frame:
    """The frame of a node's outputs."""
    return frames[op][:-1] if op.type in EXITS else frames[op]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value
