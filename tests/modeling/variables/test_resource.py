"""Variables known by handles behave as others do: values, gradients, branches, training, checkpoints."""

import numpy as np
import pytest

import convflow as tf


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


KINDS = pytest.mark.parametrize("use_resource", [False, True], ids=["reference", "handle"])


def test_kinds():
    reference, handle = tf.Variable(1.0), tf.Variable(1.0, use_resource=True)
    assert isinstance(reference, tf.Variable) and isinstance(handle, tf.Variable)
    assert repr(reference) == "<tf.Variable 'Variable:0' shape=() dtype=float32_ref>"
    assert repr(handle) == "<tf.Variable 'Variable_1:0' shape=() dtype=float32>"
    assert tf.global_variables() == [reference, handle] == tf.trainable_variables()
    assert handle.handle.dtype is tf.resource
    assert not hasattr(reference, "handle")


@KINDS
def test_gradients(session, use_resource):
    values = np.random.default_rng(0).normal(size=(4, 3))
    variable = tf.Variable(values, use_resource=use_resource)
    rows = tf.gather(variable, [1, 1, 3])
    y = tf.reduce_sum(rows * rows) + tf.reduce_sum(variable[0] ** 3) + tf.reduce_sum(tf.gather_nd(variable, [[2, 1]]))
    session.run(variable.initializer)
    expected = np.zeros((4, 3))
    expected[1], expected[3], expected[0] = 4 * values[1], 2 * values[3], 3 * values[0] ** 2
    expected[2, 1] = 1
    np.testing.assert_allclose(session.run(tf.gradients(y, variable)[0]), expected)


@KINDS
def test_branches(session, use_resource):
    variable = tf.Variable([1.0, 2.0], use_resource=use_resource)
    chosen = tf.placeholder(tf.bool, [])
    y = tf.cond(chosen, lambda: variable * 3.0, lambda: tf.gather(variable, [1, 1]))
    slope = tf.convert_to_tensor(tf.gradients(y, variable)[0])
    session.run(variable.initializer)
    assert session.run([y, slope], {chosen: True})[1].tolist() == [3, 3]
    assert session.run([y, slope], {chosen: False})[1].tolist() == [0, 2]


def trained(session, use_resource, optimizer):
    with tf.variable_scope(f"{optimizer}_{use_resource}", use_resource=use_resource):
        table = tf.get_variable("table", initializer=np.ones((4, 2), np.float32))
        weights = tf.get_variable("weights", initializer=np.array([[1.0], [2.0]], np.float32))
        loss = tf.reduce_sum(tf.square(tf.matmul(tf.gather(table, [0, 2, 2]), weights) - 1.0))
        step = getattr(tf.train, optimizer)(0.05).minimize(loss)
    session.run(tf.global_variables_initializer())
    for _ in range(3):
        session.run(step)
    return session.run([table, weights])


@pytest.mark.parametrize("optimizer", ["GradientDescentOptimizer", "AdamOptimizer", "AdagradOptimizer"])
def test_training(session, optimizer):
    for reference, handle in zip(*(trained(session, kind, optimizer) for kind in (False, True)), strict=True):
        np.testing.assert_array_equal(reference, handle)


def test_checkpoints_are_the_same(session, tmp_path):
    for use_resource in (False, True):
        with tf.Graph().as_default(), tf.Session() as own:
            variable = tf.Variable([1.0, 2.0], name="v", use_resource=use_resource)
            saver = tf.train.Saver()
            if not use_resource:
                own.run(variable.initializer)
                saver.save(own, str(tmp_path / "model"))
            else:
                saver.restore(own, str(tmp_path / "model"))
                assert own.run(variable).tolist() == [1, 2]


@KINDS
def test_protos_find_the_variable_again(session, use_resource):
    variable = tf.Variable([1.0, 2.0], name="v", trainable=False, use_resource=use_resource)
    found = tf.Variable.from_proto(variable.to_proto())
    session.run(found.initializer)
    assert session.run(found.value()).tolist() == [1, 2]
    session.run(found.assign([3.0, 4.0]))
    assert session.run(variable).tolist() == [3, 4]
    assert (found.name, found.dtype, found.shape, found.trainable) == ("v:0", variable.dtype, variable.shape, False)
    assert type(found) is type(variable)
    assert variable.to_proto(export_scope="elsewhere") is None


def test_protos_of_a_scope():
    with tf.name_scope("a"):
        variable = tf.Variable(1.0, name="v")
    proto = variable.to_proto(export_scope="a")
    assert proto.variable_name == "v:0"
    assert tf.Variable.from_proto(proto, import_scope="a").name == "a/v:0"


def test_a_value_and_a_proto_exclude_each_other():
    proto = tf.Variable(1.0).to_proto()
    with pytest.raises(ValueError, match="variable_def and initial_value are mutually exclusive"):
        tf.Variable(1.0, variable_def=proto)


@KINDS
def test_loading_and_evaluating(session, use_resource):
    variable = tf.Variable([1.0, 2.0], use_resource=use_resource)
    session.run(variable.initializer)
    variable.load([5.0, 6.0], session)
    assert variable.eval(session).tolist() == [5, 6]
    assert session.run(variable.initialized_value()).tolist() == [5, 6]


@KINDS
def test_slices_are_asked_for(use_resource):
    variable = tf.Variable([1.0, 2.0], use_resource=use_resource)
    with pytest.raises(TypeError, match=r"sparse_delta is not IndexedSlices: 3"):
        variable.scatter_add(3)


def test_only_handles_are_read_in_part():
    with pytest.raises(AttributeError, match=r"no resource variable: use tf\.gather"):
        tf.Variable([1.0]).sparse_read([0])
    with pytest.raises(AttributeError, match=r"no resource variable: use tf\.gather_nd"):
        tf.Variable([1.0]).gather_nd([[0]])


def test_constraints_are_functions():
    with pytest.raises(ValueError, match="must be a callable, got 3"):
        tf.Variable(1.0, constraint=3)


def test_the_default_kind():
    assert not tf.resource_variables_enabled()
    tf.enable_resource_variables()
    try:
        assert tf.resource_variables_enabled()
        assert hasattr(tf.Variable(1.0), "handle")
        assert not hasattr(tf.Variable(1.0, use_resource=False), "handle")
    finally:
        tf.disable_resource_variables()
    with tf.variable_scope("s", use_resource=True):
        assert hasattr(tf.Variable(1.0), "handle")


def test_creators_see_every_argument():
    seen = []

    def creator(next_creator, **kwargs):
        seen.append(kwargs)
        return next_creator(**{**kwargs, "trainable": False})

    with tf.variable_creator_scope(creator):
        variable = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
    assert seen[0]["name"] == "w" and seen[0]["dtype"] is tf.float32
    assert tf.trainable_variables() == [] and tf.global_variables() == [variable]


def test_uninitialized_variables_are_reported(session):
    first, second = tf.Variable(1.0, name="first"), tf.Variable(1.0, name="second", use_resource=True)
    local = tf.get_local_variable("third", [2])
    report = tf.report_uninitialized_variables()
    assert session.run(report).tolist() == [b"first", b"second", b"third"]
    session.run([first.initializer, local.initializer])
    assert session.run(report).tolist() == [b"second"]
    assert session.run(tf.report_uninitialized_variables([first])).tolist() == []
    with pytest.raises(tf.errors.FailedPreconditionError, match="second"):
        session.run(tf.assert_variables_initialized())
    session.run(second.initializer)
    assert session.run(tf.assert_variables_initialized()).tolist() == [0, 0, 1]
