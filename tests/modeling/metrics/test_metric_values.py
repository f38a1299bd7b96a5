"""Metrics over several batches: TensorFlow's numbers (recorded) and scikit-learn's."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

import convflow as tf
from convflow.core import errors

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "metrics"
sys.path.append(str(GOLDEN))

import metric_runs  # noqa: E402

RECORDED = json.loads((GOLDEN / "runs.json").read_text(encoding="utf-8"))
NEED_SHAPES = ("average_precision_at_k", "sparse_average_precision_at_k", "mean_tensor")
CALLS = {call[0]: (number, *call[1:]) for number, call in enumerate(metric_runs.calls())}


def test_every_call_is_recorded() -> None:
    assert list(CALLS) == list(RECORDED["known"])


@pytest.mark.parametrize("known", [True, False], ids=["shapes known", "shapes unknown"])
@pytest.mark.parametrize("name", CALLS)
def test_as_tensorflow(name: str, known: bool) -> None:
    theirs = RECORDED["known" if known else "unknown"].get(name, RECORDED["known"][name])
    if isinstance(theirs, str):
        if name.startswith(NEED_SHAPES):
            with pytest.raises(ValueError, match="known"):
                metric_runs.results(tf, *CALLS[name], known)
            return
        theirs = RECORDED["known"][name]  # we do not need the shapes that TensorFlow needs
    ours = metric_runs.results(tf, *CALLS[name], known)
    for batch, (own, their) in enumerate(zip(ours, theirs, strict=True)):
        for what, a, b in zip(("update", "value"), own, their, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-7, err_msg=f"{what} of batch {batch}")


class Stream:
    """A metric fed batch by batch."""

    def __init__(self, function: Callable[..., Any], *examples: np.ndarray, **settings: Any) -> None:
        self._inputs = [tf.placeholder(tf.as_dtype(item.dtype), [None, *item.shape[1:]]) for item in examples]
        self._value, self._update = function(*self._inputs, **settings)
        self._examples = examples

    def over_batches(self, size: int) -> Any:
        with tf.Session() as session:
            session.run(tf.local_variables_initializer())
            for start in range(0, len(self._examples[0]), size):
                feed = {p: e[start : start + size] for p, e in zip(self._inputs, self._examples, strict=True)}
                last = session.run(self._update, feed)
            value = session.run(self._value)
            if np.shape(last) == np.shape(value):
                np.testing.assert_array_equal(last, value)
            return value


RNG = np.random.RandomState(7)
CLASSES = RNG.randint(0, 4, 50)
GUESSES = np.where(RNG.rand(50) < 0.6, CLASSES, RNG.randint(0, 4, 50))
TRUTH = RNG.rand(50) < 0.4
SCORES = np.clip(0.3 * TRUTH + RNG.rand(50) * 0.7, 0, 1).astype(np.float32)
NUMBERS = RNG.randn(50).astype(np.float32)
ESTIMATES = (NUMBERS + RNG.randn(50) * 0.3).astype(np.float32)
WEIGHTS = RNG.randint(0, 4, 50).astype(np.float32)


@pytest.mark.parametrize("size", [50, 8])
@pytest.mark.parametrize(
    ("ours", "theirs", "examples"),
    [
        ("accuracy", sklearn_metrics.accuracy_score, (CLASSES, GUESSES)),
        ("precision", sklearn_metrics.precision_score, (TRUTH, SCORES > 0.5)),
        ("recall", sklearn_metrics.recall_score, (TRUTH, SCORES > 0.5)),
        ("mean_absolute_error", sklearn_metrics.mean_absolute_error, (NUMBERS, ESTIMATES)),
        ("mean_squared_error", sklearn_metrics.mean_squared_error, (NUMBERS, ESTIMATES)),
        ("root_mean_squared_error", sklearn_metrics.root_mean_squared_error, (NUMBERS, ESTIMATES)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_as_scikit_learn(ours: str, theirs: Callable[..., float], examples: Any, size: int) -> None:
    function = getattr(tf.metrics, ours)
    assert Stream(function, *examples).over_batches(size) == pytest.approx(theirs(*examples), rel=1e-5)
    weighted = Stream(lambda x, y, w: function(x, y, w), *examples, WEIGHTS).over_batches(size)
    assert weighted == pytest.approx(theirs(*examples, sample_weight=WEIGHTS), rel=1e-5)


def test_counts_are_the_confusion_matrix() -> None:
    answers = SCORES > 0.5
    (tn, fp), (fn, tp) = sklearn_metrics.confusion_matrix(TRUTH, answers)
    expected = {"true_negatives": tn, "false_positives": fp, "false_negatives": fn, "true_positives": tp}
    for name, count in expected.items():
        assert Stream(getattr(tf.metrics, name), TRUTH, answers).over_batches(7) == count


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_thresholds_as_scikit_learn(threshold: float) -> None:
    answers = threshold < SCORES
    for name, score in (
        ("precision", sklearn_metrics.precision_score),
        ("recall", sklearn_metrics.recall_score),
    ):
        function = getattr(tf.metrics, f"{name}_at_thresholds")
        value = Stream(function, TRUTH, SCORES, thresholds=[threshold]).over_batches(9)
        assert value == pytest.approx([score(TRUTH, answers)], rel=1e-5)


def test_areas_approach_scikit_learns() -> None:
    roc = Stream(tf.metrics.auc, TRUTH, SCORES, num_thresholds=2000).over_batches(11)
    assert roc == pytest.approx(sklearn_metrics.roc_auc_score(TRUTH, SCORES), abs=2e-3)
    lower, upper = (
        Stream(tf.metrics.auc, TRUTH, SCORES, num_thresholds=2000, curve="PR", summation_method=method).over_batches(11)
        for method in ("minoring", "majoring")
    )
    assert lower <= sklearn_metrics.average_precision_score(TRUTH, SCORES) + 5e-3
    assert upper >= sklearn_metrics.average_precision_score(TRUTH, SCORES) - 5e-3


def test_intersection_over_union_is_the_jaccard_index() -> None:
    value = Stream(tf.metrics.mean_iou, CLASSES, GUESSES, num_classes=4).over_batches(6)
    assert value == pytest.approx(sklearn_metrics.jaccard_score(CLASSES, GUESSES, average="macro"), rel=1e-5)


def test_accuracy_per_class_is_the_balanced_accuracy() -> None:
    inputs = [tf.placeholder(tf.int64, [None]) for _ in range(2)]
    value, update = tf.metrics.mean_per_class_accuracy(*inputs, num_classes=4)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        per_class = session.run(update, dict(zip(inputs, (CLASSES, GUESSES), strict=True)))
        assert session.run(value) == pytest.approx(sklearn_metrics.balanced_accuracy_score(CLASSES, GUESSES), rel=1e-5)
    np.testing.assert_allclose(per_class, sklearn_metrics.recall_score(CLASSES, GUESSES, average=None), rtol=1e-5)


def test_recall_at_k_is_top_k_accuracy() -> None:
    scores = RNG.rand(50, 4).astype(np.float32)
    value = Stream(tf.metrics.recall_at_k, CLASSES[:, None], scores, k=2).over_batches(8)
    assert value == pytest.approx(sklearn_metrics.top_k_accuracy_score(CLASSES, scores, k=2))


def test_state_is_local_and_starts_over() -> None:
    x = tf.placeholder(tf.float32, [None])
    value, update = tf.metrics.mean(x, metrics_collections=["seen"], updates_collections=["updates"], name="m")
    assert [v.name for v in tf.local_variables()] == ["m/total:0", "m/count:0"]
    assert tf.get_collection(tf.GraphKeys.METRIC_VARIABLES) == tf.local_variables()
    assert tf.global_variables() == [] and tf.trainable_variables() == []
    assert tf.get_collection("seen") == [value] and tf.get_collection("updates") == [update]
    with tf.Session() as session:
        with pytest.raises(errors.FailedPreconditionError, match="m/total"):
            session.run(update, {x: [1.0]})
        session.run(tf.local_variables_initializer())
        assert session.run(value) == 0
        assert session.run(update, {x: [1.0, 2.0]}) == 1.5
        assert session.run(update, {x: [6.0]}) == 3
        session.run(tf.local_variables_initializer())
        assert session.run(value) == 0


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (
            lambda p: tf.metrics.accuracy(p([2]), p([3])),
            r"Shapes \(3,\) and \(2,\) are incompatible: predictions and labels must have the same shape",
        ),
        (lambda p: tf.metrics.mean(p([2, 3]), p([2, 2])), r"weights can not be broadcast .*Mismatch at dim 1"),
        (lambda p: tf.metrics.auc(p([2]), p([2]), curve="X"), "Curve must be either ROC or PR. Curve X is unknown"),
        (lambda p: tf.metrics.auc(p([2]), p([2]), summation_method="X"), "Invalid summation_method: X"),
        (
            lambda p: tf.metrics.sensitivity_at_specificity(p([2]), p([2]), 1.5),
            r"`specificity` must be in the range \[0, 1\]. Currently, `specificity` is 1.5",
        ),
        (
            lambda p: tf.metrics.average_precision_at_k(p([2, 2]), p([2, 3]), 0),
            "Invalid k=0: at least one prediction must count",
        ),
        (
            lambda p: tf.metrics.precision_at_k(p([2, 2, 2, 2]), p([2, 3]), 2),
            r"Unexpected labels shape \(2, 2, 2, 2\) for predictions shape \(2, 2\)",
        ),
        (
            lambda p: tf.metrics.mean_relative_error(p([2]), p([2]), p([3])),
            "predictions and normalizer must have the same shape",
        ),
    ],
)
def test_refusals(build: Callable[..., Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        build(lambda shape: tf.placeholder(tf.float32, shape))


def test_predictions_must_be_probabilities() -> None:
    x = tf.placeholder(tf.float32, [None])
    _, update = tf.metrics.auc(tf.constant([1, 0]), x)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with pytest.raises(errors.InvalidArgumentError, match=r"predictions must be in \[0, 1\]"):
            session.run(update, {x: [0.5, 1.5]})


def test_weights_are_checked_in_the_run() -> None:
    x, w = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    _, update = tf.metrics.mean(x, w)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        assert session.run(update, {x: [[1.0, 2.0]], w: [[1.0, 3.0]]}) == 1.75
        with pytest.raises(errors.InvalidArgumentError, match="weights can not be broadcast to values"):
            session.run(update, {x: [[1.0, 2.0]], w: [[1.0, 3.0, 4.0]]})
