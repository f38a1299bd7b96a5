"""tf.cond: only the chosen branch runs; gradients, assignments, nesting; refusals."""

from __future__ import annotations

import numpy as np
import pytest

import convflow as tf
from convflow.ops.control_flow import smart_cond
from convflow.ops.switch import merge, switch


@pytest.fixture
def pred():
    return tf.placeholder(tf.bool, [], name="pred")


@pytest.fixture
def x():
    return tf.placeholder(tf.float32, [3], name="x")


X = np.array([1.0, 2.0, 3.0], np.float32)


@pytest.mark.parametrize("chosen", [True, False])
def test_chosen_branch(run, pred, x, chosen):
    y = tf.cond(pred, lambda: x + 1.0, lambda: 2.0 * x)
    np.testing.assert_array_equal(run(y, {pred: chosen, x: X}), X + 1 if chosen else 2 * X)


@pytest.mark.parametrize("chosen", [True, False])
def test_only_the_chosen_branch_runs(run, pred, chosen):
    count = tf.get_variable("count", initializer=[0, 0])
    y = tf.cond(pred, lambda: tf.assign_add(count, [1, 0]), lambda: tf.assign_add(count, [0, 1]))
    run(tf.global_variables_initializer())
    run(y, {pred: chosen})
    np.testing.assert_array_equal(run(count), [1, 0] if chosen else [0, 1])


def test_a_branch_that_would_fail_is_not_run(run, pred, x):
    missing = tf.placeholder(tf.float32, [3], name="missing")
    y = tf.cond(pred, lambda: x, lambda: tf.reshape(x, tf.cast(tf.reduce_sum(x, keepdims=True), tf.int32)))
    np.testing.assert_array_equal(run(y, {pred: True, x: X}), X)
    z = tf.cond(pred, lambda: x, lambda: missing + x)
    with pytest.raises(tf.errors.InvalidArgumentError, match="missing"):
        run(z, {pred: True, x: X})  # what a branch merely uses runs in any case


@pytest.mark.parametrize(("outer", "inner", "want"), [(1, 1, 3.0), (1, 0, 2.0), (0, 1, 5.0), (0, 0, 5.0)])
def test_nested(run, pred, x, outer, inner, want):
    other = tf.placeholder(tf.bool, [])
    doubled = x * 2.0
    y = tf.cond(pred, lambda: tf.cond(other, lambda: x * 3.0, lambda: doubled), lambda: x * 5.0)
    (slope,) = tf.gradients(y, x)
    feed = {pred: bool(outer), other: bool(inner), x: X}
    values = run([y, slope], feed)
    np.testing.assert_array_equal(values, [X * want, np.full(3, want)])


def test_the_inner_predicate_is_computed_in_a_branch(run, pred, x):
    y = tf.cond(pred, lambda: tf.cond(tf.reduce_sum(x) > 5.0, lambda: x, lambda: -x), lambda: x * 0.0)
    for chosen, value, want in [(True, X, X), (True, -X, X), (False, X, 0 * X)]:
        np.testing.assert_array_equal(run(y, {pred: chosen, x: value}), want)


def test_constants_alone(run, pred):
    y = tf.cond(pred, lambda: 1, lambda: 2)
    assert [run(y, {pred: chosen}) for chosen in (True, False)] == [1, 2]


def test_structures(run, pred, x):
    y = tf.cond(pred, lambda: {"a": (x, 1), "b": [x]}, lambda: {"a": (-x, 2), "b": [x + x]})
    assert set(y) == {"a", "b"} and isinstance(y["a"], tuple)
    got = run(y, {pred: False, x: X})
    np.testing.assert_array_equal(got["b"][0], X + X)
    assert got["a"][1] == 2


def test_single_items_are_unpacked_unless_strict(pred, x):
    assert isinstance(tf.cond(pred, lambda: [x], lambda: [x]), tf.Tensor)
    assert len(tf.cond(pred, lambda: [x], lambda: [x], strict=True)) == 1


@pytest.mark.parametrize("chosen", [True, False])
def test_operations(run, pred, x, chosen):
    variable = tf.get_variable("variable", initializer=[0.0, 0.0, 0.0])
    done = tf.cond(pred, lambda: tf.group(variable.assign(x)), lambda: tf.no_op())
    run(tf.global_variables_initializer())
    assert done.dtype == tf.bool
    run(done, {pred: chosen, x: X})
    np.testing.assert_array_equal(run(variable), X if chosen else 0 * X)


def test_references_stay_references(run, pred, x):
    variable = tf.get_variable("variable", initializer=[0.0, 0.0, 0.0])
    y = tf.cond(pred, lambda: tf.assign(variable, x), lambda: tf.assign_sub(variable, x))
    assert y.op.type == "RefMerge"
    run(tf.global_variables_initializer())
    np.testing.assert_array_equal(run(y, {pred: False, x: X}), -X)
    np.testing.assert_array_equal(run(variable), -X)


def test_a_variable_as_predicate(run, x):
    flag = tf.get_variable("flag", initializer=True, trainable=False)
    y = tf.cond(flag, lambda: x, lambda: -x)
    run(tf.global_variables_initializer())
    np.testing.assert_array_equal(run(y, {x: X}), X)
    run(flag.assign(False))
    np.testing.assert_array_equal(run(y, {x: X}), -X)


def test_gradient_with_respect_to_what_one_branch_uses(run, pred, x):
    weights = tf.get_variable("weights", initializer=[2.0, 2.0, 2.0])
    y = tf.cond(pred, lambda: weights * x, lambda: x)
    slope = tf.gradients(y, weights)
    run(tf.global_variables_initializer())
    np.testing.assert_array_equal(run(slope, {pred: True, x: X})[0], X)
    np.testing.assert_array_equal(run(slope, {pred: False, x: X})[0], 0 * X)


def test_second_derivative(run, pred, x):
    y = tf.cond(pred, lambda: x * x * x, lambda: x * x)
    (first,) = tf.gradients(y, x)
    (second,) = tf.gradients(first, x)
    np.testing.assert_array_equal(run(second, {pred: True, x: X}), 6 * X)
    np.testing.assert_array_equal(run(second, {pred: False, x: X}), np.full(3, 2.0))


def test_gradients_inside_a_branch(run, pred, x):
    y = tf.cond(pred, lambda: tf.gradients(x * x, x)[0], lambda: x)
    np.testing.assert_array_equal(run(y, {pred: True, x: X}), 2 * X)
    np.testing.assert_array_equal(run(y, {pred: False, x: X}), X)


def test_variables_made_in_a_branch_are_initialized_outside(run, pred, x):
    def scaled():
        return x * tf.get_variable("scale", initializer=tf.constant_initializer(4.0), shape=[3])

    y = tf.cond(pred, scaled, lambda: x)
    run(tf.global_variables_initializer())
    np.testing.assert_array_equal(run(y, {pred: True, x: X}), 4 * X)


def test_what_stands_in_a_branch_may_not_be_fetched(run, pred, x):
    inside = []

    def branch():
        inside.append(x + 1.0)
        return inside[0]

    tf.cond(pred, branch, lambda: x)
    with pytest.raises(ValueError, match="not fetchable"):
        run(inside[0], {pred: True, x: X})


def test_fetching_the_side_that_is_not_there(run, pred, x):
    no, yes = switch(x, pred)
    doubled = no * 2.0
    np.testing.assert_array_equal(run(doubled, {pred: False, x: X}), 2 * X)
    for absent in (doubled, no):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"Retval\[1\] does not have value.*not taken"):
            run([yes, absent], {pred: True, x: X})
    run(doubled.op, {pred: True, x: X})  # an operation has no value to miss


def test_merge_says_which(run, pred, x):
    no, yes = switch(x, pred)
    value, index = merge([no * 2.0, yes * 3.0])
    assert [run(index, {pred: chosen, x: X}) for chosen in (False, True)] == [0, 1]
    np.testing.assert_array_equal(run(value, {pred: True, x: X}), 3 * X)


def test_switches_without_a_branch_have_gradients(run, pred, x):
    no, yes = switch(x, pred)
    value, _ = merge([no * 2.0, yes * 3.0])
    (slope,) = tf.gradients(value, x)
    assert [run(slope, {pred: chosen, x: X})[0] for chosen in (False, True)] == [2.0, 3.0]


def test_waiting_for_a_branch_that_is_not_taken(run, pred, x):
    _, yes = switch(x, pred)
    count = tf.get_variable("count", initializer=0)
    with tf.control_dependencies([yes * 1.0]):
        counted = tf.assign_add(count, 1).op
    run(tf.global_variables_initializer())
    run(counted, {pred: False, x: X})
    assert run(count) == 0
    run(counted, {pred: True, x: X})
    assert run(count) == 1


def test_many_branches_on_one_predicate(run, pred, x):
    y = x
    for _ in range(20):
        y = tf.cond(pred, lambda y=y: y + 1.0, lambda y=y: y - 1.0)
    np.testing.assert_array_equal(run(y, {pred: True, x: X}), X + 20)
    np.testing.assert_array_equal(run(y, {pred: False, x: X}), X - 20)


def test_predicates_that_depend_on_branches(run, x):
    y = x
    for _ in range(5):
        y = tf.cond(tf.reduce_sum(y) > 8.0, lambda y=y: y - 1.0, lambda y=y: y + 2.0)
    want = X.copy()
    for _ in range(5):
        want = want - 1 if want.sum() > 8 else want + 2
    np.testing.assert_array_equal(run(y, {x: X}), want)


def test_shapes_that_differ(pred, x):
    assert tf.cond(pred, lambda: x, lambda: tf.zeros([4])).shape.as_list() == [None]
    assert tf.cond(pred, lambda: x, lambda: tf.zeros([4, 2])).shape.ndims is None


def test_older_names(run, pred, x):
    y = tf.cond(pred, fn1=lambda: x, fn2=lambda: -x)
    np.testing.assert_array_equal(run(y, {pred: False, x: X}), -X)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"pred": True}, TypeError, "'pred' must not be a Python bool"),
        ({"true_fn": 1}, TypeError, "'true_fn' must be callable"),
        ({"false_fn": None}, TypeError, "'false_fn' argument required"),
        ({"fn1": int}, TypeError, "'true_fn' and 'fn1' may not be set simultaneously"),
        ({"false_fn": float}, ValueError, "same type.*int32 from 'true_fn'.*float32 from"),
        ({"true_fn": lambda: None}, ValueError, "'true_fn' must have a return value"),
        ({"true_fn": list, "false_fn": list}, ValueError, "at least one result"),
        ({"true_fn": lambda: [1, 2]}, ValueError, "Incompatible return types"),
        ({"true_fn": lambda: [1, 2], "false_fn": lambda: (1, 2)}, TypeError, "Incompatible return types.*list.*tuple"),
        ({"pred": 1.5}, TypeError, "pred"),
    ],
)
def test_refusals(pred, arguments, kind, message):
    with pytest.raises(kind, match=message):
        tf.cond(**{"pred": pred, "true_fn": int, "false_fn": int, **arguments})


def test_predicates_are_scalars(run, x):
    with pytest.raises(ValueError, match="pred must be rank 0 but is rank 1"):
        tf.cond(tf.placeholder(tf.bool, [1]), lambda: x, lambda: x)
    pred = tf.placeholder(tf.bool)
    y = tf.cond(pred, lambda: x, lambda: -x)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"pred must be rank 0 but is rank 1: \(1,\)"):
        run(y, {pred: [True], x: X})


def test_smart_cond():
    assert smart_cond(True, lambda: 1, lambda: 2) == 1
    assert smart_cond(0, lambda: 1, lambda: 2) == 2
    assert smart_cond(tf.constant(True), lambda: 1, lambda: 2) == 1
    assert smart_cond(tf.placeholder(tf.bool, []), lambda: 1, lambda: 2).op.type == "Merge"
    with pytest.raises(TypeError, match="Found instead: 'yes' of type str"):
        smart_cond("yes", lambda: 1, lambda: 2)


def test_branches_in_a_meta_graph(pred, x):
    other = tf.placeholder(tf.bool, [], name="other")
    tf.cond(pred, lambda: tf.cond(other, lambda: x * 2.0, lambda: x), lambda: x, name="outer")
    true_branch, false_branch = (item.to_proto() for item in tf.get_collection(tf.GraphKeys.COND_CONTEXT))
    assert (true_branch.context_name, false_branch.context_name) == ("outer/cond_text", "outer/cond_text_1")
    assert (true_branch.pivot_name, true_branch.branch) == ("outer/switch_t:0", 1)
    assert true_branch.values_def.external_values["other:0"] == "outer/cond/Switch/Switch:1"
    inner = [nested.cond_ctxt for nested in true_branch.nested_contexts]
    assert [item.pivot_name for item in inner] == ["outer/cond/switch_t:0", "outer/cond/switch_f:0"]
    assert false_branch.values_def.external_values["x:0"] == "outer/Switch_1:0"


@pytest.mark.parametrize("chosen", [True, False])
def test_arrays_and_slices_come_out_of_branches(run, pred, x, chosen):
    array = tf.TensorArray(tf.float32, size=1, clear_after_read=False)
    written = tf.cond(pred, lambda: array.write(0, x), lambda: array.write(0, -x))
    slices = tf.cond(pred, lambda: tf.IndexedSlices(x, tf.constant([0, 1, 2])), lambda: tf.IndexedSlices(x, [2, 1, 0]))
    np.testing.assert_array_equal(run(written.read(0), {pred: chosen, x: X}), X if chosen else -X)
    np.testing.assert_array_equal(run(slices.indices, {pred: chosen, x: X}), [0, 1, 2] if chosen else [2, 1, 0])
