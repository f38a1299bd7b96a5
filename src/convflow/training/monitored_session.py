"""Sessions with hooks (API: tf.train.MonitoredSession, SingularMonitoredSession, MonitoredTrainingSession)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from tensorboard.compat.proto.config_pb2 import RunMetadata, RunOptions

from convflow.core import errors, logging
from convflow.graph.collections import GraphKeys
from convflow.graph.scopes import get_collection, get_default_graph
from convflow.training.coordinator import Coordinator
from convflow.training.hooked_session import run_with_hooks
from convflow.training.hooks.reporting import StepCounterHook, SummarySaverHook
from convflow.training.hooks.saving import CheckpointSaverHook
from convflow.training.queue_runner import start_queue_runners
from convflow.training.scaffold import Scaffold
from convflow.training.session_manager import SessionManager
from convflow.training.session_run_hook import SessionRunHook

_DEFAULT: Any = object()
_SAVE_SECS = 600
_SUMMARY_STEPS = 100


class SessionCreator:
    """Makes the session of a monitored one (API: tf.train.SessionCreator)."""

    def create_session(self) -> Any:
        raise NotImplementedError(f"create_session is not implemented for {self}: override it.")


class ChiefSessionCreator(SessionCreator):
    """Restores or initializes the model (API: tf.train.ChiefSessionCreator).

    Args:
        scaffold: the nodes for it.
        master, config: of the session.
        checkpoint_dir, checkpoint_filename_with_path: a folder whose latest checkpoint is restored, or a checkpoint.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master, self._config = master, config
        self._checkpoint = (checkpoint_dir, checkpoint_filename_with_path)

    def create_session(self) -> Any:
        scaffold = self._scaffold.finalize()
        return _manager(scaffold).prepare_session(
            self._master,
            scaffold.init_op,
            scaffold.saver,
            *self._checkpoint,
            config=self._config,
            init_feed_dict=scaffold.init_feed_dict,
            init_fn=scaffold.init_fn,
        )


class WorkerSessionCreator(SessionCreator):
    """Waits until the model is ready (API: tf.train.WorkerSessionCreator)."""

    def __init__(
        self, scaffold: Scaffold | None = None, master: str = "", config: Any = None, max_wait_secs: float = 30 * 60
    ) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master, self._config, self._max_wait_secs = master, config, max_wait_secs

    def create_session(self) -> Any:
        return _manager(self._scaffold.finalize()).wait_for_session(self._master, self._config, self._max_wait_secs)


def _manager(scaffold: Scaffold) -> SessionManager:
    return SessionManager(
        local_init_op=scaffold.local_init_op,
        local_init_feed_dict=scaffold.local_init_feed_dict,
        ready_op=scaffold.ready_op,
        ready_for_local_init_op=scaffold.ready_for_local_init_op,
    )


class StepContext:
    """What a function given to `run_step_fn` gets: the plain session, and a run with hooks."""

    def __init__(self, session: Any, run_with_hooks_fn: Callable[..., Any]) -> None:
        self._session, self._run = session, run_with_hooks_fn

    @property
    def session(self) -> Any:
        return self._session

    def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(*args, **kwargs)

    def request_stop(self) -> None:
        raise StopIteration("step_fn has requested the iterations to stop.")


class MonitoredSession:
    """A session that initializes, restores and closes itself, and calls hooks (API: tf.train.MonitoredSession).

    Args:
        session_creator: a `ChiefSessionCreator` if None.
        hooks: `SessionRunHook`s.
        stop_grace_period_secs: how long threads may take to end.
    """

    StepContext = StepContext
    _recovers = True

    def __init__(
        self,
        session_creator: SessionCreator | None = None,
        hooks: Sequence[SessionRunHook] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        self._graph = get_default_graph()
        self._was_finalized = self._graph.finalized
        self._hooks = list(hooks or [])
        self._grace = stop_grace_period_secs
        for hook in self._hooks:
            hook.begin()
        self._creator = session_creator or ChiefSessionCreator()
        self._stop_requested = False
        self._session: Any = None
        self._recovering(self._open)

    def _recovering(self, attempt: Callable[[], Any]) -> Any:
        """What `attempt` returns, in a new session where another process took the old one along."""
        while True:
            try:
                return attempt()
            except (errors.AbortedError, errors.UnavailableError) as error:
                if not self._recovers:
                    raise
                logging.info(
                    "An error was raised. This may be due to a preemption in a connected worker or parameter server. "
                    "The current session will be closed and a new session will be created. Error: %s", error,
                )  # fmt: skip
                self._drop()

    def _drop(self) -> None:
        """Closes the session; its threads are stopped first."""
        session, self._session = self._session, None
        if session is not None:
            self._coord.request_stop()
            self._coord.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
            session.close()

    def _open(self) -> None:
        self._session = self._creator.create_session()
        self._coord = Coordinator(clean_stop_exception_types=[])
        if get_collection(GraphKeys.QUEUE_RUNNERS):
            start_queue_runners(self._session, self._coord)
        for hook in self._hooks:
            hook.after_create_session(self._session, self._coord)

    @property
    def graph(self) -> Any:
        return None if self._session is None else self._session.graph

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run` with the hooks around; RuntimeError once `should_stop`."""
        if self._session is None or self._stop_requested:
            raise RuntimeError("Run called even after should_stop requested.")
        return self._recovering(lambda: self._run_once(fetches, feed_dict, options, run_metadata))

    def _run_once(self, fetches: Any, feed_dict: Any, options: Any, run_metadata: Any) -> Any:
        if self._session is None:
            with self._graph.as_default():
                self._open()
        try:
            return self._run_with_hooks(fetches, feed_dict, options or RunOptions(), run_metadata or RunMetadata())
        except (errors.AbortedError, errors.UnavailableError):
            raise
        except Exception:
            self._coord.raise_requested_exception()
            raise

    def _run_with_hooks(self, fetches: Any, feed_dict: Any, options: Any, metadata: Any) -> Any:
        value, stop = run_with_hooks(self._session, self._hooks, fetches, feed_dict, options, metadata)
        self._stop_requested = self._stop_requested or stop
        return value

    def run_step_fn(self, step_fn: Callable[[Any], Any]) -> Any:
        """Call a function with a `StepContext`, for several runs in one step."""
        return step_fn(StepContext(self._session, self.run))

    def should_stop(self) -> bool:
        if self._session is None or self._stop_requested:
            return True
        return self._coord.should_stop()

    def close(self) -> None:
        """The hooks' ends, then threads and session; RuntimeError if it is closed."""
        self._close(None)

    def _close(self, kind: type[BaseException] | None) -> None:
        if self._session is None:
            raise RuntimeError("Session is already closed.")
        try:
            if kind is None:
                for hook in self._hooks:
                    hook.end(self._session)
        finally:
            session, self._session = self._session, None
            try:
                self._coord.request_stop()
                self._coord.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
            finally:
                session.close()
                if not self._was_finalized:
                    self._graph._unsafe_unfinalize()

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if kind in (errors.OutOfRangeError, StopIteration):
            kind = None
        self._close(kind)
        return kind is None


class SingularMonitoredSession(MonitoredSession):
    """A `MonitoredSession` that shows its session, and has one only (API: tf.train.SingularMonitoredSession)."""

    _recovers = False

    def __init__(
        self,
        hooks: Sequence[SessionRunHook] | None = None,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, stop_grace_period_secs)

    def raw_session(self) -> Any:
        """The session itself, for savers."""
        return self._session


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: str | None = None,
    scaffold: Scaffold | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
    chief_only_hooks: Sequence[SessionRunHook] | None = None,
    save_checkpoint_secs: Any = _DEFAULT,
    save_summaries_steps: Any = _DEFAULT,
    save_summaries_secs: Any = _DEFAULT,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = _DEFAULT,
    summary_dir: str | None = None,
    save_graph_def: bool = True,
) -> MonitoredSession:
    """A monitored session that saves checkpoints and summaries (API: tf.train.MonitoredTrainingSession).

    Args:
        checkpoint_dir: restored from, and written to every 600 seconds unless `save_checkpoint_secs` or
            `save_checkpoint_steps` say otherwise.
        summary_dir: for summaries, every 100 steps unless `save_summaries_*` say otherwise; `checkpoint_dir` if None.
        is_chief: False waits for a chief, and does neither.
        log_step_count_steps: how often steps per second are logged.
    """
    scaffold = scaffold or Scaffold()
    if not is_chief:
        worker = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
        return MonitoredSession(worker, hooks, stop_grace_period_secs)
    summary_every = _every(save_summaries_steps, save_summaries_secs, (_SUMMARY_STEPS, None))
    save_every = _every(save_checkpoint_steps, save_checkpoint_secs, (None, _SAVE_SECS))
    all_hooks = list(chief_only_hooks or [])
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir and log_step_count_steps and log_step_count_steps > 0:
        all_hooks.append(StepCounterHook(output_dir=summary_dir, every_n_steps=log_step_count_steps))
    if summary_dir and any(every and every > 0 for every in summary_every):
        all_hooks.append(SummarySaverHook(*summary_every, output_dir=summary_dir, scaffold=scaffold))
    if checkpoint_dir and any(every and every > 0 for every in save_every):
        steps, seconds = save_every
        all_hooks.append(
            CheckpointSaverHook(checkpoint_dir, seconds, steps, scaffold=scaffold, save_graph_def=save_graph_def)
        )
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    return MonitoredSession(creator, [*all_hooks, *(hooks or [])], stop_grace_period_secs)


def _every(steps: Any, seconds: Any, default: tuple[Any, Any]) -> tuple[Any, Any]:
    if steps is _DEFAULT and seconds is _DEFAULT:
        return default
    return (None if steps is _DEFAULT else steps, None if seconds is _DEFAULT else seconds)
