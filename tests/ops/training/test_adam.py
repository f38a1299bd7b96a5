"""Update nodes against the formulas in NumPy; trajectories against TensorFlow stand in tests/training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convflow.core import dtypes, errors
from convflow.graph.graph import Graph
from convflow.modeling.variables.variable import Variable, global_variables_initializer
from convflow.ops.array.constant import constant
from convflow.ops.array.placeholder import placeholder
from convflow.ops.training import adam, gradient_descent
from convflow.runtime.session import Session

TOLERANCE = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 1e-6, "float64": 1e-14}


def adam_in_numpy(
    var: Any, m: Any, v: Any, grad: Any, b1p: float, b2p: float, lr: float, b1: float, b2: float, eps: float,
    nesterov: bool,
) -> tuple[Any, Any, Any]:  # fmt: skip
    m = b1 * m + (1 - b1) * grad
    v = b2 * v + (1 - b2) * grad**2
    direction = b1 * m + (1 - b1) * grad if nesterov else m
    return var - lr * np.sqrt(1 - b2p) / (1 - b1p) * direction / (np.sqrt(v) + eps), m, v


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.0), (1.0, 0.5)])
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_adam_is_the_papers(dtype: str, betas: tuple[float, float], nesterov: bool) -> None:
    kind = dtypes.as_dtype(dtype)
    rng = np.random.RandomState(0)
    start = [rng.randn(4, 5), rng.randn(4, 5), rng.rand(4, 5) + 0.1]
    grad = rng.randn(4, 5)
    # Powers and rates that every type holds exactly enough.
    scalars = [0.5, 0.75, 0.125, *betas, 0.0625]
    with Graph().as_default(), Session() as session:
        var, m, v = (Variable(constant(value, kind)) for value in start)
        update = adam.apply_adam(
            var, m, v, *(constant(value, kind) for value in scalars[:3]), *(constant(b, kind) for b in betas),
            constant(scalars[5], kind), constant(grad, kind), use_nesterov=nesterov,
        )  # fmt: skip
        session.run(global_variables_initializer())
        session.run(update.op)
        found = session.run([var, m, v])
    wanted = adam_in_numpy(*start, grad, *scalars[:3], *betas, scalars[5], nesterov)
    for ours, expected in zip(found, wanted, strict=True):
        np.testing.assert_allclose(ours.astype(np.float64), expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [*TOLERANCE, "int32"])
def test_gradient_descent_is_the_formula(dtype: str) -> None:
    kind = dtypes.as_dtype(dtype)
    with Graph().as_default(), Session() as session:
        var = Variable(constant([4, 8, -2], kind))
        update = gradient_descent.apply_gradient_descent(var, constant(2, kind), constant([1, 2, 3], kind))
        session.run(global_variables_initializer())
        assert session.run(update).tolist() == [2, 4, -8]
        assert session.run(var).tolist() == [2, 4, -8]


def test_the_gradient_is_left_alone() -> None:
    with Graph().as_default(), Session() as session:
        var = Variable([1.0, 2.0])
        grad = placeholder(dtypes.float32, [2])
        update = gradient_descent.apply_gradient_descent(var, 0.5, grad)
        session.run(global_variables_initializer())
        fed = np.array([1.0, 1.0], np.float32)
        session.run(update.op, {grad: fed})
        assert fed.tolist() == [1.0, 1.0]


def test_a_gradient_of_another_shape_is_refused_while_the_graph_is_built() -> None:
    with Graph().as_default():
        var = Variable([1.0, 2.0])
        with pytest.raises(ValueError, match=r"the variable has \(2,\), input 2 has \(3,\)"):
            gradient_descent.apply_gradient_descent(var, 0.1, constant([1.0, 2.0, 3.0]))
        with pytest.raises(ValueError, match="beta1 must be rank 0 but is rank 1"):
            adam.apply_adam(var, var, var, 0.9, 0.9, 0.1, [0.9], 0.9, 1e-8, constant([1.0, 2.0]))


def test_a_gradient_of_another_shape_is_not_broadcast() -> None:
    with Graph().as_default(), Session() as session:
        var = Variable([1.0, 2.0])
        grad = placeholder(dtypes.float32)
        update = gradient_descent.apply_gradient_descent(var, 0.1, grad)
        session.run(global_variables_initializer())
        with pytest.raises(errors.InvalidArgumentError, match="have the shape of their variable"):
            session.run(update.op, {grad: np.ones([1], np.float32)})


def test_an_update_needs_a_variable() -> None:
    with Graph().as_default(), pytest.raises(TypeError, match="requires that input 'var' be a mutable tensor"):
        gradient_descent.apply_gradient_descent(constant([1.0]), 0.1, [1.0])


def test_an_uninitialized_variable_is_named() -> None:
    with Graph().as_default(), Session() as session:
        var = Variable([1.0], name="weights")
        update = gradient_descent.apply_gradient_descent(var, 0.1, [1.0])
        with pytest.raises(errors.FailedPreconditionError, match="uninitialized value weights"):
            session.run(update.op)
