"""Iterators saved beside the model (API: tf.data.experimental.CheckpointInputPipelineHook)."""

from __future__ import annotations

from typing import Any

from convflow.graph.scopes import get_collection
from convflow.training.checkpoint_management import latest_checkpoint
from convflow.training.hooks.saving import CheckpointSaverHook
from convflow.training.iterator_saveable import IteratorSaveable
from convflow.training.saver import Saver
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues

_ITERATORS = "iterators"


class CheckpointInputPipelineHook(SessionRunHook):
    """Saves the places of all iterators as often as the model, and restores them when training goes on.

    API: tf.data.experimental.CheckpointInputPipelineHook, tf.contrib.data.CheckpointInputPipelineHook. The files are
    called `input.ckpt-<step>` in the model's folder, with a list `checkpoint_input` of their own. Pass it to
    `Estimator.train(hooks=[...])`.

    Args:
        estimator: a `tf.estimator.Estimator`.

    Raises:
        ValueError: the estimator's configuration saves no checkpoints.
        tf.errors.FailedPreconditionError: (when saved) a function of a dataset keeps state, such as random numbers.
    """

    def __init__(self, estimator: Any) -> None:
        config = estimator.config
        prefix = "input"
        if config.num_worker_replicas > 1:
            prefix += f"_{config.task_type}_{config.task_id}"
        # Beside the hook that saves the model, not one of its kind: the estimator looks for that one by its class.
        self._saving = CheckpointSaverHook(
            estimator.model_dir,
            save_secs=config.save_checkpoints_secs,
            save_steps=config.save_checkpoints_steps,
            checkpoint_basename=f"{prefix}.ckpt",
        )
        self._folder = estimator.model_dir
        self._latest_filename = f"checkpoint_{prefix}"
        self._is_first_run = True

    def begin(self) -> None:
        saveables = [IteratorSaveable(handle, handle.name) for handle in get_collection(_ITERATORS)]
        self._saving._saver = _InputSaver(saveables, self._latest_filename)
        self._saving.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:
        # Iterators are initialized by another hook, which may come after this one: restoring waits for the first run.
        self._is_first_run = True

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        if self._is_first_run:
            self._restore_or_save(run_context.session)
            self._is_first_run = False
        return self._saving.before_run(run_context)

    def _restore_or_save(self, session: Any) -> None:
        latest = latest_checkpoint(self._folder, self._latest_filename)
        if latest:
            self._saving._get_saver().restore(session, latest)
            return
        step = session.run(self._saving._global_step_tensor)
        self._saving._save(session, step)
        self._saving._timer.update_last_triggered_step(step)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._saving.after_run(run_context, run_values)

    def end(self, session: Any) -> None:
        self._saving.end(session)


class _InputSaver(Saver):
    """A saver whose list of checkpoints is not the model's.

    Args:
        saveables: what it saves.
        latest_filename: the name of the list.
    """

    def __init__(self, saveables: list[IteratorSaveable], latest_filename: str) -> None:
        super().__init__(saveables)
        self._own_latest_filename = latest_filename

    def save(
        self,
        sess: Any,
        save_path: Any,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        strip_default_attrs: bool = False,
        save_debug_info: bool = False,
    ) -> Any:
        return super().save(
            sess,
            save_path,
            global_step,
            latest_filename or self._own_latest_filename,
            meta_graph_suffix,
            write_meta_graph,
            write_state,
            strip_default_attrs,
            save_debug_info,
        )
