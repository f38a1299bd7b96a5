"""From a schedule to one straight-line Python function over the kernels' values, with a function for each loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from convflow.core import errors
from convflow.graph.operation import Operation, Tensor
from convflow.runtime.guards import ALWAYS, NEVER, Guards
from convflow.runtime.loops import Item
from convflow.runtime.region import Region, Unit
from convflow.runtime.store import Store

Kernel = Callable[..., Any]

STEP_FILENAME = "<convflow plan>"


@dataclass(frozen=True)
class Step:
    """A compiled schedule.

    Attributes:
        run: takes the fed values, returns the fetched ones.
        source, code: the functions' text, and compiled.
        op_at_line: the node each line of the text runs, for errors.
        names: the local name of each value.
        constants: the values that have a name everywhere.
        kernels: the nodes whose kernels are called, by the name of the kernel.
        namespace: what the functions find by name.
    """

    run: Callable[..., tuple[Any, ...]]
    source: str
    code: CodeType
    op_at_line: dict[int, Operation]
    names: dict[Tensor, str]
    constants: dict[str, Any]
    kernels: dict[str, Operation]
    namespace: dict[str, Any]

    def watched(self, watch: Callable[[Operation, Kernel], Kernel]) -> Step:
        """The same step, of whose kernels each is what `watch` makes of it."""
        namespace = dict(self.namespace)
        namespace.update((name, watch(op, namespace[name])) for name, op in self.kernels.items())
        exec(self.code, namespace)
        return replace(self, run=namespace["step"], namespace=namespace)


def emit(schedule: list[Item], guards: Guards, fed: list[Tensor], fetched: list[Tensor], store: Store) -> Step:
    """Compile a schedule, whose nodes run under these guards, into one function of the fed values."""
    unit = Unit(fed, store)
    unit.namespace.update(as_flag=_as_flag, absent=_absent)
    _StepRegion(unit, schedule, guards, fed, fetched).emit()
    lines: list[str] = []
    op_at_line: dict[int, Operation] = {}
    for body in unit.functions:
        op_at_line.update((len(lines) + line, op) for line, op in body.op_at_line.items())
        lines += body.lines
    source = "\n".join(lines)
    code = compile(source, STEP_FILENAME, "exec")
    exec(code, unit.namespace)
    constants = {name: value for name, value in unit.namespace.items() if name.startswith("constant_")}
    run = unit.namespace["step"]
    return Step(run, source, code, op_at_line, unit.names, constants, unit.kernels, unit.namespace)


class _StepRegion(Region):
    """The function of a whole step."""

    def __init__(
        self, unit: Unit, schedule: list[Item], guards: Guards, fed: list[Tensor], fetched: list[Tensor]
    ) -> None:
        super().__init__(unit, "step", schedule, guards, [unit.names[tensor] for tensor in fed], fetched)
        self._fetched = fetched

    def emit(self) -> None:
        self._name_flags()
        self._run(self._items)
        self._return()
        self._unit.functions.append(self._body)

    def _return(self) -> None:
        if not self._items and not self._fetched:
            self._body.lines.append("    return ()")
            return
        last = self._fetched[-1].op if self._fetched else _last_node(self._items)
        for index, tensor in enumerate(self._fetched):
            guard = self._guards.of_value(tensor)
            if guard is not ALWAYS:
                self._body.add(f"if not ({self._body.condition(guard)}): absent({index}, {tensor.name!r})", tensor.op)
        values = "".join(f"{self._fetched_value(tensor)}, " for tensor in self._fetched)
        self._body.add(f"return ({values})", last)

    def _fetched_value(self, tensor: Tensor) -> str:
        return "None" if self._guards.of_value(tensor) == NEVER else self._value(tensor)


def _last_node(items: list[Item]) -> Operation:
    last = items[-1]
    return last if isinstance(last, Operation) else last.ops[-1]


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
