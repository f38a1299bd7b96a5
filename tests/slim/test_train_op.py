"""slim.learning.create_train_op, slim.training.create_train_op and what they do to gradients."""

import numpy as np
import pytest

import convflow as tf

slim = tf.contrib.slim


def _line(outputs=1):
    inputs = tf.constant(np.linspace(-1, 1, 12).reshape(4, 3), tf.float32)
    return tf.reduce_mean(tf.square(slim.fully_connected(inputs, outputs, activation_fn=None, scope="line") - 1.0))


def _variable(name):
    return next(variable for variable in tf.trainable_variables() if variable.op.name == name)


def test_a_step_trains_counts_and_returns_the_loss_before_it():
    loss = _line()
    train_op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))
    assert train_op in tf.get_collection(tf.GraphKeys.TRAIN_OP)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first = session.run(loss)
        losses = [session.run(train_op) for _ in range(5)]
        assert losses[0] == pytest.approx(first) and losses == sorted(losses, reverse=True)
        assert session.run(tf.train.get_global_step()) == 5


@pytest.mark.parametrize(("given", "expected"), [(None, 1.0), ([], 0.0)], ids=["collected", "none"])
def test_updates_run_before_the_loss(given, expected):
    moving = tf.get_variable("moving", [], trainable=False, initializer=tf.zeros_initializer())
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(moving, 1.0))
    train_op = slim.learning.create_train_op(_line(), tf.train.GradientDescentOptimizer(0.1), update_ops=given)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train_op)
        assert session.run(moving) == expected


def test_no_global_step_is_counted_without_one():
    train_op = slim.learning.create_train_op(_line(), tf.train.GradientDescentOptimizer(0.1), global_step=None)
    step = tf.train.get_or_create_global_step()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train_op)
        assert session.run(step) == 0


def test_only_the_variables_to_train_change():
    loss = _line()
    train_op = slim.learning.create_train_op(
        loss, tf.train.GradientDescentOptimizer(0.1), variables_to_train=[_variable("line/biases")]
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        weights, biases = session.run([_variable("line/weights"), _variable("line/biases")])
        session.run(train_op)
        np.testing.assert_array_equal(session.run(_variable("line/weights")), weights)
        assert np.any(session.run(_variable("line/biases")) != biases)


def test_a_variable_that_is_not_trainable_is_named():
    loss = _line()
    frozen = tf.get_variable("frozen", [1], trainable=False)
    with pytest.raises(ValueError, match=r"frozen was to be trained, but is not among the trainable variables"):
        slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1), variables_to_train=[frozen])


def test_a_loss_that_is_not_finite_ends_the_training():
    train_op = slim.learning.create_train_op(_line() / 0.0, tf.train.GradientDescentOptimizer(0.1))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="LossTensor is inf or nan"):
            session.run(train_op)


def _one_step(multipliers=None, by_name=True, **arguments):
    """How far a step of length 1 moves weights and biases."""
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        loss = _line()
        if multipliers is not None:
            arguments["gradient_multipliers"] = {
                key if by_name else _variable(key): factor for key, factor in multipliers.items()
            }
        train_op = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(1.0), **arguments)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            before = session.run(tf.trainable_variables())
            session.run(train_op)
            return [old - new for old, new in zip(before, session.run(tf.trainable_variables()), strict=True)]


@pytest.mark.parametrize("by_name", [True, False])
def test_gradients_are_multiplied(by_name):
    plain = _one_step()
    multiplied = _one_step({"line/weights": 3.0}, by_name)
    np.testing.assert_allclose(multiplied[0], 3 * plain[0], rtol=1e-5)
    np.testing.assert_allclose(multiplied[1], plain[1], rtol=1e-5)


def test_gradients_are_clipped_one_by_one():
    plain, clipped = _one_step(), _one_step(clip_gradient_norm=0.01)
    for free, short in zip(plain, clipped, strict=True):
        np.testing.assert_allclose(short, free * 0.01 / np.linalg.norm(free), rtol=1e-4)


def test_a_transformation_sees_pairs_of_gradient_and_variable():
    seen = []

    def transform(pairs):
        seen.extend(variable.op.name for _, variable in pairs)
        return slim.training.clip_gradient_norms_fn(1.0)(pairs)

    slim.training.create_train_op(_line(), tf.train.GradientDescentOptimizer(0.1), transform_grads_fn=transform)
    assert seen == ["line/weights", "line/biases"]


def test_summaries_of_gradients():
    slim.learning.create_train_op(_line(), tf.train.GradientDescentOptimizer(0.1), summarize_gradients=True)
    names = [summary.op.name for summary in tf.get_collection(tf.GraphKeys.SUMMARIES)]
    assert names == [
        "summarize_grads/line/weights/gradient", "summarize_grads/line/weights/gradient_norm",
        "summarize_grads/line/biases/gradient", "summarize_grads/line/biases/gradient_norm",
    ]  # fmt: skip


def test_sparse_gradients_keep_their_form():
    table = tf.get_variable("table", [5, 2])
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([1]), tf.constant([5, 2]))
    [(clipped, _)] = slim.learning.clip_gradient_norms([(slices, table)], 1.0)
    [(multiplied, _)] = slim.learning.multiply_gradients([(slices, table)], {table: tf.constant(2)})
    assert clipped.indices is slices.indices and multiplied.dense_shape is slices.dense_shape
    with tf.Session() as session:
        np.testing.assert_allclose(session.run(clipped.values), [[0.6, 0.8]], rtol=1e-6)
        np.testing.assert_allclose(session.run(multiplied.values), [[6.0, 8.0]])


@pytest.mark.parametrize(
    ("pairs", "multipliers", "text"),
    [
        (lambda v: (tf.ones([1]), v), lambda v: {v: 2.0}, "takes a list of pairs"),
        (lambda v: [(tf.ones([1]), v)], lambda v: {}, "at least one entry"),
        (lambda v: [(tf.ones([1]), v)], lambda v: 3, "was given the multipliers 3"),
        (
            lambda v: [(None, v)],
            lambda v: {v: 2.0},
            "rate has a gradient multiplier, but the loss does not depend on it",
        ),
    ],
    ids=["no list", "empty", "no dictionary", "no gradient"],
)
def test_refusals_of_multipliers(pairs, multipliers, text):
    variable = tf.get_variable("rate", [1])
    with pytest.raises(ValueError, match=text):
        slim.learning.multiply_gradients(pairs(variable), multipliers(variable))
