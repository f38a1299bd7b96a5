"""tf.distribute over one device: what libraries ask, and training under a strategy."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import convflow as tf

STRATEGIES = [lambda: tf.distribute.OneDeviceStrategy("/cpu:0"), lambda: tf.distribute.MirroredStrategy(["/gpu:0"])]


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def run(fetches):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches)


def test_outside_of_strategies_one_default_replica_runs():
    assert not tf.distribute.has_strategy()
    assert not tf.distribute.in_cross_replica_context()
    context = tf.distribute.get_replica_context()
    assert context.num_replicas_in_sync == tf.distribute.get_strategy().num_replicas_in_sync == 1
    seen = context.merge_call(lambda strategy, x: (tf.distribute.in_cross_replica_context(), strategy, x), (3,))
    assert seen == (True, tf.distribute.get_strategy(), 3)
    with tf.distribute.get_strategy().scope():
        assert tf.get_variable("v", [2]).op.type == "VariableV2"


@pytest.mark.parametrize("make", STRATEGIES)
def test_a_scope_is_across_replicas_and_a_function_is_in_one(make):
    strategy = make()
    with strategy.scope():
        assert tf.distribute.has_strategy() and tf.distribute.in_cross_replica_context()
        assert tf.distribute.get_replica_context() is None
        variable = tf.get_variable("v", [2], initializer=tf.ones_initializer())
        assert variable.op.type == "VarHandleOp"
        assert strategy.extended.variable_created_in_scope(variable)

        def step(x, factor=1.0):
            context = tf.distribute.get_replica_context()
            assert context.strategy is strategy and not tf.distribute.in_cross_replica_context()
            assert context.merge_call(lambda _, y: (tf.distribute.get_replica_context(), y), (5,)) == (None, 5)
            return context.all_reduce(tf.distribute.ReduceOp.SUM, x) * factor + variable

        value = strategy.experimental_run_v2(step, (tf.constant([3.0, 4.0]),), {"factor": tf.constant(2.0)})
        assert strategy.unwrap(value) == (value,)
        sums = [strategy.reduce("SUM", value), strategy.reduce("sum", value, axis=0)]
        means = strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=0)
        added = strategy.extended.update(variable, lambda v, x: v.assign_add(x), (tf.constant([1.0, 1.0]),))
    assert not tf.distribute.has_strategy()
    assert not strategy.extended.variable_created_in_scope(tf.get_variable("other", [1]))
    assert [item.tolist() for item in run([*sums, means])] == [[7, 9], 16, 8]
    assert run(added).tolist() == [2, 2]


def test_nodes_of_a_replica_are_tensorflows():
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        strategy = tf.distribute.get_strategy()

        def step(x):
            context = tf.distribute.get_replica_context()
            assert context.replica_id_in_sync_group.dtype == tf.int32
            return context.all_reduce(tf.distribute.ReduceOp.SUM, x)

        strategy.reduce("MEAN", strategy.run(step, (tf.constant([3.0, 4.0]),)), axis=0)
    operations = tf.get_default_graph().get_operations()
    # As TensorFlow 2.21 names them.
    assert [(op.type, op.name) for op in operations] == [
        ("Const", "Const"), ("Const", "replica_id_in_sync_group"), ("Identity", "Identity"),
        ("IdentityN", "IdentityN"), ("Const", "Sum/reduction_indices"), ("Sum", "Sum"), ("Const", "Const_1"),
        ("Identity", "Identity_1"), ("Cast", "Cast"), ("RealDiv", "truediv"),
    ]  # fmt: skip
    assert operations[1].device == "/replica:0/task:0/device:CPU:0"


def test_gradients_go_through_all_reduce_and_means_over_unknown_sizes_work():
    x = tf.placeholder(tf.float32, [None])
    y = tf.distribute.get_replica_context().all_reduce("MEAN", {"a": x})["a"] * 3.0
    mean = tf.distribute.get_strategy().reduce("MEAN", x, axis=0)
    with tf.Session() as session:
        gradient, value = session.run([tf.gradients(y, x)[0], mean], {x: [1, 2, 6]})
    assert (gradient.tolist(), value) == ([3, 3, 3], 3)


def test_iterators_and_data_sets_of_a_strategy():
    strategy = tf.distribute.MirroredStrategy()
    seen = []

    def input_fn(context):
        seen.append(context.get_per_replica_batch_size(2))
        return tf.data.Dataset.range(4).batch(2)

    with strategy.scope():
        iterator = strategy.make_input_fn_iterator(input_fn)
        doubled = strategy.experimental_run(lambda x: x * 2, iterator)
        rows = strategy.experimental_make_numpy_dataset(np.arange(2)).make_one_shot_iterator().get_next()
        same = strategy.make_dataset_iterator(strategy.experimental_distribute_dataset(tf.data.Dataset.range(1)))
    with tf.Session() as session:
        session.run([iterator.initialize(), same.initializer])
        assert [session.run(doubled).tolist() for _ in range(2)] == [[0, 2], [4, 6]]
        assert (session.run(rows), session.run(same.get_next())) == (0, 0)
    assert seen == [2]


def test_refusals():
    one, other = tf.distribute.OneDeviceStrategy("/cpu:0"), tf.distribute.MirroredStrategy()
    assert copy.deepcopy(one) is one
    with one.scope(), pytest.raises(RuntimeError, match="OneDeviceStrategy, is open, and strategies do not nest"):
        other.scope()
    with pytest.raises(RuntimeError, match="call_for_each_replica requires being in cross-replica context"):
        one.run(lambda: one.run(lambda: 1))
    with pytest.raises(NotImplementedError, match=r"devices are \['/gpu:0', '/gpu:1'\], and convflow has one device"):
        tf.distribute.MirroredStrategy(["/gpu:0", "/gpu:1"])
    with pytest.raises(ValueError, match="devices is empty"):
        tf.distribute.MirroredStrategy([])
    with pytest.raises(NotImplementedError, match="4 GPUs are asked for"):
        tf.contrib.distribute.MirroredStrategy(num_gpus=4)
    with pytest.raises(ValueError, match=r"reduce_op is 'max', expected a tf\.distribute\.ReduceOp"):
        one.reduce("max", tf.constant(1))
    with pytest.raises(NotImplementedError, match="convflow runs in one process"):
        one.configure(cluster_spec={"worker": ["a:1"]})
    with pytest.raises(ValueError, match="global_batch_size 3 is not divisible by the 2"):
        tf.distribute.InputContext(num_replicas_in_sync=2).get_per_replica_batch_size(3)
    with pytest.raises(RuntimeError, match="worker_devices"):
        _ = tf.distribute.get_strategy().extended.worker_devices


def test_estimators_train_and_evaluate_under_a_strategy(tmp_path):
    seen: list[Any] = []

    def input_fn(mode, input_context=None):
        seen.append((mode, input_context is not None and input_context.num_replicas_in_sync))
        return tf.data.Dataset.from_tensors(([[1.0], [2.0]], [[2.0], [4.0]])).repeat(5)

    def model_fn(features, labels, mode):
        context = tf.distribute.get_replica_context()
        seen.append(type(context.strategy).__name__)
        predictions = tf.layers.dense(features, 1, use_bias=False)
        loss = tf.losses.mean_squared_error(labels, predictions)
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, predictions, loss, train)

    strategy = tf.contrib.distribute.MirroredStrategy(num_gpus=1)
    config = tf.estimator.RunConfig(train_distribute=strategy, eval_distribute=strategy)
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path), config)
    estimator.train(input_fn)
    found = estimator.evaluate(input_fn)
    assert found["global_step"] == 5 and found["loss"] < 0.1
    assert seen == [("train", 1), "MirroredStrategy", ("eval", 1), "MirroredStrategy"]
    with pytest.raises(ValueError, match=r"train_distribute should be a tf\.distribute\.Strategy: it is 'mirrored'"):
        tf.estimator.RunConfig(train_distribute="mirrored")
