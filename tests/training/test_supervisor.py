"""A supervisor initializes or restores, saves in the background, and passes errors on."""

import os
import threading
import time

import numpy as np
import pytest

import convflow as tf


def _trained(logdir, **arguments):
    """A counting graph of its own and its supervisor."""
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        weight = tf.Variable(3.0, name="weight")
        tf.summary.scalar("value", weight)
        train = tf.train.GradientDescentOptimizer(0.1).minimize(weight * weight, global_step=step)
        return tf.train.Supervisor(logdir=logdir, **arguments), train, step


def test_session_is_initialized_saved_and_restored(tmp_path):
    supervisor, train, step = _trained(str(tmp_path))
    with supervisor.managed_session() as sess:
        for _ in range(3):
            sess.run(train)
        supervisor.saver.save(sess, supervisor.save_path, global_step=supervisor.global_step)
    assert supervisor.should_stop()
    files = os.listdir(tmp_path)
    assert {"graph.pbtxt", "checkpoint", "model.ckpt-3.index"} <= set(files)
    assert any(name.startswith("events.out.tfevents") for name in files)
    again, _, step = _trained(str(tmp_path))
    with again.managed_session() as sess:
        assert sess.run(step) == 3


def _tags(folder):
    events = [name for name in os.listdir(folder) if "tfevents" in name]
    return {
        value.tag
        for name in events
        for event in tf.train.summary_iterator(str(folder / name))
        for value in event.summary.value
    }


def test_standard_services_write_a_checkpoint_and_summaries(tmp_path):
    supervisor, train, _ = _trained(str(tmp_path), save_model_secs=600, save_summaries_secs=600)
    wanted, end = {"value", "global_step/sec"}, time.monotonic() + 30
    with supervisor.managed_session() as sess:
        sess.run(train)
        # The threads have begun, and may take their time.
        while time.monotonic() < end and not (wanted <= _tags(tmp_path) and tf.train.latest_checkpoint(str(tmp_path))):
            supervisor.summary_writer.flush()
            time.sleep(0.01)
    assert wanted <= _tags(tmp_path)
    assert tf.train.latest_checkpoint(str(tmp_path)) is not None


def test_program_writes_its_summaries_itself(tmp_path):
    supervisor, train, _ = _trained(str(tmp_path), summary_op=None)
    assert supervisor.summary_op is None
    with supervisor.managed_session() as sess:
        sess.run(train)
        supervisor.summary_computed(sess, tf.Summary(value=[tf.Summary.Value(tag="mine", simple_value=1.0)]))
    (name,) = [name for name in os.listdir(tmp_path) if "tfevents" in name]
    written = {
        value.tag: event.step
        for event in tf.train.summary_iterator(str(tmp_path / name))
        for value in event.summary.value
    }
    assert written["mine"] == 1


def test_without_a_folder_nothing_is_written():
    supervisor, train, _ = _trained(None)
    assert (supervisor.save_path, supervisor.summary_writer) == (None, None)
    with supervisor.managed_session() as sess:
        sess.run(train)
        with pytest.raises(RuntimeError, match=r"requires a summary writer\. Pass logdir"):
            supervisor.summary_computed(sess, b"")


def test_error_of_the_block_is_raised_when_all_threads_have_ended():
    supervisor, _, _ = _trained(None)
    seen = threading.Event()
    with pytest.raises(ZeroDivisionError), supervisor.managed_session() as sess:
        looper = supervisor.loop(0.001, seen.set)
        seen.wait(10)
        assert sess is not None
        raise ZeroDivisionError
    assert not looper.is_alive()


def test_end_of_input_is_no_error():
    supervisor, train, _ = _trained(None)
    steps = []
    with supervisor.managed_session() as sess:
        steps.append(sess.run(train))
        raise tf.errors.OutOfRangeError(None, None, "no more")
    assert len(steps) == 1 and supervisor.should_stop()
    with pytest.raises(RuntimeError, match="closed"):
        sess.run(train)


def test_error_of_a_thread_stops_the_training():
    supervisor, train, _ = _trained(None)

    def fail():
        raise ValueError("in a thread")

    with pytest.raises(ValueError, match="in a thread"), supervisor.managed_session() as sess:
        supervisor.loop(None, fail)
        while not supervisor.should_stop():
            sess.run(train)


def test_collections_decide_what_is_used():
    with tf.Graph().as_default() as graph:
        tf.Variable(1.0)
        saver = tf.train.Saver()
        tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
        init = tf.no_op(name="mine")
        supervisor = tf.train.Supervisor(init_op=init)
    assert supervisor.saver is saver
    assert supervisor.init_op is init
    assert supervisor.global_step is None
    assert graph.finalized


def test_init_fn_gets_the_session(tmp_path):
    with tf.Graph().as_default():
        value = tf.Variable(1.0)
        new = tf.placeholder(tf.float32, [])
        assign = value.assign(new)
        supervisor = tf.train.Supervisor(init_fn=lambda sess: sess.run(assign, {new: 7.0}))
    with supervisor.managed_session() as sess:
        assert sess.run(value) == 7.0


def test_who_is_not_chief_needs_devices():
    with pytest.raises(ValueError, match="all Variables must have their device set: global_step has none"):
        _trained(None, is_chief=False)
    with tf.Graph().as_default(), tf.device("/cpu:0"):
        tf.Variable(1.0)
        supervisor = tf.train.Supervisor(is_chief=False)
    with pytest.raises(RuntimeError, match="Only chief supervisor can start standard services"):
        supervisor.start_standard_services(None)


def test_loop_of_steps_begins_anew_after_an_abortion(tmp_path):
    supervisor, train, step = _trained(str(tmp_path))
    seen = []

    def train_step(sess, limit):
        seen.append(int(sess.run(step)))
        if len(seen) == 2:
            raise tf.errors.AbortedError(None, None, "gone")
        sess.run(train)
        if len(seen) == limit:
            supervisor.request_stop()

    tf.train.basic_train_loop(supervisor, train_step, args=[4])
    assert len(seen) == 4


def test_a_save_that_began_with_an_earlier_step_is_not_listed_after_a_later_one(tmp_path):
    """The supervisor's thread saves while the program does."""
    begun, saved_later = threading.Event(), threading.Event()

    def slow_step():
        begun.set()
        saved_later.wait(0.3)
        return np.int64(0)

    with tf.Graph().as_default(), tf.Session() as session:
        weight = tf.Variable(1.0)
        session.run(weight.initializer)
        step = tf.py_func(slow_step, [], tf.int64)
        saver = tf.train.Saver()
        other = threading.Thread(target=saver.save, args=(session, str(tmp_path / "model.ckpt"), step))
        other.start()
        assert begun.wait(10)
        later = saver.save(session, str(tmp_path / "model.ckpt"), 3)
        saved_later.set()
        other.join()
    assert tf.train.latest_checkpoint(str(tmp_path)) == later
