"""Penalties on weights and projections of them."""

import logging

import numpy as np
import pytest

import convflow as tf

contrib, keras = tf.contrib.layers, tf.keras
WEIGHTS = np.array([[3.0, -1.0], [-4.0, 0.5]])


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


@pytest.mark.parametrize(
    ("regularizer", "penalty"),
    [
        (contrib.l1_regularizer(0.5), 0.5 * 8.5),
        (contrib.l2_regularizer(0.5), 0.25 * 26.25),
        (contrib.l1_l2_regularizer(0.5, 2.0), 0.5 * 8.5 + 26.25),
        (keras.regularizers.l1(0.5), 0.5 * 8.5),
        (keras.regularizers.l2(0.5), 0.5 * 26.25),
        (keras.regularizers.l1_l2(0.5, 2.0), 0.5 * 8.5 + 2 * 26.25),
    ],
)
def test_penalties(run, regularizer, penalty):
    np.testing.assert_allclose(run(regularizer(tf.constant(WEIGHTS))), penalty, rtol=1e-7)


def test_gradient(run):
    weights = tf.constant(WEIGHTS)
    found = tf.gradients(contrib.l1_l2_regularizer(0.5, 2.0)(weights), weights)[0]
    np.testing.assert_allclose(run(found), 0.5 * np.sign(WEIGHTS) + 2.0 * WEIGHTS)


def test_penalties_of_a_scope_are_collected(run):
    with tf.variable_scope("s", regularizer=contrib.l2_regularizer(0.1)):
        tf.get_variable("v", initializer=[1.0, 2.0])
        tf.get_variable("w", initializer=[3.0], regularizer=contrib.l1_regularizer(0.1))
    losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    run(tf.global_variables_initializer())
    np.testing.assert_allclose(run(losses), [0.25, 0.3], rtol=1e-6)


def test_scale_zero_is_no_penalty(run, caplog):
    with caplog.at_level(logging.INFO, logger="convflow"):
        assert contrib.l2_regularizer(0.0)(tf.constant(1.0)) is None
    tf.get_variable("v", [2], regularizer=contrib.l1_regularizer(0.0))
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == []


def test_refusals(run):
    with pytest.raises(ValueError, match=r"scale cannot be an integer: 1\. Write 1\.0 if it is meant"):
        contrib.l2_regularizer(1)
    with pytest.raises(ValueError, match="scale_l2 cannot be an integer: 2"):
        contrib.l1_l2_regularizer(0.1, 2)
    with pytest.raises(ValueError, match=r"less than 0 on a regularizer: -0\.5"):
        contrib.l1_regularizer(-0.5)
    with pytest.raises(ValueError, match="No weights to regularize"):
        contrib.apply_regularization(contrib.l2_regularizer(0.1))
    with pytest.raises(ValueError, match="scalar Tensor instead of a Tensor with rank 2"):
        contrib.apply_regularization(lambda weights: weights, [tf.constant(WEIGHTS)])
    with pytest.raises(ValueError, match="'a' is not a valid regularization penalty number"):
        keras.regularizers.l2("a")
    with pytest.raises(TypeError, match="not recognized"):
        keras.regularizers.l1(m=3)
    with pytest.raises(NotImplementedError, match="has no get_config"):
        keras.regularizers.Regularizer().get_config()


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (keras.constraints.max_norm(2.0), WEIGHTS * [2 / 5, 1]),
        (keras.constraints.max_norm(2.0, axis=[0, 1]), WEIGHTS * 2 / np.sqrt(26.25)),
        (keras.constraints.non_neg(), np.maximum(WEIGHTS, 0)),
        (keras.constraints.unit_norm(), WEIGHTS / [5, np.sqrt(1.25)]),
        (keras.constraints.min_max_norm(2.0, 4.0), WEIGHTS * [4 / 5, 2 / np.sqrt(1.25)]),
        (keras.constraints.min_max_norm(2.0, 4.0, 0.5), WEIGHTS * [4.5 / 5, 1 / np.sqrt(1.25) + 0.5]),
    ],
)
def test_constraints(run, constraint, expected):
    np.testing.assert_allclose(run(constraint(tf.constant(WEIGHTS))), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("module", "value"),
    [
        (keras.regularizers, keras.regularizers.l1_l2(0.5, 0.25)),
        (keras.regularizers, keras.regularizers.l2(0.5)),
        (keras.constraints, keras.constraints.MinMaxNorm(0.5, 1.0, 0.25, 1)),
        (keras.initializers, keras.initializers.he_normal(3)),
        (keras.initializers, keras.initializers.VarianceScaling(2.0, "fan_out", "uniform", 3)),
    ],
)
def test_there_and_back(module, value):
    described = module.serialize(value)
    again = module.deserialize(described)
    assert type(again) is type(value) and module.serialize(again) == described
    assert module.get(described).get_config() == value.get_config()
    assert module.get(value) is value and module.get(None) is None
    assert type(module.get(type(value).__name__)) is type(value)


def test_unknown_names():
    with pytest.raises(ValueError, match=r"Unknown regularizer: 'l3'\. Expected one of l1, "):
        keras.regularizers.get("l3")
    with pytest.raises(ValueError, match=r"Unknown constraint: 'x'\. Expected one of max_norm, "):
        keras.constraints.get("x")
    with pytest.raises(ValueError, match=r"Could not interpret initializer identifier: 3 of type int"):
        keras.initializers.get(3)
    with pytest.raises(ValueError, match="Improper config format for a regularizer"):
        keras.regularizers.deserialize({"name": "l1"})
    with pytest.raises(ValueError, match="Cannot serialize 3"):
        keras.regularizers.serialize(3)
