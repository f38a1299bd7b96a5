"""Losses against plain NumPy, their collections, and what they refuse, at once and in a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.core import errors

RNG = np.random.RandomState(3)
LABELS = RNG.rand(4, 3).astype(np.float32)
PREDICTIONS = RNG.uniform(0.1, 0.9, (4, 3)).astype(np.float32)
WEIGHTS = np.array([[0.0], [1.0], [2.0], [0.5]], np.float32)
ERROR = np.abs(PREDICTIONS - LABELS)
BITS = (LABELS > 0.5).astype(np.float32)


def softplus(x: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(x))


ELEMENTS: dict[str, tuple[Callable[..., Any], np.ndarray, np.ndarray, np.ndarray]] = {
    "absolute_difference": (tf.losses.absolute_difference, LABELS, PREDICTIONS, ERROR),
    "mean_squared_error": (tf.losses.mean_squared_error, LABELS, PREDICTIONS, ERROR**2),
    "huber_loss": (
        lambda *a, **k: tf.losses.huber_loss(*a, delta=0.3, **k), LABELS, PREDICTIONS,
        np.where(ERROR <= 0.3, ERROR**2 / 2, 0.3 * ERROR - 0.045),
    ),
    "log_loss": (
        tf.losses.log_loss, LABELS, PREDICTIONS,
        -LABELS * np.log(PREDICTIONS) - (1 - LABELS) * np.log(1 - PREDICTIONS),
    ),
    "hinge_loss": (tf.losses.hinge_loss, BITS, PREDICTIONS, np.maximum(0, 1 - (2 * BITS - 1) * PREDICTIONS)),
    "sigmoid_cross_entropy": (
        tf.losses.sigmoid_cross_entropy, BITS, PREDICTIONS, softplus(PREDICTIONS) - BITS * PREDICTIONS
    ),
}  # fmt: skip


def run(loss: Any) -> Any:
    with tf.Session() as session:
        return session.run(loss)


@pytest.mark.parametrize("name", ELEMENTS)
def test_elements_and_reductions(name: str) -> None:
    function, labels, predictions, expected = ELEMENTS[name]
    weighted = expected * WEIGHTS
    reduced = {
        "none": weighted,
        "weighted_sum": weighted.sum(),
        "weighted_mean": weighted.sum() / (np.ones_like(expected) * WEIGHTS).sum(),
        "weighted_sum_over_batch_size": weighted.mean(),
        "weighted_sum_by_nonzero_weights": weighted.sum() / 9,
    }
    assert set(reduced) == set(tf.losses.Reduction.all())
    for reduction, value in reduced.items():
        loss = function(labels, predictions, WEIGHTS, reduction=reduction)
        np.testing.assert_allclose(run(loss), value, rtol=2e-5)
    np.testing.assert_allclose(run(function(labels, predictions)), expected.mean(), rtol=2e-5)


def test_pairwise_errors_over_all_pairs() -> None:
    difference = PREDICTIONS.astype(np.float64) - LABELS
    expected = 0.0
    for entry in difference:
        pairs = [(a - b) ** 2 for i, a in enumerate(entry) for j, b in enumerate(entry) if i != j]
        expected += np.mean(pairs)
    np.testing.assert_allclose(run(tf.losses.mean_pairwise_squared_error(LABELS, PREDICTIONS)), expected, rtol=1e-5)


def test_label_smoothing() -> None:
    logits = PREDICTIONS
    onehot = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]
    soft = onehot * 0.7 + 0.1
    log_probabilities = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -(soft * log_probabilities).sum(1).mean()
    np.testing.assert_allclose(
        run(tf.losses.softmax_cross_entropy(onehot, logits, label_smoothing=0.3)), expected, rtol=1e-5
    )
    bits = BITS * 0.7 + 0.15
    expected = (softplus(logits) - bits * logits).mean()
    np.testing.assert_allclose(
        run(tf.losses.sigmoid_cross_entropy(BITS, logits, label_smoothing=0.3)), expected, rtol=1e-5
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda x: tf.losses.huber_loss(LABELS, x, WEIGHTS),
        lambda x: tf.losses.cosine_distance(LABELS, x, axis=1),
        lambda x: tf.losses.mean_pairwise_squared_error(LABELS, x, WEIGHTS),
        lambda x: tf.losses.log_loss(LABELS, x, WEIGHTS),
        lambda x: tf.losses.softmax_cross_entropy(np.eye(3)[[0, 2, 1, 1]], x, WEIGHTS[:, 0]),
        lambda x: tf.losses.sparse_softmax_cross_entropy([0, 2, 1, 1], x),
        lambda x: tf.losses.sigmoid_cross_entropy(BITS, x, reduction="weighted_mean"),
    ],
)
def test_derivatives(build: Callable[[Any], Any]) -> None:
    """Against a finite difference along one direction, as exact as float32 allows."""
    x = tf.placeholder(tf.float32, [4, 3])
    loss = build(x)
    slope = tf.gradients(loss, x)[0]
    direction = RNG.choice([-1.0, 1.0], (4, 3)).astype(np.float32)
    step = np.float32(2**-7)
    with tf.Session() as session:
        found = (session.run(slope, {x: PREDICTIONS}) * direction).sum()
        above, below = (session.run(loss, {x: PREDICTIONS + sign * step * direction}) for sign in (1, -1))
    np.testing.assert_allclose(found, (above - below) / (2 * step), rtol=1e-2, atol=2e-4)


def test_losses_are_collected() -> None:
    first = tf.losses.mean_squared_error(LABELS, PREDICTIONS, scope="first")
    second = tf.losses.absolute_difference(LABELS, PREDICTIONS, loss_collection="mine")
    tf.losses.absolute_difference(LABELS, PREDICTIONS, loss_collection=None)
    own = tf.constant(2.0, name="own")
    tf.losses.add_loss(own)
    assert tf.losses.get_losses() == [first, own]
    assert tf.losses.get_losses("first") == [first]
    assert tf.losses.get_losses(loss_collection="mine") == [second]
    assert run(tf.losses.get_regularization_loss()) == 0
    penalty = tf.constant(0.5)
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, penalty)
    assert tf.losses.get_regularization_losses() == [penalty]
    total, without = tf.losses.get_total_loss(), tf.losses.get_total_loss(False, name="without")
    np.testing.assert_allclose(run([total, without]), [run(first) + 2.5, run(first) + 2], rtol=1e-6)


def test_no_losses_have_no_total() -> None:
    with pytest.raises(ValueError, match="at least one Tensor"):
        tf.losses.get_total_loss()


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda p: tf.losses.mean_squared_error(p([2, 3]), p([3, 2])),
            r"Shapes \(3, 2\) and \(2, 3\) are incompatible: predictions and labels must have the same shape",
        ),
        (lambda p: tf.losses.log_loss(None, p([2])), "Argument `labels` must not be None"),
        (lambda p: tf.losses.hinge_loss(p([2]), None), "Argument `logits` must not be None"),
        (lambda p: tf.losses.cosine_distance(p([2]), p([2])), "You must specify argument `axis`"),
        (
            lambda p: tf.losses.cosine_distance(p([2]), p([2]), axis=0, dim=0),
            "Cannot specify both 'dim' and 'axis'",
        ),
        (
            lambda p: tf.losses.huber_loss(p([2, 3]), p([2, 3]), p([2])),
            r"values.rank=2. weights.rank=1. .*use tf.expand_dims",
        ),
        (
            lambda p: tf.losses.huber_loss(p([2, 3]), p([2, 3]), p([2, 2])),
            r"Mismatch at dim 1. values.shape=\(2, 3\), weights.shape=\(2, 2\). Expected size 1 or 3 there",
        ),
        (lambda p: tf.losses.huber_loss(p([2]), p([2]), reduction="sum"), "Invalid Reduction Key sum"),
    ],
)
def test_refusals(build: Callable[..., Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build(lambda shape: tf.placeholder(tf.float32, shape))


def test_weights_of_unknown_shape_are_checked_in_the_run() -> None:
    x, w = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    loss = tf.losses.mean_squared_error(tf.zeros([2, 3]), x, w)
    with tf.Session() as session:
        fed = np.ones((2, 3), np.float32)
        assert session.run(loss, {x: fed, w: 2.0}) == 2
        assert session.run(loss, {x: fed, w: [[1.0], [3.0]]}) == 2
        with pytest.raises(errors.InvalidArgumentError, match="weights can not be broadcast to values"):
            session.run(loss, {x: fed, w: [1.0, 2.0, 3.0]})
        with pytest.raises(errors.InvalidArgumentError, match=r"\[weights.shape=\].*\[2 2\]"):
            session.run(loss, {x: fed, w: [[1.0, 2.0], [3.0, 4.0]]})


def test_nan_and_infinity_pass_through() -> None:
    assert np.isnan(run(tf.losses.mean_squared_error([0.0, 0.0], [np.nan, 1.0])))
    assert np.isinf(run(tf.losses.absolute_difference([0.0, 0.0], [np.inf, 1.0])))
