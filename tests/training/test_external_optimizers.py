"""tf.contrib.opt.ScipyOptimizerInterface: what SciPy finds ends in the variables, bounds and constraints hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.api.contrib import opt


@pytest.mark.parametrize("use_resource", [False, True])
def test_the_minimum_ends_in_the_variables(use_resource: bool) -> None:
    target = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.Graph().as_default(), tf.Session() as session:
        goal = tf.placeholder(tf.float32, [2, 3])
        picture = tf.get_variable("picture", [2, 3], initializer=tf.zeros_initializer(), use_resource=use_resource)
        offset = tf.get_variable("offset", [], initializer=tf.ones_initializer(), use_resource=use_resource)
        unused = tf.get_variable("unused", initializer=[7.0], use_resource=use_resource)
        loss = tf.reduce_sum((picture - goal) ** 2) + tf.square(tf.add(offset, 3.0))
        optimizer = opt.ScipyOptimizerInterface(loss, options={"maxiter": 100})
        session.run(tf.global_variables_initializer())
        steps: list[Any] = []
        losses: list[float] = []
        optimizer.minimize(session, {goal: target}, [loss], lambda at: steps.append(at.copy()), losses.append)
        found = session.run([picture, offset, unused])
    np.testing.assert_allclose(found[0], target, atol=1e-4)
    np.testing.assert_allclose(found[1], -3, atol=1e-4)
    assert found[2] == [7.0]
    assert losses[0] > losses[-1]
    assert len(losses) >= len(steps) > 0
    assert steps[-1].shape == (8,)


def test_bounds_and_constraints_hold() -> None:
    with tf.Graph().as_default(), tf.Session().as_default() as session:
        vector = tf.Variable([7.0, 7.0], name="vector")
        loss = tf.reduce_sum(tf.square(vector))
        equalities, inequalities = [vector.value()[0] - 1.0], [vector.value()[1] - 2.0]
        constrained = opt.ScipyOptimizerInterface(loss, equalities=equalities, inequalities=inequalities)
        bounded = opt.ScipyOptimizerInterface(loss, [vector], var_to_bounds={vector: ([3, -1], np.inf)}, method="TNC")
        session.run(tf.global_variables_initializer())
        constrained.minimize()
        np.testing.assert_allclose(vector.eval(), [1, 2], atol=1e-3)
        bounded.minimize(session)
        np.testing.assert_allclose(vector.eval(), [3, 0], atol=1e-3)


def test_what_cannot_be_minimized_is_said() -> None:
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="var_list is empty, give variables"):
            opt.ScipyOptimizerInterface(tf.constant(1.0))
        variable = tf.Variable(1.0)
        with pytest.raises(ValueError, match="minimize needs a session"):
            opt.ScipyOptimizerInterface(tf.square(variable)).minimize()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            with pytest.raises(NotImplementedError, match="ExternalOptimizerInterface names no routine"):
                opt.ExternalOptimizerInterface(tf.square(variable)).minimize(session)
            with pytest.raises(ValueError, match="SLSQP takes them"):
                opt.ScipyOptimizerInterface(tf.square(variable), equalities=[variable], method="L-BFGS-B").minimize(
                    session
                )
