"""Tapes, and the functions that differentiate functions."""

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.eager import context

tfe = tf.contrib.eager


@pytest.fixture
def eager():
    with context.eager_mode():
        yield


def test_structures_of_sources(eager):
    x, v = tf.constant(2.0), tfe.Variable(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x * v
    found = tape.gradient(y, {"x": x, "rest": [v, tf.constant(1.0)]})
    assert found["x"].numpy() == 12.0 and found["rest"][0].numpy() == 4.0 and found["rest"][1] is None
    assert tape.watched_variables() == (v,)


def test_a_tape_is_used_once_unless_persistent(eager):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="can only be called once on non-persistent tapes"):
        tape.gradient(y, x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert [tape.gradient(y, x).numpy(), tape.gradient(z, x).numpy(), tape.gradient(z, y).numpy()] == [6.0, 108.0, 18.0]


def test_nested_tapes_give_higher_derivatives(eager):
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        slope = inner.gradient(y, x)
    assert slope.numpy() == 12.0 and outer.gradient(slope, x).numpy() == 12.0


def test_watching_and_not_watching(eager):
    v, fixed = tfe.Variable(2.0), tfe.Variable(2.0, trainable=False)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * v
    assert tape.gradient(y, v) is None
    with tf.GradientTape() as tape:
        tape.watch(fixed)
        y = v * fixed
    assert [grad.numpy() for grad in tape.gradient(y, [v, fixed])] == [2.0, 2.0]
    with tf.GradientTape(persistent=True) as tape:
        with tape.stop_recording():
            y = v * v
        z = v * tf.stop_gradient(v)
    assert tape.gradient(y, v) is None and tape.gradient(z, v).numpy() == 2.0
    with tf.GradientTape() as tape:
        y = v * v
        tape.reset()
        z = v * 3.0
    assert tape.gradient([y, z], v).numpy() == 3.0


def test_unconnected_sources_and_given_starts(eager):
    x, other = tf.constant([1.0, 2.0]), tf.constant([5.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, other])
        y = x * 2.0
    zeros = tape.gradient(y, other, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    np.testing.assert_array_equal(zeros.numpy(), [0.0])
    start = tf.constant([1.0, 10.0])
    np.testing.assert_array_equal(tape.gradient(y, x, output_gradients=start).numpy(), [2.0, 20.0])


def test_lookups_give_slices(eager):
    table = tfe.Variable(np.arange(6.0, dtype=np.float32).reshape(3, 2))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.embedding_lookup(table, [2, 2]))
    grad = tape.gradient(y, table)
    assert isinstance(grad, tf.IndexedSlices)
    np.testing.assert_array_equal(tf.convert_to_tensor(grad).numpy(), [[0, 0], [0, 0], [2, 2]])


def test_jacobians(eager):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    whole = tape.jacobian(y, x).numpy()
    assert whole.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(whole.reshape(4, 4), np.diag([2.0, 4.0, 6.0, 8.0]))
    np.testing.assert_allclose(tape.batch_jacobian(y, x).numpy(), [[[2, 0], [0, 4]], [[6, 0], [0, 8]]])
    with pytest.raises(ValueError, match="Need first dimension of target shape"):
        tape.batch_jacobian(tf.reduce_sum(y), x)


def test_custom_gradients(eager):
    @tf.custom_gradient
    def doubled(x):
        return x * 1.0, lambda dy: dy * 100.0

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x) * 3.0
    assert tape.gradient(y, x).numpy() == 300.0


def test_recomputed_and_passed_gradients(eager):
    x = tf.constant(3.2)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.recompute_grad(lambda v: v * v)(x)
        z = tf.grad_pass_through(tf.round)(x)
    np.testing.assert_allclose([tape.gradient(y, x).numpy(), z.numpy(), tape.gradient(z, x).numpy()], [6.4, 3, 1])


def test_loops_and_branches_have_gradients(eager):
    cubed = tfe.gradients_function(
        lambda x: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * x), [tf.constant(0), tf.constant(1.0)])[1]
    )
    assert cubed(2.0)[0].numpy() == 12.0
    rows = tfe.gradients_function(lambda x: tf.reduce_sum(tf.map_fn(lambda row: row * row, x)))
    np.testing.assert_array_equal(rows(tf.constant([1.0, 2.0]))[0].numpy(), [2.0, 4.0])
    assert tfe.gradients_function(lambda x: tf.cond(x > 1, lambda: x * x, lambda: x))(2.0)[0].numpy() == 4.0


def test_while_a_graph_is_built_gradients_are_nodes():
    with tf.Graph().as_default(), tf.Session() as sess:
        x, v = tf.placeholder(tf.float32), tf.Variable(3.0)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x * v
        assert tape.watched_variables() == (v,)
        by_x, by_v, none = tape.gradient(y, [x, v, tf.constant(1.0)])
        sess.run(v.initializer)
        assert sess.run([by_x, by_v], {x: 2.0}) == [12.0, 4.0] and none is None


def test_misuse_is_named(eager):
    tape = tf.GradientTape()
    with pytest.raises(RuntimeError, match="nothing recorded"):
        tape.watch(tf.constant(1.0))
    with pytest.raises(RuntimeError, match="stop recording a tape which is not recording"):
        tape.stop_recording().__enter__()
    with tape, pytest.raises(ValueError, match=r"Passed in object of type <class 'str'>, not tf.Tensor"):
        tape.watch("x")


def test_implicit_gradients(eager):
    v = tfe.Variable(3.0)
    value, pairs = tfe.implicit_value_and_gradients(lambda x: v * v * x)(2.0)
    assert value.numpy() == 18.0 and [(g.numpy(), w is v) for g, w in pairs] == [(12.0, True)]
    assert tfe.implicit_gradients(lambda x: v * x)(2.0)[0][0].numpy() == 2.0
    with pytest.raises(ValueError, match="No trainable variables were accessed"):
        tfe.implicit_gradients(lambda: tf.constant(1.0))()
    with pytest.raises(ValueError, match="did you forget to return a value"):
        tfe.implicit_gradients(lambda: None)()


def test_gradients_of_arguments(eager):
    def f(x, y):
        return x * x * y

    assert [g.numpy() for g in tfe.gradients_function(f)(2.0, 3.0)] == [12.0, 4.0]
    value, (by_y,) = tfe.value_and_gradients_function(f, ["y"])(2.0, 3.0)
    assert value.numpy() == 12.0 and by_y.numpy() == 4.0
    assert tfe.gradients_function(f, [0])(2.0, 3.0, dy=10.0)[0].numpy() == 120.0
    third = tfe.gradients_function(lambda x: tfe.gradients_function(lambda t: t**3)(x)[0])
    assert third(2.0)[0].numpy() == 12.0
    with pytest.raises(ValueError, match="params must be all strings or all integers"):
        tfe.gradients_function(f, ["z"])(1.0, 2.0)


def test_py_function_in_a_graph_has_a_gradient():
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [])

        def cube(value):
            assert tf.executing_eagerly()
            return value * value * value if float(value) > 0 else value

        y = tf.py_function(cube, [x], tf.float32)
        assert y.op.type == "EagerPyFunc"
        (slope,) = tf.gradients(y, x)
        assert sess.run([y, slope], {x: 2.0}) == [8.0, 12.0]
        assert sess.run([y, slope], {x: -2.0}) == [-2.0, 1.0]
        with pytest.raises(tf.errors.InvalidArgumentError, match="returned 2 values, expected 1"):
            sess.run(tf.py_function(lambda v: [v, v], [x], [tf.float32]), {x: 1.0})
