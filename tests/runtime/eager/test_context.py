"""Switching eager mode, and what it refuses."""

import threading

import numpy as np
import pytest

import convflow as tf
from convflow.api.python.eager import context
from convflow.graph import defaults


@pytest.fixture
def eager():
    with context.eager_mode():
        yield


@pytest.fixture
def enabled():
    """Eager mode as a program switches it on, for all threads."""
    before = defaults.graphs.base
    defaults.graphs.base = None
    tf.enable_eager_execution()
    yield
    tf.disable_eager_execution()
    defaults.graphs.base = before


def test_modes_are_nested():
    assert not tf.executing_eagerly()
    with context.eager_mode():
        assert tf.executing_eagerly()
        with tf.Graph().as_default():
            assert not tf.executing_eagerly()
            with context.eager_mode():
                assert tf.constant(1).numpy() == 1
        with context.graph_mode():
            assert not tf.executing_eagerly()
            assert tf.constant(1).op.type == "Const"
        assert tf.executing_eagerly()
    assert not tf.executing_eagerly()


def test_enabling_holds_in_all_threads(enabled):
    found = []
    thread = threading.Thread(target=lambda: found.append(tf.executing_eagerly()))
    thread.start()
    thread.join()
    assert found == [True] and tf.executing_eagerly()
    tf.enable_eager_execution()  # a second time changes nothing


def test_enabling_comes_before_the_first_node():
    with tf.Graph().as_default() as graph:
        before = defaults.graphs.base
        defaults.graphs.base = graph
        tf.constant(1)
        try:
            with pytest.raises(ValueError, match="must be called at program startup: the default graph holds Const"):
                tf.enable_eager_execution()
        finally:
            defaults.graphs.base = before


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"config": 3}, TypeError, "config must be a tf.ConfigProto, but got <class 'int'>"),
        ({"device_policy": 9}, ValueError, "device_policy must be one of None"),
        ({"execution_mode": 9}, ValueError, "execution_mode must be one of None"),
    ],
)
def test_enabling_checks_its_arguments(arguments, kind, said):
    with pytest.raises(kind, match=said):
        tf.enable_eager_execution(**arguments)
    assert not tf.executing_eagerly()


def test_graphs_run_in_sessions_beside_eager_mode(eager):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32)
        with tf.Session() as sess:
            assert sess.run(x + 1, {x: 2.0}) == 3.0


def test_what_needs_a_graph_is_refused(eager):
    with pytest.raises(RuntimeError, match=r"tf.placeholder\(\) is not compatible with eager execution"):
        tf.placeholder(tf.float32)
    with pytest.raises(RuntimeError, match=r"tf.gradients is not supported when eager execution is enabled"):
        tf.gradients(tf.constant(1.0), tf.constant(1.0))
    with pytest.raises(RuntimeError, match="The Session graph is empty"):
        tf.Session().run("x:0")
    with pytest.raises(RuntimeError, match="make_initializable_iterator is not supported"):
        tf.data.Dataset.range(2).make_initializable_iterator()
    with pytest.raises(RuntimeError, match=r"VariableV2 op does not support eager execution. Arg ref is a ref"):
        tf.raw_ops.VariableV2(shape=[], dtype=tf.float32)


def test_tensors_of_both_kinds_do_not_mix(eager):
    value = tf.constant(2.0)
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32)
        with pytest.raises(RuntimeError, match="Attempting to capture an EagerTensor without building a function"):
            tf.identity(value)
    with pytest.raises(TypeError, match='AddV2 takes Tensor\\("Placeholder:0", dtype=float32\\), which has no value'):
        x + 1


def test_random_operations_follow_the_seed_as_tensorflow_draws_it(eager):
    """TensorFlow 2.21, eager, tf.set_random_seed(7)."""
    tf.set_random_seed(7)
    expected = [
        ([0.834453821182251, 0.23336660861968994, 0.8796519041061401], lambda: tf.random_uniform([3])),
        ([-2.2733311653137207, -1.659210443496704], lambda: tf.random_normal([2])),
        ([0.4010878801345825, 0.37683892250061035], lambda: tf.random_uniform([2], seed=3)),
        ([0.3426402807235718, 0.3479158878326416], lambda: tf.random_uniform([2], seed=3)),
    ]
    for values, draw in expected:
        np.testing.assert_allclose(draw().numpy(), values, rtol=1e-6)
    tf.set_random_seed(None)


def test_kernel_errors_are_worded_by_the_shape_rule(eager):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"but are 2 and 3.*input shapes: \[2, 2\].*\[Op:MatMul\]"):
        tf.matmul(tf.ones([2, 2]), tf.ones([3, 2]))


def test_control_flow_is_pythons(eager):
    called = []
    assert tf.cond(tf.constant(True), lambda: tf.constant(1), lambda: called.append(1)).numpy() == 1
    assert not called
    total = tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), [tf.constant(0), tf.constant(0)])
    assert [value.numpy() for value in total] == [4, 6]
    assert tf.while_loop(lambda i: i < 9, lambda i: i + 1, [0], maximum_iterations=3).numpy() == 3
    assert tf.case([(tf.constant(False), lambda: 1), (tf.constant(True), lambda: tf.constant(2))]).numpy() == 2
    np.testing.assert_array_equal(tf.map_fn(lambda row: row * 2, tf.constant([1, 2])).numpy(), [2, 4])
    np.testing.assert_array_equal(tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])).numpy(), [1, 3, 6])


def test_arrays_of_tensors_are_lists(eager):
    array = tf.TensorArray(tf.float32, size=2)
    array = array.write(0, 1.0).write(1, tf.constant(2.0))
    assert array.size().numpy() == 2 and array.read(1).numpy() == 2.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="Could not read index 1 twice"):
        array.read(1)
    with pytest.raises(tf.errors.OutOfRangeError, match="Tried to write to index 2 but array is not resizeable"):
        array.write(2, 3.0)
    kept = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False).unstack(
        [[1.0, 2.0], [3.0, 4.0]]
    )
    np.testing.assert_array_equal(kept.stack().numpy(), [[1, 2], [3, 4]])
    np.testing.assert_array_equal(kept.concat().numpy(), [1, 2, 3, 4])


def test_python_functions_are_called(eager):
    assert tf.py_func(lambda x: x + 1, [tf.constant(2.0)], tf.float32).numpy() == 3.0
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(lambda v: v * v, [x], tf.float32)
    assert y.numpy() == 9.0 and tape.gradient(y, x).numpy() == 6.0
