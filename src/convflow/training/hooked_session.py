"""A session whose runs call hooks, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto.config_pb2 import RunMetadata, RunOptions

from convflow.training.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues


class HookedSession:
    """Calls hooks around the runs of a session that is there already (API: monitored_session._HookedSession).

    Neither `begin` and `after_create_session` nor `end` of the hooks are called.

    Args:
        sess: the session.
        hooks: `SessionRunHook`s.
    """

    def __init__(self, sess: Any, hooks: Sequence[SessionRunHook]) -> None:
        self._sess = sess
        self._hooks = hooks
        self._stop_requested = False

    @property
    def graph(self) -> Any:
        return self._sess.graph

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """`Session.run` with the hooks around."""
        options, metadata = options or RunOptions(), run_metadata or RunMetadata()
        value, stop = run_with_hooks(self._sess, self._hooks, fetches, feed_dict, options, metadata)
        self._stop_requested = self._stop_requested or stop
        return value

    def should_stop(self) -> bool:
        """Whether a hook has asked for the end."""
        return self._stop_requested

    def close(self) -> None:
        self._sess.close()


def run_with_hooks(
    session: Any, hooks: Sequence[SessionRunHook], fetches: Any, feed_dict: Any, options: Any, metadata: Any
) -> tuple[Any, bool]:
    """One run with all that hooks ask for besides.

    Returns:
        The value of `fetches`, and whether a hook asked for the end.

    Raises:
        RuntimeError: a tensor is fed twice.
    """
    context = SessionRunContext(SessionRunArgs(fetches, feed_dict), session)
    wanted: dict[Any, Any] = {"caller": fetches}
    feeds: dict[Any, Any] = {}
    for hook in hooks:
        request = hook.before_run(context)
        if request is None:
            continue
        if request.fetches is not None:
            wanted[hook] = request.fetches
        _add_feeds(feeds, request.feed_dict, "Same tensor is fed by two hooks.")
        if request.options is not None:
            options.trace_level = max(options.trace_level, request.options.trace_level)
            options.debug_options.MergeFrom(request.options.debug_options)
    _add_feeds(feeds, feed_dict, "Same tensor is fed by a SessionRunHook and user.")
    values = session.run(wanted, feeds, options, metadata)
    for hook in hooks:
        hook.after_run(context, SessionRunValues(values.get(hook), options, metadata))
    return values["caller"], context.stop_requested


def _add_feeds(feeds: dict[Any, Any], more: Any, message: str) -> None:
    conflicts = feeds.keys() & (more or {}).keys()
    if conflicts:
        raise RuntimeError(f"{message} Conflict(s): {sorted(map(str, conflicts))}")
    feeds.update(more or {})
