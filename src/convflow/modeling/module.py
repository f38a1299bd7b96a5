"""Objects that hold variables and each other (API: tf.Module)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from convflow.core import nest
from convflow.graph.scopes import name_scope
from convflow.modeling.tracking import AutoTrackable
from convflow.modeling.variables.variable import Variable

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Where a word begins in a class's name.
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")


class Module(AutoTrackable):
    """Holds variables and other modules as attributes, in lists, tuples and dicts too (API: tf.Module).

    A subclass calls `super().__init__(name=name)` first, if it uses `name` or `name_scope`.

    Args:
        name: a Python identifier; by default the class's name in lower case, its words joined by "_".

    Raises:
        ValueError: `name` is no identifier.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = _WORD.sub("_", type(self).__name__).lower()
        if not _IDENTIFIER.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python identifiers (e.g. a valid "
                "class name)."
            )
        self._name = name
        with name_scope(name) as scope:
            self._scope_name = scope

    @property
    def name(self) -> str:
        """The name given, without the scopes that were open."""
        return self._name

    @property
    def name_scope(self) -> name_scope:
        """A context manager: nodes and variables made inside have names that begin with the module's."""
        scope = vars(self).get("_scope_name")
        if scope is None:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute '_scope_name': tf.Module.__init__ was not called. "
                "Call super().__init__(name=name) first; layers open their scope themselves."
            )
        return name_scope(scope)

    @property
    def variables(self) -> Any:
        """The variables of the module and of those within, each once: its own by the names of its attributes, then
        theirs. A tuple."""
        return tuple(leaf for leaf in self._leaves() if isinstance(leaf, Variable))

    @property
    def trainable_variables(self) -> Any:
        """Those of `variables` that are trained."""
        return tuple(variable for variable in self.variables if variable.trainable)

    @property
    def submodules(self) -> Any:
        """The modules within, at any depth, each once: a tuple."""
        return tuple(leaf for leaf in self._leaves() if isinstance(leaf, Module) and leaf is not self)

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """A decorator of methods that run within the module's `name_scope` (API: tf.Module.with_name_scope).

        Args:
            method: the method.
        """

        @functools.wraps(method)
        def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped

    def _leaves(self, seen: set[int] | None = None) -> Iterator[Any]:
        """What attributes hold, each once: all of this module before what is in those within."""
        seen = {id(self)} if seen is None else seen
        within = []
        for leaf in self._own_leaves():
            if id(leaf) not in seen:
                seen.add(id(leaf))
                yield leaf
                if isinstance(leaf, Module):
                    within.append(leaf)
        for module in within:
            yield from module._leaves(seen)

    def _own_leaves(self) -> Iterator[Any]:
        for _, value in sorted(vars(self).items()):
            yield from _flat(value)


def _flat(value: Any) -> list[Any]:
    try:
        return nest.flatten(value)
    except TypeError:
        # A dict whose keys have no order holds what the program knows best itself.
        return []
