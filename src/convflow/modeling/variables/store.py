"""What a graph knows of its variables: those made by `get_variable`, the scope that is open, who makes new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph

# The graph collection in which the store of a graph is kept.
_STORE_KEY = ("__variable_store",)


class VariableStore:
    """The named variables of one graph, the current scope, and how often each scope was opened."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.partitioned: dict[str, Any] = {}
        self.scope_counts: dict[str, int] = {}
        self.current: Any = None
        self.creators: list[Callable[..., Any]] = []
        # Eager variables are found again only while a program asks for that.
        self.keeps_eager = False

    def open_subscope(self, name: str) -> None:
        self.scope_counts[name] = self.scope_counts.get(name, 0) + 1

    def close_subscopes(self, name: str) -> None:
        prefix = name + "/" if name else ""
        for key in self.scope_counts:
            if key.startswith(prefix) and key != name:
                self.scope_counts[key] = 0

    def count(self, name: str) -> int:
        return self.scope_counts.get(name, 0)


def variable_store(graph: Graph | None = None) -> VariableStore:
    """The store of a graph, by default of the default one."""
    items = (graph or get_default_graph()).get_collection_ref(_STORE_KEY)
    if not items:
        items.append(VariableStore())
    return items[0]


@contextmanager
def using_store(store: VariableStore) -> Iterator[None]:
    """Variables of the default graph are made and found in `store` inside."""
    outer = variable_store()
    items = get_default_graph().get_collection_ref(_STORE_KEY)
    # Scopes are the program's; only the variables are kept apart.
    store.current, store.scope_counts, store.creators = outer.current, outer.scope_counts, outer.creators
    items[:] = [store]
    try:
        yield
    finally:
        items[:] = [outer]


@contextmanager
def variable_creator_scope(variable_creator: Callable[..., Any]) -> Iterator[None]:
    """Variables made inside are made by `variable_creator` (API: tf.variable_creator_scope).

    Args:
        variable_creator: takes `next_creator` and the arguments of `tf.Variable` by keyword, and returns a variable,
            which it usually gets by calling `next_creator` with arguments perhaps changed. The innermost scope's
            creator is asked first.
    """
    store = variable_store()
    store.creators = [*store.creators, variable_creator]
    try:
        yield
    finally:
        store.creators = store.creators[:-1]


class _Defaults:
    use_resource = False


def enable_resource_variables() -> None:
    """Make new variables resource variables unless they say otherwise (API: tf.enable_resource_variables)."""
    _Defaults.use_resource = True


def disable_resource_variables() -> None:
    """Make new variables reference variables unless they say otherwise (API: tf.disable_resource_variables)."""
    _Defaults.use_resource = False


def resource_variables_enabled() -> bool:
    """Whether new variables are resource variables by default (API: tf.resource_variables_enabled)."""
    return _Defaults.use_resource


def resolved_use_resource(use_resource: bool | None) -> bool:
    """What is asked for, else what the current variable scope says, else the default."""
    if use_resource is None:
        use_resource = getattr(variable_store().current, "use_resource", None)
    return _Defaults.use_resource if use_resource is None else bool(use_resource)
