"""Loops in plans: those of imported graphs, what they keep, what happens when they fail."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.formats import messages
from convflow.ops import loop_nodes
from convflow.ops.switch import merge, ref_identity, switch, switch_ref_or_tensor


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as own:
        yield own


def test_loops_of_an_imported_graph():
    x = tf.placeholder(tf.float32, [2], name="x")

    def body(i, a):
        inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t * x), [0, a])[1]
        return i + 1, tf.cond(i > 1, lambda: inner + 1.0, lambda: inner)

    y = tf.identity(tf.while_loop(lambda i, a: i < 4, body, [0, x])[1], name="y")
    (slope,) = tf.gradients(y, x)
    slope = tf.identity(slope, name="slope")
    feed = np.array([0.5, 2.0], np.float32)
    with tf.Session() as session:
        expected = session.run([y, slope], {x: feed})
    definition = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.import_graph_def(definition, name="")
        found = session.run(["y:0", "slope:0"], {"x:0": feed})
    np.testing.assert_array_equal(found, expected)
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(definition, name="")
        with pytest.raises(ValueError, match="does not say what belongs to a loop"):
            tf.gradients(imported.get_tensor_by_name("y:0"), imported.get_tensor_by_name("x:0"))


def test_a_loop_may_run_thousands_of_rounds():
    total = tf.while_loop(lambda i, t: i < 3000, lambda i, t: (i + 1, t + i), [0, 0])[1]
    with tf.Session() as session:
        assert session.run(total) == 3000 * 2999 // 2


def test_one_loop_in_several_runs():
    n = tf.placeholder(tf.int32, [])
    total = tf.while_loop(lambda i, t: i < n, lambda i, t: (i + 1, t * 2), [0, 1])[1]
    with tf.Session() as session:
        assert [session.run(total, {n: count}) for count in (3, 0, 5)] == [8, 1, 32]


def test_a_loop_left_by_an_error_can_be_run_again():
    n = tf.placeholder(tf.int32, [])
    array = tf.TensorArray(tf.int32, size=3)
    filled = tf.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, a.write(i, i)), [0, array])[1].stack()
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Tried to write to index 3"):
            session.run(filled, {n: 4})
        assert session.run(filled, {n: 3}).tolist() == [0, 1, 2]


def test_an_uninitialized_variable_in_a_loop_is_named():
    weight = tf.get_variable("weight", initializer=1.0)
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * weight), [0, 1.0])[1]
    with tf.Session() as session, pytest.raises(tf.errors.FailedPreconditionError, match="weight"):
        session.run(y)


def test_references_go_round():
    weight = tf.get_variable("weight", initializer=[1.0, 2.0], trainable=False)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())

        def body(i):
            with tf.control_dependencies([tf.assign(weight, weight * 2.0)]):
                return i + tf.identity(1)

        session.run(tf.while_loop(lambda i: i < 3, body, [0]))
        # A read shares the variable's memory, so what enters the loop as a constant follows it, as in TensorFlow.
        assert session.run(weight).tolist() == [8.0, 16.0]


@pytest.mark.parametrize("scope", ["", "imported"])
def test_gradients_through_loops_and_branches_of_a_meta_graph(scope):
    x = tf.placeholder(tf.float32, [2], name="x")

    def body(i, a):
        inner = tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t * x), [0, a])[1]
        return i + 1, tf.cond(i > 1, lambda: inner * x, lambda: inner)

    y = tf.identity(tf.while_loop(lambda i, a: i < 4, body, [0, x])[1], name="y")
    z = tf.identity(tf.cond(x[0] > 0.0, lambda: x * x, lambda: x), name="z")
    meta_graph = tf.train.export_meta_graph()
    feed = np.array([0.5, 2.0], np.float32)
    slopes = [*tf.gradients(y, x), *tf.gradients(z, x)]
    with tf.Session() as session:
        expected = session.run(slopes, {x: feed})
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.train.import_meta_graph(meta_graph, import_scope=scope or None)
        prefix = f"{scope}/" if scope else ""
        x, y, z = (graph.get_tensor_by_name(f"{prefix}{name}:0") for name in "xyz")
        (written,) = meta_graph.collection_def["while_context"].bytes_list.value
        (loop,) = tf.get_collection("while_context")
        if not scope:
            assert loop.to_proto() == messages.WhileContextDef.FromString(written)
        found = session.run([*tf.gradients(y, x), *tf.gradients(z, x)], {x: feed})
    np.testing.assert_allclose(found, expected)


def test_a_reference_goes_round():
    """As graphs written by hand may have it: RefEnter, RefIdentity, RefNextIteration, RefExit."""
    variable = tf.get_variable("variable", initializer=1.0)
    start, limit, two = (loop_nodes.enter(tf.constant(v), "frame", is_constant=v != 0) for v in (0, 3, 2.0))
    count = merge([start, start])[0]
    entered = loop_nodes.enter(variable._ref(), "frame")
    going = merge([entered, entered])[0]
    condition = loop_nodes.loop_cond(count < limit)
    (_, more), (leaving, inside) = switch(count, condition), switch_ref_or_tensor(going, condition)
    doubled = tf.assign(inside, tf.identity(inside) * two)
    loop_nodes.add_back_edge(going, ref_identity(doubled))
    with tf.control_dependencies([more]):
        one = tf.constant(1)
    loop_nodes.add_back_edge(count, more + one)
    result = loop_nodes.exit_(leaving)
    types = {op.type for op in tf.get_default_graph().get_operations()}
    assert {"RefEnter", "RefMerge", "RefSwitch", "RefIdentity", "RefNextIteration", "RefExit"} <= types
    assert result.dtype.name == "float32_ref"
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(result) == 8.0
        assert session.run(variable) == 8.0
