"""slim.metrics that keep every score, and those at thresholds, against plain NumPy."""

import numpy as np
import pytest

import convflow as tf

metrics = tf.contrib.slim.metrics
RANDOM = np.random.default_rng(4)
BATCHES = [(RANDOM.integers(0, 2, 9), np.round(RANDOM.random(9), 1).astype(np.float32)) for _ in range(5)]
LABELS, SCORES = (np.concatenate(column) for column in zip(*BATCHES, strict=True))


def _streamed(metric, **arguments):
    """The metric after all batches, and what its update gave last."""
    labels, scores = tf.placeholder(tf.int64, [None]), tf.placeholder(tf.float32, [None])
    value, update = metric(labels, scores, **arguments)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for batch in BATCHES:
            updated = session.run(update, dict(zip((labels, scores), batch, strict=True)))
        again = session.run(value)
        np.testing.assert_array_equal(session.run(value), again)
        return again, updated


def _roc_area():
    """The chance that a true one scores above a false one."""
    true, false = SCORES[LABELS == 1][:, None], SCORES[LABELS == 0]
    return np.mean((true > false) + 0.5 * (true == false))


def test_the_exact_area_under_roc():
    assert _streamed(metrics.streaming_dynamic_auc)[0] == pytest.approx(_roc_area(), rel=1e-6)


def test_the_exact_area_under_precision_and_recall():
    points = [(0.0, 1.0)]
    for threshold in sorted(set(SCORES), reverse=True):
        taken = threshold <= SCORES
        points.append((LABELS[taken].sum() / LABELS.sum(), LABELS[taken].mean()))
    recall, precision = np.transpose(points)
    expected = np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2)
    assert _streamed(metrics.streaming_dynamic_auc, curve="PR")[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("logit", [True, False])
def test_a_confidence_interval_holds_its_area(logit):
    [area, lower, upper], _ = _streamed(metrics.auc_with_confidence_intervals, logit_transformation=logit)
    assert area == pytest.approx(_roc_area(), rel=1e-6)
    assert lower < area < upper
    narrow, _ = _streamed(metrics.auc_with_confidence_intervals, logit_transformation=logit, alpha=0.5)
    assert lower < narrow.lower and narrow.upper < upper


def _counts(threshold):
    taken = threshold < SCORES
    return LABELS[taken].sum(), taken.sum(), LABELS.sum()


def test_recall_at_precision():
    candidates = []
    for threshold in [-1e-7, *(i / 199 for i in range(1, 199))]:
        right, taken, true = _counts(threshold)
        candidates.append((abs(right / max(taken, 1e-7) - 0.6), right / true))
    nearest = min(candidates, key=lambda pair: pair[0])
    value, update = _streamed(metrics.recall_at_precision, precision=0.6)
    assert value == update == pytest.approx(nearest[1], rel=1e-5)


def test_precision_at_recall():
    reached = [_counts(threshold) for threshold in [-1e-7, *(i / 199 for i in range(1, 199))]]
    right, taken, _ = [counts for counts in reached if counts[0] / counts[2] >= 0.5][-1]
    value, update = _streamed(metrics.precision_at_recall, target_recall=0.5)
    assert value == update == pytest.approx(right / taken, rel=1e-6)


@pytest.mark.parametrize("curve", ["ROC", "PR"])
def test_points_of_a_curve(curve):
    points, _ = _streamed(metrics.streaming_curve_points, num_thresholds=6, curve=curve)
    assert points.shape == (6, 2)
    for threshold, (x, y) in zip([-1e-7, 0.2, 0.4, 0.6, 0.8], points[:5], strict=True):
        right, taken, true = _counts(np.float32(threshold))
        false = len(LABELS) - true
        expected = ((taken - right) / false, right / true) if curve == "ROC" else (right / true, right / taken)
        np.testing.assert_allclose((x, y), expected, rtol=1e-4)


def test_equal_thresholds_count_what_is_above_them():
    labels, scores = tf.placeholder(tf.bool, [None]), tf.placeholder(tf.float32, [None])
    data, update = metrics.precision_recall_at_equal_thresholds(labels, scores, num_thresholds=5)
    values = RANDOM.random(40).astype(np.float32)
    truth = RANDOM.random(40) > 0.4
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        for part in (slice(15), slice(15, None)):
            session.run(update, {labels: truth[part], scores: values[part]})
        found = session.run(data)
    np.testing.assert_allclose(found.thresholds, [0, 0.25, 0.5, 0.75, 1])
    for index, threshold in enumerate(found.thresholds):
        taken = values >= threshold
        assert found.tp[index] == (taken & truth).sum() and found.fp[index] == (taken & ~truth).sum()
        assert found.fn[index] == (~taken & truth).sum() and found.tn[index] == (~taken & ~truth).sum()


def test_an_area_from_histograms_is_near_the_exact_one():
    labels, scores = tf.constant(LABELS == 1), tf.constant(SCORES)
    area, update = metrics.auc_using_histogram(labels, scores, [0.0, 1.0], nbins=400)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        assert np.isnan(session.run(area))
        session.run(update)
        assert session.run(area) == pytest.approx(_roc_area(), abs=0.01)


@pytest.mark.parametrize("weighted", [False, True])
def test_kappa(weighted):
    counts = np.array([[9, 3, 1], [4, 8, 2], [2, 1, 6]])
    labels, predictions = (place.repeat(counts.ravel()) for place in np.indices((3, 3)).reshape(2, -1))
    weights = RANDOM.random(len(labels)).astype(np.float32) if weighted else np.ones(len(labels), np.float32)
    table = np.zeros((3, 3))
    np.add.at(table, (labels, predictions), weights)
    chance = (table.sum(0) * table.sum(1)).sum() / table.sum()
    expected = (np.trace(table) - chance) / (table.sum() - chance)
    value, update = metrics.cohen_kappa(labels, predictions, 3, weights=weights if weighted else None)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        assert session.run(update) == pytest.approx(expected, rel=1e-5)
        assert session.run(value) == pytest.approx(expected, rel=1e-5)


def test_memory_grows_by_half():
    values = tf.placeholder(tf.int64, [None])
    kept, update = metrics.metric_ops.streaming_concat(values)
    array = next(variable for variable in tf.local_variables() if variable.op.name.endswith("array"))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        rooms = []
        for number in range(20):
            session.run(update, {values: [number]})
            rooms.append(len(session.run(array)))
        assert session.run(kept).tolist() == list(range(20))
    # Powers of 1.5 that are large enough, rounded up.
    assert list(dict.fromkeys(rooms)) == [1, 3, 6, 8, 12, 18, 26]


@pytest.mark.parametrize(("axis", "max_size"), [(0, None), (1, None), (-1, 5)])
def test_all_values_are_kept(axis, max_size):
    values = tf.placeholder(tf.float32, [None, 2] if axis == 0 else [2, None])
    kept, update = metrics.metric_ops.streaming_concat(values, axis=axis, max_size=max_size)
    parts = [np.full((n, 2) if axis == 0 else (2, n), n, np.float32) for n in (1, 3, 2)]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        sizes = [session.run(update, {values: part}) for part in parts]
        assert sizes == np.minimum([1, 4, 6], max_size or 6).tolist()
        expected = np.concatenate(parts, axis=axis)
        expected = expected if max_size is None else expected[:, :max_size]
        np.testing.assert_array_equal(session.run(kept), expected)
        session.run(tf.local_variables_initializer())
        assert session.run(kept).size == 0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: metrics.streaming_dynamic_auc([1], [0.5], curve="XY"), "curve must be either ROC or PR, XY unknown"),
        (lambda: metrics.streaming_curve_points([1], [0.5], curve="XY"), "curve must be either ROC or PR, XY unknown"),
        (lambda: metrics.recall_at_precision([1], [0.5], precision=2), "`precision` must be in the range"),
        (lambda: metrics.precision_at_recall([1], [0.5], target_recall=-1), "`target_recall` must be in the range"),
        (lambda: metrics.cohen_kappa([1], [1], 1), "num_classes must be 2 or more, not 1"),
        (lambda: metrics.cohen_kappa([[1, 2]], [[1]], 3), r"labels has shape \(1, 2\)"),
        (lambda: metrics.precision_recall_at_equal_thresholds([1], [0.5]), "labels must be bool, not int32"),
        (lambda: metrics.auc_using_histogram([True], [0.5], [1.0, 0.0]), "its lowest number first"),
        (lambda: metrics.metric_ops.streaming_concat(tf.zeros([2]), axis=1), r"axis 1 is not in \[-1, 1\)"),
        (lambda: metrics.metric_ops.streaming_concat(tf.placeholder(tf.float32)), "the rank of `values` is not known"),
    ],
)  # fmt: skip
def test_refusals(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_labels_that_are_no_labels_are_refused_in_the_run():
    _, update = metrics.streaming_dynamic_auc(tf.constant([0, 2]), tf.constant([0.1, 0.2]))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="labels must be 0 or 1, at least one is >1"):
            session.run(update)
