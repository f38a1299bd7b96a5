"""A training that initializes or restores itself and saves in the background (API: tf.train.Supervisor)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tensorboard.compat.proto.event_pb2 import SessionLog

from convflow.core import dtypes, errors, logging
from convflow.graph.collections import GraphKeys
from convflow.graph.graph import Graph
from convflow.graph.scopes import add_to_collection, get_collection, get_default_graph
from convflow.modeling.variables.variable import (
    global_variables,
    global_variables_initializer,
    report_uninitialized_variables,
)
from convflow.training import summaries
from convflow.training.coordinator import Coordinator, LooperThread
from convflow.training.global_step import global_step as read_global_step
from convflow.training.graph_io import write_graph
from convflow.training.meta_graph import create_meta_graph_def
from convflow.training.saver import Saver
from convflow.training.scaffold import Scaffold
from convflow.training.session_manager import SessionManager
from convflow.training.supervisor_services import CheckpointThread, StepCounterThread, SummaryThread
from convflow.training.writer import FileWriter

# TensorFlow's own sentinel, which programs pass on as `Supervisor.USE_DEFAULT`.
_DEFAULT = 0


class Supervisor:
    """Makes sessions ready for training and keeps checkpoints and summaries (API: tf.train.Supervisor).

    What is left at `USE_DEFAULT` is the first item of the graph's collection for it, made and listed if there is
    none. The graph is finalized.

    Args:
        graph: the default one if None.
        ready_op, ready_for_local_init_op: give the names of what is not initialized.
        is_chief: False waits for a chief's session, and writes nothing.
        init_op, init_feed_dict: initialize the model, unless `logdir` has a checkpoint; with
        init_fn: a function of the session, called after that.
        local_init_op, local_init_run_options: run in every session, restored or not.
        logdir: for checkpoints, summaries and the graph; None writes nothing.
        summary_op: written every `save_summaries_secs`; None leaves it to the program (`summary_computed`).
        saver: of the checkpoints, written every `save_model_secs`; None writes none.
        global_step: counts the steps; None counts none.
        recovery_wait_secs: between two looks whether the model is ready.
        stop_grace_secs: how long threads may take to end.
        checkpoint_basename: what checkpoints are called in `logdir`.
        session_manager: makes the sessions, instead of one made here.
        summary_writer: what writes, instead of one of `logdir`; None writes no summaries.

    Raises:
        ValueError: not chief, and a variable that has no device.
    """

    USE_DEFAULT = _DEFAULT

    def __init__(
        self,
        graph: Graph | None = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Mapping[Any, Any] | None = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: SessionManager | None = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], Any] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        self._graph = graph or get_default_graph()
        with self._graph.as_default():
            self._ready_op = _chosen(ready_op, GraphKeys.READY_OP, report_uninitialized_variables)
            self._ready_for_local_init_op = _chosen(ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP)
            self._init_op = _chosen(init_op, GraphKeys.INIT_OP, global_variables_initializer)
            self._local_init_op = _chosen(local_init_op, GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op)
            self._saver = _chosen(saver, GraphKeys.SAVERS, lambda: Saver() if global_variables() else None)
            self._summary_op = _chosen(summary_op, GraphKeys.SUMMARY_OP, summaries.merge_all)
            self._global_step = _chosen(global_step, GraphKeys.GLOBAL_STEP, _step_by_name)
        self._init_feed_dict, self._init_fn = init_feed_dict, init_fn
        self._is_chief = is_chief
        self._coord = Coordinator()
        self._stop_grace_secs = stop_grace_secs
        self._logdir = logdir if is_chief else None
        self._save_path = os.path.join(logdir, checkpoint_basename) if is_chief and logdir else None
        self._save_summaries_secs = save_summaries_secs if is_chief else None
        self._save_model_secs = save_model_secs if is_chief else None
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._summary_writer: Any = self._writer(summary_writer)
        self._graph_is_written = False
        self._check_devices()
        self._graph.finalize()

    def _writer(self, given: Any) -> Any:
        if not self._is_chief:
            return None
        if not _is_default(given):
            return given
        return FileWriter(self._logdir) if self._logdir else None

    def _check_devices(self) -> None:
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(
                    f"When using replicas, all Variables must have their device set: {op.name} has none. Make "
                    "variables within tf.device(...), or pass is_chief=True."
                )

    @property
    def is_chief(self) -> bool:
        return self._is_chief

    @property
    def session_manager(self) -> SessionManager:
        return self._session_manager

    @property
    def coord(self) -> Coordinator:
        """What stops the threads."""
        return self._coord

    @property
    def init_op(self) -> Any:
        return self._init_op

    @property
    def init_feed_dict(self) -> Any:
        return self._init_feed_dict

    @property
    def ready_op(self) -> Any:
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        return self._ready_for_local_init_op

    @property
    def summary_writer(self) -> Any:
        return self._summary_writer

    @property
    def summary_op(self) -> Any:
        return self._summary_op

    @property
    def save_summaries_secs(self) -> float | None:
        return self._save_summaries_secs

    @property
    def global_step(self) -> Any:
        return self._global_step

    @property
    def saver(self) -> Any:
        return self._saver

    @property
    def save_model_secs(self) -> float | None:
        return self._save_model_secs

    @property
    def save_path(self) -> str | None:
        """The beginning of the checkpoints' names; None if none are written."""
        return self._save_path

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Any:
        """A session whose model is ready (API: tf.train.Supervisor.prepare_or_wait_for_session).

        Args:
            master, config: of the session.
            wait_for_checkpoint: until `logdir` has one, for
            max_wait_secs: seconds at most.
            start_standard_services: the threads that save, and the queue runners.
        """
        self._coord.clear_stop()
        if self._summary_writer is not None:
            self._summary_writer.reopen()
        if self._is_chief:
            sess = self._prepared(master, config, wait_for_checkpoint, max_wait_secs, start_standard_services)
        else:
            sess = self._session_manager.wait_for_session(master, config=config, max_wait_secs=max_wait_secs)
        if start_standard_services:
            logging.info("Starting queue runners.")
            self.start_queue_runners(sess)
        return sess

    def _prepared(self, master: str, config: Any, wait: bool, max_wait_secs: float, services: bool) -> Any:
        sess = self._session_manager.prepare_session(
            master,
            init_op=self._init_op,
            saver=self._saver,
            checkpoint_dir=self._logdir,
            wait_for_checkpoint=wait,
            max_wait_secs=max_wait_secs,
            config=config,
            init_feed_dict=self._init_feed_dict,
            init_fn=self._init_fn,
        )
        self._write_graph()
        if services:
            logging.info("Starting standard services.")
            self.start_standard_services(sess)
        return sess

    def _write_graph(self) -> None:
        definition = self._graph.as_graph_def(add_shapes=True)
        if self._logdir:
            write_graph(definition, self._logdir, "graph.pbtxt")
        if self._summary_writer is None or self._graph_is_written:
            return
        saver_def = None if self._saver is None else self._saver.saver_def
        self._summary_writer.add_graph(self._graph)
        self._summary_writer.add_meta_graph(create_meta_graph_def(graph_def=definition, saver_def=saver_def))
        self._graph_is_written = True

    @contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Any]:
        """A ready session for a `with` block (API: tf.train.Supervisor.managed_session).

        An error of the block or of a thread stops the others and is raised when all have ended, OutOfRangeError
        excepted: it is the end of the input.
        """
        sess = None
        try:
            sess = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
            yield sess
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                # The first error that was reported is raised here.
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if sess is not None:
                    sess.close()

    def start_standard_services(self, sess: Any) -> list[LooperThread] | None:
        """Start the threads that write summaries, steps per second and checkpoints.

        Returns:
            The threads; None, with a warning, where there is no `logdir` to write to.

        Raises:
            RuntimeError: this is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief supervisors can write events."
            )
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer is not None:
            log = SessionLog(status=SessionLog.START)
            self._summary_writer.add_session_log(log, read_global_step(sess, self._global_step))
        threads: list[LooperThread] = []
        if self._save_summaries_secs and self._summary_writer is not None:
            if self._summary_op is not None:
                threads.append(SummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(StepCounterThread(self, sess))
        if self._saver is not None and self._save_model_secs:
            threads.append(CheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def start_queue_runners(self, sess: Any, queue_runners: Sequence[Any] | None = None) -> list[threading.Thread]:
        """Start the threads of queue runners, those of the graph if None; returns the threads."""
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        return [
            thread
            for runner in queue_runners
            for thread in runner.create_threads(sess, coord=self._coord, daemon=True, start=True)
        ]

    def loop(
        self,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """A started thread that calls a function every so many seconds until the training stops."""
        return LooperThread.loop(self._coord, timer_interval_secs, target, args, kwargs)

    def stop(
        self,
        threads: Iterable[threading.Thread] | None = None,
        close_summary_writer: bool = True,
        ignore_live_threads: bool = False,
    ) -> None:
        """Stop the threads and wait for them; raises the first error that was reported.

        Args:
            threads: some, beside those that were started here.
            close_summary_writer: whether the writer is closed, too.
            ignore_live_threads: do not fail because of threads that did not end.
        """
        self._coord.request_stop()
        try:
            self._coord.join(
                threads, stop_grace_period_secs=self._stop_grace_secs, ignore_live_threads=ignore_live_threads
            )
        finally:
            if close_summary_writer and self._summary_writer is not None:
                self._summary_writer.add_session_log(SessionLog(status=SessionLog.STOP))
                self._summary_writer.close()
                self._graph_is_written = False

    def request_stop(self, ex: Any = None) -> None:
        """Ask all threads to stop, for an error or for none."""
        self._coord.request_stop(ex=ex)

    def should_stop(self) -> bool:
        return self._coord.should_stop()

    def stop_on_exception(self) -> AbstractContextManager[None]:
        """For a `with` block whose errors stop the training."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        self._coord.wait_for_stop()

    def summary_computed(self, sess: Any, summary: Any, global_step: int | None = None) -> None:
        """Write a summary that the program computed.

        Args:
            sess: the session that is asked for the global step if
            global_step: is None.
            summary: a `Summary`, or the bytes of one.

        Raises:
            RuntimeError: there is no writer.
        """
        if self._summary_writer is None:
            raise RuntimeError("Writing a summary requires a summary writer. Pass logdir to tf.train.Supervisor.")
        if global_step is None and self._global_step is not None:
            global_step = read_global_step(sess, self._global_step)
        self._summary_writer.add_summary(summary, global_step)

    # The names of TensorFlow before 1.0.
    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed


def basic_train_loop(
    supervisor: Supervisor, train_step_fn: Callable[..., Any], args: Any = None, kwargs: Any = None, master: str = ""
) -> None:
    """Call a function of the session until the training stops (API: tf.train.basic_train_loop).

    Args:
        supervisor: makes the sessions; after an AbortedError, another one.
        train_step_fn: takes the session, then `args` and `kwargs`.
        master: of the session.
    """
    while True:
        try:
            with supervisor.managed_session(master) as sess:
                while not supervisor.should_stop():
                    train_step_fn(sess, *(args or ()), **(kwargs or {}))
        except errors.AbortedError:
            logging.info("The session was aborted: another one is made.")
        else:
            return


def _is_default(given: Any) -> bool:
    return isinstance(given, int) and given == _DEFAULT


def _chosen(given: Any, key: str, make: Callable[[], Any] | None = None) -> Any:
    """What was given; else the first item of the collection, made and listed if there is none."""
    if not _is_default(given):
        return given
    found = get_collection(key)
    if len(found) > 1:
        logging.info("Found %d %s operations. Returning the first one.", len(found), key)
    if found:
        return found[0]
    made = None if make is None else make()
    if made is not None:
        add_to_collection(key, made)
    return made


def _step_by_name() -> Any:
    try:
        step = get_default_graph().get_tensor_by_name("global_step:0")
    except KeyError:
        return None
    if step.dtype.base_dtype in (dtypes.int32, dtypes.int64):
        return step
    logging.warning("Found 'global_step' is not an int type: %s", step.dtype)
    return None
