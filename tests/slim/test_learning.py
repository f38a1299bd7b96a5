"""slim.learning.train and slim.training.train: loops that save, log, trace and go on."""

import json
import os

import numpy as np
import pytest

import convflow as tf

slim = tf.contrib.slim


def _train_op(rate=1.0, seed=0):
    tf.set_random_seed(seed)
    labels = np.arange(16) % 2
    inputs = np.zeros((16, 4), np.float32)
    inputs[np.arange(16), 2 * labels + np.arange(16) // 2 % 2] = 1
    predictions = slim.fully_connected(tf.constant(inputs), 1, activation_fn=tf.sigmoid)
    tf.losses.log_loss(tf.constant(labels[:, None], tf.float32), predictions)
    return slim.learning.create_train_op(tf.losses.get_total_loss(), tf.train.GradientDescentOptimizer(rate))


def _trained(logdir, steps, seed=0, **arguments):
    with tf.Graph().as_default():
        return slim.learning.train(_train_op(seed=seed), logdir, number_of_steps=steps, **arguments)


def test_trains_saves_and_goes_on(tmp_path):
    assert _trained(str(tmp_path), 100) > 0.02
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-100")
    assert _trained(str(tmp_path), 300, seed=9) < 0.02
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-300")


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _trained(None, 300) < 0.02
    assert not os.listdir(tmp_path)


def test_steps_are_logged(caplog):
    with caplog.at_level("INFO", logger="tensorflow"):
        _trained(None, 4, log_every_n_steps=2)
    steps = [record.getMessage() for record in caplog.records if "global step" in record.getMessage()]
    assert [step.split(":")[0] for step in steps] == ["global step 2", "global step 4"]
    assert "loss = 0." in steps[0] and "sec/step" in steps[0]


def test_traces_open_as_json(tmp_path):
    _trained(str(tmp_path), 5, trace_every_n_steps=2)
    traces = sorted(path.name for path in tmp_path.glob("tf_trace-*.json"))
    assert traces
    assert json.loads((tmp_path / traces[0]).read_text())["traceEvents"]


def test_the_end_of_the_input_ends_the_training(tmp_path):
    with tf.Graph().as_default():
        inputs = tf.train.limit_epochs(tf.constant([[1.0], [2.0]]), num_epochs=7)
        loss = tf.reduce_mean(tf.square(slim.fully_connected(inputs, 1)))
        slim.learning.train(slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1)), str(tmp_path))
    assert (tmp_path / "model.ckpt-7.index").exists()


def test_init_fn_restores_what_was_learned_elsewhere(tmp_path):
    _trained(str(tmp_path / "first"), 300)
    path = tf.train.latest_checkpoint(str(tmp_path / "first"))
    with tf.Graph().as_default():
        train_op = _train_op(seed=5)
        init_fn = slim.assign_from_checkpoint_fn(path, slim.get_model_variables())
        loss = slim.learning.train(train_op, str(tmp_path / "second"), number_of_steps=1, init_fn=init_fn)
    assert loss < 0.02


def test_a_step_of_ones_own(tmp_path):
    taken = []

    def step(session, train_op, global_step, arguments):
        loss, is_over = slim.learning.train_step(session, train_op, global_step, arguments)
        taken.append(loss)
        return loss, is_over or len(taken) == 3

    assert _trained(str(tmp_path), 100, train_step_fn=step) == taken[-1]
    assert len(taken) == 3


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"train_op": None}, "train_op cannot be None"),
        ({"summary_op": lambda: tf.summary.scalar("a", 1.0)}, "Cannot provide summary_op because logdir=None"),
        ({"saver": lambda: tf.train.Saver()}, "Cannot provide saver because logdir=None"),
        ({"trace_every_n_steps": 10}, "Cannot provide trace_every_n_steps because logdir=None"),
        ({"number_of_steps": 0}, "number_of_steps must be either None or a positive number, not 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_refusals(arguments, text):
    train_op = _train_op()
    made = {key: value() if callable(value) else value for key, value in arguments.items()}
    with pytest.raises(ValueError, match=text):
        slim.learning.train(made.pop("train_op", train_op), None, **made)


def test_several_processes_are_refused(tmp_path):
    with pytest.raises(NotImplementedError, match="sync_optimizer joins several processes"):
        slim.learning.train(_train_op(), str(tmp_path), sync_optimizer=object())


def test_training_by_hooks(tmp_path):
    train_op = _train_op()
    hooks = [tf.train.StopAtStepHook(num_steps=300)]
    loss = slim.training.train(train_op, str(tmp_path), hooks=hooks, save_summaries_steps=None)
    assert loss < 0.02
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-300")


def test_training_by_hooks_needs_a_folder_for_checkpoints():
    with pytest.raises(ValueError, match="logdir cannot be None when save_summaries_steps or save_checkpoint_secs"):
        slim.training.train(_train_op(), None)
