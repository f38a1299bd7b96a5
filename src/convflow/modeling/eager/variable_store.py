"""Finding variables again by name in eager mode (API: tf.contrib.eager.EagerVariableStore)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.modeling.variables.store import VariableStore, using_store


class EagerVariableStore:
    """Inside `with store.as_default():` variables of one name are one variable, also those of functional layers.

    Args:
        store: the variables of another one, to go on with.
    """

    def __init__(self, store: Any = None) -> None:
        if store is not None and not isinstance(store, VariableStore):
            raise ValueError(f"store must be what EagerVariableStore keeps, got {store!r}: leave it out.")
        self._store = VariableStore() if store is None else store
        self._store.keeps_eager = True

    @contextmanager
    def as_default(self) -> Iterator[None]:
        """Make and find variables here."""
        with using_store(self._store):
            yield

    def variables(self) -> list[Any]:
        """All of them, by name."""
        return sorted(self._store.variables.values(), key=lambda variable: variable.name)

    def trainable_variables(self) -> list[Any]:
        return [variable for variable in self.variables() if variable.trainable]

    def non_trainable_variables(self) -> list[Any]:
        return [variable for variable in self.variables() if not variable.trainable]

    def copy(self) -> EagerVariableStore:
        """A store of variables of their own that begin with these values."""
        other = EagerVariableStore()
        for name, variable in self._store.variables.items():
            other._store.variables[name] = copy.deepcopy(variable)
        return other
