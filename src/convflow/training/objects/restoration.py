"""Values of a checkpoint finding the objects of a program, also those made later."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from convflow.core import errors
from convflow.formats.bundle import BundleReader
from convflow.graph.scopes import init_scope
from convflow.modeling import tracking
from convflow.modeling.variables.variable import EagerVariable, Variable
from convflow.training.objects import object_graph


class Restoration:
    """A checkpoint on its way into an object and what it holds.

    Args:
        prefix: of the checkpoint.
        root: the object.
        session: for variables of a graph, a function that returns the session; None where the program restores them
            when it asks the status to.

    Raises:
        NotFoundError, DataLossError: as `BundleReader`.
    """

    def __init__(self, prefix: str, root: Any, session: Any = None) -> None:
        self.prefix = prefix
        self._reader = BundleReader(prefix)
        self.graph = object_graph.read(self._reader)
        self.root = root
        self._session = session
        # The variables that have their values.
        self._done: dict[int, Variable] = {}
        self.restore_now()
        if self.graph is not None:
            self._stay()
            tracking.wait(self.restore_now)

    def _stay(self) -> None:
        """Live as long as the objects whose variables may come."""
        for value in self.matched().values():
            if hasattr(value, "__dict__") and not isinstance(value, Variable):
                vars(value)["_restoration"] = self

    def stop(self) -> None:
        """Leave objects made from now on alone."""
        tracking.stop_waiting(self.restore_now)

    def matched(self) -> dict[int, Any]:
        """The program's object of each node of the checkpoint that has one."""
        found: dict[int, Any] = {0: self.root}
        waiting = deque([0])
        while waiting:
            number = waiting.popleft()
            own = tracking.children(found[number])
            for child in self.graph.nodes[number].children:
                if child.local_name in own and child.node_id not in found:
                    found[child.node_id] = own[child.local_name]
                    waiting.append(child.node_id)
        for number, value in list(found.items()):
            if not hasattr(value, "get_slot"):
                continue
            for slot in self.graph.nodes[number].slot_variables:
                variable = found.get(slot.original_variable_node_id)
                made = None if variable is None else value.get_slot(variable, slot.slot_name)
                if made is not None:
                    found[slot.slot_variable_node_id] = made
        return found

    def keys(self) -> dict[str, Variable]:
        """The program's variables by the keys of their values."""
        if self.graph is None:
            return self._by_name()
        pairs = ((object_graph.value_key(self.graph.nodes[n]), value) for n, value in self.matched().items())
        return {key: value for key, value in pairs if key is not None and isinstance(value, Variable)}

    def _by_name(self) -> dict[str, Variable]:
        variables = object_graph.described(self.root).variables.values()
        return {name: variable for variable in variables if (name := variable.name.partition(":")[0]) in self._reader}

    def restore_now(self) -> None:
        """Give variables of eager mode their values, those of a graph where there is a session for it."""
        found = {key: variable for key, variable in self.keys().items() if id(variable) not in self._done}
        eager = {key: variable for key, variable in found.items() if isinstance(variable, EagerVariable)}
        with init_scope():
            for key, variable in eager.items():
                variable.load(self._value(key, variable))
                self._done[id(variable)] = variable
        if self._session is not None and len(eager) < len(found):
            self.restore(self._session())

    def restore(self, session: Any) -> list[Variable]:
        """Give variables of a graph their values in a session; which they are."""
        found = {key: value for key, value in self.keys().items() if not isinstance(value, EagerVariable)}
        for key, variable in found.items():
            variable.load(self._value(key, variable), session)
            self._done[id(variable)] = variable
        return list(found.values())

    def _value(self, key: str, variable: Variable) -> np.ndarray:
        value = self._reader.read(key)
        if not variable.shape.is_compatible_with(value.shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"The checkpoint {self.prefix} holds {key} with the shape {value.shape}, but {variable.name} has the "
                f"shape {variable.shape}. Restore it into a variable of that shape.",
            )
        return value

    def unused(self) -> list[str]:
        """What of the checkpoint has no object of the program, as the keys or the ways to it."""
        if self.graph is None:
            taken = self.keys()
            return [name for name in self._reader.names() if name not in taken]
        found = self.matched()
        ways = _ways(self.graph)
        return [
            object_graph.value_key(node) or ways.get(number, f"node {number}")
            for number, node in enumerate(self.graph.nodes)
            if number not in found and (node.attributes or node.children)
        ]

    def unmatched(self) -> list[str]:
        """The program's variables that the checkpoint has no value for."""
        taken = {id(variable) for variable in self.keys().values()}
        saved = object_graph.described(self.root).variables
        return [variable.name for variable in saved.values() if id(variable) not in taken]


def _ways(graph: Any) -> dict[int, str]:
    ways, waiting = {0: ""}, deque([0])
    while waiting:
        number = waiting.popleft()
        for child in graph.nodes[number].children:
            if child.node_id not in ways:
                ways[child.node_id] = f"{ways[number]}/{child.local_name}".lstrip("/")
                waiting.append(child.node_id)
    return ways
