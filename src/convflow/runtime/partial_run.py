"""One run in several steps: values are fed when they are there, nodes run once (API: tf.Session.partial_run).

A step runs all nodes that what is fed by then allows, as TensorFlow's executor does. A `Stage` is what is left after a
step: it knows which tensors have values and which operations are done. Its successors, one for each set of tensors
fed next, are compiled once and kept, for programs that go through the same steps again and again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from convflow.core import errors, values
from convflow.graph.operation import Operation, Tensor
from convflow.runtime import prune, schedule
from convflow.runtime.feeds import kernel_value
from convflow.runtime.options import PlanOptions
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store

Element = Tensor | Operation


class Program(NamedTuple):
    """What was set up.

    Attributes:
        elements: the tensors to be fetched, and operations that run in between.
        feeds: the tensors to be fed.
        store: the session's.
        options: how plans are made.
    """

    elements: list[Element]
    feeds: list[Tensor]
    store: Store
    options: PlanOptions


class Stage:
    """What is known after a step.

    Args:
        program: what was set up.
        known: the tensors whose values later steps can take.
        given: the elements that have been computed.
        done: the operations that ran and must not run again.
    """

    def __init__(
        self,
        program: Program,
        known: frozenset[Tensor] = frozenset(),
        given: frozenset[Element] = frozenset(),
        done: frozenset[Operation] = frozenset(),
    ) -> None:
        self._program = program
        self._next: dict[frozenset[Tensor], Stage] = {}
        self.known, self.given, self.done = known, given, done
        self.plan: Plan | None = None
        self.gives: list[Element] = []

    def after(self, fed: frozenset[Tensor]) -> Stage:
        """The stage after a step in which these are fed; its `plan` makes it, and gives the values of `gives`."""
        if fed not in self._next:
            self._next[fed] = self._made(self.known | fed)
        return self._next[fed]

    def missing(self, element: Element) -> list[Tensor]:
        """The tensors that must still be fed for an element."""
        unfed = set(self._program.feeds) - self.known
        return _Reach([element], self.known, self.done, unfed).unfed_below()

    def _made(self, known: frozenset[Tensor]) -> Stage:
        program = self._program
        left = [item for item in program.elements if item not in known and item not in self.given]
        reach = _Reach(left, known, self.done, set(program.feeds) - known)
        ready = [item for item in left if reach.is_ready(item)]
        needed = _without_done(prune.needed_operations(ready, known), ready, known, self.done)
        handed_on = _handed_on(needed, reach.blocked, known)
        gives: list[Element] = list(dict.fromkeys([*ready, *handed_on]))
        stage = Stage(
            program,
            known | {item for item in gives if isinstance(item, Tensor) and _is_value(item)},
            self.given | set(ready),
            self.done | {op for op in needed if _runs_once(op)},
        )
        if gives:
            takes = [tensor for tensor in known if any(tensor in op.inputs for op in needed)]
            order = schedule.order(needed, set(takes) | known)
            stage.plan = Plan(gives, takes, program.store, program.options, order=order)
            stage.gives = gives
        return stage


class _Reach:
    """What is behind some elements, up to what is known, and which of it waits for tensors that are not fed."""

    def __init__(
        self, elements: Collection[Element], known: Collection[Tensor], done: Collection[Operation], unfed: set[Tensor]
    ) -> None:
        self._known, self._done, self._unfed = known, done, unfed
        self._readers: dict[Operation, list[Operation]] = {}
        self._waiting: dict[Operation, list[Tensor]] = {}
        self._walk([item.op if isinstance(item, Tensor) else item for item in elements if item not in unfed])
        self._asked_unfed = [item for item in unfed if item in elements]
        self.blocked = self._behind(self._waiting)

    def _walk(self, ops: list[Operation]) -> None:
        seen: set[Operation] = set()
        while ops:
            op = ops.pop()
            if op in seen:
                continue
            seen.add(op)
            self._waiting.setdefault(op, [])
            for before in self._before(op):
                self._readers.setdefault(before, []).append(op)
                ops.append(before)
        self._waiting = {op: tensors for op, tensors in self._waiting.items() if tensors}

    def _before(self, op: Operation) -> list[Operation]:
        found = []
        for tensor in op.inputs:
            if tensor in self._unfed:
                self._waiting[op].append(tensor)
            elif tensor not in self._known:
                found.append(tensor.op)
        for control in op.control_inputs:
            outputs = control.outputs
            if control.type == "Placeholder" and outputs[0] in self._unfed:
                self._waiting[op].append(outputs[0])
            elif control not in self._done and not (control.type == "Placeholder" and outputs[0] in self._known):
                found.append(control)
        return found

    def _behind(self, starts: Iterable[Operation]) -> set[Operation]:
        found: set[Operation] = set()
        ops = list(starts)
        while ops:
            op = ops.pop()
            if op not in found:
                found.add(op)
                ops.extend(self._readers.get(op, ()))
        return found

    def is_ready(self, element: Element) -> bool:
        """Whether nothing behind an element is missing."""
        return (
            element not in self._unfed and (element.op if isinstance(element, Tensor) else element) not in self.blocked
        )

    def unfed_below(self) -> list[Tensor]:
        found = [tensor for tensors in self._waiting.values() for tensor in tensors]
        return sorted({*found, *self._asked_unfed}, key=lambda tensor: tensor.name)


def _without_done(
    needed: set[Operation], ready: list[Element], known: Collection[Tensor], done: Collection[Operation]
) -> set[Operation]:
    """What of `needed` runs: not what was only needed by those that are done."""
    reached: set[Operation] = set()
    waiting = [item.op if isinstance(item, Tensor) else item for item in ready]
    while waiting:
        op = waiting.pop()
        if op not in reached:
            reached.add(op)
            waiting.extend(tensor.op for tensor in op.inputs if tensor not in known)
            waiting.extend(control for control in op.control_inputs if control not in done)
    return needed & reached


def _handed_on(needed: set[Operation], later: set[Operation], known: Collection[Tensor]) -> list[Tensor]:
    """The values that later steps read. Those within branches and loops, references and handles are made anew."""
    found = {
        tensor
        for op in later - needed
        for tensor in op.inputs
        if tensor.op in needed and tensor not in known and _is_value(tensor)
    }
    return sorted(found, key=lambda tensor: (tensor.op._id, tensor.value_index))


def _is_value(tensor: Tensor) -> bool:
    is_plain = tensor.dtype.base_dtype.name not in ("resource", "variant")
    is_place = tensor.dtype._is_ref_dtype and not tensor.op.inputs
    return is_plain and not is_place and tensor.graph.is_fetchable(tensor)


def _runs_once(op: Operation) -> bool:
    return op.graph.is_fetchable(op) and all(map(_is_value, op.outputs))


class PartialRun:
    """A run between its steps.

    Args:
        first: the stage in which nothing is fed.
        program: what was set up.
    """

    def __init__(self, first: Stage, program: Program) -> None:
        self._stage = first
        self._program = program
        self._values: dict[Tensor, Any] = {}
        self._results: dict[Tensor, Any] = {}
        self._unfed = set(program.feeds)
        self._unfetched = {item for item in program.elements if isinstance(item, Tensor)}

    @property
    def is_over(self) -> bool:
        """Whether all is fed and fetched that was set up."""
        return not self._unfed and not self._unfetched

    def step(self, elements: list[Element], feeds: Mapping[Tensor, Any]) -> list[Any]:
        """Feed, run what can run, and return the values of elements as NumPy.

        Args:
            elements: tensors of those set up.
            feeds: values as kernels take them.

        Raises:
            InvalidArgumentError: fed or fetched twice, not set up, or fetched before it can be computed.
            tf.errors.OpError: a node failed.
        """
        asked = self._checked(elements, feeds)
        stage = self._stage.after(frozenset(feeds))
        for tensor in asked:
            if tensor not in stage.known and tensor not in stage.given:
                missing = ", ".join(item.name for item in stage.missing(tensor))
                raise _refusal(
                    f"Fetch {tensor.name} can't be computed from the feeds that have been fed so far: it needs "
                    f"{missing}. Feed that in this step or an earlier one."
                )
        self._values.update(feeds)
        self._unfed -= set(feeds)
        if stage.plan is not None:
            made = stage.plan.run([self._values[tensor] for tensor in stage.plan.fed])
            for element, value in zip(stage.gives, made, strict=True):
                if isinstance(element, Tensor):
                    self._results[element] = value
                    self._values[element] = kernel_value(element, value)
        self._stage = stage
        self._unfetched -= set(asked)
        return [self._result(tensor) for tensor in asked]

    def _result(self, tensor: Tensor) -> Any:
        if tensor in self._results:
            return self._results[tensor]
        return np.array(values.to_numpy(self._values[tensor]))[()]

    def _checked(self, elements: list[Element], feeds: Mapping[Tensor, Any]) -> list[Tensor]:
        for tensor in feeds:
            if tensor not in self._program.feeds:
                raise _refusal(f"The feed {tensor.name} was not specified in partial_run_setup. Name it there.")
            if tensor not in self._unfed:
                raise _refusal(f"The feed {tensor.name} has already been fed. A step feeds what is not fed yet.")
        asked = []
        for element in elements:
            if not isinstance(element, Tensor):
                raise RuntimeError(
                    f"partial_run() fetches tensors, got the operation {element.name}. An operation that was named in "
                    "partial_run_setup runs by itself as soon as what it needs is fed."
                )
            if element not in self._program.elements:
                raise _refusal(f"The fetch {element.name} was not specified in partial_run_setup. Name it there.")
            if element not in self._unfetched:
                raise _refusal(f"The fetch {element.name} has already been fetched. Keep its value.")
            asked.append(element)
        return asked


def _refusal(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)
