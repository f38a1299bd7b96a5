"""Training with a saved input pipeline: a second call goes on with the elements that follow."""

import pytest

import convflow as tf


@pytest.fixture
def seen():
    return []


def estimator(folder, seen):
    def model_fn(features, labels, mode):
        noted = tf.py_func(lambda x: seen.extend(x.reshape(-1).tolist()) or x, [features], tf.int64, stateful=True)
        step = tf.train.get_or_create_global_step()
        with tf.control_dependencies([noted]):
            train = tf.assign_add(step, 1)
        return tf.estimator.EstimatorSpec(mode, loss=tf.constant(0.0), train_op=train)

    return tf.estimator.Estimator(model_fn, str(folder), tf.estimator.RunConfig(save_checkpoints_steps=2))


def input_fn():
    return tf.data.Dataset.range(100).shuffle(100, seed=3).batch(2)


def test_training_goes_on_with_the_following_elements(tmp_path, seen):
    for _ in range(2):
        trained = estimator(tmp_path / "parts", seen)
        trained.train(input_fn, hooks=[tf.data.experimental.CheckpointInputPipelineHook(trained)], steps=3)
    whole = []
    estimator(tmp_path / "whole", whole).train(input_fn, steps=6)
    assert seen == whole
    names = {item.name for item in (tmp_path / "parts").iterdir()}
    assert {"checkpoint", "checkpoint_input", "input.ckpt-0.index", "input.ckpt-6.index", "model.ckpt-6.index"} <= names


def test_what_contrib_calls_it():
    assert tf.contrib.data.CheckpointInputPipelineHook is tf.data.experimental.CheckpointInputPipelineHook
