"""Traced runs as pictures of time (API: tensorflow.python.client.timeline).

The text is JSON in the Trace Event Format (Google, "Trace Event Format"), which chrome://tracing and Perfetto open:
a row of boxes for what a device computes, arrows for values that wait, objects and a curve for memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tensorboard.compat.proto.step_stats_pb2 import NodeExecStats, StepStats

_LABEL = re.compile(r"(.*) = (.*)\((.*)\)")
_OP_TIMES = ("schedule", "gpu", "all")


class AllocationMaximum(NamedTuple):
    """The most that an allocator held.

    Attributes:
        timestamp: when, in microseconds.
        num_bytes: how much.
        tensors: the names of the values it held.
    """

    timestamp: int
    num_bytes: int
    tensors: set[str]


class StepStatsAnalysis(NamedTuple):
    """A picture and what was found while drawing it.

    Attributes:
        chrome_trace: the picture; `format_to_string` makes its text.
        allocator_maximums: an `AllocationMaximum` for each allocator, by name.
    """

    chrome_trace: ChromeTrace
    allocator_maximums: dict[str, AllocationMaximum]


class ChromeTrace:
    """Events in the order they were added."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def name_process(self, pid: int, name: str) -> None:
        self.metadata.append({"name": "process_name", "ph": "M", "pid": pid, "args": {"name": name}})

    def add(self, phase: str, category: str, name: str, pid: int, tid: int, ts: int, **more: Any) -> None:
        self.events.append(
            {"ph": phase, "cat": category, "name": name, "pid": pid, "tid": tid, "ts": ts, **more},
        )

    def format_to_string(self, pretty: bool = False) -> str:
        """The JSON text, on several lines if `pretty`."""
        trace = {"traceEvents": self.metadata + self.events}
        return (
            json.dumps(trace, indent=4, separators=(",", ": ")) if pretty else json.dumps(trace, separators=(",", ":"))
        )


@dataclass
class _Value:
    """What a step made: by whom, in which row, when, and when it was taken for the last time."""

    name: str
    id: int
    tid: int
    start: int
    end: int
    stats: NodeExecStats
    last: int
    readers: list[int] = field(default_factory=list)


class Timeline:
    """A traced run, to be looked at (API: timeline.Timeline).

    Args:
        step_stats: the `step_stats` of a `RunMetadata`.
        graph: without effect; labels name what steps take.
    """

    def __init__(self, step_stats: Any, graph: Any = None) -> None:
        if not isinstance(step_stats, StepStats):
            raise TypeError(
                f"step_stats must be a StepStats message, got {type(step_stats)}: pass run_metadata.step_stats of "
                "a run with options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)."
            )
        self._step_stats = step_stats

    def generate_chrome_trace_format(
        self, show_dataflow: bool = True, show_memory: bool = False, op_time: str = "schedule"
    ) -> str:
        """The run as text for chrome://tracing.

        Args:
            show_dataflow: arrows from the step that made a value to those that take it, unless they follow each
                other in a row.
            show_memory: values as objects, from when they are made to when they are taken for the last time, and a
                curve of the bytes held.
            op_time: "schedule", "gpu" or "all": which of a GPU's clocks counts; on a CPU they are one.

        Raises:
            ValueError: another `op_time`.
        """
        analysis = self.analyze_step_stats(show_dataflow, show_memory, op_time)
        return analysis.chrome_trace.format_to_string(pretty=True)

    def analyze_step_stats(
        self, show_dataflow: bool = True, show_memory: bool = True, op_time: str = "schedule"
    ) -> StepStatsAnalysis:
        """The same as an object, with the most that each allocator held."""
        if op_time not in _OP_TIMES:
            raise ValueError(f"op_time is {op_time!r}, expected one of {', '.join(_OP_TIMES)}.")
        drawing = _Drawing(self._step_stats)
        if show_memory:
            drawing.tensors()
        drawing.computation(show_dataflow)
        maximums = drawing.memory(show_memory)
        return StepStatsAnalysis(drawing.trace, maximums)


class _Drawing:
    """One picture while it is drawn. Process 0 is memory; each device has one for its steps, one for its values."""

    def __init__(self, step_stats: StepStats) -> None:
        self.trace = ChromeTrace()
        self.trace.name_process(0, "Allocators")
        self._rows: list[tuple[int, int, NodeExecStats]] = []
        self._values: dict[str, _Value] = {}
        for index, device in enumerate(step_stats.dev_stats):
            pid = 2 * index + 1
            self.trace.name_process(pid, f"{device.device} Compute")
            self.trace.name_process(pid + 1, f"{device.device} Tensors")
            steps = sorted(device.node_stats, key=lambda stats: stats.all_start_micros)
            self._rows += [(pid, tid, stats) for tid, stats in zip(_lanes(steps), steps, strict=True)]
        self._read()

    def _read(self) -> None:
        """What steps make, and who takes it."""
        for _, tid, stats in self._rows:
            start, end = _span(stats)
            self._values[stats.node_name] = _Value(stats.node_name, len(self._values), tid, start, end, stats, last=end)
        for position, (_, _, stats) in enumerate(self._rows):
            for name in _label(stats)[2]:
                value = self._values.get(_node_of(name))
                if value is not None:
                    value.readers.append(position)
                    value.last = max(value.last, _span(stats)[1])

    def computation(self, show_dataflow: bool) -> None:
        """A box for each step, with arrows."""
        last_in_lane: dict[tuple[int, int], str] = {}
        arrows = 0
        for pid, tid, stats in self._rows:
            start, end = _span(stats)
            name, kind, inputs = _label(stats)
            args = {"name": name, "op": kind, **{f"input{i}": text for i, text in enumerate(inputs)}}
            self.trace.add("X", "Op", kind, pid, tid, start, dur=end - start, args=args)
            before = last_in_lane.get((pid, tid))
            last_in_lane[pid, tid] = stats.node_name
            sources = dict.fromkeys(_node_of(text) for text in inputs if not text.startswith("^"))
            for source in sources if show_dataflow else ():
                value = self._values.get(source)
                if value is not None and source != before and value.end <= start:
                    self.trace.add("s", "DataFlow", source, pid, value.tid, value.end, id=arrows)
                    self.trace.add("t", "DataFlow", source, pid, tid, start, id=arrows)
                    arrows += 1

    def tensors(self) -> None:
        """Values as objects."""
        for pid, tid, stats in self._rows:
            value = self._values[stats.node_name]
            if value.stats is not stats:
                continue  # a loop made it again
            where = {"pid": pid + 1, "tid": tid, "id": value.id}
            for output in stats.output[:1]:
                snapshot = {"tensor_description": str(output.tensor_description)}
                self.trace.add("N", "Tensor", value.name, ts=value.start, **where)
                self.trace.add("O", "Tensor", value.name, ts=value.end, args={"snapshot": snapshot}, **where)
                if value.readers:
                    self.trace.add("D", "Tensor", value.name, ts=value.last, **where)

    def memory(self, shown: bool) -> dict[str, AllocationMaximum]:
        """A curve for each allocator; returns its highest points."""
        changes: dict[str, list[tuple[int, int, str]]] = {}
        for _, _, stats in self._rows:
            for used in stats.memory:
                changes.setdefault(used.allocator_name, []).extend(
                    (record.alloc_micros, record.alloc_bytes, stats.node_name) for record in used.allocation_records
                )
        maximums: dict[str, AllocationMaximum] = {}
        for allocator, records in changes.items():
            best = AllocationMaximum(0, 0, set())
            for moment, held, names in _heights(records):
                if held > best.num_bytes:
                    best = AllocationMaximum(moment, held, set(names))
                if shown:
                    self.trace.add("C", "Memory", allocator, 0, 0, moment, args={allocator: held})
            maximums[allocator] = best
        return maximums


def _heights(records: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, dict[str, int]]]:
    """After each change: when, how much is held, and whose."""
    held = 0
    names: dict[str, int] = {}
    for moment, change, name in sorted(records, key=lambda record: record[0]):
        held += change
        names[name] = names.get(name, 0) + change
        if not names[name]:
            del names[name]
        yield moment, held, names


def _lanes(steps: list[NodeExecStats]) -> list[int]:
    """A row for each step, so that no two in a row overlap."""
    ends: list[int] = []
    rows = []
    for stats in steps:
        start, end = _span(stats)
        row = next((index for index, other in enumerate(ends) if other <= start), len(ends))
        ends[row : row + 1] = [end]
        rows.append(row)
    return rows


def _span(stats: NodeExecStats) -> tuple[int, int]:
    return stats.all_start_micros, stats.all_start_micros + stats.all_end_rel_micros


def _label(stats: NodeExecStats) -> tuple[str, str, list[str]]:
    """A step's name, what it is, and what it takes."""
    found = _LABEL.match(stats.timeline_label)
    if found is None:
        return stats.node_name, stats.timeline_label or stats.node_name, []
    name, kind, inputs = found.groups()
    return name, kind, inputs.split(", ") if inputs else []


def _node_of(name: str) -> str:
    return name.removeprefix("^").partition(":")[0]
