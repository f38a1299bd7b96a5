"""Random forests that grow from batches."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.ops import resources
from convflow.modeling.forest import tree as trees
from convflow.modeling.forest.growth import Growth, GrowthSettings

tensor_forest = tf.contrib.tensor_forest.python.tensor_forest


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as opened:
        yield opened


def stump():
    """Feature 1 up to 0.5 is class 0, above it 3 of 4 are class 2."""
    tree = trees.empty_tree(5, 3)
    trees.split_leaf(tree, 0, 1, 0.5, np.array([2, 0, 0]), np.array([0, 1, 3]))
    return tree


def rings(count, seed=0):
    """Points on a plane, of the class of their distance from the middle; no straight line parts them."""
    x = np.random.default_rng(seed).uniform(-1, 1, (count, 2)).astype("float32")
    return x, (np.abs(x).max(1) > 0.6).astype("int32")


def params(**changes):
    settings = {"num_classes": 2, "num_features": 2, "num_trees": 5, "max_nodes": 40, "split_after_samples": 50}
    return tensor_forest.ForestHParams(**settings | {"base_random_seed": 7} | changes)


def started(session, forest):
    session.run(tf.global_variables_initializer())
    session.run(resources.initialize_resources(resources.shared_resources()))
    return forest


def test_examples_go_down():
    x = np.array([[9, 0.5], [0, 0.6], [0, -1]], "float32")
    assert trees.leaves_of(stump(), x).tolist() == [1, 2, 1]
    np.testing.assert_array_equal(trees.probabilities_of(stump(), x), [[1, 0, 0], [0, 0.25, 0.75], [1, 0, 0]])
    assert trees.size_of_tree(stump()) == 3


def test_a_new_tree_knows_nothing():
    tree = trees.empty_tree(5, 4)
    assert trees.size_of_tree(tree) == 1
    np.testing.assert_array_equal(trees.probabilities_of(tree, np.zeros((1, 2), "float32")), [[0.25] * 4])


def growth(**changes):
    settings = {"num_classes": 2, "candidates": 20, "split_after_samples": 10, "valid_leaf_threshold": 1}
    features = {"bagging_fraction": 1.0, "features": np.arange(2)}
    return Growth(GrowthSettings(**settings | features | changes), 1)


def test_the_best_candidate_splits_a_leaf():
    x = np.random.default_rng(0).uniform(size=(40, 2)).astype("float32")
    x[:, 1] = np.arange(40) % 2
    tree = growth().grown(trees.empty_tree(9, 2), x, np.arange(40) % 2)
    assert tree[0, :3].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(tree[1:3, 3:], [[20, 0], [0, 20]])


def test_a_leaf_waits_for_examples():
    x, y = np.arange(12, dtype="float32").reshape(6, 2), np.arange(6) % 2
    grower, empty = growth(), trees.empty_tree(9, 2)
    once = grower.grown(empty, x, y)
    assert trees.size_of_tree(once) == 1
    assert once[0, 3:].tolist() == [3, 3]
    assert not empty.any()
    assert trees.size_of_tree(grower.grown(once, x, y)) == 3


@pytest.mark.parametrize("case", ["one class", "equal examples", "no room"])
def test_a_leaf_that_cannot_be_split_stays(case):
    x = np.ones((30, 2), "float32") if case == "equal examples" else np.arange(60, dtype="float32").reshape(30, 2)
    y = np.zeros(30, int) if case == "one class" else np.arange(30) % 2
    tree = growth().grown(trees.empty_tree(2 if case == "no room" else 9, 2), x, y)
    assert trees.size_of_tree(tree) == 1
    assert tree[0, 3:].sum() == 30


def test_bagging_takes_a_part():
    x, y = rings(1000)
    tree = growth(bagging_fraction=0.3, split_after_samples=10**6).grown(trees.empty_tree(9, 2), x, y)
    assert 200 < tree[0, 3:].sum() < 400


@pytest.mark.parametrize("changes", [{}, {"bagging_fraction": 0.8}, {"num_splits_to_consider": 30}])
def test_a_forest_learns(session, changes):
    x, y = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.int32, [None])
    forest = tensor_forest.RandomForestGraphs(params(**changes).fill())
    train, loss = forest.training_graph(x, y), forest.training_loss(x, y)
    probabilities, paths, variance = forest.inference_graph(x)
    started(session, forest)
    assert session.run(loss, {x: np.zeros((0, 2)), y: []}) == -1
    for step in range(40):
        data = rings(200, step)
        session.run(train, dict(zip((x, y), data, strict=True)))
    data, labels = rings(500, 99)
    found, leaves, spread = session.run([probabilities, paths, variance], {x: data})
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    assert (found.argmax(1) == labels).mean() > 0.9
    assert leaves.shape == (500, 5)
    assert spread.shape == (500, 2)
    assert -40 <= session.run(loss) < -20
    assert session.run(forest.feature_importances()).max() == pytest.approx(1, abs=1e-4)


def test_the_same_seed_grows_the_same_forest(session):
    data, labels = rings(300)
    forests = [tensor_forest.RandomForestGraphs(params().fill()) for _ in range(2)]
    trained = [forest.training_graph(data, labels) for forest in forests]
    found = [forest.inference_graph(data)[0] for forest in forests]
    started(session, None)
    for _ in range(3):
        session.run(trained)
    np.testing.assert_array_equal(*session.run(found))


def test_a_forest_is_saved(session, tmp_path):
    data, labels = rings(300)
    forest = tensor_forest.RandomForestGraphs(params().fill())
    train, probabilities = forest.training_graph(data, labels), forest.inference_graph(data)[0]
    started(session, forest)
    session.run(train)
    expected = session.run(probabilities)
    saver = tf.train.Saver()
    path = saver.save(session, str(tmp_path / "forest"))
    started(session, forest)
    assert (session.run(probabilities) == 0.5).all()
    saver.restore(session, path)
    np.testing.assert_array_equal(session.run(probabilities), expected)
    session.run(train)


def test_features_in_bags(session):
    filled = params(feature_bagging_fraction=0.5, num_features=6).fill()
    assert [len(set(features)) for features in filled.bagged_features] == [3] * 5
    assert filled.num_splits_to_consider == 6
    assert filled.values()["num_output_columns"] == 3


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"num_classes": 0}, ValueError, "num_classes is 0, it must be at least 1"),
        ({"bagging_fraction": 0.0}, ValueError, "bagging_fraction is 0.0, it must be above 0"),
        ({"regression": True}, NotImplementedError, "regression=True is not here, only False"),
        ({"split_finish_name": "hoeffding"}, NotImplementedError, "split_finish_name='hoeffding' is not here"),
    ],
)
def test_parameters_are_checked(changes, kind, text):
    with pytest.raises(kind, match=text):
        params(**changes).fill()


def test_other_machines_are_refused(session):
    with pytest.raises(NotImplementedError, match="device_assigner is for forests of several machines"):
        tensor_forest.RandomForestGraphs(params().fill(), device_assigner=1)
    with pytest.raises(NotImplementedError, match="num_trainers=2 is not here"):
        tensor_forest.RandomForestGraphs(params().fill()).training_graph(*rings(3), num_trainers=2)


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        (np.zeros((2, 3)), [0, 1], r"examples of shape \[2, 3\]; it was made for \[n, 2\]"),
        (np.zeros((2, 2)), [0], "got 2 examples and 1 labels"),
        (np.zeros((2, 2)), [0, 5], r"the label 5, which is not in \[0, 2\)"),
    ],
)
def test_batches_are_checked(session, x, y, text):
    forest = tensor_forest.RandomForestGraphs(params().fill())
    train = forest.training_graph(x.astype("float32"), np.array(y))
    started(session, forest)
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        session.run(train)
