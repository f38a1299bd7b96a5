import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _sum_and_product():
    a, b, c = (tf.placeholder(tf.float32, [], name=name) for name in "abc")
    total = tf.add(a, b, name="sum")
    return a, b, c, total, tf.multiply(total, c, name="product")


def test_what_is_fed_and_fetched_step_by_step(session):
    a, b, c, total, product = _sum_and_product()
    handle = session.partial_run_setup([total, product], [a, b, c])
    first = session.partial_run(handle, total, {a: 1, b: 2})
    assert (first, session.partial_run(handle, product, {c: first * 17})) == (3.0, 153.0)
    handle = session.partial_run_setup([total, product], [a, b, c])
    assert session.partial_run(handle, [], {a: 1}) == []
    assert session.partial_run(handle, {"both": [product, total]}, {"b:0": 3, c: 2}) == {"both": [8.0, 4.0]}


def test_a_run_without_feeds(session):
    total = tf.constant(1.0) + 2.0
    handle = session.partial_run_setup([total])
    assert session.partial_run(handle, total) == 3.0


def test_nodes_run_once(session):
    """Random numbers are the same in all steps, a variable is counted up once, though each step depends on it."""
    count = tf.get_variable("count", [], initializer=tf.zeros_initializer())
    shift = tf.placeholder(tf.float32, [])
    scale = tf.placeholder(tf.float32, [])
    noise = tf.random_uniform([3])
    with tf.control_dependencies([tf.assign_add(count, 1.0)]):
        shifted = noise + shift
    scaled = tf.identity(shifted) * scale
    after = tf.random_uniform([]) * scale
    session.run(count.initializer)
    handle = session.partial_run_setup([noise, shifted, scaled, after], [shift, scale])
    plain = session.partial_run(handle, noise)
    np.testing.assert_allclose(session.partial_run(handle, shifted, {shift: 2.0}), plain + 2)
    np.testing.assert_allclose(session.partial_run(handle, [scaled, after], {scale: 10.0})[0], (plain + 2) * 10)
    assert session.run(count) == 1.0


def test_an_operation_runs_when_what_it_needs_is_fed(session):
    value, other = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [])
    variable = tf.get_variable("v", [2], initializer=tf.zeros_initializer(), use_resource=True)
    update = variable.assign(value).op
    session.run(variable.initializer)
    handle = session.partial_run_setup([update, other * 2.0], [value, other])
    session.partial_run(handle, [], {value: [1.0, 2.0]})
    np.testing.assert_array_equal(session.run(variable), [1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"partial_run\(\) fetches tensors, got the operation"):
        session.partial_run(handle, [update], {other: 1.0})


def test_gradients_after_the_forward_pass(session):
    """The use it was made for: outputs first, then what the program computes from them is fed for the update."""
    x, reward = tf.placeholder(tf.float32, [None, 2]), tf.placeholder(tf.float32, [None])
    w = tf.get_variable("w", initializer=[[1.0], [2.0]])
    y = tf.squeeze(tf.nn.dropout(tf.matmul(x, w), keep_prob=0.5, seed=3), 1)
    update = tf.train.GradientDescentOptimizer(0.1).minimize(-tf.reduce_sum(y * reward))
    session.run(tf.global_variables_initializer())
    for _ in range(2):
        handle = session.partial_run_setup([y, update], [x, reward])
        out = session.partial_run(handle, y, {x: np.ones((4, 2))})
        before = session.run(w)
        session.partial_run(handle, [], {reward: np.ones(4)})
        grown = 0.1 * np.count_nonzero(out) * 2
        np.testing.assert_allclose(session.run(w), before + grown, rtol=1e-6)


def test_strings_and_loops(session):
    text, count = tf.placeholder(tf.string, []), tf.placeholder(tf.int32, [])
    joined = tf.string_join([text, "b"])
    repeated = tf.while_loop(lambda i, t: i < count, lambda i, t: (i + 1, tf.string_join([t, joined])), [0, text])[1]
    either = tf.cond(count > 1, lambda: joined, lambda: text)
    handle = session.partial_run_setup([joined, repeated, either], [text, count])
    assert session.partial_run(handle, joined, {text: "a"}) == b"ab"
    assert session.partial_run(handle, [repeated, either], {count: 2}) == [b"aabab", b"ab"]


def test_what_cannot_be(session):
    a, b, c, total, product = _sum_and_product()

    def begun():
        return session.partial_run_setup([total, product], [a, b, c])

    invalid = tf.errors.InvalidArgumentError
    with pytest.raises(invalid, match=r"Fetch product:0 can't be computed .*: it needs c:0"):
        session.partial_run(begun(), product, {a: 1, b: 2})
    handle = begun()
    session.partial_run(handle, [], {a: 1})
    with pytest.raises(invalid, match="The feed a:0 has already been fed"):
        session.partial_run(handle, total, {a: 1, b: 2})
    handle = begun()
    session.partial_run(handle, total, {a: 1, b: 2})
    with pytest.raises(invalid, match="The fetch sum:0 has already been fetched"):
        session.partial_run(handle, total)
    handle = session.partial_run_setup([total], [a, b])
    with pytest.raises(invalid, match="The fetch product:0 was not specified in partial_run_setup"):
        session.partial_run(handle, product)
    handle = session.partial_run_setup([total], [a, b])
    with pytest.raises(invalid, match="The feed c:0 was not specified in partial_run_setup"):
        session.partial_run(handle, total, {c: 1})
    with pytest.raises(invalid, match=r"Must run 'setup' before performing partial runs!.* with the handle 'no'"):
        session.partial_run("no", total)
    with pytest.raises(invalid, match="Must specify at least one target to fetch or execute"):
        session.partial_run_setup([], [a])
    with pytest.raises(TypeError, match="Cannot interpret feed_dict key as Tensor"):
        session.partial_run_setup([total], [total.op])
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        session.partial_run(begun(), total, {a: [1, 2]})


def test_a_run_that_is_over_is_forgotten(session):
    a, b, _, total, _ = _sum_and_product()
    handle = session.partial_run_setup([total], [a, b])
    session.partial_run(handle, total, {a: 1, b: 2})
    with pytest.raises(tf.errors.InvalidArgumentError, match="Must run 'setup'"):
        session.partial_run(handle, total)
    assert session._partial_runs == {}
