"""The lines of a plan's function, in `if` blocks where nodes are guarded."""

from __future__ import annotations

from convflow.graph.operation import Operation
from convflow.runtime.guards import ALWAYS, Guard, Predicate


class Body:
    """Lines of Python, each with the node it runs. Neighbours of the same guard share an `if`.

    Args:
        name: the function's name.
        arguments: the names of its arguments.
    """

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.lines = [f"def {name}({', '.join(arguments)}):"]
        self.op_at_line: dict[int, Operation] = {}
        self.flags: dict[Predicate, str] = {}
        self._guard = ALWAYS
        self._releases: list[str] = []
        self._depth = 1

    def begin_rounds(self) -> None:
        """What follows is repeated until a `break`."""
        self._open(ALWAYS)
        self._append("while True:")
        self._depth += 1

    def end_rounds(self) -> None:
        """What follows runs once."""
        self._open(ALWAYS)
        self._depth -= 1

    def add(self, text: str, op: Operation, guard: Guard = ALWAYS) -> None:
        """A statement that runs when the guard holds."""
        if guard != self._guard:
            self._open(guard)
        self._append(text)
        self.op_at_line[len(self.lines)] = op

    def release(self, name: str, guard: Guard) -> None:
        """Let go of a value that there is when the guard holds."""
        if guard == self._guard:
            self._append(f"del {name}")
        elif self._guard is ALWAYS:
            self._append(f"{name} = None")
        else:
            # It may be there although this block is not entered, so not in here.
            self._releases.append(f"del {name}" if guard is ALWAYS else f"{name} = None")

    def condition(self, guard: Guard) -> str:
        """The guard as an expression. Predicates come in the order they are computed: an inner one after the outer."""
        if guard is ALWAYS or not guard:
            return str(guard is ALWAYS)
        order = {predicate: index for index, predicate in enumerate(self.flags)}
        clauses = sorted(
            sorted((order[predicate], side, self.flags[predicate]) for predicate, side in clause) for clause in guard
        )
        parts = [" and ".join(flag if side else f"not {flag}" for _, side, flag in clause) for clause in clauses]
        return " or ".join(parts)

    def _open(self, guard: Guard) -> None:
        self._guard = ALWAYS
        for text in self._releases:
            self._append(text)
        self._releases.clear()
        if guard is not ALWAYS:
            self._append(f"if {self.condition(guard)}:")
        self._guard = guard

    def _append(self, text: str) -> None:
        depth = self._depth if self._guard is ALWAYS else self._depth + 1
        self.lines.append("    " * depth + text)
