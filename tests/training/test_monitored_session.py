"""Monitored sessions and their hooks."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _training():
    step = tf.train.get_or_create_global_step()
    weight = tf.get_variable("w", initializer=1.0)
    loss = tf.square(weight)
    tf.summary.scalar("loss", loss)
    return step, loss, tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)


def test_trains_stops_saves_and_goes_on(tmp_path):
    folder = str(tmp_path)
    for last in (5, 8):
        tf.reset_default_graph()
        _, _, train = _training()
        hooks = [tf.train.StopAtStepHook(last_step=last)]
        with tf.train.MonitoredTrainingSession(checkpoint_dir=folder, hooks=hooks, save_checkpoint_steps=2) as sess:
            while not sess.should_stop():
                sess.run(train)
        assert tf.train.latest_checkpoint(folder).endswith(f"model.ckpt-{last}")
    assert (tmp_path / "graph.pbtxt").exists()
    tags = [
        value.tag
        for path in sorted(tmp_path.glob("events*"))
        for event in tf.train.summary_iterator(str(path))
        for value in event.summary.value
    ]
    assert "loss" in tags


def test_hooks_are_called_in_order():
    calls = []

    class Hook(tf.train.SessionRunHook):
        def begin(self):
            calls.append("begin")

        def after_create_session(self, session, coord):
            calls.append("create")

        def before_run(self, run_context):
            return tf.train.SessionRunArgs(loss, {fed: 3.0})

        def after_run(self, run_context, run_values):
            calls.append(float(run_values.results))
            run_context.request_stop()

        def end(self, session):
            calls.append("end")

    fed = tf.placeholder(tf.float32, [])
    loss = fed * 2.0
    with tf.train.MonitoredSession(hooks=[Hook()]) as sess:
        assert sess.run(fed) == 3.0
        assert sess.should_stop()
        with pytest.raises(RuntimeError, match="after should_stop requested"):
            sess.run(fed)
    assert calls == ["begin", "create", 6.0, "end"]
    with pytest.raises(RuntimeError, match="already closed"):
        sess.close()
    with (
        pytest.raises(RuntimeError, match="fed by a SessionRunHook and user"),
        tf.train.MonitoredSession(hooks=[Hook()]) as sess,
    ):
        sess.run(fed, {fed: 1.0})


def test_nan_stops():
    bad = tf.constant(np.nan)
    with (
        pytest.raises(tf.train.NanLossDuringTrainingError),
        tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(bad)]) as sess,
    ):
        sess.run(bad)
    tf.reset_default_graph()
    bad = tf.constant(np.nan)
    with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(bad, fail_on_nan_loss=False)]) as sess:
        sess.run(bad)
        assert sess.should_stop()


def test_final_values_and_feeds():
    _, loss, train = _training()
    final = tf.train.FinalOpsHook({"loss": loss})
    with tf.train.SingularMonitoredSession(hooks=[final]) as sess:
        sess.run(train)
        assert isinstance(sess.raw_session(), tf.Session)
    assert final.final_ops_values["loss"] == pytest.approx(0.64)


def test_queue_runners_start_and_the_end_of_input_leaves_the_block():
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    found = []
    with tf.train.MonitoredSession() as sess:
        while not sess.should_stop():
            found.append(sess.run(number))
    assert found == [0, 1, 2]


def test_refusals():
    with pytest.raises(ValueError, match="Exactly one of scaffold or summary_op"):
        tf.train.SummarySaverHook(save_steps=1)
    with pytest.raises(ValueError, match="exactly one of every_n_iter"):
        tf.train.LoggingTensorHook([], every_n_iter=1, every_n_secs=1)
    with pytest.raises(ValueError, match="One of num_steps or last_step"):
        tf.train.StopAtStepHook()
    with pytest.raises(RuntimeError, match="Global step should be created to use StopAtStepHook"):
        tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(1)])


class Preempted(tf.train.SessionRunHook):
    """Fails in its first runs; counts sessions."""

    def __init__(self, error, failures=1):
        self.error, self.failures, self.sessions = error, failures, 0

    def after_create_session(self, session, coord):
        self.sessions += 1

    def before_run(self, run_context):
        if self.failures:
            self.failures -= 1
            raise self.error(None, None, "preempted")


@pytest.mark.parametrize("error", [tf.errors.AbortedError, tf.errors.UnavailableError])
def test_preempted_session_is_made_anew_from_its_checkpoint(tmp_path, error):
    step = tf.train.get_or_create_global_step()
    count = tf.assign_add(step, 1)
    hook = Preempted(error, 0)
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=str(tmp_path), hooks=[hook], save_checkpoint_steps=1, save_checkpoint_secs=None
    ) as sess:
        assert sess.run(count) == 1
        hook.failures = 2
        assert sess.run(count) == 2
    assert hook.sessions == 3


def test_singular_session_is_not_made_anew():
    tf.train.get_or_create_global_step()
    value = tf.constant(1)
    hook = Preempted(tf.errors.AbortedError)
    with (
        pytest.raises(tf.errors.AbortedError, match="preempted"),
        tf.train.SingularMonitoredSession(hooks=[hook]) as sess,
    ):
        sess.run(value)
    assert hook.sessions == 1
