"""The variables of an optimizer's own: slots beside the variables it trains, and some that belong to none."""

from __future__ import annotations

from typing import Any

from convflow.graph.function import FuncGraph
from convflow.graph.scopes import colocate_with, get_default_graph, name_scope
from convflow.modeling.variables.scope import get_variable, variable_scope
from convflow.modeling.variables.variable import EagerVariable, Variable
from convflow.ops.state import is_resource
from convflow.training.optimizers import slots


class SlotKeeper:
    """Makes and finds slots.

    Args:
        name: the scope of variables that belong to no other one.
        use_own_namescope_for_non_slot_vars: whether they are in that scope.
    """

    def __init__(self, name: str, use_own_namescope_for_non_slot_vars: bool) -> None:
        self._non_slot_scope: Any = None
        if use_own_namescope_for_non_slot_vars:
            with variable_scope(None, default_name=name) as scope:
                self._non_slot_scope = scope
        self._slots: dict[str, dict[Any, Variable]] = {}
        self._non_slot_dict: dict[Any, Variable] = {}

    def get_slot(self, var: Any, name: str) -> Any:
        """The slot called `name` of a variable, None if it has none (API: tf.train.Optimizer.get_slot)."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        """The names of the slots, sorted."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """The optimizer's own variables in the default graph, sorted by name."""
        graph = get_default_graph()
        own = list(self._non_slot_variables())
        own += [slot for named in self._slots.values() for slot in named.values()]
        return sorted((variable for variable in own if _is_of(variable, graph)), key=lambda v: v.name)

    def _checkpoint_children(self) -> dict[str, Any]:
        graph = get_default_graph()
        graph = graph.outermost if isinstance(graph, FuncGraph) else graph
        return {name: variable for (name, made_in), variable in self._non_slot_dict.items() if made_in is graph}

    # For subclasses

    def _slot_dict(self, slot_name: str) -> dict[Any, Variable]:
        return self._slots.setdefault(slot_name, {})

    def _get_or_make_slot(self, var: Any, val: Any, slot_name: str, op_name: str) -> Variable:
        """The slot of a variable; it begins as the tensor `val`."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot(var, val, op_name)
        return named[_key(var)]

    def _get_or_make_slot_with_initializer(
        self, var: Any, initializer: Any, shape: Any, dtype: Any, slot_name: str, op_name: str
    ) -> Variable:
        """The slot of a variable; an initializer makes what it begins as."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_slot_with_initializer(var, initializer, shape, dtype, op_name)
        return named[_key(var)]

    def _zeros_slot(self, var: Any, slot_name: str, op_name: str) -> Variable:
        """The slot of a variable; it begins as zeros."""
        named = self._slot_dict(slot_name)
        if _key(var) not in named:
            named[_key(var)] = slots.create_zeros_slot(var, op_name)
        return named[_key(var)]

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any) -> Variable:
        """A variable that belongs to the optimizer as a whole, one for each graph."""
        key = (name, colocate_with.handle._owner if isinstance(colocate_with, EagerVariable) else colocate_with.graph)
        if key not in self._non_slot_dict:
            with _at(colocate_with):
                self._non_slot_dict[key] = self._non_slot_variable(initial_value, name, is_resource(colocate_with))
        return self._non_slot_dict[key]

    def _non_slot_variable(self, initial_value: Any, name: str, use_resource: bool) -> Variable:
        if self._non_slot_scope is None:
            return Variable(initial_value, name=name, trainable=False, use_resource=use_resource)
        with name_scope(""), variable_scope(self._non_slot_scope):
            return get_variable(name, initializer=initial_value, trainable=False, use_resource=use_resource)

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Any:
        """A variable of the optimizer as a whole, None if there is none."""
        return self._non_slot_dict.get((name, graph))

    def _non_slot_variables(self) -> Any:
        return self._non_slot_dict.values()


_at = colocate_with


def _key(var: Any) -> tuple[Any, str]:
    # Names of eager variables need not be their own; the handle is.
    return (var.handle, "") if isinstance(var, EagerVariable) else (var.op.graph, var.op.name)


def _is_of(variable: Variable, graph: Any) -> bool:
    return graph.executes_eagerly if isinstance(variable, EagerVariable) else variable.graph is graph
