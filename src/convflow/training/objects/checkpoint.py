"""Saving and restoring objects (API: tf.train.Checkpoint)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from convflow.core import dtypes
from convflow.formats.bundle import BundleWriter
from convflow.graph.scopes import executing_eagerly, init_scope
from convflow.modeling import tracking
from convflow.modeling.variables.variable import EagerVariable, Variable
from convflow.training.checkpoint_management import write_state
from convflow.training.objects import object_graph
from convflow.training.objects.restoration import Restoration
from convflow.training.objects.status import InitializationStatus, LoadStatus, session_of


def write_objects(root: Any, prefix: str, session: Any = None) -> str:
    """Write an object and what it holds; returns the prefix.

    Args:
        session: that of variables of a graph, the default one if None.
    """
    saved = object_graph.described(root)
    in_graph = [key for key, variable in saved.variables.items() if not isinstance(variable, EagerVariable)]
    with init_scope():
        values = {key: np.asarray(variable) for key, variable in saved.variables.items() if key not in set(in_graph)}
    if in_graph:
        found = session_of(session).run([saved.variables[key] for key in in_graph])
        values |= dict(zip(in_graph, found, strict=True))
    folder = os.path.dirname(prefix)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with BundleWriter(prefix) as writer:
        for key in sorted(values):
            writer.add(key, values[key])
        graph = np.empty((), object)
        graph[()] = saved.graph.SerializeToString(deterministic=True)
        writer.add(object_graph.GRAPH_KEY, graph, dtypes.string)
    return prefix


class Checkpoint(tracking.AutoTrackable):
    """Saves objects and what they hold, and restores them (API: tf.train.Checkpoint).

    Values find variables by the names under which objects hold them, not by the variables' names. Those of variables
    that are not made yet wait for them.

    Args:
        kwargs: objects by name: variables, layers, models, optimizers, metrics, lists and dicts of them.

    Raises:
        ValueError: an object that takes no part in checkpoints.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._save_counter: Any = None
        self._restoration: Any = None
        for name, value in sorted(kwargs.items()):
            if not tracking.is_tracked(value) and not isinstance(value, (list, dict)):
                raise ValueError(
                    f"`Checkpoint` was expecting {name} to be a trackable object (an object derived from "
                    f"`Trackable`), got {value!r}. Pass variables, layers, models or optimizers."
                )
            setattr(self, name, value)

    def _checkpoint_children(self) -> dict[str, Any]:
        own = tracking.attributes(self, frozenset({"_save_counter"}))
        return own if self._save_counter is None else {**own, "save_counter": self._save_counter}

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called, an int64 variable."""
        if self._save_counter is None:
            self._save_counter = Variable(
                np.int64(0), name="save_counter", trainable=False, use_resource=True, dtype=dtypes.int64
            )
        return self._save_counter

    def write(self, file_prefix: str, session: Any = None) -> str:
        """Write a checkpoint called exactly `file_prefix`; `save` counts and keeps the folder's list."""
        return write_objects(self, os.fspath(file_prefix), session)

    def save(self, file_prefix: str, session: Any = None) -> str:
        """Write a checkpoint, numbered; returns its prefix.

        Args:
            file_prefix: of its files; "-" and the number come after it.
            session: in a graph, the one whose values are saved; the default one if None.

        Raises:
            RuntimeError: there is no session. ResourceExhaustedError, PermissionDeniedError: as the file system says.
        """
        is_new = self._save_counter is None
        if executing_eagerly():
            counter = self.save_counter
            counter.assign_add(1)
            number = int(np.asarray(counter))
        else:
            session = session_of(session)
            with session.graph.as_default():
                counter = self.save_counter
            if is_new:
                session.run(counter.initializer)
            number = int(session.run(counter)) + 1
            counter.load(number, session)
        prefix = self.write(f"{os.fspath(file_prefix)}-{number}", session)
        write_state(os.path.dirname(prefix), prefix, [prefix], save_relative_paths=True)
        return prefix

    def restore(self, save_path: str | None) -> LoadStatus:
        """Read a checkpoint (API: tf.train.Checkpoint.restore).

        In eager mode variables have their values at once, those made later when they are made. In a graph the status'
        `initialize_or_restore` or `run_restore_ops` give it to them.

        Args:
            save_path: what `save` or `tf.train.latest_checkpoint` returned; with None nothing is restored.

        Raises:
            NotFoundError: there is no such checkpoint.
        """
        if self._restoration is not None:
            self._restoration.stop()
            self._restoration = None
        if save_path is None:
            return InitializationStatus(self)
        self.save_counter  # noqa: B018  # is restored with the rest, and goes on counting
        self._restoration = Restoration(os.fspath(save_path), self)
        return LoadStatus(self._restoration)
