"""A traced run in TensorFlow's form (API: tf.RunMetadata: step_stats, partition_graphs, cost_graph).

A step of the plan that does the work of several nodes is one entry, under the name of the last of them, whose value
it makes; its label says what it is and, behind TensorFlow's part of it, lists them all. What a label says a step
takes are names of entries too, those that made the values. Constants and nodes that only hand on a value take no
time and have no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensorboard.compat.proto.allocation_description_pb2 import AllocationDescription
from tensorboard.compat.proto.cost_graph_pb2 import CostGraphDef
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.step_stats_pb2 import (
    AllocationRecord,
    AllocatorMemoryUsed,
    DeviceStepStats,
    NodeExecStats,
    NodeOutput,
    StepStats,
)
from tensorboard.compat.proto.tensor_description_pb2 import TensorDescription

from convflow.core.shape import TensorShape
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.fused import Fused
from convflow.runtime.ledger import Entry
from convflow.runtime.loops import Item, Loop
from convflow.runtime.trace import Made, Trace

DEVICE = "/job:localhost/replica:0/task:0/device:CPU:0"
ALLOCATOR = "cpu"


class Labels:
    """How the steps of a plan are called.

    Args:
        schedule: the plan's items.
        source: the tensor whose value a tensor shares.
    """

    def __init__(self, schedule: Sequence[Item], source: Callable[[Tensor], Tensor]) -> None:
        self._source = source
        self._steps: dict[Operation, str] = {}
        self._makers: dict[Tensor, str] = {}
        self._enter(schedule)

    def _enter(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, Loop):
                self._enter(item.items)
                continue
            self._makers.update(dict.fromkeys(item.outputs, item.name))
            self._steps.update(dict.fromkeys(members(item), item.name))

    def inputs(self, op: Operation) -> list[str]:
        """The entries that made what a step takes, as labels write them: with the output's index unless it is 0,
        those it only waits for with a ^ in front."""
        taken = [self._input(self._source(tensor)) for tensor in op.inputs]
        waits = [self._steps[other] for node in members(op) for other in node.control_inputs if other in self._steps]
        return taken + [f"^{name}" for name in dict.fromkeys(waits) if name != op.name]

    def _input(self, tensor: Tensor) -> str:
        name = self._makers.get(tensor, tensor.op.name)
        return f"{name}:{tensor.value_index}" if tensor.value_index and name == tensor.op.name else name

    def label(self, op: Operation) -> str:
        """The `timeline_label` of a step."""
        text = f"{op.name} = {op.type}({', '.join(self.inputs(op))})"
        names = [member.name for member in members(op)]
        return f"{text} [{', '.join(names)}]" if len(names) > 1 else text


def members(op: Operation) -> tuple[Operation, ...]:
    """The program's nodes that a step runs."""
    return op.members if isinstance(op, Fused) else (op,)


def step_stats(trace: Trace, entries: list[Entry], labels: Labels) -> StepStats:
    """The steps of a traced run with their times, outputs and memory."""
    nodes = [_node_stats(trace, entries, index, labels) for index in range(len(entries))]
    return StepStats(dev_stats=[DeviceStepStats(device=DEVICE, node_stats=nodes)])


def _node_stats(trace: Trace, entries: list[Entry], index: int, labels: Labels) -> NodeExecStats:
    entry = entries[index]
    event = entry.event
    start, duration = trace.wall(event.start), event.end - event.start
    stats = NodeExecStats(
        node_name=event.op.name,
        timeline_label=labels.label(event.op),
        scheduled_micros=start // 1000,
        scheduled_nanos=start,
        all_start_micros=start // 1000,
        all_start_nanos=start,
        op_end_rel_micros=-(-duration // 1000),
        op_end_rel_nanos=duration,
        all_end_rel_micros=-(-duration // 1000),
        all_end_rel_nanos=duration,
        output=[_output(slot, made) for slot, made in enumerate(event.made) if made is not None],
    )
    if entry.allocated:
        stats.memory.append(_memory(trace, entries, entry))
    return stats


def _output(slot: int, made: Made) -> NodeOutput:
    allocation = AllocationDescription(
        requested_bytes=made.size, allocated_bytes=made.size, allocator_name=ALLOCATOR, ptr=made.place
    )
    description = TensorDescription(
        dtype=made.dtype.as_datatype_enum,
        shape=TensorShape(made.shape).as_proto(),
        allocation_description=allocation,
    )
    return NodeOutput(slot=slot, tensor_description=description)


def _memory(trace: Trace, entries: list[Entry], entry: Entry) -> AllocatorMemoryUsed:
    freed = [(entries[index].event.end, size) for index, size in entry.freed]
    records = [(entry.event.start, entry.allocated), *((moment, -size) for moment, size in freed)]
    return AllocatorMemoryUsed(
        allocator_name=ALLOCATOR,
        total_bytes=entry.allocated,
        peak_bytes=entry.allocated,
        live_bytes=entry.allocated - sum(size for _, size in freed),
        allocation_records=[
            AllocationRecord(alloc_micros=trace.wall(moment) // 1000, alloc_bytes=size) for moment, size in records
        ],
        allocator_bytes_in_use=entry.live,
    )


def partition_graph(schedule: Sequence[Item], fed: Sequence[Tensor]) -> GraphDef:
    """The program's nodes that a plan runs, in its order; what is fed stands as placeholders."""
    graph = GraphDef()
    ops = list(dict.fromkeys(_ops(schedule)))
    names = {op.name for op in ops}
    for tensor in fed:
        if tensor.op.name not in names:
            names.add(tensor.op.name)
            graph.node.append(_placeholder(tensor))
    for op in ops:
        node = graph.node.add()
        node.CopyFrom(op.node_def)
        node.device = node.device or DEVICE
        kept = [name for name in node.input if _node_of(name) in names]
        node.ClearField("input")
        node.input.extend(kept)
    return graph


def _ops(items: Sequence[Item]) -> Sequence[Operation]:
    found: list[Operation] = []
    for item in items:
        if isinstance(item, Loop):
            found += [*item.enters, *item.merges, *_ops(item.items), *item.exits]
        else:
            found += members(item)
    return found


def _node_of(name: str) -> str:
    return name.removeprefix("^").partition(":")[0]


def _placeholder(tensor: Tensor) -> NodeDef:
    node = NodeDef(name=tensor.op.name, op="Placeholder", device=DEVICE)
    node.attr["dtype"].type = tensor.dtype.base_dtype.as_datatype_enum
    node.attr["shape"].shape.CopyFrom(tensor.shape.as_proto())
    return node


def cost_graph(entries: list[Entry], labels: Labels) -> CostGraphDef:
    """What each step of a run cost: its microseconds and the bytes of its outputs."""
    graph = CostGraphDef()
    ids: dict[str, int] = {}
    for entry in entries:
        event = entry.event
        if event.op.name in ids:
            graph.node[ids[event.op.name]].compute_cost += (event.end - event.start) // 1000
            continue
        ids[event.op.name] = len(ids)
        node = graph.node.add(
            name=event.op.name,
            device=DEVICE,
            id=ids[event.op.name],
            compute_cost=(event.end - event.start) // 1000,
            temporary_memory_size=entry.allocated,
        )
        for made in event.made:
            if made is not None:
                shape = TensorShape(made.shape).as_proto()
                dtype = made.dtype.as_datatype_enum
                node.output_info.add(size=made.size, alias_input_port=-1, shape=shape, dtype=dtype)
        for name in labels.inputs(event.op):
            if _node_of(name) in ids and not name.startswith("^"):
                index = name.partition(":")[2]
                node.input_info.add(preceding_node=ids[_node_of(name)], preceding_port=int(index or 0))
            elif _node_of(name) in ids:
                node.control_input.append(ids[_node_of(name)])
    return graph


def fill(metadata: Any, plan: Any, trace: Trace | None, options: Any, with_costs: bool) -> None:
    """Write what a run's `RunOptions` ask for into its `RunMetadata`, in place of what was there."""
    metadata.Clear()
    if trace is not None:
        entries = plan.account(trace)
        metadata.step_stats.CopyFrom(step_stats(trace, entries, plan.labels()))
        if with_costs:
            metadata.cost_graph.CopyFrom(cost_graph(entries, plan.labels()))
    if options is not None and options.output_partition_graphs:
        metadata.partition_graphs.append(partition_graph(plan.schedule, plan.fed))
