import gc

import numpy as np
import pytest

import convflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_a_value_stays_in_the_session(session):
    handle = session.run(tf.get_session_handle(tf.constant([[10, 5]]) * 5))
    assert str(handle) == handle.handle == "GetSessionHandle;0;/job:localhost/replica:0/task:0/device:CPU:0"
    np.testing.assert_array_equal(handle.eval(), [[50, 25]])
    holder, value = tf.get_session_tensor(handle, tf.int32)
    assert (holder.dtype, value.dtype, value.shape.ndims) == (tf.string, tf.int32, None)
    for fed in (handle.handle, handle):
        np.testing.assert_array_equal(session.run(value * 10, {holder: fed}), [[500, 250]])


def test_a_handle_is_fed_in_place_of_its_value(session):
    x = tf.placeholder(tf.float32, [2])
    kept = tf.get_session_handle(x + 1.0, name="kept")
    handle = session.run(kept, {x: [1.0, 2.0]})
    for _ in range(2):
        handle = session.run({"h": [kept]}, {x: handle})["h"][0]
    np.testing.assert_array_equal(handle.eval(), [4.0, 5.0])
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        session.run(tf.placeholder(tf.float32, [3]) + 1.0, {"Placeholder_1:0": handle})


def test_the_value_is_a_copy(session):
    variable = tf.Variable([1.0])
    session.run(variable.initializer)
    handle = session.run(tf.get_session_handle(variable))
    session.run(variable.assign([2.0]))
    assert handle.eval() == [1.0]
    text = session.run(tf.get_session_handle(tf.constant(["a", "b"])))
    assert text.eval().tolist() == [b"a", b"b"]


def test_values_go(session):
    kept = tf.get_session_handle(tf.constant(1.0))
    first, second, third = (session.run(kept) for _ in range(3))
    holder, value = tf.get_session_tensor(first, tf.float32)
    deleted, delete = tf.delete_session_tensor(first)
    gone = "The tensor with handle 'GetSessionHandle;{}.*' is not in the session store"
    # By the operation,
    session.run(delete, {deleted: first})
    with pytest.raises(tf.errors.InvalidArgumentError, match=gone.format(0)):
        session.run(value, {holder: first.handle})
    with pytest.raises(tf.errors.InvalidArgumentError, match=gone.format(0)):
        session.run(delete, {deleted: first.handle})
    # by the object's method,
    second.delete()
    with pytest.raises(TypeError, match="may have already been deleted"):
        second.eval()
    # and when nobody holds the object; unless its text was asked for.
    name, other = third.handle, session.run(kept)
    raw = other.get_raw_handle()
    del third, other
    gc.collect()
    with pytest.raises(tf.errors.InvalidArgumentError, match=gone.format(2)):
        session.run(value, {holder: name})
    assert session.run(value, {holder: raw}) == 1.0


def test_what_is_refused(session):
    handle = session.run(tf.get_session_handle(tf.constant(1.0)))
    holder, value = tf.get_session_tensor(handle, tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a value of type float32, but .* was made for int32"):
        session.run(value, {holder: handle.handle})
    with pytest.raises(ValueError, match="A handle of a session's tensor is 'name;number;device', got 'x'"):
        tf.get_session_tensor("x", tf.int32)
    with pytest.raises(ValueError, match="Shape of handle must be rank 0 but is rank 1"):
        tf.raw_ops.GetSessionTensor(handle=["a"], dtype=tf.int32)
    with pytest.raises(ValueError, match="Shape of handle must be rank 0 but is rank 1"):
        tf.raw_ops.DeleteSessionTensor(handle=["a"])


def test_nodes_as_tensorflow_makes_them(session):
    handle = session.run(tf.get_session_handle(tf.constant(1.0)))
    tf.get_session_tensor(handle, tf.float32)
    tf.delete_session_tensor(handle)
    nodes = [(op.type, op.name, op.device) for op in tf.get_default_graph().get_operations()]
    cpu = "/job:localhost/replica:0/task:0/device:CPU:0"
    assert nodes == [
        ("Const", "Const", ""),
        ("GetSessionHandle", "GetSessionHandle", ""),
        ("Placeholder", "Placeholder", cpu),
        ("GetSessionTensor", "GetSessionTensor", cpu),
        ("Placeholder", "Placeholder_1", cpu),
        ("DeleteSessionTensor", "DeleteSessionTensor", cpu),
    ]
