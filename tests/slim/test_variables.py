"""Slim's variables, and values for them."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf

slim = tf.contrib.slim


@pytest.fixture
def weights(session):
    """Variables of two scopes."""
    made = {}
    for scope in ("a", "b"):
        with tf.variable_scope(scope):
            made[scope] = [slim.model_variable("w", [2, 3]), slim.variable("bias", [3])]
    return made


def names(variables):
    return [variable.op.name for variable in variables]


def test_collections(weights):
    assert names(slim.get_model_variables()) == ["a/w", "b/w"]
    assert names(slim.get_variables()) == ["a/w", "a/bias", "b/w", "b/bias"]
    slim.add_model_variable(weights["a"][1])
    slim.add_model_variable(weights["a"][1])
    assert names(slim.get_model_variables("a")) == ["a/w", "a/bias"]
    local = slim.local_variable(1.0, name="local")
    assert slim.get_local_variables() == [local]
    assert local not in slim.get_trainable_variables()


def test_finding(weights):
    assert names(slim.get_variables(suffix="bias")) == ["a/bias", "b/bias"]
    assert names(slim.get_variables_by_suffix("w", "b")) == ["b/w"]
    assert names(slim.get_variables_by_name("w")) == ["a/w", "b/w"]
    assert slim.get_unique_variable("a/w") is weights["a"][0]
    with tf.variable_scope("a") as scope:
        assert names(slim.get_variables(scope)) == ["a/w", "a/bias"]
    with pytest.raises(ValueError, match="Couldn't find variable c"):
        slim.get_unique_variable("c")
    with pytest.raises(ValueError, match="a does not uniquely identify a variable: there are a/w, a/bias"):
        slim.get_unique_variable("a")


def test_variables_to_restore(weights):
    assert names(slim.get_variables_to_restore(["a", "b/w"], ["a/bias"])) == ["a/w", "b/w"]
    assert len(slim.get_variables_to_restore()) == 4
    with pytest.raises(TypeError, match="exclude is provided but is not a list or a tuple"):
        slim.get_variables_to_restore(exclude="a")


def test_filtering(weights):
    variables = slim.get_variables()
    assert names(slim.filter_variables(variables, ["w"], ["b/"])) == ["a/w"]
    assert slim.filter_variables(variables, ["w"], reg_search=False) == []
    assert slim.filter_variables(variables) == variables


def test_devices():
    with tf.Graph().as_default(), slim.arg_scope([slim.variable], device=slim.VariableDeviceChooser(2)):
        devices = [slim.variable(name, [1]).device for name in "abc"]
    assert devices == [f"/job:ps/task:{task}/device:CPU:0" for task in (0, 1, 0)]


def test_values_from_arrays(weights, session):
    values = {"a/w": np.arange(6.0).reshape(2, 3), "b/bias": np.array([1.0, 2.0, 3.0])}
    slim.assign_from_values_fn(values)(session)
    np.testing.assert_array_equal(session.run(weights["a"][0]), values["a/w"])
    np.testing.assert_array_equal(session.run(weights["b"][1]), values["b/bias"])
    with pytest.raises(ValueError, match="Variable c wasn't found"):
        slim.assign_from_values({"c": np.zeros(1)})
    with pytest.raises(ValueError, match="Variable a doesn't uniquely identify"):
        slim.assign_from_values({"a": np.zeros(1)})


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint of `a/w` (0 to 5), `flat` and `other`."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(np.arange(6.0, dtype=np.float32).reshape(2, 3), name="a/w")
        tf.Variable(np.arange(6.0, dtype=np.float32), name="flat")
        session.run(tf.global_variables_initializer())
        return tf.train.Saver().save(session, str(tmp_path / "model"))


def test_values_from_a_checkpoint(weights, session, checkpoint):
    w, bias = weights["b"]
    operation, feeds = slim.assign_from_checkpoint(checkpoint, {"a/w": w})
    session.run(operation, feeds)
    np.testing.assert_array_equal(session.run(w), np.arange(6.0).reshape(2, 3))
    with pytest.raises(ValueError, match=r"Checkpoint is missing variable \[b/bias\]"):
        slim.assign_from_checkpoint(checkpoint, [bias])
    operation, feeds = slim.assign_from_checkpoint(checkpoint, [weights["a"][0], bias], ignore_missing_vars=True)
    session.run(operation, feeds)
    with pytest.raises(ValueError, match=r"for flat lh_shape: \[\(6,\)\], rh_shape: \[\(2, 3\)\]"):
        slim.assign_from_checkpoint(checkpoint, {"flat": w})


def test_restoring_by_a_function(weights, session, checkpoint):
    w, bias = weights["a"]
    slim.assign_from_checkpoint_fn(checkpoint, [w])(session)
    np.testing.assert_array_equal(session.run(w), np.arange(6.0).reshape(2, 3))
    slim.assign_from_checkpoint_fn(checkpoint, {"flat": weights["b"][0]}, reshape_variables=True)(session)
    np.testing.assert_array_equal(session.run(weights["b"][0]), np.arange(6.0).reshape(2, 3))
    slim.assign_from_checkpoint_fn(checkpoint, [w, bias], ignore_missing_vars=True)(session)
    assert slim.assign_from_checkpoint_fn(checkpoint, [bias], ignore_missing_vars=True) is None
    with pytest.raises(ValueError, match="var_list cannot be empty"):
        slim.assign_from_checkpoint_fn(checkpoint, [])
