"""The lines of one function of a plan: of the whole step, or of a loop's rounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.ops.switch import MERGES, SWITCHES
from convflow.runtime import memory
from convflow.runtime.body import Body
from convflow.runtime.fused import Folded, Renamed, reference_positions
from convflow.runtime.guards import ALWAYS, NEVER, Guard, Guards, Literal, Predicate, assuming, passes_on
from convflow.runtime.loops import Item, Loop
from convflow.runtime.store import Store


class Unit:
    """What the functions of one plan share.

    Args:
        fed: the fed tensors, in the order of the step's arguments.
        store: the session's state, bound into stateful kernels.
    """

    def __init__(self, fed: list[Tensor], store: Store) -> None:
        self.fed = set(fed)
        self.store = store
        self.namespace: dict[str, Any] = {}
        self.kernels: dict[str, Operation] = {}
        self.names: dict[Tensor, str] = {tensor: f"feed_{index}" for index, tensor in enumerate(fed)}
        self.functions: list[Body] = []


class Region:
    """One function: some nodes and loops in their order.

    Args:
        unit: what all functions share.
        name, arguments: of the function.
        items: the nodes and loops.
        guards: when they run.
        kept: values that are not let go after their last use.
    """

    def __init__(
        self, unit: Unit, name: str, items: list[Item], guards: Guards, arguments: list[str], kept: Iterable[Tensor]
    ) -> None:
        self._unit = unit
        self._store = unit.store
        self._namespace = unit.namespace
        self._names = unit.names
        self._fed = unit.fed
        self._items = items
        self._guards = guards
        self._body = Body(name, arguments)
        kept = list(kept)
        self._read = {*kept, *(tensor for item in items for tensor in item.inputs)}
        self._freed = dict(zip(items, memory.last_uses(items, kept, guards.source), strict=True))
        self._assumed: Literal | None = None

    def _run(self, items: list[Item]) -> None:
        for item in items:
            if isinstance(item, Loop):
                LoopRegion(self._unit, item).emit()
                self._call_loop(item)
            else:
                self._node(item)
            self._release(self._freed[item])

    def _guard(self, item: Item) -> Guard:
        guard = self._guards.of(item)
        return guard if self._assumed is None else assuming(guard, self._assumed)

    def _guard_of_value(self, tensor: Tensor) -> Guard:
        guard = self._guards.of_value(tensor)
        return guard if self._assumed is None else assuming(guard, self._assumed)

    def _node(self, op: Operation) -> None:
        if isinstance(op, Renamed):
            self._rename(op)
        elif isinstance(op, Folded):
            self._bind(op, op.known)
        elif op.type == "Const":
            self._bind_constant(op)
        elif op.type in SWITCHES:
            self._switch(op)
        elif op.type in MERGES:
            self._merge(op)
        elif op.type != "ControlTrigger" and not self._pass_on(op):
            self._call(op)
        for tensor in op.outputs:
            if tensor in self._body.flags and tensor not in self._fed:
                self._set_flag(tensor)

    def _bind_constant(self, op: Operation) -> None:
        if op.outputs[0] in self._fed:
            return  # here only because another node waits for it
        name = f"constant_{op._id}"
        try:
            self._namespace[name] = op.definition.kernel(op)()
        except MemoryError as error:
            raise errors.ResourceExhaustedError(
                op.node_def,
                op,
                f"The constant {op.name} of shape {op.outputs[0].shape} does not fit into memory: {error}. Feed a "
                f"smaller value, or do not fetch what needs it.\n\t [[{op.describe()}]]",
            ) from None
        self._names[op.outputs[0]] = name

    def _bind(self, op: Operation, values: Iterable[Any]) -> None:
        """Give a node's outputs values that all runs share."""
        for index, (tensor, value) in enumerate(zip(op.outputs, values, strict=True)):
            if tensor not in self._fed:
                self._names[tensor] = f"constant_{op._id}_{index}"
                self._namespace[self._names[tensor]] = value

    def _call(self, op: Operation) -> None:
        targets = [self._target(tensor) for tensor in op.outputs]
        guard = self._guard(op)
        if guard == NEVER:
            return
        kernel = f"kernel_{op._id}"
        make = op.definition.kernel
        self._unit.kernels[kernel] = op
        self._namespace[kernel] = make(op, self._store) if op.definition.takes_store else make(op)
        arguments = ", ".join(self._arguments(op))
        assignment = (
            f"{', '.join(targets)}{',' if _returns_list(op) and len(targets) == 1 else ''} = " if targets else ""
        )
        self._body.add(f"{assignment}{kernel}({arguments})", op, guard)

    def _call_loop(self, loop: Loop) -> None:
        guard = self._guard(loop)
        if guard == NEVER:
            return
        arguments = ", ".join(self._edge(tensor, op) for tensor, op in zip(loop.inputs, loop.enters, strict=True))
        targets = "".join(f"{self._target(tensor)}, " for tensor in loop.outputs)
        call = f"{loop_name(loop)}({arguments})"
        self._body.add(f"{targets}= {call}" if targets else call, loop.enters[0], guard)

    def _edge(self, tensor: Tensor, reader: Operation) -> str:
        """A value as a node takes it that passes it on: a reference stays one if the node outputs one."""
        return self._names[tensor] if reader.outputs[0].dtype._is_ref_dtype else self._value(tensor)

    def _switch(self, op: Operation) -> None:
        if op in self._body.flags:
            self._set_flag(op)
        if self._pass_on(op):
            return
        targets = " = ".join(self._target(tensor) for tensor in op.outputs)
        self._body.add(f"{targets} = {self._value(op.inputs[0])}", op, self._guard(op))

    def _pass_on(self, op: Operation) -> bool:
        """Give a node's outputs the name of its input, if that is all it does."""
        if passes_on(op):
            for tensor in op.outputs:
                if tensor not in self._fed:
                    self._names[tensor] = self._names[self._guards.source(tensor)]
            return True
        return False

    def _rename(self, op: Renamed) -> None:
        for tensor in op.outputs:
            # What nobody takes has been taken out of the plan.
            name = self._names.get(self._guards.source(tensor))
            if name is not None:
                self._names[tensor] = name

    def _merge(self, op: Operation) -> None:
        sources = [(index, tensor, self._guard_of_value(tensor)) for index, tensor in enumerate(op.inputs)]
        possible = [source for source in sources if source[2] != NEVER]
        texts: list[list[str]] = [[], []]
        for index, tensor, _ in possible:
            is_reference = op.outputs[0].dtype._is_ref_dtype
            texts[0].append(self._names[tensor] if is_reference else self._value(tensor))
            texts[1].append(self._index(index))
        for tensor, choices in zip(op.outputs, texts, strict=True):
            target = self._target(tensor)
            if possible and tensor in self._read:
                conditions = [self._body.condition(guard) for _, _, guard in possible[:-1]]
                self._body.add(f"{target} = {_choice(choices, conditions)}", op, self._guard(op))

    def _index(self, index: int) -> str:
        self._namespace[f"index_{index}"] = torch.tensor(index, dtype=torch.int32)
        return f"index_{index}"

    def _target(self, tensor: Tensor) -> str:
        if tensor in self._fed:
            return "_"  # this output is fed, another one is needed
        self._names[tensor] = f"value_{tensor.op._id}_{tensor.value_index}"
        return self._names[tensor]

    def _arguments(self, op: Operation) -> list[str]:
        refs = reference_positions(op)
        return [self._names[tensor] if index in refs else self._value(tensor) for index, tensor in enumerate(op.inputs)]

    def _value(self, tensor: Tensor) -> str:
        name = self._names[tensor]
        is_slot = tensor.dtype._is_ref_dtype and tensor not in self._fed
        return f"{name}.read()" if is_slot else name

    # Predicates

    def _name_flags(self) -> None:
        predicates = self._guards.predicates
        self._body.flags.update((predicate, f"flag_{index}") for index, predicate in enumerate(predicates))
        for predicate, op in predicates.items():
            if predicate in self._fed:
                self._set_flag(predicate)
            elif self._guard(predicate.op if isinstance(predicate, Tensor) else op) != ALWAYS:
                self._body.add(f"{self._body.flags[predicate]} = False", op)

    def _set_flag(self, predicate: Predicate) -> None:
        op = self._guards.predicates[predicate]
        tensor = predicate if isinstance(predicate, Tensor) else predicate.inputs[1]
        guard = self._guard(op) if predicate is op else self._guard_of_value(tensor)
        self._body.add(f"{self._body.flags[predicate]} = as_flag({self._value(tensor)}, {tensor.name!r})", op, guard)

    # Ends

    def _release(self, tensors: list[Tensor]) -> None:
        for tensor in tensors:
            name = self._names.get(tensor, "")
            guard = self._guard_of_value(tensor)
            is_bound = guard != NEVER and (tensor.op.type not in MERGES or tensor in self._read)
            if name.startswith(("value_", "feed_")) and is_bound:
                self._body.release(name, guard)


class LoopRegion(Region):
    """The function of a loop: it takes the values that enter and returns those that come out.

    A round computes whether there is another one, leaves if not, runs the body and hands the new values on.
    """

    def __init__(self, unit: Unit, loop: Loop) -> None:
        guards = Guards(loop.items, unit.fed, given=[*loop.enters, *loop.merges])
        self._loop = loop
        # The predicate as the guards know it.
        self._condition = guards.predicate(next(op for op in loop.items if _is_loop_switch(op)))  # type: ignore[arg-type]
        phases = _phases(loop.items, guards, self._condition)
        order = sorted(loop.items, key=lambda item: phases[item])
        self._parts = [[item for item in order if phases[item] == phase] for phase in range(3)]
        for op in loop.enters:
            unit.names[op.outputs[0]] = f"value_{op._id}_0"
        arguments = [unit.names[op.outputs[0]] for op in loop.enters]
        super().__init__(unit, loop_name(loop), order, guards, arguments, self._kept(guards))

    def _kept(self, guards: Guards) -> list[Tensor]:
        """What the next round or the way out needs."""
        loop = self._loop
        kept = [tensor for op in (*loop.enters, *loop.merges) for tensor in op.outputs]
        kept += [tensor for op in (*loop.merges, *loop.exits) for tensor in op.inputs]
        return [guards.source(tensor) for tensor in kept]

    def emit(self) -> None:
        self._begin()
        self._body.begin_rounds()
        self._name_flags()
        self._run(self._parts[0])
        flag = self._body.flags[self._condition]
        self._body.add(f"if not {flag}: break", self._loop.condition)
        self._assumed = (self._condition, True)
        self._run(self._parts[1])
        self._hand_on()
        self._body.end_rounds()
        self._assumed = (self._condition, False)
        self._run(self._parts[2])
        values = "".join(f"{self._edge(op.inputs[0], op)}, " for op in self._loop.exits)
        self._body.add(f"return ({values})", self._loop.exits[-1])
        self._unit.functions.append(self._body)

    def _begin(self) -> None:
        for op in self._loop.merges:
            index, first = next((i, t) for i, t in enumerate(op.inputs) if t.op in self._loop.enters)
            self._body.add(f"{self._target(op.outputs[0])} = {self._names[first]}", op)
            if op.outputs[1] in self._read:
                self._body.add(f"{self._target(op.outputs[1])} = {self._index(index)}", op)

    def _hand_on(self) -> None:
        """All at once, as values may change places."""
        targets, values = [], []
        for op in self._loop.merges:
            index, following = next((i, t) for i, t in enumerate(op.inputs) if t.op not in self._loop.enters)
            targets.append(self._names[op.outputs[0]])
            values.append(self._edge(following, op))
            if op.outputs[1] in self._read:
                targets.append(self._names[op.outputs[1]])
                values.append(self._index(index))
        if targets:
            self._body.add(f"{', '.join(targets)} = {', '.join(values)}", self._loop.merges[0])

    def _name_flags(self) -> None:
        super()._name_flags()
        for predicate in self._guards.predicates:
            if isinstance(predicate, Tensor) and predicate.op in (*self._loop.enters, *self._loop.merges):
                self._set_flag(predicate)


def loop_name(loop: Loop) -> str:
    """The name of a loop's function."""
    return f"loop_{loop._id}"


def _is_loop_switch(item: Item) -> bool:
    return isinstance(item, Operation) and item.type in SWITCHES and item.inputs[1].op.type == "LoopCond"


def _phases(items: list[Item], guards: Guards, condition: Predicate) -> dict[Item, int]:
    """Whether an item runs before the loop may be left (0), in all rounds but the last (1) or after them (2)."""
    phases: dict[Item, int] = {}
    made_by: dict[Operation, Item] = {}
    for item in items:
        literals = {literal for clause in guards.of(item) for literal in clause}
        if (condition, False) in literals:
            phases[item] = 2
        elif (condition, True) in literals:
            phases[item] = 1
        else:
            before = [made_by.get(tensor.op) for tensor in item.inputs]
            phases[item] = max((phases[other] for other in before if other is not None), default=0)
        made_by.update((op, item) for op in (item.exits if isinstance(item, Loop) else [item]))
    return phases


def _returns_list(op: Operation) -> bool:
    return any(arg.is_list for arg in op.definition.outputs)


def _choice(choices: list[str], conditions: list[str]) -> str:
    """An expression for the first of the choices whose condition holds, the last one having none."""
    text = choices[-1]
    for choice, condition in zip(reversed(choices[:-1]), reversed(conditions), strict=True):
        text = f"{choice} if {condition} else {text}"
    return text
