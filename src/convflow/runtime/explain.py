"""A plan, told as a database tells a query's (API: convflow.explain)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from convflow.core.shape import TensorShape
from convflow.graph import defaults
from convflow.graph.graph import Graph
from convflow.graph.inference import BuildContext
from convflow.graph.operation import Operation, Tensor
from convflow.graph.scopes import get_default_graph
from convflow.runtime import costs, functions
from convflow.runtime.feeds import read_feeds
from convflow.runtime.fetches import FetchStructure
from convflow.runtime.fused import Folded, Renamed
from convflow.runtime.ledger import Entry
from convflow.runtime.loops import Item, Loop
from convflow.runtime.options import PlanOptions, plan_options
from convflow.runtime.plan import Plan
from convflow.runtime.shaped_plans import ShapedPlans
from convflow.runtime.step_stats import members
from convflow.runtime.store import Store
from convflow.runtime.trace import Trace

# A step may stand for as many nodes as there are variables: a line names so many of them, `Explanation.steps` all.
_MOST_LISTED = 3
_COLUMNS = ("step", "nodes", "makes", "FLOPs", "moves", "lets go", "holds")


@dataclass(frozen=True)
class PlanStep:
    """One step of a plan.

    Attributes:
        title: what it is: a node's type, the types of those that run as one, or "Loop".
        names: the program's nodes whose work it does.
        outputs: the shape and type of each value it makes.
        flops: its floating-point operations; None where shapes are not known.
        bytes: of what it reads and writes; None likewise.
        releases: the values nobody reads after it.
        memory: the bytes that all steps so far have made and not let go, while it runs; None likewise.
        repeats: how often it ran; None if nothing was run.
    """

    title: str
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    flops: int | None
    bytes: int | None
    releases: tuple[str, ...]
    memory: int | None
    repeats: int | None


@dataclass(frozen=True)
class Explanation:
    """A plan's steps in order. Printed, it is a table; `str` gives the same as plain text.

    Attributes:
        steps: in the order they run. Constants and new names take no time and are not among them.
        rewrites: how many nodes of the plan each rewrite has taken away or put into others.
        nodes: how many nodes of the program the plan runs.
        was_run: whether shapes and bytes are those of a run.
    """

    steps: tuple[PlanStep, ...]
    rewrites: dict[str, int]
    nodes: int
    was_run: bool

    @property
    def flops(self) -> int:
        """The floating-point operations of all steps where they are known."""
        return sum(step.flops or 0 for step in self.steps)

    @property
    def bytes(self) -> int:
        """What all steps read and write, where it is known."""
        return sum(step.bytes or 0 for step in self.steps)

    @property
    def peak_memory(self) -> int:
        """The most bytes held at once by what steps make, where they are known. Variables, constants and feeds are
        not counted."""
        return max((step.memory or 0 for step in self.steps), default=0)

    @property
    def is_complete(self) -> bool:
        """Whether all shapes are known."""
        return all(None not in (step.flops, step.bytes, step.memory) for step in self.steps)

    def summary(self) -> str:
        """The totals in some lines."""
        least = "" if self.is_complete else "at least "
        told = ", ".join(f"{name} {count}" for name, count in self.rewrites.items() if count)
        lines = [
            f"{len(self.steps)} steps of {self.nodes} nodes; {least}{quantity(self.flops, 1000)}FLOP, "
            f"{least}{quantity(self.bytes, 1024)}B read and written, peak memory {least}"
            f"{quantity(self.peak_memory, 1024)}B",
            f"rewrites (nodes): {told or 'none'}",
        ]
        if not self.is_complete:
            lines.append("? : depends on sizes the graph does not know; with a feed_dict they are those of a run")
        return "\n".join(lines)

    def __rich_console__(self, console: Any, options: Any) -> Any:
        # Loaded here: programs that explain nothing do without.
        table = import_module("rich.table").Table(*_COLUMNS, box=import_module("rich.box").SIMPLE_HEAD)
        for column in table.columns[3:]:
            column.justify = "right"
            column.no_wrap = True
        table.columns[5].justify = "left"
        table.columns[5].no_wrap = False
        text = import_module("rich.text").Text
        for step in self.steps:
            table.add_row(*map(text, _cells(step)))
        yield table
        yield text(self.summary())

    def __str__(self) -> str:
        rows = [_COLUMNS, *map(_cells, self.steps)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:], "", self.summary()])


def _cells(step: PlanStep) -> tuple[str, ...]:
    title = f"{step.title} x{step.repeats}" if step.repeats is not None and step.repeats != 1 else step.title
    return (
        title,
        _listed(step.names),
        _listed(step.outputs),
        quantity(step.flops, 1000),
        _bytes(step.bytes),
        _listed(step.releases),
        _bytes(step.memory),
    )


def _bytes(number: int | None) -> str:
    return "?" if number is None else f"{quantity(number, 1024)}B"


def quantity(number: int | None, base: int) -> str:
    """A number with a prefix for people: "1.5 M"; "Mi" where a step is 1024."""
    if number is None:
        return "?"
    for prefix in ("", "k", "M", "G", "T"):
        if abs(number) < 10 * base or prefix == "T":
            break
        number = round(number / base) if abs(number) >= 100 * base else number / base  # type: ignore[assignment]
    text = f"{number:.0f}" if isinstance(number, int) or number >= 100 else f"{number:.1f}"
    return f"{text} {prefix}{'i' if prefix and base == 1024 else ''}" if prefix else f"{text} "


def explain(fetches: Any, feed_dict: Any = None, graph: Graph | None = None) -> Explanation:
    """What `Session.run` would do for these fetches, step by step.

    Without a `feed_dict` shapes are those the graph knows, and nothing is run; placeholders count as fed. With one
    the fetches are run once, and shapes and bytes are those of that run; where a session makes a plan for shapes that
    come again, it is that plan. Variables have the values of the default
    session, or their initial ones if there is none, and keep them: the run works on copies. Queues and iterators
    of the default session go on by that run.

    Args:
        fetches: a tensor, operation, variable or name; or lists, tuples, dicts of them.
        feed_dict: as of `Session.run`.
        graph: where names are looked up; by default that of the default session, or the default graph.

    Raises:
        TypeError, ValueError: fetches or feeds that cannot be.
        tf.errors.OpError: a node failed in that run.
    """
    session = defaults.sessions.top()
    if graph is None:
        graph = session.graph if session is not None else get_default_graph()
    elif session is not None and session.graph is not graph:
        session = None
    structure = FetchStructure(graph, fetches)
    options = session._plan_options if session is not None else plan_options(None)
    store = session._store.copied() if session is not None else Store(functions.compiled)
    if feed_dict is None:
        return _told(Plan(structure.elements, _placeholders(graph), store, options), None)
    feeds = read_feeds(graph, feed_dict)
    if session is None:
        _initialize(graph, store)
    values = list(feeds.values())
    plans = ShapedPlans(Plan(structure.elements, list(feeds), store, options))
    plans.plan_for(values)
    plan = plans.plan_for(values)  # that of the second run with these shapes and of all that follow
    trace = Trace()
    plan.run(values, trace)
    return _told(plan, trace)


def _placeholders(graph: Graph) -> list[Tensor]:
    return [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]


def _initialize(graph: Graph, store: Store) -> None:
    """Give the graph's variables their initial values."""
    names = ("variables", "local_variables")
    initializers = [variable.initializer for name in names for variable in graph.get_collection(name)]
    if initializers:
        Plan(list(dict.fromkeys(initializers)), [], store, PlanOptions()).run([])


def _told(plan: Plan, trace: Trace | None) -> Explanation:
    facts = _of_run(plan, trace) if trace is not None else _Shapes()
    steps = []
    for item, releases in zip(plan.schedule, plan.releases(), strict=True):
        facts.begin(item, releases)
        if not _takes_no_time(item):
            steps.append(_step(item, releases, facts))
        facts.end(item, releases)
    nodes = sum(len(item.ops) if isinstance(item, Loop) else len(members(item)) for item in plan.schedule)
    return Explanation(tuple(steps), dict(plan.rewrites), nodes, trace is not None)


def _takes_no_time(item: Item) -> bool:
    return isinstance(item, Operation) and (isinstance(item, (Folded, Renamed)) or item.type == "Const")


def _step(item: Item, releases: Sequence[Tensor], facts: _Shapes) -> PlanStep:
    released = tuple(tensor.name for tensor in releases if tensor.op.type != "Const")
    if isinstance(item, Loop):
        names = tuple(op.name for op in item.ops if op.type == "LoopCond")
        made = tuple(map(facts.text, item.outputs))
        return PlanStep("Loop", names, made, facts.flops(item), facts.traffic(item), released, facts.memory, None)
    names = tuple(op.name for op in members(item))
    made = tuple(facts.text(tensor) for tensor in item.outputs)
    return PlanStep(
        item.type, names, made, facts.flops(item), facts.traffic(item), released, facts.memory, facts.repeats(item)
    )


class _Shapes:
    """What is known of a plan's values: their static shapes here.

    Attributes:
        memory: the bytes held while the step at hand runs; None from where sizes are not known.
    """

    def __init__(self) -> None:
        self.memory: int | None = 0
        # What a value looks at, and how many values look at that: memory goes with the last of them.
        self._blocks: dict[Tensor, Tensor] = {}
        self._holders: dict[Tensor, int] = {}

    def shape(self, tensor: Tensor) -> tuple[int, ...] | None:
        if not tensor.shape.is_fully_defined():
            return None
        return tuple(size for size in tensor.shape.as_list() if size is not None)

    def text(self, tensor: Tensor) -> str:
        shape = self.shape(tensor)
        known = TensorShape(shape) if shape is not None else tensor.shape
        return f"{tensor.dtype.base_dtype.name}{_shape_text(known)}"

    def size(self, tensor: Tensor) -> int | None:
        """Bytes of a value; those of strings and resources count as none."""
        if not tensor.dtype.base_dtype.is_numeric_tensor and tensor.dtype.base_dtype.name != "bool":
            return 0
        shape = self.shape(tensor)
        return None if shape is None else math.prod(shape) * tensor.dtype.base_dtype.size

    def repeats(self, item: Operation) -> int | None:
        return None

    def flops(self, item: Item) -> int | None:
        """The operations of a step: those of the nodes in it."""
        if isinstance(item, Loop):
            return None
        return _total(
            costs.operations(op, [*map(self.shape, op.inputs)], [*map(self.shape, op.outputs)]) for op in members(item)
        )

    def traffic(self, item: Item) -> int | None:
        """Bytes that a step reads and writes."""
        if isinstance(item, Operation) and item.type in costs.VIEWS:
            return 0
        read = item.inputs if isinstance(item, Loop) or not set(_types(item)) <= costs.ABOUT_SHAPES else ()
        return _total(map(self.size, dict.fromkeys((*read, *item.outputs))))

    def begin(self, item: Item, releases: Sequence[Tensor]) -> None:
        """Count what a step makes."""
        if self.memory is not None:
            made = _total(self._hold(item, tensor) for tensor in item.outputs)
            self.memory = None if made is None else self.memory + made

    def end(self, item: Item, releases: Sequence[Tensor]) -> None:
        """Count what it lets go."""
        gone = _total(map(self._let_go, releases))
        if self.memory is not None and gone is not None:
            self.memory -= gone

    def _hold(self, item: Item, tensor: Tensor) -> int | None:
        """The bytes that a value adds: none if it looks at another one."""
        if isinstance(item, Operation) and (item.type in costs.VIEWS or isinstance(item, (Folded, Renamed))):
            viewed = self._blocks.get(item.inputs[0]) if item.inputs else None
            if viewed is not None:
                self._blocks[tensor] = viewed
                self._holders[viewed] += 1
            return 0
        if tensor.op.type == "Const":
            return 0
        self._blocks[tensor] = tensor
        self._holders[tensor] = 1
        return self.size(tensor)

    def _let_go(self, tensor: Tensor) -> int | None:
        block = self._blocks.get(tensor)
        if block is None:
            return 0
        self._holders[block] -= 1
        return 0 if self._holders[block] else self.size(block)


class _Run(_Shapes):
    """What a run has shown."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self._entries: dict[Operation, list[Entry]] = {}
        self._shapes: dict[Tensor, tuple[int, ...]] = {}
        for entry in entries:
            event = entry.event
            self._entries.setdefault(event.op, []).append(entry)
            for tensors, values in ((event.op.inputs, event.taken), (event.op.outputs, event.made)):
                for tensor, made in zip(tensors, values, strict=False):
                    if made is not None:
                        self._shapes.setdefault(tensor, made.shape)

    def shape(self, tensor: Tensor) -> tuple[int, ...] | None:
        return self._shapes.get(tensor, super().shape(tensor))

    def repeats(self, item: Operation) -> int | None:
        return len(self._entries.get(item, ()))

    def begin(self, item: Item, releases: Sequence[Tensor]) -> None:
        inside = _ops_of(item)
        entries = [entry for op in inside for entry in self._entries.get(op, ())]
        if entries:
            self.memory = max(entry.live for entry in entries)

    def end(self, item: Item, releases: Sequence[Tensor]) -> None:
        pass

    def flops(self, item: Item) -> int | None:
        if not isinstance(item, Loop):
            self._infer(item)
            return super().flops(item)
        found = [(len(self._entries[op]), super(_Run, self).flops(op)) for op in _ops_of(item) if op in self._entries]
        return _total(None if flops is None else count * flops for count, flops in found)

    def _infer(self, item: Operation) -> None:
        """The sizes inside of a step that runs several nodes, from those that go in."""
        for op in members(item) if len(members(item)) > 1 else ():
            shapes = op.definition.shape(_KnownShapes(op, self.shape))
            for tensor, shape in zip(op.outputs, shapes, strict=True):
                if shape.is_fully_defined():
                    self._shapes.setdefault(tensor, tuple(shape.as_list()))


class _KnownShapes(BuildContext):
    """A node while its graph is built, whose inputs' sizes are known."""

    def __init__(self, op: Operation, shape: Callable[[Tensor], tuple[int, ...] | None]) -> None:
        super().__init__(op)
        self._shape = shape

    def input(self, index: int) -> TensorShape:
        shape = self._shape(self._op.inputs[index])
        return super().input(index) if shape is None else TensorShape(shape)


def _of_run(plan: Plan, trace: Trace) -> _Run:
    return _Run(plan.account(trace))


def _ops_of(item: Item) -> list[Operation]:
    return [op for inner in item.items for op in _ops_of(inner)] if isinstance(item, Loop) else [item]


def _types(item: Operation) -> list[str]:
    return [op.type for op in members(item)]


def _total(numbers: Any) -> int | None:
    found = list(numbers)
    return None if None in found else sum(found)


def _listed(texts: Sequence[str]) -> str:
    """The first of them, and how many there are where these are not all."""
    if len(texts) <= _MOST_LISTED:
        return ", ".join(texts)
    return f"{', '.join(texts[: _MOST_LISTED - 1])}, ... ({len(texts)})"


def _shape_text(shape: TensorShape) -> str:
    if shape.rank is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in shape.as_list()) + "]"
