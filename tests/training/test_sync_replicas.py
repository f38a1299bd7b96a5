"""tf.train.SyncReplicasOptimizer: its graph as TensorFlow builds it, and training with one worker and with several."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

import convflow as tf

GRAPH = Path(__file__).parent.parent / "golden" / "training" / "sync_replicas.json"


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def _program(make, count, total=None, **kwargs):
    """A dense and a sparse gradient; the optimizer, its step and what is watched."""
    x = tf.get_variable("x", [2], initializer=tf.ones_initializer())
    e = tf.get_variable("e", [3, 2], initializer=tf.ones_initializer())
    step = tf.train.get_or_create_global_step()
    optimizer = make()
    if count:
        optimizer = tf.train.SyncReplicasOptimizer(optimizer, count, total, **kwargs)
    loss = tf.reduce_sum(x * x) + tf.reduce_sum(tf.gather(e, [1, 1]))
    return optimizer, optimizer.minimize(loss, global_step=step), {"x": x, "e": e, "step": step}


def _momentum():
    return tf.train.MomentumOptimizer(0.1, 0.9)


def test_the_graph_is_tensorflows():
    optimizer, train, _ = _program(_momentum, 1, 1)
    optimizer.make_session_run_hook(True).begin()
    found = [
        [op.type, op.name, [tensor.name for tensor in op.inputs], [control.name for control in op.control_inputs]]
        for op in tf.get_default_graph().get_operations()
        if not op.name.startswith("gradients")
    ]
    recorded = json.loads(GRAPH.read_text())
    names = [node[1] for node in found]
    assert found[names.index(recorded[0][1]) :] == recorded
    assert train.name == "Assign_1:0"
    assert [v.name for v in tf.local_variables()] == ["sync_rep_local_step:0"]
    assert [op.name for op in tf.get_collection(tf.GraphKeys.TRAIN_OP)] == ["Momentum"]
    assert optimizer.get_slot_names() == ["momentum"]
    assert optimizer.get_slot(tf.trainable_variables()[0], "momentum").name == "x/Momentum:0"
    assert [v.name for v in optimizer.variables()] == ["e/Momentum:0", "x/Momentum:0"]
    assert optimizer.get_chief_queue_runner().enqueue_ops[0].name == "sync_token_q_EnqueueMany"


def _plain_path(make, steps):
    with tf.Graph().as_default():
        _, train, watched = _program(make, 0)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            path = [session.run(watched)]
            for _ in range(steps):
                session.run(train)
                path.append(session.run(watched))
    return path


@pytest.mark.parametrize("make", [_momentum, lambda: tf.train.AdamOptimizer(0.1)])
def test_one_worker_trains_as_the_plain_optimizer(make):
    plain = _plain_path(make, 6)
    optimizer, train, watched = _program(make, 1)
    hook = optimizer.make_session_run_hook(is_chief=True)
    with tf.train.MonitoredTrainingSession(is_chief=True, hooks=[hook]) as session:
        while session.run(watched["step"]) < 5:
            session.run(train)
        # A worker may be one gradient ahead: which step it is tells which values there must be.
        found = session.run(watched)
    expected = plain[int(found["step"])]
    np.testing.assert_allclose(found["x"], expected["x"], rtol=1e-6)
    np.testing.assert_allclose(found["e"], expected["e"], rtol=1e-6)


def test_two_workers_of_one_process_share_a_step():
    value = tf.placeholder(tf.float32, [])
    x = tf.get_variable("x", [], initializer=tf.zeros_initializer())
    step = tf.train.get_or_create_global_step()
    plain = tf.train.GradientDescentOptimizer(1.0)
    optimizer = tf.train.SyncReplicasOptimizer(plain, replicas_to_aggregate=2, total_num_replicas=2)
    train = optimizer.minimize(x * value, global_step=step)
    hook = optimizer.make_session_run_hook(True, num_tokens=0)
    with tf.train.MonitoredTrainingSession(hooks=[hook]) as session:

        def work(gradient):
            for _ in range(3):
                session.run(train, {value: gradient})

        workers = [threading.Thread(target=work, args=(gradient,)) for gradient in (-1.0, -3.0)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        # Three steps of the mean, 2, from six gradients.
        assert session.run([x, step]) == [6.0, 3]


def test_averages_follow_each_step():
    averages = tf.train.ExponentialMovingAverage(0.5)
    x = tf.get_variable("x", [], initializer=tf.zeros_initializer())
    step = tf.train.get_or_create_global_step()
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.GradientDescentOptimizer(1.0), 1, variable_averages=averages, variables_to_average=[x], name="SYNC"
    )
    train = optimizer.minimize(-x, global_step=step)
    assert optimizer.get_chief_queue_runner().enqueue_ops[0].name == "ExponentialMovingAverage"
    with tf.train.MonitoredTrainingSession(hooks=[optimizer.make_session_run_hook(True, num_tokens=0)]) as session:
        session.run(train)
        session.run(train)
        found = session.run([x, averages.average(x)])
    # The average of the second step may still be under way.
    assert found[0] == 2.0 and found[1] in (0.5, 1.25)


def test_refusals():
    def make(*args, **kwargs):
        return tf.train.SyncReplicasOptimizer(_momentum(), *args, **kwargs)

    x = tf.get_variable("x", [2])
    step = tf.train.get_or_create_global_step()
    with pytest.raises(ValueError, match="Must supply at least one variable"):
        make(1).apply_gradients([], global_step=step)
    with pytest.raises(ValueError, match="Global step is required to check staleness"):
        make(1).minimize(tf.reduce_sum(x))
    with pytest.raises(ValueError, match="Unknown grad type: 3"):
        make(1).apply_gradients([(3, x)], global_step=step)
    with pytest.raises(ValueError, match=r"get_init_tokens_op\(\) should be called after apply_gradients\(\)"):
        make(1).get_init_tokens_op()
    with pytest.raises(ValueError, match=r"Should be called after apply_gradients\(\)"):
        make(1).get_chief_queue_runner()
    with pytest.raises(ValueError, match="should be called before using the hook"):
        make(1).make_session_run_hook(True).begin()
    few = make(3, 1)
    few.minimize(tf.reduce_sum(x), global_step=step)
    with pytest.raises(ValueError, match=r"Too few tokens to finish the first step: 1 \(given\) vs 2 \(needed\)"):
        few.get_init_tokens_op(1)
    assert few.get_init_tokens_op(2).type == "QueueEnqueueManyV2"
    enough = make(1)
    enough.minimize(tf.reduce_sum(x), global_step=step)
    assert enough.get_init_tokens_op(0).name == "no_init_tokens"
