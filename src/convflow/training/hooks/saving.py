"""The hook that writes checkpoints (API: tf.train.CheckpointSaverHook, CheckpointSaverListener)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto.event_pb2 import SessionLog

from convflow.core import logging
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection, get_default_graph
from convflow.training.graph_io import write_graph
from convflow.training.hooks.timing import SecondOrStepTimer, global_step_read
from convflow.training.meta_graph import create_meta_graph_def
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from convflow.training.writer import FileWriterCache

# A run may be many steps: after each it is looked up whether it is time.
_STEPS_PER_RUN = 1_000_000


class CheckpointSaverListener:
    """Told when a checkpoint is written (API: tf.train.CheckpointSaverListener)."""

    def begin(self) -> None:
        """Before the session is made."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Before a checkpoint is written."""

    def after_save(self, session: Any, global_step_value: int) -> bool | None:
        """After a checkpoint was written; true stops the training."""
        return None

    def end(self, session: Any, global_step_value: int) -> None:
        """At the end, after the last checkpoint."""


class CheckpointSaverHook(SessionRunHook):
    """Writes a checkpoint at the start, every so often, and at the end (API: tf.train.CheckpointSaverHook).

    Args:
        checkpoint_dir: the folder.
        save_secs, save_steps: how often; exactly one.
        saver: what saves, or
        scaffold: what has the saver; neither takes the one that the graph lists.
        checkpoint_basename: what checkpoints are called.
        listeners: told of each.
        save_graph_def: write the graph too.

    Raises:
        ValueError: both a saver and a scaffold.
        RuntimeError: the graph lists no saver, or several.
    """

    def __init__(
        self,
        checkpoint_dir: str,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Sequence[CheckpointSaverListener] | None = None,
        save_graph_def: bool = True,
    ) -> None:
        logging.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver = saver
        self._checkpoint_dir = checkpoint_dir
        self._save_path = os.path.join(checkpoint_dir, checkpoint_basename)
        self._scaffold = scaffold
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._listeners = list(listeners or [])
        self._save_graph_def = save_graph_def

    def add_listener(self, listener: CheckpointSaverListener) -> None:
        """One more that is told of each checkpoint, unless it is already."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def begin(self) -> None:
        self._summary_writer = FileWriterCache.get(self._checkpoint_dir)
        self._global_step_tensor = global_step_read(self)
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:
        step = session.run(self._global_step_tensor)
        graph = get_default_graph()
        definition = graph.as_graph_def(add_shapes=True)
        if self._save_graph_def:
            write_graph(definition, self._checkpoint_dir, "graph.pbtxt")
        saver_def = self._get_saver().saver_def
        self._summary_writer.add_graph(graph)
        self._summary_writer.add_meta_graph(create_meta_graph_def(graph_def=definition, saver_def=saver_def))
        # There is something to go back to if the first step fails.
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not self._timer.should_trigger_for_step(run_values.results + _STEPS_PER_RUN):
            return
        step = run_context.session.run(self._global_step_tensor)
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session: Any) -> None:
        step = session.run(self._global_step_tensor)
        if step != self._timer.last_triggered_step():
            self._save(session, step)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session: Any, step: int) -> bool:
        """Write a checkpoint; returns whether a listener asks to stop."""
        for listener in self._listeners:
            listener.before_save(session, step)
        logging.info("Saving checkpoints for %d into %s.", step, self._save_path)
        self._get_saver().save(session, self._save_path, global_step=step, write_meta_graph=self._save_graph_def)
        log = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=self._save_path)
        self._summary_writer.add_session_log(log, step)
        should_stop = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                logging.info("A CheckpointSaverListener requested that training be stopped. listener: %s", listener)
                should_stop = True
        return should_stop

    def _get_saver(self) -> Any:
        if self._saver is None and self._scaffold is not None:
            return self._scaffold.saver
        if self._saver is None:
            savers = get_collection(GraphKeys.SAVERS)
            if len(savers) != 1:
                raise RuntimeError(
                    f"The collection {GraphKeys.SAVERS} has {len(savers)} items, expected one. Pass a saver or a "
                    "scaffold to CheckpointSaverHook."
                )
            self._saver = savers[0]
        return self._saver
