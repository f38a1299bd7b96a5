"""The servers of this process: what their sessions share."""

from __future__ import annotations

import threading

from convflow.runtime import functions
from convflow.runtime.store import Store

_stores: dict[str, Store] = {}
_lock = threading.Lock()


def open_server(target: str) -> None:
    """From now on sessions may name `target`; they share their variables and queues."""
    with _lock:
        _stores.setdefault(target, Store(functions.compiled))


def store_of(target: str) -> Store:
    """What the sessions of `target` keep.

    Raises:
        ValueError: no server of this process has that target.
    """
    with _lock:
        if target not in _stores:
            raise ValueError(
                f"There is no execution engine {target!r}: sessions run in this process. Give target='', or the "
                f"target of a tf.train.Server made here, of which there are {sorted(_stores) or 'none'}."
            )
        return _stores[target]


def reset(target: str) -> None:
    """Forget the variables and queues of a server's sessions."""
    store_of(target).clear()
