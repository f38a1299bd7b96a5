"""Convolutions and products in bfloat16: which steps, how close, and that variables stay as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convflow as tf
from convflow.runtime import functions
from convflow.runtime.options import PlanOptions, plan_options
from convflow.runtime.plan import Plan
from convflow.runtime.store import Store
from tests.runtime.rewrites.plans import PLAIN, run

RTOL = 2e-2


@pytest.fixture(autouse=True)
def _fresh_graph():
    tf.reset_default_graph()


def _mixed(field: str = "auto_mixed_precision") -> Any:
    config = tf.ConfigProto()
    setattr(config.graph_options.rewrite_options, field, 1)
    return config


def _steps(fetches: Any, fed: list[Any]) -> list[Any]:
    elements = fetches if isinstance(fetches, list) else [fetches]
    plan = Plan(elements, fed, Store(functions.compiled), PlanOptions(bfloat16=True))
    return [item for item in plan.schedule if "bfloat16" in item.type]  # type: ignore[union-attr]


def _titles(fetches: Any, fed: list[Any]) -> list[str]:
    return [step.type for step in _steps(fetches, fed)]


def _assert_close(fetches: Any, feeds: dict[Any, Any], setup: Any = None) -> list[Any]:
    (plain,) = run(fetches, feeds, setup, PLAIN)
    (mixed,) = run(fetches, feeds, setup, _mixed())
    for one, other in zip(plain, mixed, strict=True):
        assert one.dtype == other.dtype
        assert np.linalg.norm(one - other) <= RTOL * np.linalg.norm(one)
    assert any((one != other).any() for one, other in zip(plain, mixed, strict=True))
    return mixed


def _variable(shape: list[int], seed: int) -> Any:
    return tf.Variable(np.random.RandomState(seed).randn(*shape).astype(np.float32) / 4)


def _pictures(*shape: Any) -> np.ndarray:
    return np.random.RandomState(9).random_sample(shape).astype(np.float32)


def _network(x: Any) -> tuple[Any, list[Any]]:
    """Loss and gradients of convolutions with bias, pooling, batch normalization, a residual sum and a product."""
    variables = [_variable(shape, i) for i, shape in enumerate(([3, 3, 3, 8], [8], [3, 3, 8, 8], [128, 5]))]
    kernel, bias, second, weights = variables
    y = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, strides=1, padding="SAME"), bias))
    y = tf.nn.max_pool(y, 2, 2, "SAME")
    z, _, _ = tf.nn.fused_batch_norm(tf.nn.conv2d(y, second, strides=1, padding="SAME"), tf.ones([8]), tf.zeros([8]))
    y = tf.nn.relu(z) + y
    logits = tf.matmul(tf.reshape(y, [-1, 128]), weights)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.constant([1, 2]), logits=logits))
    return loss, tf.gradients(loss, variables)


def test_the_forward_pass_stays_in_bfloat16_from_convolution_to_product():
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    loss, _ = _network(x)
    kinds = ["Conv2D", "BiasAdd + Relu + MaxPool", "Conv2D", "FusedBatchNormV3", "Relu", "AddV2", "Reshape", "MatMul"]
    steps = _steps(loss, [x])
    assert [step.type for step in steps] == [f"{kind} (bfloat16)" for kind in kinds]
    for step in steps[:-1]:
        assert any(tensor.dtype == tf.bfloat16 for tensor in step.outputs)
    assert [tensor.dtype for tensor in steps[-1].outputs] == [tf.float32]


def test_loss_and_gradients_are_close_and_float32():
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    loss, gradients = _network(x)
    mixed = _assert_close([loss, *gradients], {x: _pictures(2, 8, 8, 3)}, tf.global_variables_initializer())
    assert {value.dtype for value in mixed} == {np.dtype(np.float32)}


def test_gradients_of_variables_come_out_in_float32():
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    _, gradients = _network(x)
    filters = [step for step in _steps(gradients, [x]) if "Filter" in step.type]
    assert len(filters) == 2
    assert {tensor.dtype for step in filters for tensor in step.outputs} == {tf.float32}


def test_a_weight_is_rounded_once():
    x, grad = tf.placeholder(tf.float32, [4, 6]), tf.placeholder(tf.float32, [4, 5])
    weights = tf.placeholder(tf.float32, [6, 5])
    forward, back = tf.matmul(x, weights), tf.matmul(grad, weights, transpose_b=True)
    first, second = _steps([forward, back], [x, grad, weights])
    (rounded,) = [tensor for tensor in first.outputs if tensor.dtype == tf.bfloat16]
    assert second.inputs[1] is rounded
    feeds = {tensor: _pictures(*tensor.shape.as_list()) for tensor in (x, grad, weights)}
    _assert_close([forward, back], feeds)


def test_what_stands_alone_stays_float32():
    x = tf.placeholder(tf.float32, [2, 8, 8, 3])
    assert _titles(tf.nn.max_pool(tf.nn.relu(x), 2, 2, "SAME"), [x]) == []
    product = tf.matmul(tf.reshape(x, [2, -1]), tf.ones([192, 3]))
    # Nothing after the product gains from bfloat16.
    assert _titles(tf.nn.softmax(tf.nn.relu(product)), [x]) == ["MatMul (bfloat16)"]


def test_a_fetched_value_is_float32_and_its_readers_still_take_the_rounded_one():
    x = tf.placeholder(tf.float32, [2, 8, 8, 3])
    middle = tf.nn.relu(tf.nn.conv2d(x, _variable([3, 3, 3, 4], 0), strides=1, padding="SAME"))
    end = tf.nn.conv2d(middle, _variable([3, 3, 4, 4], 1), strides=1, padding="SAME")
    assert _steps([middle, end], [x])[-1].inputs[0].dtype == tf.bfloat16
    _assert_close([middle, end], {x: _pictures(2, 8, 8, 3)}, tf.global_variables_initializer())


def test_double_precision_is_left_alone():
    x = tf.placeholder(tf.float64, [2, 3])
    assert _titles(tf.matmul(x, tf.ones([3, 2], tf.float64)), [x]) == []


def test_a_shape_is_asked_without_a_cast():
    x = tf.placeholder(tf.float32, [None, 8, 8, 3])
    y = tf.nn.relu(tf.nn.conv2d(x, _variable([3, 3, 3, 4], 0), strides=1, padding="SAME"))
    end = tf.nn.conv2d(y, _variable([3, 3, 4, 4], 1), strides=1, padding="SAME")
    steps = {step.type: step for step in _steps([end, tf.shape(y)], [x])}
    assert [tensor.dtype for tensor in steps["Relu (bfloat16)"].outputs] == [tf.bfloat16]
    assert steps["Shape (bfloat16)"].outputs[0].dtype == tf.int32
    _assert_close([end, tf.shape(y)], {x: _pictures(2, 8, 8, 3)}, tf.global_variables_initializer())


def test_the_branches_of_a_cond_round_for_themselves():
    x = tf.placeholder(tf.float32, [3, 3])
    flag = tf.placeholder(tf.bool, [])
    y = tf.cond(flag, lambda: tf.matmul(x, x), lambda: tf.matmul(x, x, transpose_b=True))
    for value in (True, False):
        _assert_close([y, tf.matmul(x, y)], {x: _pictures(3, 3), flag: value})


def test_bad_shapes_are_told_as_ever():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    product = tf.matmul(x, y, name="product")
    with tf.Session(config=_mixed()) as session, pytest.raises(tf.errors.InvalidArgumentError, match="product"):
        session.run(product, {x: np.ones((2, 3)), y: np.ones((2, 3))})


def test_training_keeps_its_variables_in_float32_and_learns():
    x = tf.placeholder(tf.float32, [2, 8, 8, 3])
    loss, _ = _network(x)
    train = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss)
    with tf.Session(config=_mixed()) as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run([loss, train], {x: _pictures(2, 8, 8, 3)})[0] for _ in range(10)]
        assert losses[-1] < losses[0] / 2
        assert {value.dtype for value in session.run(tf.global_variables())} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "field", ["auto_mixed_precision", "auto_mixed_precision_mkl", "auto_mixed_precision_onednn_bfloat16"]
)
def test_every_switch_of_the_configuration_counts(field):
    assert plan_options(_mixed(field)).bfloat16
    assert not plan_options(tf.ConfigProto()).bfloat16
