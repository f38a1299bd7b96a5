"""Lookups in tables, their gradients, and losses over samples of classes."""

import numpy as np
import pytest

import convflow as tf

TABLE = np.arange(14.0).reshape(7, 2)


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def in_parts(strategy, count):
    """The table's parts, as a strategy spreads them."""
    if strategy == "mod":
        return [TABLE[part::count] for part in range(count)]
    return np.array_split(TABLE, count)


@pytest.mark.parametrize("strategy", ["mod", "div"])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("ids", [[6, 0, 3, 3], [[1, 2], [5, 4]], [], 3])
def test_parts_of_a_table(run, strategy, count, ids):
    ids = np.array(ids, np.int64)
    found = run(tf.nn.embedding_lookup(in_parts(strategy, count), ids, strategy))
    np.testing.assert_array_equal(found, TABLE[ids])


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_gradients_are_rows(run, use_resource, count):
    variables = [
        tf.get_variable(f"v{index}", initializer=part, use_resource=use_resource)
        for index, part in enumerate(in_parts("mod", count))
    ]
    rows = tf.nn.embedding_lookup(variables, [4, 1, 4])
    loss = tf.reduce_sum(rows * [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    slices = tf.gradients(loss, variables)
    assert all(isinstance(part, tf.IndexedSlices) for part in slices)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    run(tf.global_variables_initializer())
    run(train)
    expected = TABLE.copy()
    expected[4] -= [3.0, 4.0]
    expected[1] -= [1.5, 2.0]
    merged = np.empty_like(TABLE)
    for index, value in enumerate(run(variables)):
        merged[index::count] = value
    np.testing.assert_array_equal(merged, expected)


def test_max_norm(run):
    found = run(tf.nn.embedding_lookup(TABLE, [0, 3], max_norm=2.0))
    np.testing.assert_allclose(found, [[0, 1], TABLE[3] * 2 / np.linalg.norm(TABLE[3])])


@pytest.fixture
def entries():
    places, ids = [[0, 0], [0, 1], [1, 3], [3, 0]], np.array([1, 4, 6, 2])
    weights = np.array([0.5, 2.0, 1.0, 4.0])

    def make(values):
        return tf.SparseTensor(places, values, [4, 4])

    return make, ids, weights


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("combiner", ["sum", "mean", "sqrtn"])
def test_combiners(run, entries, combiner, weighted):
    make, ids, weights = entries
    used = weights if weighted else np.ones(4)
    found = run(
        tf.nn.safe_embedding_lookup_sparse(TABLE, make(ids), make(weights) if weighted else None, combiner=combiner)
    )
    expected = np.zeros((4, 2))
    for example, chosen in ((0, [0, 1]), (1, [2]), (3, [3])):
        total = (used[chosen, None] * TABLE[ids[chosen]]).sum(0)
        by = {"sum": 1, "mean": used[chosen].sum(), "sqrtn": np.sqrt((used[chosen] ** 2).sum())}[combiner]
        expected[example] = total / by
    np.testing.assert_allclose(found, expected)


def test_missing_examples_take_the_default_row(run, entries):
    make, _, _ = entries
    found = run(tf.nn.safe_embedding_lookup_sparse([TABLE], make(np.array([-1, -1, 6, 2])), default_id=5))
    np.testing.assert_array_equal(found, TABLE[[5, 6, 5, 2]])


def test_gradient_of_a_sparse_lookup(run, entries):
    make, ids, weights = entries
    table = tf.constant(TABLE)
    for sp_weights, used in ((None, np.ones(4)), (make(weights), weights)):
        summed = tf.nn.embedding_lookup_sparse(table, make(ids), sp_weights, combiner="sum")
        found = run(tf.convert_to_tensor(tf.gradients(summed, table)[0]))
        expected = np.zeros((7, 2))
        expected[ids] = used[:, None]
        np.testing.assert_allclose(found, expected)


def test_a_sample_of_all_classes_gives_the_whole_softmax(run):
    """With every class drawn once and expected once, sampled softmax is the softmax over the other classes too."""
    random = np.random.RandomState(0)
    weights, biases, inputs = random.randn(6, 3), random.randn(6), random.randn(4, 3)
    labels = np.array([[2], [0], [5], [2]])
    everything = (np.arange(6), np.ones((4, 1)), np.ones(6))
    sampled = [tf.constant(value) for value in everything]
    tensors = [tf.constant(value) for value in (weights, biases, labels, inputs)]
    found = run(tf.nn.sampled_softmax_loss(*tensors, 6, 6, sampled_values=sampled))
    logits = inputs @ weights.T + biases
    expected = np.log(np.exp(logits).sum(1)) - logits[np.arange(4), labels[:, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_nce_loss_of_a_given_sample(run):
    random = np.random.RandomState(0)
    weights, biases, inputs = random.randn(6, 3), random.randn(6), random.randn(2, 3)
    labels, drawn = np.array([[2, 1], [0, 4]]), np.array([3, 5])
    expected_counts = np.full((2, 2), 0.25), np.array([0.5, 2.0])
    sampled = [tf.constant(value) for value in (drawn, *expected_counts)]
    tensors = [tf.constant(value) for value in (weights, biases, labels, inputs)]
    found = run(tf.nn.nce_loss(*tensors, 2, 6, 2, sampled))

    logits = inputs @ weights.T + biases
    true = np.take_along_axis(logits, labels, 1) - np.log(expected_counts[0])
    noise = logits[:, drawn] - np.log(expected_counts[1])
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    # Two true classes share a target of 1.
    loss = -(0.5 * np.log(sigmoid(true)) + 0.5 * np.log(1 - sigmoid(true))).sum(1) - np.log(1 - sigmoid(noise)).sum(1)
    np.testing.assert_allclose(found, loss)


def test_training_with_nce_separates_classes(run):
    tf.set_random_seed(1)
    weights = tf.get_variable("w", [20, 4], initializer=tf.random_normal_initializer())
    biases = tf.get_variable("b", [20], initializer=tf.zeros_initializer())
    inputs = tf.one_hot([0, 1, 2, 3], 4)
    loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, tf.constant([[3], [7], [11], [19]]), inputs, 5, 20))
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    run(tf.global_variables_initializer())
    for _ in range(300):
        run(train)
    best = run(tf.argmax(tf.matmul(inputs, weights, transpose_b=True) + biases, 1))
    assert best.tolist() == [3, 7, 11, 19]


def test_refusals(run, entries):
    make, ids, weights = entries
    with pytest.raises(ValueError, match="params must be specified: a table"):
        tf.nn.embedding_lookup(None, [1])
    with pytest.raises(ValueError, match="Length of params is currently 0"):
        tf.nn.embedding_lookup([], [1])
    with pytest.raises(ValueError, match=r"Unrecognized partition strategy: 'row'\. Must be one of either 'mod' or"):
        tf.nn.embedding_lookup([TABLE, TABLE], [1], partition_strategy="row")
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"7.* is not in \[0, 7\)"):
        run(tf.nn.embedding_lookup(TABLE, [0, 7]))
    with pytest.raises(ValueError, match="combiner must be one of 'mean', 'sqrtn' or 'sum', got 'max'"):
        tf.nn.embedding_lookup_sparse(TABLE, make(ids), None, combiner="max")
    with pytest.raises(TypeError, match=r"sp_ids must be SparseTensor, got list\. Dense ids: tf\.nn\.embedding_lookup"):
        tf.nn.embedding_lookup_sparse(TABLE, [1], None)
    with pytest.raises(TypeError, match="sp_weights must be either None or SparseTensor, got ndarray"):
        tf.nn.embedding_lookup_sparse(TABLE, make(ids), weights)
    with pytest.raises(ValueError, match=r"Shapes \(4,\) and \(1,\) are incompatible: the values of sp_ids"):
        tf.nn.embedding_lookup_sparse(TABLE, make(ids), tf.SparseTensor([[0, 0]], [1.0], [4, 4]))
    with pytest.raises(ValueError, match="embedding_weights must be specified"):
        tf.nn.safe_embedding_lookup_sparse(None, make(ids))
