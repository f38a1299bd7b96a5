import threading
import time

import pytest

import convflow as tf
from convflow.ops.mutex import Mutex


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def _counter():
    return tf.get_variable("v", initializer=0.0, use_resource=True)


def _added(variable, amount):
    def add():
        with tf.control_dependencies([variable.assign_add(amount)]):
            return variable.read_value()

    return add


def test_nodes_as_tensorflow_makes_them(session):
    variable = _counter()
    section = tf.CriticalSection(name="my")
    before = len(tf.get_default_graph().get_operations())
    result = section.execute(_added(variable, 2.0))
    assert section.name == "my"
    graph = tf.get_default_graph()
    assert graph.get_operation_by_name("my").get_attr("shared_name") == b"my/"
    scope = "critical_section_execute/"
    lock = graph.get_operation_by_name(scope + "MutexLock")
    assert [control.name for control in lock.control_inputs] == [scope + "group_deps"]
    release = graph.get_operation_by_name(scope + "ConsumeMutexLock")
    assert [control.name for control in release.control_inputs] == [scope + "Identity_1"]
    assert (result.name, [control.name for control in result.op.control_inputs]) == (
        scope + "Identity_2:0",
        [release.name],
    )
    types = [op.type for op in graph.get_operations()[before:]]
    assert types[0] == "MutexLock" and types.count("ConsumeMutexLock") == 1 and types[-1] == "Identity"
    session.run(tf.global_variables_initializer())
    assert [session.run(result), session.run(result)] == [2.0, 4.0]


def test_one_thread_at_a_time():
    """Each thread waits inside of the section; without a lock all would be there at once."""
    inside, most = [], []

    def enter(value):
        inside.append(value)
        most.append(len(inside))
        time.sleep(0.002)
        inside.pop()
        return value

    with tf.Graph().as_default(), tf.Session() as session:
        section = tf.CriticalSection(shared_name="shared")
        other = tf.CriticalSection(shared_name="shared")
        results = [part.execute(lambda: tf.py_func(enter, [tf.constant(1.0)], tf.float32)) for part in (section, other)]
        threads = [
            threading.Thread(target=lambda which=which: [session.run(results[which]) for _ in range(5)])
            for which in (0, 1, 0, 1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(most) == 20 and set(most) == {1}


def test_a_run_that_fails_gives_the_lock_back(session):
    x = tf.placeholder(tf.float32, [])
    result = tf.CriticalSection().execute(lambda: tf.check_numerics(x, "not finite"))
    failures = []
    for _ in range(2):
        with pytest.raises(tf.errors.InvalidArgumentError) as failure:
            session.run(result, {x: float("nan")})
        failures.append(failure.value)
    assert session.run(result, {x: 1.0}) == 1.0
    del failure, failures
    found = []
    thread = threading.Thread(target=lambda: found.append(session.run(result, {x: 2.0})), daemon=True)
    thread.start()
    thread.join(30)
    assert found == [2.0]


def test_a_lock_waits_for_another_thread():
    mutex, order = Mutex(), []
    held = mutex.lock()
    assert mutex.lock() is not held
    held = mutex.lock()
    thread = threading.Thread(target=lambda: (mutex.lock(), order.append("other")))
    thread.start()
    order.append("this")
    held.release()
    thread.join()
    assert order == ["this", "other"]


def test_structures(session):
    section = tf.CriticalSection()
    pair = section.execute(lambda: (tf.constant(1.0), {"a": tf.constant(2.0)}))
    assert session.run(pair) == (1.0, {"a": 2.0})
    operation = section.execute(tf.no_op)
    assert operation.type == "NoOp"
    session.run(operation)


def test_what_is_refused(session):
    variable = _counter()
    first, second = tf.CriticalSection(name="first"), tf.CriticalSection(name="second")
    first.execute(_added(variable, 1.0), name="once")
    with pytest.raises(ValueError, match=r"would access resources: \['v:0'\].*lock 'first', which 'once/MutexLock'"):
        second.execute(_added(variable, 1.0))
    with pytest.raises(ValueError, match="Attempting to lock the CriticalSection first in which we are already"):
        first.execute(lambda: first.execute(lambda: tf.constant(1.0)))
    with pytest.raises(ValueError, match="critical_section_def and import_scope are not supported"):
        tf.CriticalSection(import_scope="x")


def test_sections_that_share_a_resource(session):
    variable = _counter()
    first, second = tf.CriticalSection(), tf.CriticalSection()
    results = [part.execute(_added(variable, 1.0), exclusive_resource_access=False) for part in (first, second)]
    session.run(tf.global_variables_initializer())
    session.run(results)
    assert session.run(variable) == 2.0
