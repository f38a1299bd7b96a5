"""Ops that programs rarely make by themselves."""

import numpy as np
import pytest

import convflow as tf
from convflow.graph.apply import apply_op


@pytest.fixture
def run():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session.run


def test_batch_matmul_of_old_graphs(run):
    x, y = np.arange(12.0).reshape(2, 2, 3), np.arange(18.0).reshape(2, 3, 3)
    np.testing.assert_array_equal(run(apply_op("BatchMatMul", x=x, y=y)), x @ y)
    np.testing.assert_array_equal(run(apply_op("BatchMatMul", x=x, y=y, adj_y=True)), x @ y.transpose(0, 2, 1))


def test_complex_abs(run):
    tensor = tf.abs(tf.constant([3 + 4j, -1j]))
    assert tensor.op.type == "ComplexAbs"
    np.testing.assert_array_equal(run(tensor), [5.0, 1.0])


def test_infinities_and_nans(run):
    x = np.array([1.0, np.inf, -np.inf, np.nan])
    np.testing.assert_array_equal(run(apply_op("IsInf", x=x)), np.isinf(x))
    np.testing.assert_array_equal(run(apply_op("IsNan", x=x)), np.isnan(x))


def test_second_derivative_of_max_pool(run):
    x = tf.constant(np.arange(16.0).reshape(1, 4, 4, 1))
    pooled = tf.nn.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
    weights = tf.ones_like(pooled)
    first = tf.gradients(pooled, x, grad_ys=weights)[0]
    second = tf.gradients(first * x, weights)[0]
    assert any(op.type == "MaxPoolGradGrad" for op in tf.get_default_graph().get_operations())
    np.testing.assert_array_equal(run(second).reshape(-1), [5, 7, 13, 15])
