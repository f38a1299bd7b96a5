"""What slim's own metrics compute; their nodes are compared in test_graph_parity.py."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

metrics = tf.contrib.slim.metrics


def over_batches(session, metric, *columns):
    """The value of a metric after batches of 10."""
    fed = [tf.placeholder(tf.float32, [None]) for _ in columns]
    value, update = metric(*fed)
    session.run(tf.local_variables_initializer())
    for start in range(0, len(columns[0]), 10):
        session.run(update, {node: column[start : start + 10] for node, column in zip(fed, columns, strict=True)})
    return session.run(value)


@pytest.fixture
def pairs():
    random = np.random.RandomState(5)
    x = random.randn(50)
    weights = random.randint(0, 4, 50)
    weights[:10] = 0
    return x, 0.5 * x + random.randn(50), weights


def test_covariance_and_correlation(session, pairs):
    x, y, weights = pairs
    np.testing.assert_allclose(over_batches(session, metrics.streaming_covariance, x, y), np.cov(x, y)[0, 1], rtol=1e-4)
    weighted = over_batches(session, metrics.streaming_covariance, x, y, weights)
    np.testing.assert_allclose(weighted, np.cov(x, y, fweights=weights)[0, 1], rtol=1e-4)
    found = over_batches(session, metrics.streaming_pearson_correlation, x, y)
    np.testing.assert_allclose(found, np.corrcoef(x, y)[0, 1], rtol=1e-4)


def test_covariance_of_one_pair_is_not_a_number(session):
    assert np.isnan(over_batches(session, metrics.streaming_covariance, [1.0], [2.0]))


def test_rates_and_counts(session):
    answers, truths = [1, 1, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]
    assert over_batches(session, metrics.streaming_false_positive_rate, answers, truths) == pytest.approx(0.5)
    assert over_batches(session, metrics.streaming_false_negative_rate, answers, truths) == pytest.approx(0.5)
    assert over_batches(session, metrics.count, answers) == 6
    assert over_batches(session, metrics.count, answers, [0, 2, 0, 0, 1, 0]) == 3


def test_counts_of_any_numbers_at_thresholds(session):
    def above(predictions, labels):
        return metrics.streaming_true_positives_at_thresholds(predictions, labels, [-2.0, 0.0, 5.0])

    np.testing.assert_array_equal(over_batches(session, above, [-1.0, 3.0, 9.0], [1, 0, 1]), [2, 1, 1])


def test_f1_is_that_of_the_best_threshold(session):
    best = over_batches(session, metrics.f1_score, [0, 1, 1, 0], [0.1, 0.9, 0.6, 0.7])
    assert best == pytest.approx(0.8, abs=1e-4)


def test_accuracy_of_a_batch(session):
    labels = tf.constant([1, 2, 3])
    assert session.run(metrics.accuracy(tf.constant([1, 2, 0]), labels)) == pytest.approx(2 / 3)
    assert session.run(metrics.accuracy(tf.constant([1, 2, 0]), labels, weights=tf.constant([0.0, 1.0, 3.0]))) == 0.25
    with pytest.raises(ValueError, match="should have bool, integer, or string dtype"):
        metrics.accuracy(tf.constant([1.0]), tf.constant([1.0]))
    with pytest.raises(ValueError, match="Dtypes of predictions and labels should match"):
        metrics.accuracy(tf.constant([1.0]), tf.constant([1]))


def test_aggregates():
    assert metrics.aggregate_metrics(("a", "b"), ("c", "d")) == (["a", "c"], ["b", "d"])
    assert metrics.aggregate_metric_map({"x": ("a", "b")}) == ({"x": "a"}, {"x": "b"})
    with pytest.raises(ValueError, match="Expected at least one value_tensor/update_op pair"):
        metrics.aggregate_metrics()
