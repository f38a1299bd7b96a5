"""Keras' functions for sequences without alignments; values as TensorFlow 2.21's `tf.keras.backend` gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf

K = tf.keras.backend


def _probabilities() -> np.ndarray:
    values = np.random.RandomState(0).rand(3, 6, 4).astype(np.float32)
    return values / values.sum(-1, keepdims=True)


LABELS = np.array([[0, 1, 2], [2, 2, 0], [1, 0, 0]], np.int32)
LABEL_LENGTHS = np.array([[3], [2], [1]], np.int32)
INPUT_LENGTHS = np.array([[6], [5], [4]], np.int32)


@pytest.fixture
def run() -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_dense_labels_become_sparse(run: Any) -> None:
    labels = K.ctc_label_dense_to_sparse(tf.constant(LABELS), tf.constant(LABEL_LENGTHS[:, 0]))
    assert labels.values.dtype == tf.int32
    found = run(labels)
    assert found.indices.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [2, 0]]
    assert found.values.tolist() == [0, 1, 2, 2, 2, 1]
    assert found.dense_shape.tolist() == [3, 3]


def test_the_cost_of_a_batch(run: Any) -> None:
    given = (tf.constant(array) for array in (LABELS, _probabilities(), INPUT_LENGTHS, LABEL_LENGTHS))
    cost = K.ctc_batch_cost(*given)
    assert cost.shape.as_list() == [3, 1]
    np.testing.assert_allclose(run(cost), [[3.9713213], [4.4818978], [5.5636935]], rtol=1e-5)


def test_the_greedy_path(run: Any) -> None:
    (path,), scores = K.ctc_decode(tf.constant(_probabilities()), tf.constant(INPUT_LENGTHS[:, 0]))
    assert run(path).tolist() == [[1, 0, 1, 0], [2, -1, -1, -1], [2, 0, 2, -1]]
    np.testing.assert_allclose(run(scores), [[5.9852424], [4.5039215], [2.8654878]], rtol=1e-5)


def test_the_paths_of_a_beam_search(run: Any) -> None:
    lengths = tf.constant(INPUT_LENGTHS[:, 0])
    paths, scores = K.ctc_decode(tf.constant(_probabilities()), lengths, greedy=False, beam_width=5, top_paths=2)
    assert run(paths[0]).tolist() == [[1, 0, 1], [1, 2, -1], [0, 2, -1]]
    assert run(paths[1]).tolist() == [[1, 0, 1, 0], [1, 0, 2, -1], [2, 0, 2, -1]]
    expected = [[-3.4860926, -4.0103045], [-2.4489911, -2.9903445], [-1.7431277, -1.8446007]]
    np.testing.assert_allclose(run(scores), expected, rtol=1e-5)
