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
