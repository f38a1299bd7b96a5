"""Sessions and hooks that write the tensors of every run to files (API: tensorflow.python.debug.DumpingDebug*)."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from tensorboard.compat.proto import config_pb2, event_pb2

from convflow.formats import files
from convflow.runtime.debug_dump import write_graph
from convflow.training.debugging.watching import WatchOptions, watch_graph
from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook

FETCHES_FILE = "_tfdbg_fetches_info_"
FEED_KEYS_FILE = "_tfdbg_feed_keys_info_"
WatchFunction = Callable[[Any, Any], Any]


class _Dumps:
    """The folders of a session's runs, and what is watched in each."""

    def __init__(self, session_root: str, watch_fn: WatchFunction | None, thread_name_filter: str | None) -> None:
        self._root = _empty_folder(session_root)
        self._watch_fn = watch_fn
        self._threads = re.compile(thread_name_filter or "")
        self._lock = threading.Lock()
        self._runs = 0

    def add_watches(self, options: Any, graph: Any, fetches: Any, feed_dict: Any) -> None:
        """Let a run with these options be written down, in a new folder that tells what was asked of it."""
        if not self._threads.match(threading.current_thread().name):
            return
        folder = self._new_folder()
        _write_message(os.path.join(folder, FETCHES_FILE), repr(fetches))
        _write_message(os.path.join(folder, FEED_KEYS_FILE), repr(feed_dict.keys() if feed_dict else feed_dict))
        write_graph(folder, graph.as_graph_def())
        watch = self._watched(fetches, feed_dict)
        watch_graph(
            options, graph, watch.debug_ops, f"file://{folder}", watch.node_name_regex_whitelist,
            watch.op_type_regex_whitelist, watch.tensor_dtype_regex_whitelist,
            watch.tolerate_debug_op_creation_failures,
        )  # fmt: skip

    def _new_folder(self) -> str:
        with self._lock:
            folder = os.path.join(self._root, f"run_{time.time_ns() // 1000}_{self._runs}")
            self._runs += 1
        with files.os_errors("make the folder", folder):
            os.mkdir(folder)
        return folder

    def _watched(self, fetches: Any, feed_dict: Any) -> WatchOptions:
        if self._watch_fn is None:
            return WatchOptions()
        watched = self._watch_fn(fetches, feed_dict)
        if isinstance(watched, tuple):
            return WatchOptions(*watched)
        if not isinstance(watched, WatchOptions):
            raise TypeError(f"watch_fn must return WatchOptions or a tuple of its arguments, not {watched!r}.")
        return watched


def _empty_folder(path: str) -> str:
    path = os.path.abspath(os.path.expanduser(path))
    if os.path.exists(path) and not os.path.isdir(path):
        raise ValueError(f"session_root path points to a file: {path}. Give a new or an empty folder.")
    with files.os_errors("make the folder", path):
        os.makedirs(path, exist_ok=True)
        if os.listdir(path):
            raise ValueError(f"session_root path points to a non-empty directory: {path}. Give a new or an empty one.")
    return path


def _write_message(path: str, message: str) -> None:
    event = event_pb2.Event(log_message=event_pb2.LogMessage(message=message))
    files.write_atomically(path, event.SerializeToString())


class DumpingDebugHook(SessionRunHook):
    """Writes the tensors of every run of a monitored session (API: tensorflow.python.debug.DumpingDebugHook).

    The files are TensorFlow's: a folder `run_MICROSECONDS_NUMBER` for each run, which `DebugDumpDir` reads. Runs are
    slower: nodes run one by one, and every value is written when it was made.

    Args:
        session_root: a folder that is new or empty.
        watch_fn: a function of fetches and feed_dict that returns `WatchOptions`; all tensors without it.
        thread_name_filter: a pattern; only runs in threads whose names begin so are written.

    Raises:
        ValueError: `session_root` is a file, or holds something.
    """

    def __init__(
        self, session_root: str, watch_fn: WatchFunction | None = None, thread_name_filter: str | None = None
    ) -> None:
        self._dumps = _Dumps(session_root, watch_fn, thread_name_filter)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        options = config_pb2.RunOptions()
        asked = run_context.original_args
        self._dumps.add_watches(options, run_context.session.graph, asked.fetches, asked.feed_dict)
        return SessionRunArgs(None, options=options)


class DumpingDebugWrapperSession:
    """A session whose runs are written to files (API: tensorflow.python.debug.DumpingDebugWrapperSession).

    Args:
        sess: the session that runs; everything but `run` is its.
        session_root, watch_fn, thread_name_filter: see `DumpingDebugHook`.
        pass_through_operrors: has no effect: errors of nodes are always passed on.

    Raises:
        ValueError: `session_root` is a file, or holds something.
    """

    def __init__(
        self,
        sess: Any,
        session_root: str,
        watch_fn: WatchFunction | None = None,
        thread_name_filter: str | None = None,
        pass_through_operrors: bool | None = None,
    ) -> None:
        self._session = sess
        self._dumps = _Dumps(session_root, watch_fn, thread_name_filter)

    @property
    def session(self) -> Any:
        return self._session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def __enter__(self) -> DumpingDebugWrapperSession:
        self._session.__enter__()
        return self

    def __exit__(self, *exc: Any) -> Any:
        return self._session.__exit__(*exc)

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run`, written down."""
        watched = config_pb2.RunOptions()
        if options is not None:
            watched.CopyFrom(options)
        self._dumps.add_watches(watched, self._session.graph, fetches, feed_dict)
        return self._session.run(fetches, feed_dict, watched, run_metadata)
