"""Clusters, and servers of one task: sessions of a server share their variables."""

from __future__ import annotations

from typing import Any

import pytest

import convflow as tf

CLUSTER = {"worker": ["a:1", "b:2"], "ps": {1: "c:3"}}


def test_cluster_spec_tells_its_tasks() -> None:
    spec = tf.train.ClusterSpec(CLUSTER)
    assert sorted(spec.jobs) == ["ps", "worker"]
    assert spec.num_tasks("worker") == 2
    assert spec.task_indices("ps") == [1]
    assert spec.task_address("worker", 1) == "b:2"
    assert spec.job_tasks("ps") == [None, "c:3"]
    assert spec.as_dict() == CLUSTER
    assert tf.train.ClusterSpec(spec.as_cluster_def()) == spec == tf.train.ClusterSpec(spec)
    assert str(spec) == "ClusterSpec({'ps': {1: 'c:3'}, 'worker': ['a:1', 'b:2']})"
    assert spec
    assert not tf.train.ClusterSpec({})


def test_cluster_spec_in_a_device_setter() -> None:
    setter = tf.train.replica_device_setter(cluster=tf.train.ClusterSpec({"ps": ["a:1", "b:2"], "worker": ["c:3"]}))
    with tf.Graph().as_default(), tf.device(setter):
        variables = [tf.get_variable(name, [1]) for name in "uvw"]
        assert [variable.device for variable in variables] == ["/job:ps/task:0", "/job:ps/task:1", "/job:ps/task:0"]
        assert tf.constant(1).device == "/job:worker"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda spec: spec.num_tasks("chief"), r"No such job in cluster: 'chief'. There are \['ps', 'worker'\]"),
        (lambda spec: spec.task_address("ps", 0), r"No task with index 0 in job 'ps': it has \[1\]"),
    ],
)
def test_cluster_spec_refuses_what_is_not_there(ask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ask(tf.train.ClusterSpec(CLUSTER))


@pytest.mark.parametrize("cluster", [3, {"worker": "a:1"}, {"worker": [7]}])
def test_cluster_spec_refuses_other_types(cluster: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a number and|must be a"):
        tf.train.ClusterSpec(cluster)


def test_sessions_of_a_server_share_their_variables() -> None:
    server = tf.train.Server.create_local_server()
    assert server.target.startswith("grpc://localhost:")
    with tf.Graph().as_default():
        variable = tf.get_variable("v", initializer=1.0)
        with tf.Session(server.target) as first:
            first.run(variable.initializer)
            first.run(variable.assign_add(2.0))
        with tf.Session(server.target) as second:
            assert second.run(variable) == 3.0
        tf.Session.reset(server.target)
        with tf.Session(server.target) as third, pytest.raises(tf.errors.FailedPreconditionError):
            third.run(variable)


def test_monitored_training_on_a_server(tmp_path: Any) -> None:
    server = tf.train.Server({"worker": ["localhost:0"]}, job_name="worker", task_index=0)
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        loss = tf.square(tf.get_variable("v", initializer=4.0))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
        hooks = [tf.train.StopAtStepHook(3)]
        with tf.train.MonitoredTrainingSession(
            master=server.target, is_chief=True, checkpoint_dir=str(tmp_path), hooks=hooks
        ) as session:
            while not session.should_stop():
                session.run(train)
        assert (tf.train.latest_checkpoint(str(tmp_path)) or "").endswith("model.ckpt-3")


def test_server_def() -> None:
    server = tf.train.Server({"local": ["localhost:1"]}, config=tf.ConfigProto(allow_soft_placement=True), start=False)
    definition = server.server_def
    assert (definition.job_name, definition.task_index, definition.protocol) == ("local", 0, "grpc")
    assert definition.default_session_config.allow_soft_placement
    assert tf.train.Server(definition, start=False).server_def == definition
    assert tf.train.ServerDef.FromString(definition.SerializeToString()) == definition
    with pytest.raises(ValueError, match="There is no execution engine 'grpc://localhost:1'"):
        tf.Session(server.target)


def test_servers_of_several_tasks_are_refused() -> None:
    with pytest.raises(NotImplementedError, match="has 2 more tasks than this one, 'worker' number 0"):
        tf.train.Server({"worker": ["a:1", "b:2"], "ps": ["c:3"]}, "worker", 0)
    with pytest.raises(ValueError, match="Must specify an explicit `job_name`"):
        tf.train.Server({"worker": ["a:1"], "ps": ["c:3"]})
