import gc
import threading
import weakref

import numpy as np
import pytest
import torch

import convflow as tf
from convflow.graph.apply import apply_op


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _owner(array):
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array


def test_fetched_arrays_are_the_programs_own(session):
    variable = tf.Variable([1.0, 2.0])
    constant = tf.constant([3.0, 4.0])
    fed = tf.placeholder(tf.float32, [2])
    value = np.array([5.0, 6.0], np.float32)
    session.run(variable.initializer)
    fetches = [variable, variable.value(), constant, fed, tf.identity(constant), tf.reshape(fed, [2, 1]), variable]
    for array in session.run(fetches, {fed: value}):
        array[:] = -1
    for array, expected in zip(session.run(fetches, {fed: value}), [1, 1, 3, 5, 3, 5, 1], strict=True):
        assert array.reshape(-1)[0] == expected
    assert value[0] == 5.0


def test_elements_of_data_sets_are_copies(session):
    data = np.zeros((3, 2), np.float32)
    element = tf.data.Dataset.from_tensor_slices(data).repeat().make_one_shot_iterator().get_next()
    for _ in range(4):
        fetched = session.run(element)
        assert fetched.sum() == 0
        fetched[:] = 1


def test_values_are_freed(session):
    x = tf.placeholder(tf.float32, [None, 1000])
    y = tf.reduce_sum(tf.square(x) + 1.0)
    session.run(y, {x: np.zeros((10, 1000))})
    fed = [np.zeros((10, 1000), np.float32)]
    alive = weakref.ref(_owner(fed[0]))
    session.run([y, x], {x: fed[0]})
    fed.clear()
    gc.collect()
    assert alive() is None


def test_many_runs_leave_no_tensors_behind(session):
    x = tf.placeholder(tf.float32, [None])
    variable = tf.Variable(tf.zeros([3]))
    update = variable.assign_add(x)
    session.run(variable.initializer)

    def tensors():
        gc.collect()
        return sum(type(item) is torch.Tensor for item in gc.get_objects())

    session.run(update, {x: [1, 2, 3]})
    before = tensors()
    for _ in range(50):
        session.run(update, {x: [1, 2, 3]})
    assert tensors() == before


def test_the_plan_is_kept_when_nodes_are_added(session, monkeypatch):
    from convflow.runtime import session as module

    made = []
    plan = module.Plan
    monkeypatch.setattr(module, "Plan", lambda *args: made.append(args) or plan(*args))
    x = tf.placeholder(tf.float32)
    y = x + 1.0
    for value in (1.0, 2.0):
        assert session.run(y, {x: value}) == value + 1
    z = y * 2.0
    assert session.run(y, {x: 3.0}) == 4
    assert session.run(z, {x: 3.0}) == 8
    assert session.run(z, {y: 3.0}) == 6
    assert len(made) == 3


def test_a_plan_follows_changed_control_inputs(session):
    variable = tf.Variable(0.0)
    session.run(variable.initializer)
    done = tf.no_op()
    session.run(done)
    done._add_control_input(variable.assign_add(1.0).op)
    session.run(done)
    assert session.run(variable) == 1.0


def test_only_so_many_plans_are_kept(session, monkeypatch):
    from convflow.runtime import session as module

    monkeypatch.setattr(module, "_PLANS_KEPT", 3)
    nodes = [tf.constant(float(number)) for number in range(6)]
    for _ in range(2):
        assert [session.run(node) for node in nodes] == [0, 1, 2, 3, 4, 5]
    assert len(session._plans) == 3


def test_a_chain_of_ten_thousand_nodes(session):
    x = tf.placeholder(tf.float32)
    y = x
    for _ in range(10_000):
        y = tf.add(y, x)
    assert session.run(y, {x: 1.0}) == 10_001


def test_threads_share_a_session(session):
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(x * 2.0)
    results = {}

    def work(number):
        results[number] = [float(session.run(y, {x: [number, number]})) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [4.0 * number] * 20 for number in range(4)}


def test_the_number_of_threads_is_one_runs_alone():
    before = torch.get_num_threads()
    with tf.Graph().as_default():
        seen = tf.py_func(lambda: np.int64(torch.get_num_threads()), [], tf.int64) if hasattr(tf, "py_func") else None
        node = tf.constant(1.0) if seen is None else seen
        with tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=before + 1)) as session:
            value = session.run(node)
    assert seen is None or value == before + 1
    assert torch.get_num_threads() == before


def test_several_outputs_some_of_them_fed(session):
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    first, second = tf.unstack(x)
    total = first + second
    np.testing.assert_array_equal(session.run(total, {first: [10.0, 10.0]}), [13.0, 14.0])
    fetched = session.run([first, second, total], {second: [0.0, 0.0]})
    np.testing.assert_array_equal(fetched, [[1.0, 2.0], [0.0, 0.0], [1.0, 2.0]])
    (alone,) = tf.unstack(tf.constant([[5.0]]))
    assert session.run(alone) == [5.0]


def test_a_fed_constant_that_others_wait_for(session):
    constant = tf.constant([1.0], name="waited_for")
    with tf.control_dependencies([constant]):
        after = tf.identity(constant)
    assert session.run(after, {constant: [7.0]}) == [7.0]
    assert session.run([after, constant], {constant: [7.0]}) == [7.0, 7.0]


def test_nodes_that_wait_for_each_other(session):
    a = tf.constant(1.0, name="a")
    b = tf.identity(a, name="b")
    a.op._add_control_input(b.op)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"(?s)2 nodes wait for each other, among them node a .*:"):
        session.run(b)


def test_writes_and_reads_keep_the_programs_order(session):
    variable = tf.Variable(1.0)
    session.run(variable.initializer)
    with tf.control_dependencies([variable.assign(5.0)]):
        read = variable.read_value()
        with tf.control_dependencies([read]):
            add = variable.assign_add(1.0)
        with tf.control_dependencies([add]):
            later = variable.read_value()
    assert session.run(later) == 6.0
    assert session.run(variable) == 6.0


def test_an_op_without_a_kernel_says_so(session):
    with pytest.raises(NotImplementedError, match="convflow has no op called 'Unheard'"):
        apply_op("Unheard")
