"""K-means, against plain NumPy."""

import numpy as np
import pytest

import convflow as tf
from convflow.ops.clustering import kmc2_chain_initialization, kmeans_plus_plus_initialization, nearest_neighbors

factorization = tf.contrib.factorization
CORNERS = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], "float32")


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


def points(each=20, seed=0):
    noise = np.random.default_rng(seed).normal(size=(each * 4, 2)).astype("float32")
    return np.repeat(CORNERS, each, 0) + noise


def start(session, graph, x=None):
    session.run(tf.global_variables_initializer())
    session.run(graph[4])
    assert session.run(graph[3])


def test_neighbors_are_sorted(session):
    x, centers = CORNERS[:3] + 0.5, np.array([[0, 0], [1, 1], [1, 1], [9, 9]], "float32")
    indices, distances = session.run(nearest_neighbors(x, centers, 3))
    squares = ((x[:, None] - centers) ** 2).sum(2)
    np.testing.assert_array_equal(indices, squares.argsort(1, kind="stable")[:, :3])
    np.testing.assert_allclose(distances, np.sort(squares, 1)[:, :3], rtol=1e-5)
    assert session.run(nearest_neighbors(x, centers, 9))[0].shape == (3, 4)


def test_neighbors_of_nothing(session):
    assert session.run(nearest_neighbors(np.zeros((0, 2), "float32"), CORNERS, 1))[0].shape == (0, 1)


@pytest.mark.parametrize("retries", [-1, 0, 2])
def test_plus_plus_finds_what_is_apart(session, retries):
    chosen = session.run(kmeans_plus_plus_initialization(np.repeat(CORNERS, 5, 0), 4, 1, retries))
    np.testing.assert_array_equal(np.unique(chosen, axis=0), np.unique(CORNERS, axis=0))


def test_plus_plus_of_equal_points(session):
    assert session.run(kmeans_plus_plus_initialization(np.ones((5, 2), "float32"), 3, 0, 2)).tolist() == [[1, 1]] * 3


def test_chain_leaves_centers_and_does_not_return(session):
    assert session.run(kmc2_chain_initialization(np.array([0, 3, 0, 0], "float32"), 0)) == 1
    assert session.run(kmc2_chain_initialization(np.zeros(1, "float32"), 0)) == 0


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: nearest_neighbors(CORNERS, CORNERS[:, :1], 1), "must have the same second size"),
        (lambda: nearest_neighbors(CORNERS[0], CORNERS, 1), "points"),
        (lambda: nearest_neighbors(CORNERS, CORNERS, -1), "must be >= 0, got -1"),
        (lambda: kmeans_plus_plus_initialization(CORNERS, 5, 0, 2), "give a number from 1 to that of the points"),
        (lambda: kmeans_plus_plus_initialization(CORNERS, 0, 0, 2), "num_to_sample .* is 0"),
        (lambda: kmc2_chain_initialization(CORNERS, 0), "distances"),
    ],
)
def test_ops_refuse(session, call, text):
    with pytest.raises(ValueError, match=text):
        call()


@pytest.mark.parametrize("initial", ["random", "kmeans_plus_plus", "kmc2"])
def test_strategies_begin_with_points(session, initial):
    x = points()
    graph = factorization.KMeans(x, 4, initial_clusters=initial, kmc2_chain_length=20).training_graph()
    start(session, graph)
    centers = session.run(tf.global_variables()[0])
    assert centers.shape == (4, 2)
    assert all((x == center).all(1).any() for center in centers)


@pytest.mark.parametrize("as_function", [False, True])
def test_full_batches_are_lloyds_algorithm(session, as_function):
    x = points()
    centers = CORNERS + [3, -2]
    given = centers.astype("float32")
    kmeans = factorization.KMeans(x, 4, initial_clusters=(lambda inputs, missing: given) if as_function else given)
    all_scores, cluster_idx, scores, _, _, train = graph = kmeans.training_graph()
    start(session, graph)
    for _ in range(3):
        squares = ((x[:, None] - centers) ** 2).sum(2)
        np.testing.assert_allclose(session.run(all_scores[0]), squares, rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(session.run(scores[0]), squares.min(1), rtol=1e-3, atol=1e-3)
        np.testing.assert_array_equal(session.run(cluster_idx[0]), squares.argmin(1))
        session.run(train)
        centers = np.array([x[squares.argmin(1) == cluster].mean(0) for cluster in range(4)])
    np.testing.assert_allclose(session.run(tf.global_variables()[0]), centers, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("several", [False, True])
def test_mini_batches_move_centers(session, several):
    x = points()
    inputs = [x[::2], x[1::2]] if several else x
    graph = factorization.KMeans(inputs, 4, initial_clusters=CORNERS, use_mini_batch=True).training_graph()
    start(session, graph)
    if not several:
        session.run(graph[5])
        expected = [(CORNERS[i] + x[20 * i : 20 * i + 20].sum(0)) / 21 for i in range(4)]
        np.testing.assert_allclose(session.run(tf.global_variables()[0]), expected, rtol=1e-4, atol=1e-4)
    for _ in range(20):
        session.run(graph[5])
    means = x.reshape(4, 20, 2).mean(1)
    np.testing.assert_allclose(session.run(tf.global_variables()[0]), means, atol=0.2)


@pytest.mark.parametrize("metric", ["squared_euclidean", "cosine"])
def test_steps_of_an_iteration(session, metric):
    x = points() + 1
    kmeans = factorization.KMeans(
        x, 4, initial_clusters=CORNERS + 1, distance_metric=metric, use_mini_batch=True,
        mini_batch_steps_per_iteration=3,
    )  # fmt: skip
    graph = kmeans.training_graph()
    start(session, graph)
    centers, updated = tf.global_variables()[0], next(v for v in tf.global_variables() if "updated" in v.name)
    first = session.run(centers)
    for _ in range(3):
        session.run(graph[5])
    np.testing.assert_array_equal(session.run(centers), first)
    moved = session.run(updated)
    assert not np.allclose(moved, first)
    session.run(graph[5])
    if metric == "cosine":
        moved = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    np.testing.assert_allclose(session.run(centers), moved, rtol=1e-5)


@pytest.mark.parametrize("mini", [False, True])
def test_cosine_distance(session, mini):
    x = points() + 1
    graph = factorization.KMeans(
        x, 3, initial_clusters="kmeans_plus_plus", distance_metric="cosine", use_mini_batch=mini
    ).training_graph()
    start(session, graph)
    centers = session.run(tf.global_variables()[0])
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 1, rtol=1e-5)
    distances = 1 - x / np.linalg.norm(x, axis=1, keepdims=True) @ centers.T
    np.testing.assert_allclose(session.run(graph[0][0]), distances, atol=1e-5)
    np.testing.assert_allclose(session.run(graph[2][0]), distances.min(1), atol=1e-5)
    before = session.run(tf.reduce_mean(graph[2]))
    for _ in range(10):
        session.run(graph[5])
    assert session.run(tf.reduce_mean(graph[2])) < before


def test_small_batches_fill_up(session):
    x = tf.placeholder(tf.float32, [None, 2])
    _, _, _, initialized, init, _ = factorization.KMeans(x, 4).training_graph()
    session.run(tf.global_variables_initializer())
    session.run(init, {x: CORNERS[:3]})
    assert not session.run(initialized)
    session.run(init, {x: CORNERS[:3]})
    assert session.run(initialized)
    session.run(init, {x: CORNERS[:3]})
    assert session.run(tf.global_variables()[0]).shape == (4, 2)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"initial_clusters": "best"}, "Unsupported initialization algorithm 'best': KMeans knows random"),
        ({"distance_metric": "manhattan"}, "Unsupported distance metric 'manhattan': KMeans knows squared_euclidean"),
    ],
)
def test_kmeans_refuses(session, arguments, text):
    with pytest.raises(ValueError, match=text):
        factorization.KMeans(CORNERS, 2, **arguments)
