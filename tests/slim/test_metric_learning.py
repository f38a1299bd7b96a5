"""slim's losses over embeddings against plain loops, and the search for the centres of clusters."""

import itertools

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib.slim import losses
from convflow.api.contrib.slim.losses import metric_learning
from convflow.slim import cluster_search

LABELS = np.array([0, 0, 1, 1, 1, 2])


@pytest.fixture
def rows():
    return np.random.RandomState(3).randn(6, 4).astype(np.float32)


def run(tensor):
    with tf.Session() as session:
        return session.run(tensor)


def distances_of(rows):
    return np.linalg.norm(rows[:, None].astype(np.float64) - rows[None], axis=2)


def pairs_of_a_class():
    return [(a, p) for a, p in itertools.permutations(range(6), 2) if LABELS[a] == LABELS[p]]


@pytest.mark.parametrize("squared", [False, True])
def test_pairwise_distance(rows, squared):
    expected = distances_of(rows) ** (2 if squared else 1)
    np.testing.assert_allclose(run(metric_learning.pairwise_distance(rows, squared)), expected, rtol=1e-6, atol=1e-6)


def test_distances_of_equal_rows_have_a_finite_gradient():
    rows = tf.constant(np.ones([3, 2], np.float32))
    (grad,) = tf.gradients(metric_learning.pairwise_distance(rows), rows)
    np.testing.assert_array_equal(run(grad), np.zeros([3, 2]))


def test_triplet_semihard_loss(rows):
    squares = distances_of(rows) ** 2
    terms = []
    for anchor, partner in pairs_of_a_class():
        strangers = squares[anchor][LABELS[anchor] != LABELS]
        farther = strangers[strangers > squares[anchor, partner]]
        chosen = farther.min() if farther.size else strangers.max()
        terms.append(max(0.0, 1.0 + squares[anchor, partner] - chosen))
    np.testing.assert_allclose(run(losses.triplet_semihard_loss(LABELS, rows)), np.mean(terms), rtol=1e-5)


def test_lifted_struct_loss(rows):
    distances = distances_of(rows)
    terms = []
    for anchor, partner in pairs_of_a_class():
        both = [distances[row][LABELS[row] != LABELS] for row in (anchor, partner)]
        total = np.log(np.exp(1.0 - np.concatenate(both)).sum()) + distances[anchor, partner]
        terms.append(max(0.0, total) ** 2)
    np.testing.assert_allclose(run(losses.lifted_struct_loss(LABELS, rows)), np.mean(terms) / 2, rtol=1e-5)


def test_lifted_struct_loss_of_one_class_is_zero(rows):
    loss = losses.lifted_struct_loss(np.zeros(6, np.int32), rows)
    assert run(loss) == 0


def test_contrastive_loss(rows):
    apart = np.linalg.norm(rows - rows[::-1], axis=1)
    alike = np.array([1, 0, 1, 0, 1, 0], np.float32)
    expected = np.mean(np.where(alike == 1, apart**2, np.maximum(4.0 - apart, 0) ** 2))
    np.testing.assert_allclose(run(losses.contrastive_loss(alike, rows, rows[::-1], margin=4.0)), expected, rtol=1e-5)


def test_npairs_with_one_class_each_is_npairs_multilabel(rows):
    sparse = [tf.SparseTensor([[label]], [1.0], [3]) for label in LABELS]
    one = losses.npairs_loss(LABELS, rows, rows[::-1])
    other = losses.npairs_loss_multilabel(sparse, rows, rows[::-1])
    np.testing.assert_allclose(*run([one, other]), rtol=1e-6)


def test_npairs_prints_both_parts(rows, capfd):
    run(losses.npairs_loss(LABELS, rows, rows, print_losses=True))
    assert "cross entropy:" in capfd.readouterr().err


def test_refusals(rows):
    with pytest.raises(TypeError, match="must be a list of SparseTensors"):
        losses.npairs_loss_multilabel([tf.constant([1.0])], rows, rows)
    with pytest.raises(ValueError, match=r"labels must have shape \(batch,\), not \(6, 1\)"):
        losses.triplet_semihard_loss(LABELS[:, None], rows)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: losses.triplet_semihard_loss(LABELS, x),
        lambda x: losses.lifted_struct_loss(LABELS, x),
        lambda x: losses.npairs_loss(LABELS, x, x),
        lambda x: losses.contrastive_loss(np.float32([1, 0, 1, 0, 1, 0]), x, 2.0 * x),
    ],
    ids=["triplet", "lifted", "npairs", "contrastive"],
)
def test_gradients(rows, loss):
    x = tf.placeholder(tf.float32, [6, 4])
    value = loss(x)
    (slope,) = tf.gradients(value, x)
    step = np.zeros_like(rows)
    step[2, 1] = 1e-2
    with tf.Session() as session:
        above, below = (session.run(value, {x: rows + sign * step}) for sign in (1, -1))
        found = session.run(slope, {x: rows})[2, 1]
    assert found == pytest.approx((above - below) / 2e-2, rel=2e-2, abs=2e-3)


def test_masked_extremes():
    data, mask = np.float32([[3, 1, 2], [5, 4, 6]]), np.float32([[0, 1, 1], [0, 0, 0]])
    found = run([metric_learning.masked_maximum(data, mask), metric_learning.masked_minimum(data, mask)])
    np.testing.assert_array_equal(found, [[[2], [4]], [[1], [6]]])


def test_update_1d_tensor():
    assert run(metric_learning.update_1d_tensor(tf.constant([1, 2, 3]), 1, tf.constant([9]))).tolist() == [1, 9, 3]


def test_assignment_gives_a_centre_to_itself():
    assert cluster_search.assignment(np.zeros([3, 3]), np.array([2, 0])).tolist() == [1, 0, 0]


@pytest.mark.parametrize("margin_type", cluster_search.MARGIN_TYPES)
@pytest.mark.parametrize("finetuning", [False, True])
def test_cluster_loss(rows, margin_type, finetuning):
    """Of clusters far apart nothing scores above the classes themselves but by its unlikeness."""
    pytest.importorskip("sklearn")
    x = tf.constant(rows + 100.0 * LABELS[:, None].astype(np.float32))
    loss = losses.cluster_loss(LABELS[:, None], x, 1.0, finetuning, margin_type)
    (slope,) = tf.gradients(loss, x)
    value, slope = run([loss, slope])
    assert value.shape == ()
    assert value >= 0
    assert np.isfinite(slope).all()


def test_score_of_the_classes(rows):
    distances = distances_of(rows).astype(np.float32)
    best = [distances[np.ix_(c == LABELS, c == LABELS)].sum(axis=0).min() for c in range(3)]
    found = run(metric_learning.compute_gt_cluster_score(distances, tf.constant(LABELS)))
    assert found == pytest.approx(-sum(best), rel=1e-6)


def test_cluster_loss_refuses_other_margins(rows):
    with pytest.raises(ValueError, match="margin_type 'rand' is not known: it must be one of nmi, ami"):
        losses.cluster_loss(LABELS[:, None], rows, 1.0, margin_type="rand")


def test_without_scikit_learn(rows, monkeypatch):
    monkeypatch.setattr(cluster_search, "HAS_SKLEARN", False)
    with pytest.raises(ImportError, match="depends on sklearn: install scikit-learn"):
        losses.cluster_loss(LABELS[:, None], rows, 1.0)
