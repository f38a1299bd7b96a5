"""Which nodes run under which conditions, read off a graph's Switch and Merge nodes before anything runs.

A guard says when a node has values: a set of clauses, of which one must hold; a clause is a set of literals
(predicate, side), all of which must hold. A Switch adds a literal, a node needs the guards of all it takes and
waits for, a Merge needs one of its inputs'. Both sides of one predicate together cancel it, so after the Merge of
a `tf.cond` everything is unguarded again. Where a guard is not found to cancel, the plan tests it when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product
from typing import Any

from convflow.graph.operation import Operation, Tensor
from convflow.ops.loop_nodes import NEXT_ITERATIONS
from convflow.ops.switch import MERGES, SWITCHES
from convflow.runtime.fused import Fused, Renamed
from convflow.runtime.loops import Item, Loop

# A predicate is the tensor it comes from; of a variable's reference, the Switch that reads it.
Predicate = Tensor | Operation
Literal = tuple[Predicate, bool]
Clause = frozenset[Literal]
Guard = frozenset[Clause]

ALWAYS: Guard = frozenset([frozenset()])
NEVER: Guard = frozenset()


def both(left: Guard, right: Guard) -> Guard:
    """When two guards hold."""
    if left is ALWAYS or left == right:
        return right
    if right is ALWAYS:
        return left
    return _simplified(one | other for one, other in product(left, right) if not _contradict(one, other))


def either(guards: Iterable[Guard]) -> Guard:
    """When one of the guards holds."""
    return _simplified(clause for guard in guards for clause in guard)


def _contradict(one: Clause, other: Clause) -> bool:
    return any((predicate, not side) in other for predicate, side in one)


def _simplified(clauses: Iterable[Clause]) -> Guard:
    result = set(clauses)
    while True:
        result = {clause for clause in result if not any(other < clause for other in result)}
        joined = next(filter(None, (_joined(*pair) for pair in combinations(result, 2))), None)
        if joined is None:
            break
        result.add(joined[0])
    return ALWAYS if frozenset() in result else frozenset(result)


def _joined(one: Clause, other: Clause) -> tuple[Clause] | None:
    """The clause that two make which differ in the side of one predicate."""
    difference = one ^ other
    if len(difference) != 2:
        return None
    (first, side), (second, other_side) = difference
    return (one & other,) if first is second and side != other_side else None


def assuming(guard: Guard, literal: Literal) -> Guard:
    """What is left of a guard where a literal is known to hold."""
    predicate, side = literal
    left = [clause - {literal} for clause in guard if (predicate, not side) not in clause]
    return ALWAYS if frozenset() in left else frozenset(left)


class Guards:
    """The guards of a schedule's nodes.

    Args:
        schedule: the nodes in the order they run, and loops.
        fed: tensors whose values the run is given.
        given: nodes that have run before the schedule.
        decided: predicates that are known, and their values. What they exclude has the guard `NEVER`.
    """

    def __init__(
        self,
        schedule: list[Item],
        fed: Iterable[Tensor],
        given: Iterable[Operation] = (),
        decided: Mapping[Tensor, Any] | None = None,
    ) -> None:
        self._fed = set(fed)
        self._decided: Mapping[Any, Any] = decided or {}
        self._of: dict[Item, Guard] = dict.fromkeys(given, ALWAYS)
        self._readers: dict[Predicate, Operation] = {}
        self._switched = False
        self._same: dict[Tensor, Tensor] = {}
        for item in schedule:
            self.add(item, self._guard(item))

    @property
    def predicates(self) -> dict[Predicate, Operation]:
        """The predicates that are not known, each with a Switch that it decides."""
        return self._readers

    def is_decided(self, op: Operation) -> bool:
        """Whether it is known which side of a Switch runs."""
        return self.predicate(op) in self._decided

    def add(self, item: Item, guard: Guard) -> None:
        """Take in an item that runs under a guard."""
        self._of[item] = guard
        if isinstance(item, Loop):
            self._of.update(dict.fromkeys(item.exits, guard))
        elif isinstance(item, Renamed):
            self._same.update(zip(item.outputs, item.inputs, strict=True))
        if isinstance(item, Fused):
            self._of.update(dict.fromkeys(item.members, guard))

    def of(self, item: Item) -> Guard:
        """When a node or loop runs."""
        return self._of[item]

    def of_value(self, tensor: Tensor) -> Guard:
        """When there is a value."""
        if tensor in self._fed:
            return ALWAYS
        guard = self._of[tensor.op]
        if tensor.op.type not in SWITCHES:
            return guard
        predicate, side = self.predicate(tensor.op), tensor.value_index == 1
        if predicate in self._decided:
            return guard if bool(self._decided[predicate]) == side else NEVER
        return both(guard, frozenset([frozenset([(predicate, side)])]))

    def source(self, tensor: Tensor) -> Tensor:
        """The tensor whose value this one is: a Switch has none of its own, nor has what a rewrite renamed."""
        while tensor not in self._fed:
            if tensor in self._same:
                tensor = self._same[tensor]
            elif passes_on(tensor.op):
                tensor = tensor.op.inputs[0]
            else:
                break
        return tensor

    def _guard(self, op: Item) -> Guard:
        if isinstance(op, Operation) and op.type == "ControlTrigger":
            return ALWAYS
        if isinstance(op, Operation) and op.type in MERGES:
            # What a Merge waits for need not have run.
            return either(self.of_value(tensor) for tensor in op.inputs)
        guard = ALWAYS
        if not self._switched and not (isinstance(op, Operation) and op.type in SWITCHES):
            return guard  # nothing depends on a condition so far
        for tensor in op.inputs:
            guard = both(guard, self.of_value(tensor))
        for control in op.control_inputs:
            # What is not in the schedule is looked through, which no branch's nodes are.
            guard = both(guard, self._of.get(control, ALWAYS))
        if isinstance(op, Operation) and op.type in SWITCHES:
            self._switched = True
            predicate = self.predicate(op)
            if predicate not in self._decided:
                self._readers.setdefault(predicate, op)
        return guard

    def predicate(self, op: Operation) -> Predicate:
        """What decides a Switch."""
        tensor = self.source(op.inputs[1])
        while tensor not in self._fed and tensor.op.type == "Identity" and not tensor.op.inputs[0].dtype._is_ref_dtype:
            tensor = self.source(tensor.op.inputs[0])
        # A variable may change between two Switches.
        return op if tensor.dtype._is_ref_dtype and tensor not in self._fed else tensor


def passes_on(op: Operation) -> bool:
    """Whether a node's outputs are its input under other names: a Switch, unless it reads a variable."""
    if op.type == "LoopCond" or op.type in NEXT_ITERATIONS:
        return True
    return op.type in SWITCHES and op.inputs[0].dtype._is_ref_dtype == op.outputs[0].dtype._is_ref_dtype
