"""Metrics of Keras: TensorFlow's values, and what is refused."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import convflow as tf
from convflow.runtime.eager import context

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "training"
sys.path.insert(0, str(GOLDEN))

import keras_metric_cases  # noqa: E402

WANTED = json.loads((GOLDEN / "keras_metrics.json").read_text())
M = tf.keras.metrics


@pytest.mark.parametrize("name", keras_metric_cases.CASES)
def test_values_are_tensorflows(name):
    with tf.Graph().as_default():
        np.testing.assert_allclose(keras_metric_cases.run(tf, name), WANTED[name], rtol=1e-5, atol=1e-6)


def test_they_count_in_eager_mode_and_begin_anew():
    with context.eager_mode():
        precision = M.Precision()
        assert precision([0.0, 1.0, 1.0], [0.9, 0.8, 0.1]).numpy() == 0.5
        assert precision([1.0], [0.8]).numpy() == np.float32(2 / 3)
        precision.reset_states()
        assert precision([1.0], [0.8]).numpy() == 1.0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: M.Precision(thresholds=[0.5, 2.0]), r"Threshold values must be in \[0, 1\]. Invalid values: \[2.0\]"),
        (lambda: M.AUC(curve="X"), 'Invalid curve: "X"'),
        (lambda: M.AUC(summation_method="X"), 'Invalid summation_method: "X"'),
        (lambda: M.AUC(num_thresholds=1), "`num_thresholds` must be > 1"),
        (lambda: M.SensitivityAtSpecificity(2.0), r"must be in the range \[0, 1\]"),
        (lambda: M.MeanTensor().result(), "does not have any result yet"),
    ],
)
def test_refusals(make, text):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=text):
        make()


# Recorded with TensorFlow: the weights of values of another type or of fewer axes, the sum and the mean of them.
_MATRIX = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("values", "weights", "total", "mean"),
    [
        ([1, 2, 3], [1, 0, 2], 7.0, 7 / 3),
        ([1.0, 2.0, 3.0], np.array([1, 0, 2], np.int64), 7.0, 7 / 3),
        ([1.0, 2.0, 3.0], np.array([0.5, 0, 2]), 6.5, 2.6),
        ([1, 2, 3], [True, False, True], 4.0, 2.0),
        (_MATRIX, [1, 2], 17.0, 17 / 6),
        (_MATRIX, [[1, 2], [3, 4]], 30.0, 3.0),
        (_MATRIX, [[1], [2]], 17.0, 17 / 6),
        (_MATRIX, 3, 30.0, 2.5),
        ([[[1.0, 2.0], [3.0, 4.0]]], [2], 20.0, 2.5),
    ],
)
def test_sums_and_means_take_weights_of_other_types_and_shapes(values, weights, total, mean):
    with tf.Graph().as_default(), tf.Session() as sess:
        for metric, wanted in ((M.Sum(), total), (M.Mean(), mean)):
            update = metric.update_state(tf.constant(values), sample_weight=tf.constant(weights))
            sess.run(tf.variables_initializer(metric.variables))
            sess.run(update)
            np.testing.assert_allclose(sess.run(metric.result()), wanted, rtol=1e-6)


def test_a_mean_counts_each_element_of_a_weighted_batch():
    with tf.Graph().as_default(), tf.Session() as sess:
        metric = M.Mean()
        updates = [metric.update_state([1.0, 2.0, 3.0], sample_weight=2), metric.update_state([8.0], sample_weight=2)]
        sess.run(tf.variables_initializer(metric.variables))
        for update in updates:
            sess.run(update)
        assert sess.run(metric.result()) == 3.5


def test_accuracy_of_lists():
    with tf.Graph().as_default(), tf.Session() as sess:
        metric = M.Accuracy()
        update = metric.update_state([1, 2, 3, 4], [1, 2, 3, 5], sample_weight=[1, 1, 0, 2])
        sess.run(tf.variables_initializer(metric.variables))
        sess.run(update)
        assert sess.run(metric.result()) == 0.5
