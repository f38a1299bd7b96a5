"""From a schedule to one straight-line Python function over the kernels' values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convflow.graph.operation import Operation, Tensor
from convflow.runtime import memory
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
    def __init__(self, fed: list[Tensor], store: Store) -> None:
        self._store = store
        self._namespace: dict[str, Any] = {}
        self._names: dict[Tensor, str] = {tensor: f"feed_{index}" for index, tensor in enumerate(fed)}
        self._fed = set(fed)
        self._lines = [f"def step({', '.join(self._names.values())}):"]
        self._op_at_line: dict[int, Operation] = {}

    def emit(self, schedule: list[Operation], fetched: list[Tensor]) -> Step:
        freed = memory.last_uses(schedule, fetched)
        for op, free in zip(schedule, freed, strict=True):
            if op.type == "Const":
                self._bind_constant(op)
            else:
                self._call(op)
            self._release(free)
        values = "".join(f"{self._value(tensor)}, " for tensor in fetched)
        self._lines.append(f"    return ({values})")
        self._op_at_line[len(self._lines)] = fetched[-1].op if fetched else schedule[-1]
        source = "\n".join(self._lines)
        exec(compile(source, STEP_FILENAME, "exec"), self._namespace)
        return Step(self._namespace["step"], source, self._op_at_line, self._names)

    def _bind_constant(self, op: Operation) -> None:
        name = f"constant_{op._id}"
        self._namespace[name] = op.op_def.kernel(op)()
        self._names[op.outputs[0]] = name

    def _call(self, op: Operation) -> None:
        kernel = f"kernel_{op._id}"
        make = op.op_def.kernel
        self._namespace[kernel] = make(op, self._store) if op.op_def.stateful else make(op)
        arguments = ", ".join(self._arguments(op))
        targets = [self._target(op, tensor) for tensor in op.outputs]
        assignment = (
            f"{', '.join(targets)}{',' if _returns_list(op) and len(targets) == 1 else ''} = " if targets else ""
        )
        self._lines.append(f"    {assignment}{kernel}({arguments})")
        self._op_at_line[len(self._lines)] = op

    def _target(self, op: Operation, tensor: Tensor) -> str:
        if tensor in self._fed:
            return "_"  # this output is fed, another one is needed
        self._names[tensor] = f"value_{op._id}_{tensor.value_index}"
        return self._names[tensor]

    def _arguments(self, op: Operation) -> list[str]:
        refs = _reference_positions(op)
        return [self._names[tensor] if index in refs else self._value(tensor) for index, tensor in enumerate(op.inputs)]

    def _value(self, tensor: Tensor) -> str:
        name = self._names[tensor]
        is_slot = tensor.dtype._is_ref_dtype and tensor not in self._fed
        return f"{name}.read()" if is_slot else name

    def _release(self, tensors: list[Tensor]) -> None:
        names = [self._names[tensor] for tensor in tensors if tensor in self._names]
        local = [name for name in names if name.startswith(("value_", "feed_"))]
        if local:
            self._lines.append(f"    del {', '.join(local)}")


def _returns_list(op: Operation) -> bool:
    return any(arg.is_list for arg in op.op_def.outputs)


def _reference_positions(op: Operation) -> set[int]:
    # Lists never hold references in the registry, so a position is an argument's index.
    return {index for index, arg in enumerate(op.op_def.inputs) if arg.is_ref}


def emit(schedule: list[Operation], fed: list[Tensor], fetched: list[Tensor], store: Store) -> Step:
    """Compile a schedule into one function of the fed values."""
    return _Emitter(fed, store).emit(schedule, fetched)
