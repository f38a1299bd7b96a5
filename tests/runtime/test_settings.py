import pytest
import torch

import convflow as tf
from convflow.runtime import settings


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    for name in ("_soft_placement", "_log_placement", "_policy", "_synchronous", "_jit", "_inter_op_threads"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    monkeypatch.setattr(settings, "_intra_op_threads", 0)
    monkeypatch.setattr(settings, "_functions_eagerly", False)
    monkeypatch.setattr(settings, "_rewrites", dict(settings._rewrites))


@pytest.mark.parametrize(
    ("module", "name", "first", "then"),
    [
        (tf.config, "soft_device_placement", False, True),
        (tf.debugging, "log_device_placement", False, True),
        (tf.config.experimental, "device_policy", "silent", "warn"),
        (tf.config.experimental, "synchronous_execution", True, False),
        (tf.config.optimizer, "jit", False, True),
        (tf.config.threading, "inter_op_parallelism_threads", 0, 3),
        (tf.config.threading, "intra_op_parallelism_threads", 0, 2),
    ],
)
def test_what_is_set_is_there(module, name, first, then):
    assert getattr(module, f"get_{name}")() == first
    getattr(module, f"set_{name}")(then)
    assert getattr(module, f"get_{name}")() == then


def test_threads_of_sessions():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    seen = []
    with tf.Graph().as_default():
        node = tf.py_func(lambda: seen.append(torch.get_num_threads()), [], [])
        for config in (None, tf.ConfigProto(intra_op_parallelism_threads=2)):
            with tf.Session(config=config) as session:
                session.run(node)
    assert seen == [1, 2]
    with pytest.raises(ValueError, match="The number of threads must be 0 or more, got -1"):
        tf.config.threading.set_intra_op_parallelism_threads(-1)


def test_rewrites():
    tf.config.optimizer.set_experimental_options({"constant_folding": True})
    assert tf.config.optimizer.get_experimental_options() == {
        "constant_folding": True,
        "disable_model_pruning": False,
        "disable_meta_optimizer": False,
    }
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    with tf.Graph().as_default(), tf.Session() as session:
        assert not session._plan_options.rewrites
    with pytest.raises(ValueError, match=r"There are no rewrites called \['folding'\]"):
        tf.config.optimizer.set_experimental_options({"folding": True})


def test_functions_called_as_they_are():
    from convflow.runtime.eager.context import eager_mode

    calls = []
    function = tf.function(lambda x: (calls.append(x), x + 1.0)[1])
    with eager_mode():
        function(tf.constant(1.0)), function(tf.constant(2.0))
        assert len(calls) == 1
        tf.config.experimental_run_functions_eagerly(True)
        assert [float(function(tf.constant(value))) for value in (1.0, 2.0)] == [2.0, 3.0]
    assert len(calls) == 3


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"'loud' is not a valid device policy. Expected one of silent"):
        tf.config.experimental.set_device_policy("loud")
    with pytest.raises(NotImplementedError, match=r"tf.config.experimental_connect_to_host is not here"):
        tf.config.experimental_connect_to_host("10.0.0.1")
    cpu = tf.config.experimental.list_physical_devices("CPU")[0]
    part = tf.config.experimental.VirtualDeviceConfiguration
    assert tf.config.experimental.get_virtual_device_configuration(cpu) is None
    tf.config.experimental.set_virtual_device_configuration(cpu, [part()])
    with pytest.raises(NotImplementedError, match="set_virtual_device_configuration asks for 2 devices"):
        tf.config.experimental.set_virtual_device_configuration(cpu, [part(), part()])
    with pytest.raises(ValueError, match="Setting memory limit on CPU virtual devices"):
        tf.config.experimental.set_virtual_device_configuration(cpu, [part(memory_limit=10)])
    with pytest.raises(ValueError, match="which is no device here"):
        tf.config.experimental.get_virtual_device_configuration("GPU:0")
