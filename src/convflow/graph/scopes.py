"""The default graph and its scopes (API: tf.get_default_graph, tf.name_scope, tf.control_dependencies ...)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from convflow.graph import defaults
from convflow.graph.graph import Graph
from convflow.graph.operation import Operation, Tensor
from convflow.graph.origin import describe


def get_default_graph() -> Graph:
    """The innermost `graph.as_default()`, or what runs operations at once in eager mode, or this thread's own graph."""
    graph = defaults.graphs.top()
    if graph is not None:
        return graph
    if defaults.process.eager is not None:
        return defaults.process.eager
    if defaults.graphs.base is None:
        defaults.graphs.base = Graph()
    return defaults.graphs.base


def reset_default_graph() -> None:
    """Start over with an empty graph; not allowed inside `graph.as_default()`."""
    if not defaults.graphs.is_empty:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit "
            "the nesting and create a new graph."
        )
    defaults.graphs.base = None


def executing_eagerly() -> bool:
    """Whether operations run when they are called (API: tf.executing_eagerly): in eager mode, outside of graphs."""
    return get_default_graph().executes_eagerly


def get_default_session() -> Any:
    """The session of the innermost `with sess.as_default():` or `with tf.Session():`, None outside of all."""
    return defaults.sessions.top()


class name_scope:
    """Prefix the names of the nodes made inside (API: tf.name_scope).

    Args:
        name: the scope; None takes `default_name`.
        default_name: used if `name` is None.
        values: the inputs of the function that opens the scope; they say which graph is meant.
    """

    def __init__(self, name: str | None, default_name: str | None = None, values: Any = None) -> None:
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError(f"`default_name` type ({type(default_name)}) is not a string type.")
        if name is None and values is not None and default_name is None:
            raise ValueError(
                "At least one of name (None) and default_name (None) must be provided where values are given."
            )
        self._name = default_name if name is None else name
        self._values = values
        self._stack: list[AbstractContextManager[Any]] = []

    @property
    def name(self) -> str | None:
        return self._name

    def __enter__(self) -> str:
        graph = graph_of(self._values or ())
        as_default = graph.as_default()
        as_default.__enter__()
        scope = graph.name_scope(self._name)
        try:
            full_name = scope.__enter__()
        except BaseException:
            as_default.__exit__(None, None, None)
            raise
        self._stack += [as_default, scope]
        return full_name

    def __exit__(self, *exc: Any) -> None:
        self._stack.pop().__exit__(*exc)
        self._stack.pop().__exit__(*exc)


def graph_of(values: Any) -> Graph:
    """The graph that `values` belong to, the default one where they belong to none.

    Raises:
        ValueError: the values are of different graphs.
    """
    default = get_default_graph()
    if default.building_function or default.executes_eagerly:
        return default  # the values of graphs around a function are captured
    found: Graph | None = None
    first: Any = None
    for value in _flat(values):
        graph = getattr(value, "graph", None)
        if not isinstance(graph, Graph) or graph is found:
            continue
        if found is not None:
            raise ValueError(
                f"{value} must be from the same graph as {first}.\n{_made(value)}\n{_made(first)}\n"
                "Build both inside the same `with graph.as_default():`."
            )
        found, first = graph, value
    return found if found is not None else default


def _flat(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        else:
            yield value


def _made(value: Any) -> str:
    op = value if isinstance(value, Operation) else value.op
    return f"{op.name} was {describe(op.origin)}"


def control_dependencies(control_inputs: Any) -> AbstractContextManager[None]:
    """Nodes made in the block run after `control_inputs` (API: tf.control_dependencies).

    Args:
        control_inputs: a list of operations, tensors or variables; None lifts the blocks around.

    Raises:
        TypeError: something else in the list.
        ValueError: a node of another graph.
    """
    return get_default_graph().control_dependencies(control_inputs)


def device(device_name_or_function: Any) -> AbstractContextManager[None]:
    """Nodes made in the block ask for a device, which graphs keep; they run on the CPU (API: tf.device).

    Args:
        device_name_or_function: such as "/gpu:0", a function from a node to such a name, or None to lift the blocks
            around.

    Raises:
        ValueError: a text that names no device.
    """
    return get_default_graph().device(device_name_or_function)


def colocate_with(op: Any, ignore_existing: bool = False) -> AbstractContextManager[None]:
    """Nodes made in the block are placed with another one, which graphs keep (API: tf.colocate_with).

    Args:
        op: an operation or tensor; None lifts the blocks around, together with `ignore_existing`.
        ignore_existing: leave the devices and places of the blocks around out.
    """
    return get_default_graph().colocate_with(op, ignore_existing)


def init_scope() -> AbstractContextManager[None]:
    """Nodes made inside do not wait for the control dependencies around (API: tf.init_scope).

    In a function that is called eagerly, operations inside run at once, while the function is built.
    """
    return get_default_graph().init_scope()


def beside(value: Any) -> AbstractContextManager[None]:
    """Nodes made inside carry the location of the node that made `value`; what eager mode made has one place."""
    return maybe_colocate(getattr(value, "op", None))


def maybe_colocate(op: Operation | None) -> AbstractContextManager[None]:
    return nullcontext() if op is None else colocate_with(op)


def add_to_collection(name: Any, value: Any) -> None:
    """Adds a value to a collection of the default graph (API: tf.add_to_collection).

    Args:
        name: the collection's key; see `tf.GraphKeys`.
        value: anything; a second time it stands there twice.
    """
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Adds a value to several collections of the default graph, to each once (API: tf.add_to_collections).

    Args:
        names: one key or several.
        value: anything.
    """
    get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """A copy of a collection of the default graph, [] if there is none (API: tf.get_collection).

    Args:
        key: the collection's key; see `tf.GraphKeys`.
        scope: only values whose name begins so, as a regular expression; those without a name are left out.
    """
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """A collection of the default graph itself: changing the list changes it (API: tf.get_collection_ref).

    Args:
        key: the collection's key; an empty collection is made if there is none.
    """
    return get_default_graph().get_collection_ref(key)


def is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor or stands for one, such as a variable (API: tf.contrib.framework.is_tensor).

    Args:
        x: any object.

    Returns:
        A bool.
    """
    return isinstance(x, Tensor) or hasattr(x, "_as_graph_element")


def container(container_name: str) -> AbstractContextManager[str]:
    """Variables and queues made in the block are kept in a container of this name (API: tf.container).

    Args:
        container_name: the container's name; "" for the common one.

    Returns:
        A context manager.
    """
    return get_default_graph().container(container_name)


def op_scope(values: Any, name: str | None, default_name: str | None = None) -> name_scope:
    """`tf.name_scope` with its arguments in the order of old programs (API: tf.op_scope).

    Args:
        values: the op's inputs, all of one graph.
        name: the scope's name.
        default_name: the name where `name` is None.
    """
    return name_scope(name, default_name, values)
