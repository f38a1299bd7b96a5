"""Switching eager mode on and off (API: tf.enable_eager_execution; tensorflow.python.eager.context)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from convflow.graph import defaults
from convflow.graph.graph import Graph
from convflow.graph.scopes import get_default_graph
from convflow.runtime.eager.eager_graph import EagerGraph

DEVICE_PLACEMENT_EXPLICIT = 0
DEVICE_PLACEMENT_WARN = 1
DEVICE_PLACEMENT_SILENT = 2
DEVICE_PLACEMENT_SILENT_FOR_INT32 = 3
SYNC = 0
ASYNC = 1

_DEVICE_POLICIES = (
    None, DEVICE_PLACEMENT_EXPLICIT, DEVICE_PLACEMENT_WARN, DEVICE_PLACEMENT_SILENT, DEVICE_PLACEMENT_SILENT_FOR_INT32,
)  # fmt: skip


class _Mode:
    """The one place where eager operations run, made at its first use."""

    graph: EagerGraph | None = None


def _eager_graph() -> EagerGraph:
    if _Mode.graph is None:
        _Mode.graph = EagerGraph()
    return _Mode.graph


defaults.process.runner = _eager_graph


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """From here on operations run when they are called (API: tf.enable_eager_execution).

    Args:
        config: a `ConfigProto`; accepted, eager operations run on the CPU with PyTorch's threads.
        device_policy: a `tfe.DEVICE_PLACEMENT_*`; there is one device, so it changes nothing.
        execution_mode: None, `tfe.SYNC` or `tfe.ASYNC`; operations are done when they return in either.

    Raises:
        TypeError: `config` is no `ConfigProto`.
        ValueError: an unknown policy or mode; or a graph has been begun: the call belongs at the program's start.
    """
    if config is not None and type(config).__name__ != "ConfigProto":
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
    if device_policy not in _DEVICE_POLICIES:
        raise ValueError("device_policy must be one of None, tf.contrib.eager.DEVICE_PLACEMENT_*")
    if execution_mode not in (None, SYNC, ASYNC):
        raise ValueError("execution_mode must be one of None, tf.contrib.eager.SYNC, tf.contrib.eager.ASYNC")
    if defaults.process.eager is not None:
        return
    base = defaults.graphs.base
    if base is not None and base.get_operations():
        first = base.get_operations()[0]
        raise ValueError(
            f"tf.enable_eager_execution must be called at program startup: the default graph holds {first.name} "
            "already. Call it before anything else of TensorFlow."
        )
    defaults.process.eager = _eager_graph()


def disable_eager_execution() -> None:
    """Operations make nodes again (API: tf.disable_eager_execution)."""
    defaults.process.eager = None


@contextmanager
def eager_mode() -> Iterator[None]:
    """Operations inside run when they are called (API: tensorflow.python.eager.context.eager_mode)."""
    with defaults.graphs.pushed(_eager_graph()):
        yield


@contextmanager
def graph_mode() -> Iterator[None]:
    """Operations inside make nodes (API: tensorflow.python.eager.context.graph_mode)."""
    graph = get_default_graph()
    with defaults.graphs.pushed(Graph() if graph.executes_eagerly else graph):
        yield


def in_eager_mode() -> bool:
    """The older name of `executing_eagerly`."""
    return get_default_graph().executes_eagerly


def in_graph_mode() -> bool:
    """Whether operations make nodes."""
    return not in_eager_mode()


def num_gpus() -> int:
    """How many accelerators take part in eager execution (API: tf.contrib.eager.num_gpus): none."""
    return 0


def list_devices() -> list[str]:
    """The names of the devices (API: tf.contrib.eager.list_devices)."""
    return ["/job:localhost/replica:0/task:0/device:CPU:0"]


def get_default_device() -> str:
    """The device of operations that name none."""
    return list_devices()[0]


def async_wait() -> None:
    """Return when all operations are done (API: tf.contrib.eager.async_wait): they are when they return."""


def async_clear_error() -> None:
    """Forget the errors of operations that run in the background (API: tf.contrib.eager.async_clear_error): none do."""


@contextmanager
def execution_mode(mode: Any) -> Iterator[None]:
    """A block for one of SYNC and ASYNC (API: tf.contrib.eager.execution_mode).

    Args:
        mode: `tf.contrib.eager.SYNC` or `ASYNC`, or None; all of them wait for each operation.

    Raises:
        ValueError: another mode.
    """
    set_execution_mode(mode)
    yield


def set_execution_mode(mode: Any) -> None:
    """Choose SYNC or ASYNC (API: tf.contrib.eager.set_execution_mode); both wait for each operation.

    Args:
        mode: `tf.contrib.eager.SYNC` or `ASYNC`, or None.

    Raises:
        ValueError: another mode.
    """
    if mode not in (None, SYNC, ASYNC):
        raise ValueError(f"Execution mode should be None/SYNC/ASYNC. Got {mode}")


def ensure_initialized() -> None:
    """Make what eager operations run in, if this thread uses it."""
    _eager_graph()
