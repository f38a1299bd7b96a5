"""Code that runs before and after each run of a session (API: tf.train.SessionRunHook and its kin)."""

from __future__ import annotations

from typing import Any, NamedTuple


class SessionRunArgs(NamedTuple):
    """What a hook asks of the next run (API: tf.train.SessionRunArgs).

    Args:
        fetches: what it wants to know; in the form in which it gets the values.
        feed_dict: what it feeds.
        options: a `RunOptions`.
    """

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What a hook is told of a run (API: tf.train.SessionRunValues): the values it asked for, options, metadata."""

    results: Any
    options: Any
    run_metadata: Any


class SessionRunContext:
    """One call of `run` (API: tf.train.SessionRunContext).

    Args:
        original_args: what the program asked for, a `SessionRunArgs`.
        session: the session that runs.
    """

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self) -> SessionRunArgs:
        return self._original_args

    @property
    def session(self) -> Any:
        return self._session

    @property
    def stop_requested(self) -> bool:
        return self._stop_requested

    def request_stop(self) -> None:
        """Let `should_stop` of the monitored session be true from now on."""
        self._stop_requested = True


class SessionRunHook:
    """Base class of hooks; each method may be left out (API: tf.train.SessionRunHook)."""

    def begin(self) -> None:
        """Called once, before the session is made; may add nodes."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Called when a session was made; the graph is finalized."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Called before each run; returns what is to be fetched and fed beside it."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after each run that did not fail."""

    def end(self, session: Any) -> None:
        """Called at the end, unless an error ended it."""
