"""From a schedule to one straight-line Python function over the kernels' values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.ops.switch import MERGES, SWITCHES
from convflow.runtime import memory
from convflow.runtime.body import Body
from convflow.runtime.guards import ALWAYS, NEVER, Guards, Predicate, passes_on
from convflow.runtime.store import Store

STEP_FILENAME = "<convflow plan>"


@dataclass(frozen=True)
class Step:
    """A compiled schedule.

    Attributes:
        run: takes the fed values, returns the fetched ones.
        source: the function's text.
        op_at_line: the node each line of the text runs, for errors.
        names: the local name of each value.
    """

    run: Callable[..., tuple[Any, ...]]
    source: str
    op_at_line: dict[int, Operation]
    names: dict[Tensor, str]


class _Emitter:
    def __init__(self, schedule: list[Operation], fed: list[Tensor], fetched: list[Tensor], store: Store) -> None:
        self._schedule = schedule
        self._fetched = fetched
        self._store = store
        self._namespace: dict[str, Any] = {"as_flag": _as_flag, "absent": _absent}
        self._names: dict[Tensor, str] = {tensor: f"feed_{index}" for index, tensor in enumerate(fed)}
        self._fed = set(fed)
        self._guards = Guards(schedule, fed)
        self._body = Body(list(self._names.values()))
        self._read = {*fetched, *(tensor for op in schedule for tensor in op.inputs)}

    def emit(self) -> Step:
        freed = memory.last_uses(self._schedule, self._fetched, self._guards.source)
        self._name_flags()
        for op, free in zip(self._schedule, freed, strict=True):
            self._node(op)
            self._release(free)
        self._return()
        source = "\n".join(self._body.lines)
        exec(compile(source, STEP_FILENAME, "exec"), self._namespace)
        return Step(self._namespace["step"], source, self._body.op_at_line, self._names)

    def _node(self, op: Operation) -> None:
        if op.type == "Const":
            self._bind_constant(op)
        elif op.type in SWITCHES:
            self._switch(op)
        elif op.type in MERGES:
            self._merge(op)
        else:
            self._call(op)
        for tensor in op.outputs:
            if tensor in self._body.flags and tensor not in self._fed:
                self._set_flag(tensor)

    def _bind_constant(self, op: Operation) -> None:
        if op.outputs[0] in self._fed:
            return  # here only because another node waits for it
        name = f"constant_{op._id}"
        self._namespace[name] = op.definition.kernel(op)()
        self._names[op.outputs[0]] = name

    def _call(self, op: Operation) -> None:
        targets = [self._target(tensor) for tensor in op.outputs]
        guard = self._guards.of(op)
        if guard == NEVER:
            return
        kernel = f"kernel_{op._id}"
        make = op.definition.kernel
        self._namespace[kernel] = make(op, self._store) if op.definition.takes_store else make(op)
        arguments = ", ".join(self._arguments(op))
        assignment = (
            f"{', '.join(targets)}{',' if _returns_list(op) and len(targets) == 1 else ''} = " if targets else ""
        )
        self._body.add(f"{assignment}{kernel}({arguments})", op, guard)

    def _switch(self, op: Operation) -> None:
        if op in self._body.flags:
            self._set_flag(op)
        if passes_on(op):
            for tensor in op.outputs:
                if tensor not in self._fed:
                    self._names[tensor] = self._names[self._guards.source(tensor)]
            return
        targets = " = ".join(self._target(tensor) for tensor in op.outputs)
        self._body.add(f"{targets} = {self._value(op.inputs[0])}", op, self._guards.of(op))

    def _merge(self, op: Operation) -> None:
        sources = [(index, tensor, self._guards.of_value(tensor)) for index, tensor in enumerate(op.inputs)]
        possible = [source for source in sources if source[2] != NEVER]
        texts: list[list[str]] = [[], []]
        for index, tensor, _ in possible:
            self._namespace[f"index_{index}"] = torch.tensor(index, dtype=torch.int32)
            is_reference = op.outputs[0].dtype._is_ref_dtype
            texts[0].append(self._names[tensor] if is_reference else self._value(tensor))
            texts[1].append(f"index_{index}")
        for tensor, choices in zip(op.outputs, texts, strict=True):
            target = self._target(tensor)
            if possible and tensor in self._read:
                conditions = [self._body.condition(guard) for _, _, guard in possible[:-1]]
                self._body.add(f"{target} = {_choice(choices, conditions)}", op, self._guards.of(op))

    def _target(self, tensor: Tensor) -> str:
        if tensor in self._fed:
            return "_"  # this output is fed, another one is needed
        self._names[tensor] = f"value_{tensor.op._id}_{tensor.value_index}"
        return self._names[tensor]

    def _arguments(self, op: Operation) -> list[str]:
        refs = _reference_positions(op)
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
            elif self._guards.of(predicate.op if isinstance(predicate, Tensor) else op) != ALWAYS:
                self._body.add(f"{self._body.flags[predicate]} = False", op)

    def _set_flag(self, predicate: Predicate) -> None:
        op = self._guards.predicates[predicate]
        tensor = predicate if isinstance(predicate, Tensor) else predicate.inputs[1]
        guard = self._guards.of(op) if predicate is op else self._guards.of_value(tensor)
        self._body.add(f"{self._body.flags[predicate]} = as_flag({self._value(tensor)}, {tensor.name!r})", op, guard)

    # Ends

    def _release(self, tensors: list[Tensor]) -> None:
        for tensor in tensors:
            name = self._names.get(tensor, "")
            guard = self._guards.of_value(tensor)
            is_bound = guard != NEVER and (tensor.op.type not in MERGES or tensor in self._read)
            if name.startswith(("value_", "feed_")) and is_bound:
                self._body.release(name, guard)

    def _return(self) -> None:
        last = self._fetched[-1].op if self._fetched else self._schedule[-1]
        for index, tensor in enumerate(self._fetched):
            guard = self._guards.of_value(tensor)
            if guard is not ALWAYS:
                self._body.add(f"if not ({self._body.condition(guard)}): absent({index}, {tensor.name!r})", tensor.op)
        values = "".join(f"{self._value(tensor)}, " for tensor in self._fetched)
        self._body.add(f"return ({values})", last)


def _returns_list(op: Operation) -> bool:
    return any(arg.is_list for arg in op.definition.outputs)


def _reference_positions(op: Operation) -> set[int]:
    # Lists of references are a RefMerge's alone, so a position is an argument's index.
    return {index for index, arg in enumerate(op.definition.inputs) if arg.is_ref}


def _choice(choices: list[str], conditions: list[str]) -> str:
    """An expression for the first of the choices whose condition holds, the last one having none."""
    text = choices[-1]
    for choice, condition in zip(reversed(choices[:-1]), reversed(conditions), strict=True):
        text = f"{choice} if {condition} else {text}"
    return text


def _as_flag(value: Any, name: str) -> bool:
    if value.ndim != 0:
        raise ValueError(f"The predicate {name} must be a scalar, it has shape {tuple(value.shape)}.")
    return bool(value)


def _absent(index: int, name: str) -> None:
    raise errors.InvalidArgumentError(
        None,
        None,
        f"Retval[{index}] does not have value: {name} belongs to the branch of a tf.cond that was not taken. "
        "Fetch what tf.cond returned.",
    )


def emit(schedule: list[Operation], fed: list[Tensor], fetched: list[Tensor], store: Store) -> Step:
    """Compile a schedule into one function of the fed values."""
    return _Emitter(schedule, fed, fetched, store).emit()
