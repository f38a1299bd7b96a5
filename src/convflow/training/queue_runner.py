"""Threads that fill queues (API: tf.train.QueueRunner, add_queue_runner, start_queue_runners)."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from convflow.core import errors, logging
from convflow.formats.messages import QueueRunnerDef
from convflow.graph.collections import GraphKeys
from convflow.graph.scoped_names import prepend_name_scope, strip_name_scope
from convflow.graph.scopes import (
    add_to_collection,
    executing_eagerly,
    get_collection,
    get_default_graph,
    get_default_session,
)
from convflow.runtime.session import BaseSession
from convflow.training.collection_defs import register_collection
from convflow.training.coordinator import Coordinator

_WITH_QUEUE_RUNNERS_OF_ITS_OWN = ("MonitoredSession", "SingularMonitoredSession")


class QueueRunner:
    """What fills one queue: a thread for each of some enqueue operations (API: tf.train.QueueRunner).

    Args:
        queue: the queue.
        enqueue_ops: what the threads run, again and again.
        close_op, cancel_op: close the queue at the end of the input, and when everything stops; made if not given.
        queue_closed_exception_types: error classes that mean the end of the input, OutOfRangeError by default.
        queue_runner_def: a `QueueRunnerDef` of nodes that are there already, instead of all the others.
        import_scope: what stands before the names in it.

    Raises:
        ValueError: no queue or nothing to run, or both a queue and a definition.
        TypeError: classes that are no `tf.errors`.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Sequence[Any] | None = None,
        close_op: Any = None,
        cancel_op: Any = None,
        queue_closed_exception_types: tuple[type[errors.OpError], ...] | None = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if queue_runner_def is not None:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive: pass one of them.")
            self._find_nodes(queue_runner_def, import_scope)
        else:
            self._make_nodes(queue, enqueue_ops, close_op, cancel_op, queue_closed_exception_types)
        self._lock = threading.Lock()
        # How many threads still run in each session.
        self._running: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._exceptions_raised: list[Exception] = []

    def _make_nodes(self, queue: Any, enqueue_ops: Any, close_op: Any, cancel_op: Any, ended: Any) -> None:
        if not queue or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        if ended is not None and not _are_error_classes(ended):
            raise TypeError(
                f"queue_closed_exception_types, when provided, must be a tuple of tf.error types, but saw: {ended}"
            )
        self._queue = queue
        self._enqueue_ops = enqueue_ops
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self._ended = (errors.OutOfRangeError,) if ended is None else ended

    def _find_nodes(self, definition: Any, scope: str | None) -> None:
        graph = get_default_graph()

        def node(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, scope))

        self._queue = node(definition.queue_name)
        self._enqueue_ops = [node(name) for name in definition.enqueue_op_name]
        self._close_op = node(definition.close_op_name)
        self._cancel_op = node(definition.cancel_op_name)
        codes = definition.queue_closed_exception_types
        # Files of old programs name no classes.
        self._ended = tuple(map(errors.exception_type_from_error_code, codes)) or (errors.OutOfRangeError,)

    @property
    def queue(self) -> Any:
        return self._queue

    @property
    def enqueue_ops(self) -> Sequence[Any]:
        return self._enqueue_ops

    @property
    def close_op(self) -> Any:
        return self._close_op

    @property
    def cancel_op(self) -> Any:
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type[errors.OpError], ...]:
        return self._ended

    @property
    def exceptions_raised(self) -> list[Exception]:
        """What went wrong in threads that have no coordinator to report to."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The name of the queue's node."""
        return self._queue.name

    def create_threads(
        self, sess: Any, coord: Coordinator | None = None, daemon: bool = False, start: bool = False
    ) -> list[threading.Thread]:
        """The threads that fill the queue in a session (API: tf.train.QueueRunner.create_threads).

        Args:
            sess: the session.
            coord: stops the threads, and hears of their errors; one more thread then closes the queue at a stop.
            daemon: the program may end before them.
            start: they run already.

        Returns:
            The threads; none where earlier ones still run in this session.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [self._thread(op.name, self._run, sess, op, coord) for op in self._enqueue_ops]
        if coord is not None:
            threads.append(self._thread("close_on_stop", self._close_on_stop, sess, coord))
        for thread in threads:
            thread.daemon = daemon
            if coord is not None:
                coord.register_thread(thread)
            if start:
                thread.start()
        return threads

    def _thread(self, what: str, target: Callable[..., None], *args: Any) -> threading.Thread:
        return threading.Thread(target=target, args=args, name=f"QueueRunnerThread-{self.name}-{what}")

    def _run(self, sess: Any, enqueue_op: Any, coord: Coordinator | None) -> None:
        try:
            self._fill(sess, enqueue_op, coord)
        except self._ended:
            if self._leave(sess):
                _run_quietly(sess, self._close_op)
        except Exception as error:
            self._leave(sess)
            if coord is None:
                logging.error("Exception in QueueRunner: %s", error)
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
            coord.request_stop(error)
        else:
            self._leave(sess)

    def _leave(self, sess: Any) -> bool:
        """One thread fewer; returns whether it was the last one."""
        with self._lock:
            self._running[sess] -= 1
            return self._running[sess] == 0

    def _fill(self, sess: Any, enqueue_op: Any, coord: Coordinator | None) -> None:
        enqueue = sess.make_callable(enqueue_op)
        while coord is None or not coord.should_stop():
            enqueue()

    def _close_on_stop(self, sess: Any, coord: Coordinator) -> None:
        coord.wait_for_stop()
        _run_quietly(sess, self._cancel_op)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The `QueueRunnerDef`; None where the queue is not in the scope."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        return QueueRunnerDef(
            queue_name=strip_name_scope(self.name, export_scope),
            enqueue_op_name=[strip_name_scope(op.name, export_scope) for op in self._enqueue_ops],
            close_op_name=strip_name_scope(self._close_op.name, export_scope),
            cancel_op_name=strip_name_scope(self._cancel_op.name, export_scope),
            queue_closed_exception_types=[errors.error_code_from_exception_type(cls) for cls in self._ended],
        )

    @staticmethod
    def from_proto(queue_runner_def: Any, import_scope: str | None = None) -> QueueRunner:
        """The runner of nodes that are there already."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def _are_error_classes(given: Any) -> bool:
    return (
        isinstance(given, tuple)
        and bool(given)
        and all(isinstance(item, type) and issubclass(item, errors.OpError) for item in given)
    )


def _run_quietly(sess: Any, op: Any) -> None:
    """Close a queue. It may be closed already, or the session: neither is an error at the end."""
    try:
        sess.run(op)
    except Exception as error:
        logging.vlog(1, "Ignored exception: %s", error)


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """List a queue runner, for `start_queue_runners` (API: tf.train.add_queue_runner)."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess: Any = None,
    coord: Coordinator | None = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Start the threads of all queue runners of the graph (API: tf.train.start_queue_runners).

    Args:
        sess: a session, the default one if None.
        coord: stops the threads and hears of their errors.
        daemon: the program may end before them.
        start: whether they run already.
        collection: where the runners are listed.

    Raises:
        ValueError: there is no session.
        TypeError: `sess` is none.
    """
    if executing_eagerly():
        raise RuntimeError("Queues are not compatible with eager execution: use tf.data.")
    sess = get_default_session() if sess is None else sess
    if sess is None:
        raise ValueError(
            "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an "
            "explicit session to tf.start_queue_runners(sess=sess)"
        )
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in _WITH_QUEUE_RUNNERS_OF_ITS_OWN:
            return []
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    runners = get_collection(collection)
    if not runners:
        logging.warning(
            "tf.train.start_queue_runners() was called, but the graph has no queue runners: the call does nothing."
        )
    with sess.graph.as_default():
        return [
            thread
            for runner in runners
            for thread in runner.create_threads(sess, coord=coord, daemon=daemon, start=start)
        ]


register_collection(
    GraphKeys.QUEUE_RUNNERS, QueueRunnerDef, lambda proto, scope: QueueRunner.from_proto(proto, import_scope=scope)
)
