"""The session that only calls hooks around runs, which libraries build on."""

from __future__ import annotations

from typing import Any

import convflow as tf
from convflow.training.hooked_session import HookedSession


class Counting(tf.train.SessionRunHook):
    def __init__(self, more: Any) -> None:
        self.more, self.seen = more, []

    def before_run(self, run_context: Any) -> Any:
        return tf.train.SessionRunArgs(self.more)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.seen.append(run_values.results)
        if len(self.seen) == 2:
            run_context.request_stop()


def test_hooks_are_called_around_runs() -> None:
    x = tf.placeholder(tf.float32)
    hook = Counting(x + 1)
    with tf.Session() as session:
        hooked = HookedSession(session, [hook])
        assert hooked.graph is session.graph
        assert hooked.run(x * 2, {x: 1.0}) == 2 and not hooked.should_stop()
        assert hooked.run(x * 2, {x: 2.0}) == 4 and hooked.should_stop()
    assert hook.seen == [2, 3]
